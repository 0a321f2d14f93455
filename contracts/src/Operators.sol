// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Clock} from "./Clock.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {IOperators} from "./interfaces/IOperators.sol";
import {BLS} from "./libraries/BLS.sol";
import {Statements} from "./libraries/Statements.sol";
import {IOptInService} from "./symbiotic/IOptInService.sol";
import {IRegistry} from "./symbiotic/IRegistry.sol";

/// @title Operators
/// @notice Who may be elected: see IOperators.
contract Operators is IOperators, Clock {
    using Checkpoints for Checkpoints.Trace208;

    uint256 private constant MAX_ENDPOINT_BYTES = 256;
    uint16 private constant MAX_BPS = 10_000;
    uint208 private constant REGISTERED = 1;
    uint208 private constant PAUSED = 2;

    struct Operator {
        /// flags in the lowest 8 bits, number of the key above
        Checkpoints.Trace208 status;
        Checkpoints.Trace208 commission;
        mapping(uint256 number => bytes32) keyHash;
    }

    IMiddleware public immutable MIDDLEWARE;
    address public immutable OFFENCES;
    IRegistry public immutable OPERATOR_REGISTRY;
    IOptInService public immutable NETWORK_OPT_IN;

    mapping(uint96 set => mapping(address operator => Operator)) private _operators;
    mapping(address operator => Checkpoints.Trace208) private _jail;
    /// @notice Whether a key was ever registered, by anyone, in any set.
    mapping(bytes32 keyHash => bool) public keyUsed;

    /// @param operatorRegistry Symbiotic's registry of operators.
    /// @param networkOptIn Symbiotic's service in which operators opt in to networks.
    constructor(IMiddleware middleware, address operatorRegistry, address networkOptIn) Clock(middleware.times()) {
        MIDDLEWARE = middleware;
        OFFENCES = middleware.offences();
        OPERATOR_REGISTRY = IRegistry(operatorRegistry);
        NETWORK_OPT_IN = IOptInService(networkOptIn);
    }

    function registerOperator(
        uint96 set,
        bytes32[6] calldata key,
        bytes32[3] calldata possession,
        string calldata endpoint,
        uint16 commissionBps
    ) external {
        if (set >= MIDDLEWARE.setCount()) revert UnknownSet(set);
        if (!OPERATOR_REGISTRY.isEntity(msg.sender)) revert NotSymbioticOperator(msg.sender);
        if (!NETWORK_OPT_IN.isOptedIn(msg.sender, address(MIDDLEWARE))) revert NotOptedIntoNetwork(msg.sender);
        Operator storage o = _operators[set][msg.sender];
        uint208 status = o.status.latest();
        if (status & REGISTERED != 0) revert AlreadyRegistered(set, msg.sender);
        _checkEndpoint(endpoint);

        bytes32 keyHash = _useKey(set, key, possession);
        _setKey(o, status >> 8, REGISTERED, keyHash);
        emit OperatorRegistered(set, msg.sender, keyHash, key, endpoint);
        _setCommission(set, o, commissionBps, o.commission.length() == 0);
    }

    function rotateKey(uint96 set, bytes32[6] calldata key, bytes32[3] calldata possession) external {
        (Operator storage o, uint208 status) = _registered(set);
        bytes32 keyHash = _useKey(set, key, possession);
        _setKey(o, status >> 8, status & 0xff, keyHash);
        emit KeyRotated(set, msg.sender, keyHash, key);
    }

    function setEndpoint(uint96 set, string calldata endpoint) external {
        _registered(set);
        _checkEndpoint(endpoint);
        emit EndpointChanged(set, msg.sender, endpoint);
    }

    function setCommission(uint96 set, uint16 commissionBps) external returns (uint48) {
        (Operator storage o,) = _registered(set);
        return _setCommission(set, o, commissionBps, false);
    }

    function pause(uint96 set) external {
        (Operator storage o, uint208 status) = _registered(set);
        if (status & PAUSED != 0) revert AlreadyPaused(set, msg.sender);
        o.status.push(uint48(block.timestamp + 1), status | PAUSED);
        emit OperatorPaused(set, msg.sender);
    }

    function resume(uint96 set) external {
        (Operator storage o, uint208 status) = _registered(set);
        if (status & PAUSED == 0) revert NotPaused(set, msg.sender);
        uint48 until = jailedUntil(msg.sender);
        if (until > block.timestamp) revert Jailed(msg.sender, until);
        o.status.push(uint48(block.timestamp + 1), status & ~PAUSED);
        emit OperatorResumed(set, msg.sender);
    }

    function leaveSet(uint96 set) external {
        (Operator storage o, uint208 status) = _registered(set);
        o.status.push(uint48(block.timestamp + 1), status >> 8 << 8);
        emit OperatorLeft(set, msg.sender);
    }

    function jail(address operator, uint48 until) external {
        if (msg.sender != OFFENCES) revert OnlyOffences(msg.sender);
        if (until <= jailedUntil(operator)) return;
        _jail[operator].push(uint48(block.timestamp + 1), until);
        emit OperatorJailed(operator, until);
    }

    function isRegistered(uint96 set, address operator) external view returns (bool) {
        return _operators[set][operator].status.latest() & REGISTERED != 0;
    }

    function statusAt(uint96 set, address operator, uint48 t)
        external
        view
        returns (bool registered, bool paused, uint48 jailEnd)
    {
        uint208 status = _operators[set][operator].status.upperLookupRecent(t);
        return (status & REGISTERED != 0, status & PAUSED != 0, uint48(_jail[operator].upperLookupRecent(t)));
    }

    function eligibleAt(uint96 set, address operator, uint48 t) public view returns (bool) {
        uint208 status = _operators[set][operator].status.upperLookupRecent(t);
        return status & (REGISTERED | PAUSED) == REGISTERED && _jail[operator].upperLookupRecent(t) <= t;
    }

    function keyHashAt(uint96 set, address operator, uint48 t) external view returns (bytes32) {
        Operator storage o = _operators[set][operator];
        return o.keyHash[o.status.upperLookupRecent(t) >> 8];
    }

    function commissionAt(uint96 set, address operator, uint48 t) external view returns (uint16) {
        return uint16(_operators[set][operator].commission.upperLookupRecent(t));
    }

    function jailedUntil(address operator) public view returns (uint48) {
        return uint48(_jail[operator].latest());
    }

    function possessionDigest(uint96 set, address operator, bytes32 keyHash) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(MIDDLEWARE), set, operator, keyHash));
    }

    function _registered(uint96 set) private view returns (Operator storage o, uint208 status) {
        o = _operators[set][msg.sender];
        status = o.status.latest();
        if (status & REGISTERED == 0) revert NotRegistered(set, msg.sender);
    }

    /// @dev Keys are numbered from 1: number 0 is the time before the first registration.
    function _setKey(Operator storage o, uint208 number, uint208 flags, bytes32 keyHash) private {
        o.keyHash[number + 1] = keyHash;
        o.status.push(uint48(block.timestamp + 1), (number + 1) << 8 | flags);
    }

    function _useKey(uint96 set, bytes32[6] calldata key, bytes32[3] calldata possession)
        private
        returns (bytes32 keyHash)
    {
        keyHash = Statements.keyHash(key);
        if (keyUsed[keyHash]) revert KeyAlreadyUsed(keyHash);
        BLS.verifyPossession(possessionDigest(set, msg.sender, keyHash), key, possession);
        keyUsed[keyHash] = true;
    }

    /// @dev The first commission counts at once; later a raise is announced, and leaving is no way around that.
    function _setCommission(uint96 set, Operator storage o, uint16 bps, bool first) private returns (uint48 from) {
        if (bps > MAX_BPS) revert CommissionTooHigh(bps, MAX_BPS);
        from = uint48(block.timestamp + 1);
        if (!first) {
            Checkpoints.Trace208 storage trace = o.commission;
            // What counts from the next second on is what the change is compared with: the commission of a registration
            // in this very block, too.
            uint48 next = uint48(block.timestamp + 1);
            bool raise = bps > trace.upperLookupRecent(next);
            from = _captureFrom(block.timestamp + (raise ? NOTICE : 1));
            // What was announced and does not count yet is replaced: nobody has been paid by it.
            while (trace.length() != 0 && trace._checkpoints[trace.length() - 1]._key > next) {
                trace._checkpoints.pop();
            }
        }
        o.commission.push(from, bps);
        emit CommissionChanged(set, msg.sender, bps, from);
    }

    function _checkEndpoint(string calldata endpoint) private pure {
        uint256 length = bytes(endpoint).length;
        if (length > MAX_ENDPOINT_BYTES) revert EndpointTooLong(length, MAX_ENDPOINT_BYTES);
    }
}
