// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILimitedDelegator} from "./ILimitedDelegator.sol";

/// @title Type 2: the vault is one operator's, for any network.
/// @notice stake = min(activeStake, networkLimit) for that operator, 0 for others.
interface IOperatorSpecificDelegator is ILimitedDelegator {
    /// @notice The address is not in the OperatorRegistry.
    error NotOperator();

    /// @return The operator; never changes.
    function operator() external view returns (address);
}
