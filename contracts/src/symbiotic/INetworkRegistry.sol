// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRegistry} from "./IRegistry.sol";

/// @title Symbiotic's list of networks.
interface INetworkRegistry is IRegistry {
    /// @notice The caller is a network already.
    error NetworkAlreadyRegistered();

    /// @notice Makes the caller (an account or a contract) a network. Free, open to everyone, irreversible.
    function registerNetwork() external;
}
