// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title An operator's consent, to a vault or to a network: Symbiotic deploys one service for each.
/// @notice `who` is the operator, `where` the vault or the network. Without both consents a stake is 0.
interface IOptInService {
    /// @notice `who` opted in before and not out since.
    error AlreadyOptedIn();
    /// @notice The signature's deadline lies before the block's timestamp.
    error ExpiredSignature();
    /// @notice The signature is not `who`'s over these values and the current nonce.
    error InvalidSignature();
    /// @notice `who` is not opted in.
    error NotOptedIn();
    /// @notice `where` is not in its registry.
    error NotWhereEntity();
    /// @notice `who` is not in the OperatorRegistry.
    error NotWho();
    /// @notice Opting out in the very second of opting in.
    error OptOutCooldown();

    /// @notice `who` is in from this block's timestamp on.
    event OptIn(address indexed who, address indexed where);
    /// @notice `who` is out from this block's timestamp on.
    event OptOut(address indexed who, address indexed where);
    /// @notice Every signature that `who` gave for `where` so far is void.
    event IncreaseNonce(address indexed who, address indexed where);

    /// @param timestamp Unix seconds; what the last change at or before it says
    /// @param hint empty, or `abi.encode(uint32 index)` of the checkpoint; an index out of range reverts
    function isOptedInAt(address who, address where, uint48 timestamp, bytes calldata hint) external view returns (bool);

    /// @return Whether `who` is opted in now.
    function isOptedIn(address who, address where) external view returns (bool);

    /// @return The nonce the next signature of `who` for `where` must carry.
    function nonces(address who, address where) external view returns (uint256);

    /// @notice Opts the caller in.
    function optIn(address where) external;

    /// @notice Opts `who` in by its EIP-712 signature, whoever calls.
    /// @param deadline Unix seconds, inclusive
    function optIn(address who, address where, uint48 deadline, bytes calldata signature) external;

    /// @notice Opts the caller out.
    function optOut(address where) external;

    /// @notice Opts `who` out by its EIP-712 signature, whoever calls.
    /// @param deadline Unix seconds, inclusive
    function optOut(address who, address where, uint48 deadline, bytes calldata signature) external;

    /// @notice Voids every signature the caller gave for `where`.
    function increaseNonce(address where) external;
}
