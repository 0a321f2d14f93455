// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILimitedDelegator} from "./ILimitedDelegator.sol";

/// @title Type 1: every operator may have the whole vault.
/// @notice stake = min(activeStake, networkLimit, operatorNetworkLimit).
/// Warning: one collateral counts once per operator, so the stakes add up to more than the vault has.
interface IFullRestakeDelegator is ILimitedDelegator {
    /// @notice `operator` gets at most `amount` of the vault in `subnetwork`.
    event SetOperatorNetworkLimit(bytes32 indexed subnetwork, address indexed operator, uint256 amount);

    /// @return The role of those who limit operators.
    function OPERATOR_NETWORK_LIMIT_SET_ROLE() external view returns (bytes32);
    /// @return The operator's limit.
    function operatorNetworkLimit(bytes32 subnetwork, address operator) external view returns (uint256);
    /// @notice By a holder of OPERATOR_NETWORK_LIMIT_SET_ROLE.
    function setOperatorNetworkLimit(bytes32 subnetwork, address operator, uint256 amount) external;
}
