// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDelegator} from "./IDelegator.sol";

/// @title Type 3: the vault is one operator's, for one network.
/// @notice stake = min(activeStake, maxNetworkLimit) for both of them, 0 for others.
interface IOperatorNetworkSpecificDelegator is IDelegator {
    /// @notice Another network than the vault's.
    error InvalidNetwork();
    /// @notice The address is not in the OperatorRegistry.
    error NotOperator();

    /// @return The network; never changes.
    function network() external view returns (address);
    /// @return The operator; never changes.
    function operator() external view returns (address);
    /// @return The network's own limit then, the only one there is.
    function maxNetworkLimitAt(bytes32 subnetwork, uint48 timestamp, bytes calldata hint)
        external
        view
        returns (uint256);
}
