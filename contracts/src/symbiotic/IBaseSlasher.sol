// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What both slashers have in common.
/// @notice Amounts are collateral base units, timestamps Unix seconds. A capture is slashable for the vault's
/// epoch duration; once a capture was slashed, no older one of that operator and subnetwork is.
interface IBaseSlasher {
    /// @notice Too little gas to give the burner what it is due.
    error InsufficientBurnerGas();
    /// @notice Nothing slashable at that capture.
    error InsufficientSlash();
    /// @notice The capture is not past, or too old.
    error InvalidCaptureTimestamp();
    /// @notice A burner's hook without a burner.
    error NoBurner();
    /// @notice Called before the factory initialized the clone.
    error NotInitialized();
    /// @notice The caller does not speak for the network.
    error NotNetworkMiddleware();
    /// @notice The address was not made by the VaultFactory.
    error NotVault();

    /// @return The factory that made it.
    function FACTORY() external view returns (address);
    /// @return 0 Slasher, 1 VetoSlasher.
    function TYPE() external view returns (uint64);
    /// @return The vault that it can slash.
    function vault() external view returns (address);
    /// @return Whether the burner is called after a slash.
    function isBurnerHook() external view returns (bool);
    /// @return The newest capture slashed for the operator in the subnetwork.
    function latestSlashedCaptureTimestamp(bytes32 subnetwork, address operator) external view returns (uint48);
    /// @return All that was slashed so far.
    function cumulativeSlash(bytes32 subnetwork, address operator) external view returns (uint256);
    /// @return All that was slashed up to then, by the time of execution.
    function cumulativeSlashAt(bytes32 subnetwork, address operator, uint48 timestamp, bytes calldata hint)
        external
        view
        returns (uint256);
    /// @return What of the stake at that capture can be slashed in this block.
    function slashableStake(bytes32 subnetwork, address operator, uint48 captureTimestamp, bytes calldata hints)
        external
        view
        returns (uint256);
}
