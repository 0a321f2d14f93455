// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What Symbiotic's factories of vaults, delegators and slashers have in common
interface IFactory {
    /// @return Whether Symbiotic's owner warns of what the factory makes under this version or type.
    function blacklisted(uint64 versionOrType) external view returns (bool);
}
