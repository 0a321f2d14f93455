// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRegistry} from "./IRegistry.sol";

/// @title The maker and list of DefaultOperatorRewards.
interface IDefaultOperatorRewardsFactory is IRegistry {
    /// @notice Open to everyone; the instance belongs to nobody.
    function create() external returns (address);
}
