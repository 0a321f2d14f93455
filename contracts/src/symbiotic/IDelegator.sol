// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRoles} from "./IRoles.sol";

/// @title What all delegators have in common.
/// @notice A subnetwork is the network's address in the upper 160 bits and its identifier in the lower 96.
/// Amounts are collateral base units, timestamps Unix seconds. `TYPE` tells which formula counts: 0
/// NetworkRestake, 1 FullRestake, 2 OperatorSpecific, 3 OperatorNetworkSpecific.
interface IDelegator is IRoles {
    /// @notice The setting has that value.
    error AlreadySet();
    /// @notice Too little gas to give the hook what it is due.
    error InsufficientHookGas();
    /// @notice Called before the factory initialized the clone.
    error NotInitialized();
    /// @notice The caller is not in the NetworkRegistry.
    error NotNetwork();
    /// @notice The caller is not the vault's slasher.
    error NotSlasher();
    /// @notice The address was not made by the VaultFactory.
    error NotVault();

    /// @notice The network takes at most `amount` from this vault for `subnetwork`.
    /// Warning: lowers a network limit above it, without a `SetNetworkLimit`.
    event SetMaxNetworkLimit(bytes32 indexed subnetwork, uint256 amount);
    /// @notice The slasher took `amount` on account of `operator`; the vault may have had less.
    event OnSlash(bytes32 indexed subnetwork, address indexed operator, uint256 amount, uint48 captureTimestamp);
    /// @notice A contract to be told of each slash was set, or removed (zero).
    event SetHook(address indexed hook);

    /// @notice Symbiotic's service in which operators opt in to vaults: without that, their stake is 0.
    function OPERATOR_VAULT_OPT_IN_SERVICE() external view returns (address);

    /// @return The factory that made it.
    function FACTORY() external view returns (address);
    /// @return 0 to 3, see above.
    function TYPE() external view returns (uint64);
    /// @return The vault whose stake it splits.
    function vault() external view returns (address);
    /// @return The contract told of each slash, zero for none.
    function hook() external view returns (address);
    /// @return The most the network takes for `subnetwork`; 0 until the network says otherwise.
    function maxNetworkLimit(bytes32 subnetwork) external view returns (uint256);
    /// @return The stake now. Warning: the last second can still change within the block.
    function stake(bytes32 subnetwork, address operator_) external view returns (uint256);
    /// @notice 0 unless the operator was opted in to the vault and to the network then.
    /// @param hints empty; they only save gas
    function stakeAt(bytes32 subnetwork, address operator_, uint48 timestamp, bytes calldata hints)
        external
        view
        returns (uint256);
    /// @notice By the network itself, for its subnetwork `identifier`.
    function setMaxNetworkLimit(uint96 identifier, uint256 amount) external;
    /// @notice By a holder of HOOK_SET_ROLE, at any time.
    function setHook(address hook_) external;
}
