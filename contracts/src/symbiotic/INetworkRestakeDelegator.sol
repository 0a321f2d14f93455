// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILimitedDelegator} from "./ILimitedDelegator.sol";

/// @title Type 0: operators share a network's part of the vault.
/// @notice stake = ⌊shares · min(activeStake, networkLimit) / totalShares⌋, 0 without shares.
interface INetworkRestakeDelegator is ILimitedDelegator {
    /// @notice `operator` has `shares` of `subnetwork` from this second on; the total moves along.
    event SetOperatorNetworkShares(bytes32 indexed subnetwork, address indexed operator, uint256 shares);

    /// @return The role of those who split.
    function OPERATOR_NETWORK_SHARES_SET_ROLE() external view returns (bytes32);
    /// @return The sum over all operators.
    function totalOperatorNetworkShares(bytes32 subnetwork) external view returns (uint256);
    /// @return The sum over all operators then.
    function totalOperatorNetworkSharesAt(bytes32 subnetwork, uint48 timestamp, bytes calldata hint)
        external
        view
        returns (uint256);
    /// @return The operator's shares.
    function operatorNetworkShares(bytes32 subnetwork, address operator) external view returns (uint256);
    /// @return The operator's shares then.
    function operatorNetworkSharesAt(bytes32 subnetwork, address operator, uint48 timestamp, bytes calldata hint)
        external
        view
        returns (uint256);
    /// @notice By a holder of OPERATOR_NETWORK_SHARES_SET_ROLE.
    function setOperatorNetworkShares(bytes32 subnetwork, address operator, uint256 shares) external;
}
