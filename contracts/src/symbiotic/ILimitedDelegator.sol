// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDelegator} from "./IDelegator.sol";

/// @title What the delegators of types 0, 1 and 2 have in common: a limit per subnetwork, set by a role.
interface ILimitedDelegator is IDelegator {
    /// @notice The same role holder twice.
    error DuplicateRoleHolder();
    /// @notice More than the network takes.
    error ExceedsMaxNetworkLimit();
    /// @notice Nobody could ever set the limit.
    error MissingRoleHolders();
    /// @notice The zero role holder.
    error ZeroAddressRoleHolder();

    /// @notice `subnetwork` gets at most `amount` of the vault, from this second on.
    event SetNetworkLimit(bytes32 indexed subnetwork, uint256 amount);

    /// @return The role of those who answer for the vault towards networks.
    function NETWORK_LIMIT_SET_ROLE() external view returns (bytes32);
    /// @return The limit now.
    function networkLimit(bytes32 subnetwork) external view returns (uint256);
    /// @return The limit then.
    function networkLimitAt(bytes32 subnetwork, uint48 timestamp, bytes calldata hint) external view returns (uint256);
    /// @notice By a holder of NETWORK_LIMIT_SET_ROLE; at most `maxNetworkLimit`.
    function setNetworkLimit(bytes32 subnetwork, uint256 amount) external;
}
