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
contract Programs is IPrograms, Clock {
    using SafeERC20 for IERC20;

    uint256 private constant MAX_CHUNK_BYTES = 96 * 1024;
    uint256 private constant MAX_PAYLOAD_BYTES = 32 * 1024;
    uint32 private constant MAX_CHUNKS = 64;

    struct Program {
        bool exists;
        uint96 set;
        uint64 nonce;
    }

    IMiddleware public immutable MIDDLEWARE;
    IRouter public immutable ROUTER;
    IRewards public immutable REWARDS;
    IERC20 public immutable TOKEN;

    mapping(bytes32 codeId => uint32) public codeChunks;
    mapping(address uploader => mapping(bytes32 codeId => mapping(uint32 chunks => bytes32[]))) private _chunks;
    mapping(bytes32 program => Program) private _programs;
    mapping(uint96 set => mapping(uint64 number => mapping(uint64 index => bool))) public delivered;

    constructor(IMiddleware middleware) Clock(middleware.times()) {
        MIDDLEWARE = middleware;
        ROUTER = IRouter(middleware.router());
        REWARDS = IRewards(middleware.rewards());
        TOKEN = IERC20(middleware.token());
        // It only ever passes on the fee of the message at hand.
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

    function createProgram(uint96 set, bytes32 codeId, bytes32 salt, bytes calldata init)
        external
        returns (bytes32 program)
    {
        if (set >= MIDDLEWARE.setCount()) revert UnknownSet(set);
        if (codeChunks[codeId] == 0) revert UnknownCode(codeId);
        program = keccak256(abi.encode(set, codeId, msg.sender, salt));
        if (_programs[program].exists) revert ProgramExists(program);
        _programs[program] = Program(true, set, 0);
        _charge(set, init);
        emit ProgramCreated(set, program, codeId, msg.sender, salt, init);
    }

    function sendMessage(bytes32 program, bytes calldata payload) external returns (uint64 nonce) {
        Program storage p = _programs[program];
        if (!p.exists) revert UnknownProgram(program);
        nonce = p.nonce++;
        _charge(p.set, payload);
        emit MessageSent(p.set, program, msg.sender, nonce, payload);
    }

    function deliver(OutgoingMessage calldata m, bytes32[] calldata proof) external {
        if (delivered[m.set][m.number][m.index]) revert AlreadyDelivered(m.set, m.number, m.index);
        bytes32 leaf =
            Statements.messageLeaf(m.set, m.number, m.index, m.program, m.destination, keccak256(m.payload));
        bytes32 found = Statements.messagesRoot(m.count, Entries.rootFrom(m.count, m.index, leaf, proof));
        bytes32 root = ROUTER.messagesRoot(m.set, m.number);
        if (found != root) revert NotInBatch(found, root);
        if (m.destination.code.length == 0) revert NoCodeAtDestination(m.destination);
        delivered[m.set][m.number][m.index] = true;
        emit MessageDelivered(m.set, m.number, m.index, m.destination);
        IRosterReceiver(m.destination).onRosterMessage(m.set, m.program, m.payload);
    }

    function setOf(bytes32 program) external view returns (bool exists, uint96 set) {
        return (_programs[program].exists, _programs[program].set);
    }

    function _charge(uint96 set, bytes calldata payload) private {
        if (payload.length > MAX_PAYLOAD_BYTES) revert PayloadTooLong(payload.length, MAX_PAYLOAD_BYTES);
        uint256 fee = MIDDLEWARE.messageFeeAt(set, _captureOf(_clockEra()));
        if (fee == 0) return;
        TOKEN.safeTransferFrom(msg.sender, address(this), fee);
        REWARDS.fund(set, fee);
    }
}
