// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRegistry} from "./IRegistry.sol";

/// @title Symbiotic's list of operators.
interface IOperatorRegistry is IRegistry {
    /// @notice The caller is an operator already.
    error OperatorAlreadyRegistered();

    /// @notice Makes the caller an operator. Free, open to everyone, irreversible.
    function registerOperator() external;
}
