// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Clock} from "./Clock.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {IPrograms, IRosterReceiver, OutgoingMessage} from "./interfaces/IPrograms.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {IRouter} from "./interfaces/IRouter.sol";
import {Entries} from "./libraries/Entries.sol";
import {Statements} from "./libraries/Statements.sol";

/// @title Programs
/// @notice See IPrograms.
/// @dev No guard: everything is marked before a call leaves, and a receiver may answer with a message at once.
/// Invariant: the token balance is at least the sum of `held`, and more only by what was transferred here unasked.
contract Programs is IPrograms, Clock {
    using SafeERC20 for IERC20;

    uint256 private constant MAX_CHUNK_BYTES = 96 * 1024;
    uint256 private constant MAX_PAYLOAD_BYTES = 32 * 1024;
    uint32 private constant MAX_CHUNKS = 64;

    /// @dev What was done with an outgoing message, each once.
    struct Done {
        bool delivered;
        bool claimed;
        bool replied;
    }

    struct Program {
        bool exists;
        uint96 set;
        uint64 nonce;
    }

    IMiddleware public immutable MIDDLEWARE;
    IRouter public immutable ROUTER;
    IRewards public immutable REWARDS;
    IERC20 public immutable TOKEN;
    uint64 public immutable BATCH_GAS;

    mapping(uint96 set => uint256) public held;
    mapping(bytes32 codeId => uint32) public codeChunks;
    mapping(address uploader => mapping(bytes32 codeId => mapping(uint32 chunks => bytes32[]))) private _chunks;
    mapping(bytes32 program => Program) private _programs;
    mapping(uint96 set => mapping(uint64 number => mapping(uint64 index => Done))) private _done;

    constructor(IMiddleware middleware, uint64 batchGas) Clock(middleware.times()) {
        if (batchGas == 0) revert NoBatchGas();
        BATCH_GAS = batchGas;
        MIDDLEWARE = middleware;
        ROUTER = IRouter(middleware.router());
        REWARDS = IRewards(middleware.rewards());
        TOKEN = IERC20(middleware.token());
        // Rewards takes from its caller, and exactly what that asks for: `_accept` is the only call of it here, and
        // what it asks for is the fee that came with the same message. So nothing held can leave this way.
        TOKEN.forceApprove(address(REWARDS), type(uint256).max);
    }

    function uploadCode(bytes32 codeId, uint32 index, uint32 chunks, bytes calldata chunk) external {
        if (chunk.length == 0 || chunk.length > MAX_CHUNK_BYTES) revert ChunkTooLong(chunk.length, MAX_CHUNK_BYTES);
        if (chunks == 0 || chunks > MAX_CHUNKS || index >= chunks) revert ChunkOutOfRange(index, chunks);
        // Kept by uploader: nobody can spoil another's upload with a false chunk.
        bytes32[] storage hashes = _chunks[msg.sender][codeId][chunks];
        while (hashes.length < chunks) hashes.push();
        bytes32 chunkHash = keccak256(chunk);
        hashes[index] = chunkHash;
        emit CodeChunk(codeId, msg.sender, index, chunks, chunkHash, chunk);
        if (codeChunks[codeId] == 0 && keccak256(abi.encodePacked(hashes)) == codeId) {
            codeChunks[codeId] = chunks;
            emit CodeUploaded(codeId, msg.sender, chunks);
        }
    }

    function createProgram(uint96 set, bytes32 codeId, bytes32 salt, bytes calldata init, uint128 value)
        external
        returns (bytes32 program)
    {
        if (set >= MIDDLEWARE.setCount()) revert UnknownSet(set);
        if (codeChunks[codeId] == 0) revert UnknownCode(codeId);
        program = keccak256(abi.encode(set, codeId, msg.sender, salt));
        if (_programs[program].exists) revert ProgramExists(program);
        _programs[program] = Program(true, set, 0);
        emit ProgramCreated(set, program, codeId, msg.sender, salt, value, init);
        _accept(set, init, value);
    }

    function sendMessage(bytes32 program, bytes calldata payload, uint128 value) external returns (uint64 nonce) {
        Program storage p = _programs[program];
        if (!p.exists) revert UnknownProgram(program);
        uint96 set = p.set;
        nonce = p.nonce++;
        emit MessageSent(set, program, msg.sender, nonce, value, payload);
        _accept(set, payload, value);
    }

    function reply(OutgoingMessage calldata m, bytes32[] calldata proof, bytes calldata payload, uint128 value)
        external
    {
        Done storage done = _done[m.set][m.number][m.index];
        if (done.replied) revert AlreadyReplied(m.set, m.number, m.index);
        if (msg.sender != m.destination) revert NotDestination(msg.sender, m.destination);
        if (m.replyTo != 0) revert IsReply(m.replyTo);
        _checkSent(m, proof);
        done.replied = true;
        emit ReplySent(m.set, m.program, msg.sender, m.id, value, payload);
        _accept(m.set, payload, value);
    }

    function deliver(OutgoingMessage calldata m, bytes32[] calldata proof) external {
        Done storage done = _done[m.set][m.number][m.index];
        if (done.delivered) revert AlreadyDelivered(m.set, m.number, m.index);
        _checkSent(m, proof);
        if (m.destination.code.length == 0) revert NoCodeAtDestination(m.destination);
        done.delivered = true;
        emit MessageDelivered(m.set, m.number, m.index, m.destination);
        if (m.value != 0 && !done.claimed) _payOut(m, done);
        IRosterReceiver(m.destination).onRosterMessage(m.set, m.program, m.payload);
    }

    function claim(OutgoingMessage calldata m, bytes32[] calldata proof) external {
        if (m.value == 0) revert NothingToClaim(m.set, m.number, m.index);
        Done storage done = _done[m.set][m.number][m.index];
        if (done.claimed) revert AlreadyClaimed(m.set, m.number, m.index);
        _checkSent(m, proof);
        _payOut(m, done);
    }

    function setOf(bytes32 program) external view returns (bool exists, uint96 set) {
        return (_programs[program].exists, _programs[program].set);
    }

    function delivered(uint96 set, uint64 number, uint64 index) external view returns (bool) {
        return _done[set][number][index].delivered;
    }

    function claimed(uint96 set, uint64 number, uint64 index) external view returns (bool) {
        return _done[set][number][index].claimed;
    }

    function replied(uint96 set, uint64 number, uint64 index) external view returns (bool) {
        return _done[set][number][index].replied;
    }

    /// @dev Reverts unless the set's batch sent this message, as it is and from its place. A batch without messages has
    /// the root 0, which nothing hashes to.
    function _checkSent(OutgoingMessage calldata m, bytes32[] calldata proof) private view {
        bytes32 content = Statements.messageContent(m.id, m.replyTo, m.replyCode, m.value, keccak256(m.payload));
        bytes32 leaf = Statements.messageLeaf(m.set, m.number, m.index, m.program, m.destination, content);
        bytes32 found = Statements.messagesRoot(m.count, Entries.rootFrom(m.count, m.index, leaf, proof));
        bytes32 root = ROUTER.messagesRoot(m.set, m.number);
        if (found != root) revert NotInBatch(found, root);
    }

    /// @dev Pays a value that the batch sent and nobody claimed, from what its own set holds.
    function _payOut(OutgoingMessage calldata m, Done storage done) private {
        if (m.destination == address(this)) revert CannotReceive(m.destination);
        uint256 have = held[m.set];
        if (have < m.value) revert HeldTooLittle(have, m.value);
        done.claimed = true;
        held[m.set] = have - m.value;
        emit ValueClaimed(m.set, m.number, m.index, m.destination, m.value);
        TOKEN.safeTransfer(m.destination, m.value);
    }

    /// @dev Takes from the sender a message's value, to be held for the set, and the fee, for the set's pot.
    function _accept(uint96 set, bytes calldata payload, uint128 value) private {
        if (payload.length > MAX_PAYLOAD_BYTES) revert PayloadTooLong(payload.length, MAX_PAYLOAD_BYTES);
        uint256 fee = MIDDLEWARE.messageFeeAt(set, _captureOf(_clockEra()));
        if (value != 0) held[set] += value;
        if (fee + value != 0) TOKEN.safeTransferFrom(msg.sender, address(this), fee + value);
        if (fee != 0) REWARDS.fund(set, fee);
    }
}
