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
    /// The message's name among programs: what a reply to it names.
    bytes32 id;
    /// The id of the message that this one answers, 0 when it answers none.
    bytes32 replyTo;
    /// Gear's reply code; says something only in a reply.
    bytes4 replyCode;
    /// Base units of wVARA for the destination.
    uint128 value;
    bytes payload;
}

/// @notice Contracts that programs talk to.
interface IRosterReceiver {
    /// @notice A message of `program`, certified by the Executors of `set`. The caller is the Programs contract. What
    /// the message was worth is the receiver's already: with this call, or earlier by `claim`.
    function onRosterMessage(uint96 set, bytes32 program, bytes calldata payload) external;
}

/// @title Programs: what Executors are asked to do
/// @notice Code, programs and messages as events, fees into the set's pot, the wVARA that travels with messages, and
/// delivery of what programs send. No other contract of ours trusts it (protocol §6).
///
/// It holds the wVARA that was sent to programs, by set, and owns none of it. What a program sends comes from what its
/// own set holds and from nothing else: Executors who certify a lie can take what was entrusted to their set, never
/// what was entrusted to another. The sum of `held` over all sets is its balance, but for what somebody transferred to
/// it without being asked; such wVARA is nobody's and stays. wVARA is a plain ERC-20: a transfer moves exactly its
/// amount, and tells nobody.
///
/// Amounts are base units of wVARA. Who pays approves this contract for the value and for `messageFee`, which is that
/// of the capture of the clock's era; so nothing can be sent before genesis.
interface IPrograms {
    event CodeChunk(
        bytes32 indexed codeId, address indexed uploader, uint32 index, uint32 chunks, bytes32 chunkHash, bytes chunk
    );
    event CodeUploaded(bytes32 indexed codeId, address indexed uploader, uint32 chunks);
    event ProgramCreated(
        uint96 indexed set,
        bytes32 indexed program,
        bytes32 indexed codeId,
        address creator,
        bytes32 salt,
        uint128 value,
        bytes init
    );
    event MessageSent(
        uint96 indexed set,
        bytes32 indexed program,
        address indexed sender,
        uint64 nonce,
        uint128 value,
        bytes payload
    );
    /// @notice `sender` answered the message `repliedTo` of `program`.
    event ReplySent(
        uint96 indexed set,
        bytes32 indexed program,
        address indexed sender,
        bytes32 repliedTo,
        uint128 value,
        bytes payload
    );
    event MessageDelivered(uint96 indexed set, uint64 indexed number, uint64 indexed index, address destination);
    /// @notice The value of a message was paid to its destination.
    event ValueClaimed(
        uint96 indexed set, uint64 indexed number, uint64 indexed index, address destination, uint128 value
    );

    error NoBatchGas();
    error ChunkTooLong(uint256 length, uint256 most);
    error ChunkOutOfRange(uint256 index, uint256 chunks);
    error PayloadTooLong(uint256 length, uint256 most);
    error UnknownSet(uint96 set);
    error UnknownCode(bytes32 codeId);
    error ProgramExists(bytes32 program);
    error UnknownProgram(bytes32 program);
    error AlreadyDelivered(uint96 set, uint64 number, uint64 index);
    error AlreadyClaimed(uint96 set, uint64 number, uint64 index);
    error AlreadyReplied(uint96 set, uint64 number, uint64 index);
    /// @notice The message is not under the batch's root.
    error NotInBatch(bytes32 found, bytes32 root);
    error NoCodeAtDestination(address destination);
    /// @notice The message has no value.
    error NothingToClaim(uint96 set, uint64 number, uint64 index);
    /// @notice The message sends more than its set holds.
    error HeldTooLittle(uint256 have, uint256 need);
    /// @notice The value of a message to this contract would be nobody's for ever.
    error CannotReceive(address destination);
    error NotDestination(address sender, address destination);
    /// @notice The message is itself the reply to `replyTo`, and a reply is not replied to.
    error IsReply(bytes32 replyTo);

    /// @notice Uploads one chunk, at most 96 KiB. The code exists once all chunks of one uploader are there and
    /// keccak256 of their hashes in order is `codeId`.
    function uploadCode(bytes32 codeId, uint32 index, uint32 chunks, bytes calldata chunk) external;
    /// @notice Creates a program with `value` and the message `init` (at most 32 KiB) to it; pays `messageFee` into the
    /// set's pot.
    /// @return program keccak256(abi.encode(set, codeId, creator, salt)).
    function createProgram(uint96 set, bytes32 codeId, bytes32 salt, bytes calldata init, uint128 value)
        external
        returns (bytes32 program);
    /// @notice Sends at most 32 KiB and `value` to a program; pays `messageFee` into the set's pot.
    /// @return nonce Of this program's messages, from 0.
    function sendMessage(bytes32 program, bytes calldata payload, uint128 value) external returns (uint64 nonce);
    /// @notice Answers, as its destination, a message that a batch sent and that is no reply itself, once; with at most
    /// 32 KiB and `value`. Pays `messageFee` into the set's pot. Whether the message was delivered does not matter.
    /// @param proof As in `deliver`.
    function reply(OutgoingMessage calldata message, bytes32[] calldata proof, bytes calldata payload, uint128 value)
        external;
    /// @notice Hands an outgoing message to its destination, once, after its value where that was not claimed. Reverts
    /// when the destination does, and when the set holds less than the value.
    /// @param proof Siblings in the positional tree of the batch's message leaves.
    function deliver(OutgoingMessage calldata message, bytes32[] calldata proof) external;
    /// @notice Pays the value of an outgoing message to its destination, once, by anyone. The message can still be
    /// delivered, to a contract.
    /// @param proof As in `deliver`.
    function claim(OutgoingMessage calldata message, bytes32[] calldata proof) external;

    /// @notice Gas that one batch uses before it leaves the rest of the queue to the next (protocol §6); at least 1.
    function BATCH_GAS() external view returns (uint64);
    /// @notice Base units of wVARA that are entrusted to a set's programs.
    function held(uint96 set) external view returns (uint256);
    /// @notice Chunks of a code that exists, 0 of one that does not.
    function codeChunks(bytes32 codeId) external view returns (uint32);
    function setOf(bytes32 program) external view returns (bool exists, uint96 set);
    function delivered(uint96 set, uint64 number, uint64 index) external view returns (bool);
    function claimed(uint96 set, uint64 number, uint64 index) external view returns (bool);
    function replied(uint96 set, uint64 number, uint64 index) external view returns (bool);
}
