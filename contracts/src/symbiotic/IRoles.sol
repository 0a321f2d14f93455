// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The part of OpenZeppelin's AccessControl by which vaults and delegators name who may do what.
interface IRoles {
    /// @notice `account` lacks the role.
    error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);

    /// @notice `account` has `role` from now on.
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);
    /// @notice `account` has `role` no more.
    event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender);

    /// @param role `keccak256` of the role's name, zero for the admin of all others
    function hasRole(bytes32 role, address account) external view returns (bool);

    /// @notice By the admin of `role`.
    function grantRole(bytes32 role, address account) external;

    /// @notice By the admin of `role`.
    function revokeRole(bytes32 role, address account) external;
}
