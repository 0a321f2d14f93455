// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Makes a vault with its delegator and slasher in one call, which is the only safe way.
interface IVaultConfigurator {
    /// @param version of the vault, from 1
    /// @param owner may migrate the vault to a later version
    /// @param vaultParams `abi.encode` of the vault's parameters
    /// @param delegatorIndex the delegator's type, 0 to 3
    /// @param delegatorParams `abi.encode` of the delegator's parameters
    /// @param withSlasher false makes a vault that nobody can ever slash
    /// @param slasherIndex 0 Slasher (at once), 1 VetoSlasher
    /// @param slasherParams `abi.encode` of the slasher's parameters
    struct InitParams {
        uint64 version;
        address owner;
        bytes vaultParams;
        uint64 delegatorIndex;
        bytes delegatorParams;
        bool withSlasher;
        uint64 slasherIndex;
        bytes slasherParams;
    }

    /// @notice Open to everyone. The addresses depend on how many were made before: trust the events only.
    function create(InitParams calldata params) external returns (address vault, address delegator, address slasher);
}
