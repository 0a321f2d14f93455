// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Operators: who may be elected
/// @notice Registration, keys, commission, pause and jail, each checkpointed: the `...At` views answer for the past
/// exactly, whatever happened since (protocol §3). Changes count from the next second on, unless said otherwise.
/// @dev Keys are BLS12-381 points in G2, packed: x.c0, x.c1, y.c0, y.c1 of 48 bytes each, as six words.
interface IOperators {
    event OperatorRegistered(uint96 indexed set, address indexed operator, bytes32 keyHash, bytes32[6] key, string endpoint);
    event KeyRotated(uint96 indexed set, address indexed operator, bytes32 keyHash, bytes32[6] key);
    event EndpointChanged(uint96 indexed set, address indexed operator, string endpoint);
    event CommissionChanged(uint96 indexed set, address indexed operator, uint16 commissionBps, uint48 from);
    event OperatorPaused(uint96 indexed set, address indexed operator);
    event OperatorResumed(uint96 indexed set, address indexed operator);
    event OperatorLeft(uint96 indexed set, address indexed operator);
    event OperatorJailed(address indexed operator, uint48 until);

    error OnlyOffences(address caller);
    error UnknownSet(uint96 set);
    error NotSymbioticOperator(address operator);
    error NotOptedIntoNetwork(address operator);
    error AlreadyRegistered(uint96 set, address operator);
    error NotRegistered(uint96 set, address operator);
    error KeyAlreadyUsed(bytes32 keyHash);
    error CommissionTooHigh(uint256 bps, uint256 most);
    error EndpointTooLong(uint256 length, uint256 most);
    error AlreadyPaused(uint96 set, address operator);
    error NotPaused(uint96 set, address operator);
    /// @notice The operator is jailed until `until` (Unix seconds).
    error Jailed(address operator, uint48 until);

    /// @notice Registers the caller in a set. It must be in Symbiotic's OperatorRegistry and opted in to the network.
    /// @param possession Signature over keccak256(abi.encode(chainId, middleware, set, operator, keccak256(key))).
    /// @param commissionBps Its part of what it earns, at most 10,000. On the way back after leaving, a commission
    /// above the last one counts from where a raise would.
    function registerOperator(
        uint96 set,
        bytes32[6] calldata key,
        bytes32[3] calldata possession,
        string calldata endpoint,
        uint16 commissionBps
    ) external;
    function rotateKey(uint96 set, bytes32[6] calldata key, bytes32[3] calldata possession) external;
    function setEndpoint(uint96 set, string calldata endpoint) external;
    /// @notice A higher commission counts from the first capture at least `notice` later, a lower one from the next
    /// capture. A change that does not count yet is replaced.
    function setCommission(uint96 set, uint16 commissionBps) external returns (uint48 from);
    function pause(uint96 set) external;
    function resume(uint96 set) external;
    function leaveSet(uint96 set) external;

    /// @notice Jails an operator in every set until `until`; a jail belongs to the address, survives leaving, and only
    /// grows. Offences only.
    function jail(address operator, uint48 until) external;

    /// @notice Whether the operator is registered in the set as of now, paused or not.
    function isRegistered(uint96 set, address operator) external view returns (bool);
    /// @notice Status of an operator at `t`: registered, paused, and until when it was jailed (0: never).
    function statusAt(uint96 set, address operator, uint48 t)
        external
        view
        returns (bool registered, bool paused, uint48 jailEnd);
    /// @notice Registered, not paused, not jailed at `t`.
    function eligibleAt(uint96 set, address operator, uint48 t) external view returns (bool);
    /// @notice Hash of the packed key at `t`, 0 when the operator had not registered yet.
    function keyHashAt(uint96 set, address operator, uint48 t) external view returns (bytes32);
    function commissionAt(uint96 set, address operator, uint48 t) external view returns (uint16);
    /// @notice Until when the operator is jailed by what is known now (Unix seconds, 0: never).
    function jailedUntil(address operator) external view returns (uint48);
    /// @notice What a proof of possession signs.
    function possessionDigest(uint96 set, address operator, bytes32 keyHash) external view returns (bytes32);
}
