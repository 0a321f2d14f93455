// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRegistry} from "./IRegistry.sol";

/// @title The maker and list of vaults, in versions counted from 1 (1 plain, 2 with an ERC-20 of the shares).
interface IVaultFactory is IRegistry {
    /// @notice There is no such version.
    error InvalidVersion();
    /// @notice Only the vault's owner may migrate it.
    error NotOwner();
    /// @notice The new version is not above the vault's.
    error OldVersion();

    /// @notice `entity` runs the code of `newVersion` from now on.
    event Migrate(address indexed entity, uint64 newVersion);

    /// @return The greatest version there is.
    function lastVersion() external view returns (uint64);

    /// @return Whether the factory's owner warns of this version. Warning: it can still be created.
    function blacklisted(uint64 version) external view returns (bool);

    /// @notice Makes a vault without delegator and slasher.
    /// Warning: whoever calls `setDelegator` and `setSlasher` on it first decides them.
    /// @param data `abi.encode` of the version's parameters
    function create(uint64 version, address owner, bytes calldata data) external returns (address);
}
