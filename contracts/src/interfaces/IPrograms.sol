// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice A message that a batch sent out, with its place in the batch's messages.
struct OutgoingMessage {
    uint96 set;
    uint64 number;
    uint64 index;
    /// Messages of the batch.
    uint64 count;
    bytes32 program;
    address destination;
    bytes payload;
}

/// @notice Contracts that programs talk to.
interface IRosterReceiver {
    /// @notice A message of `program`, certified by the Executors of `set`. The caller is the Programs contract.
    function onRosterMessage(uint96 set, bytes32 program, bytes calldata payload) external;
}

/// @title Programs: what Executors are asked to do
/// @notice Code, programs and messages as events, fees into the set's pot, and delivery of what programs send. It owns
/// nothing, and no other contract of ours trusts it (protocol §6).
interface IPrograms {
    event CodeChunk(
        bytes32 indexed codeId, address indexed uploader, uint32 index, uint32 chunks, bytes32 chunkHash, bytes chunk
    );
    event CodeUploaded(bytes32 indexed codeId, address indexed uploader, uint32 chunks);
    event ProgramCreated(
        uint96 indexed set, bytes32 indexed program, bytes32 indexed codeId, address creator, bytes32 salt, bytes init
    );
    event MessageSent(
        uint96 indexed set, bytes32 indexed program, address indexed sender, uint64 nonce, bytes payload
    );
    event MessageDelivered(uint96 indexed set, uint64 indexed number, uint64 indexed index, address destination);

    error ChunkTooLong(uint256 length, uint256 most);
    error ChunkOutOfRange(uint256 index, uint256 chunks);
    error PayloadTooLong(uint256 length, uint256 most);
    error UnknownSet(uint96 set);
    error UnknownCode(bytes32 codeId);
    error ProgramExists(bytes32 program);
    error UnknownProgram(bytes32 program);
    error AlreadyDelivered(uint96 set, uint64 number, uint64 index);
    /// @notice The message is not under the batch's root.
    error NotInBatch(bytes32 found, bytes32 root);
    error NoCodeAtDestination(address destination);

    /// @notice Uploads one chunk, at most 96 KiB. The code exists once all chunks of one uploader are there and
    /// keccak256 of their hashes in order is `codeId`.
    function uploadCode(bytes32 codeId, uint32 index, uint32 chunks, bytes calldata chunk) external;
    /// @notice Creates a program; pays `messageFee` (wVARA, approved to this contract) into the set's pot.
    /// @return program keccak256(abi.encode(set, codeId, creator, salt)).
    function createProgram(uint96 set, bytes32 codeId, bytes32 salt, bytes calldata init)
        external
        returns (bytes32 program);
    /// @notice Sends at most 32 KiB to a program; pays `messageFee` into the set's pot.
    function sendMessage(bytes32 program, bytes calldata payload) external returns (uint64 nonce);
    /// @notice Hands an outgoing message to its destination, once. Reverts when the destination does.
    /// @param proof Siblings in the positional tree of the batch's message leaves.
    function deliver(OutgoingMessage calldata message, bytes32[] calldata proof) external;

    /// @notice Chunks of a code that exists, 0 of one that does not.
    function codeChunks(bytes32 codeId) external view returns (uint32);
    function setOf(bytes32 program) external view returns (bool exists, uint96 set);
    function delivered(uint96 set, uint64 number, uint64 index) external view returns (bool);
}
