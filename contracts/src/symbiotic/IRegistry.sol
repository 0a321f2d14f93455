// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What every registry and factory of Symbiotic has in common: a list of addresses that only grows.
/// @notice Entries are never removed and never change place, so an index is as good as an identifier.
interface IRegistry {
    /// @notice `index` is not below `totalEntities()`.
    error EntityNotExist();

    /// @notice `entity` joined the list, for good.
    event AddEntity(address indexed entity);

    /// @return Whether `account` is in the list.
    function isEntity(address account) external view returns (bool);

    /// @return The number of entries.
    function totalEntities() external view returns (uint256);

    /// @param index counted from 0 in order of joining
    function entity(uint256 index) external view returns (address);
}
