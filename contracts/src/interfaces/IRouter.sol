// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice A set of Executors in short; whoever uses the set hands it in, the Router keeps its hash.
struct Header {
    uint96 set;
    uint64 era;
    /// Number of Executors, 1 to 128.
    uint16 count;
    /// Sum of their weights, wVARA base units.
    uint96 total;
    /// Root of the positional Merkle set of entries (library Entries).
    bytes32 root;
    /// Sum of their BLS keys, packed as six words.
    bytes32[6] key;
}

/// @notice A list of Executors, in order. Empty `entries`: none.
struct Proposal {
    /// seed(era), named so that a reorganisation of the seal makes the proposal revert. 0: seal in this call.
    uint256 seed;
    /// Sum of the keys of the entries.
    bytes32[6] key;
    /// Operator 20 bytes, weight 12, key hash 32, for each Executor.
    bytes entries;
}

/// @notice One entry with its proof.
struct Entry {
    uint256 index;
    address operator;
    uint96 weight;
    bytes32 keyHash;
    bytes32[] proof;
}

/// @notice Who signed: bit i = entry i. What is not signed by all comes with the clear bits' entries and one proof.
struct Signers {
    uint128 bitmap;
    /// For each clear bit, ascending: operator 20 bytes, weight 12, key 192.
    bytes absent;
    /// Positional multiproof of the absent entries.
    bytes32[] proof;
}

/// @notice A signed statement: signers, and one signature of theirs over a digest that is known from elsewhere.
struct Statement {
    Signers signers;
    bytes32[3] signature;
}

/// @notice A batch without its set, which the header names.
struct Batch {
    uint64 number;
    bytes32 previousHash;
    uint64 endBlock;
    bytes32 endBlockHash;
    bytes32 stateRoot;
    /// Root over outgoing messages, 0 when there are none.
    bytes32 messagesRoot;
}

/// @title Router: who the Executors are, and what they have agreed on
/// @notice Eras, proposals, challenges, certificates, batches (protocol §4 to §6). Nobody is trusted to say who won:
/// anyone proposes with a bond, anyone proves a proposal wrong, and no present Executor or owner has a say.
interface IRouter {
    event SetOpened(uint96 indexed set, uint64 number, bytes32 batchHash);
    event EraSealed(uint64 indexed era, uint256 seed);
    event Proposed(
        uint96 indexed set, uint64 indexed era, address indexed proposer, uint256 bond, Header header, bytes entries
    );
    /// @param challenge 0 entry, 1 omission, 2 aggregate.
    event Discarded(
        uint96 indexed set, uint64 indexed era, address indexed challenger, address proposer, uint8 challenge,
        address operator, uint256 toChallenger, uint256 toPot
    );
    event Released(uint96 indexed set, uint64 indexed era, address indexed proposer, uint256 bond, uint256 reward);
    /// @param reason 0 jailed, 1 slashable stake below the minimum.
    event Ejected(uint96 indexed set, uint64 indexed era, address indexed operator, uint256 index, uint8 reason);
    event BatchCommitted(
        uint96 indexed set, uint64 indexed era, uint64 indexed number, bytes32 batchHash, uint128 signers, Batch batch
    );
    event SignersAdded(
        uint96 indexed set, uint64 indexed era, uint64 indexed number, bytes32 batchHash, uint128 signers
    );

    error OnlyMiddleware(address caller);
    error AlreadySealed(uint64 era);
    /// @notice The era can be sealed `from` that second on: its capture must be final.
    error NotSealable(uint64 era, uint256 nowTime, uint256 from);
    error NotSealed(uint64 era);
    error SeedMismatch(uint256 given, uint256 seed);
    error TooManyEntries(uint256 given, uint256 most);
    error AlreadyProposed(uint96 set, uint64 era);
    /// @notice A later era's set is active: this one can no longer become so.
    error SupersededBy(uint96 set, uint64 era);
    /// @notice What a proposal needs to be challenged in is no longer left of the set's lifetime.
    error TooLateToPropose(uint256 nowTime, uint256 end);
    /// @notice The header is not the one that stands for its set and era.
    error UnknownHeader(uint96 set, uint64 era, bytes32 given, bytes32 standing);
    error ChallengeOver(uint256 nowTime, uint256 activeAt);
    /// @notice The Middleware says the same as the entry: weight and key hash at the capture.
    error EntryIsRight(address operator, uint256 weight);
    error NotEligible(address operator);
    /// @notice By its weight the operator does not belong between those neighbours.
    error NotBetween(address operator, uint256 weight);
    /// @notice The list is full and the operator comes after it.
    error ListIsFull(uint256 count);
    error AggregateIsRight();
    error NotActiveYet(uint96 set, uint64 era, uint256 nowTime, uint256 activeAt);
    error LifetimeOver(uint96 set, uint64 era, uint256 nowTime, uint256 end);
    error NeverActive(uint96 set, uint64 era);
    error NothingToRelease(uint96 set, uint64 era);
    error AlreadyEjected(uint256 index);
    /// @notice Neither jailed nor with less than `need` slashable.
    error NoReasonToEject(address operator, uint256 have, uint256 need);
    error EjectedSigner(uint256 bitmap, uint256 ejected);
    /// @notice 3 * signed must exceed 2 * (total - what ejections take off).
    error NoQuorum(uint256 signed, uint256 total, uint256 ejected);
    error NotTheHead(bytes32 given, bytes32 head);
    error NumberNotAbove(uint256 number, uint256 head);
    error NoBatchBlocks();
    /// @notice Batch `number` ends with block `end`.
    error NotTheIntervalsEnd(uint256 number, uint256 endBlock, uint256 end);
    error BlockNotPast(uint256 endBlock, uint256 blockNumber);
    error BlockHashMismatch(uint256 endBlock, bytes32 given, bytes32 known);

    /// @notice Fixes seed(era) as this block's prevrandao, from capture + finalityLag on. By anyone, once for all sets.
    function seal(uint64 era) external returns (uint256 seed);
    /// @notice Posts the Executors of an era with a bond (wVARA, approved to the Router).
    function propose(uint96 set, uint64 era, Proposal calldata proposal) external;
    /// @notice Proves that an entry's weight or key is not what the Middleware says at the capture. Half of the bond
    /// goes to the caller, half to the set's pot; `replacement` is posted in its place if it has entries.
    function challengeEntry(Header calldata header, Entry calldata entry, Proposal calldata replacement) external;
    /// @notice Proves that an eligible operator is missing or misplaced: it belongs strictly between `neighbours`: two
    /// adjacent entries, or the first alone, or the last alone of a list that is not full.
    function challengeOmission(
        Header calldata header,
        address operator,
        Entry[] calldata neighbours,
        Proposal calldata replacement
    ) external;
    /// @notice Proves that the keys of the entries do not add up to the header's.
    /// @param words Operator 20 bytes, weight 12, for each entry.
    function challengeAggregate(
        Header calldata header,
        bytes32[] calldata words,
        bytes32[6][] calldata keys,
        Proposal calldata replacement
    ) external;
    /// @notice Gives the bond back once the set, or a later one, was active; in the first case with the proposer's
    /// reward, as far as the free pot goes.
    function release(uint96 set, uint64 era) external;
    /// @notice Removes a jailed Executor, or one whose slashable stake fell below the minimum, from the active set.
    function eject(Header calldata header, Entry calldata entry) external;
    /// @notice Moves the head of a set's chain of batches.
    /// @param headNumber Number of the present head, whose hash the batch names as its predecessor.
    function commitBatch(Header calldata header, uint64 headNumber, Batch calldata batch, Statement calldata certificate)
        external;
    /// @notice Verifies and emits later signatures to a batch. Whether it was committed, and how long ago, the reward
    /// rule reads from the events.
    function addSigners(Header calldata header, uint64 number, bytes32 batchHash, Statement calldata statement)
        external;

    /// @notice Starts the chain of batches of a new set. Middleware only.
    function openSet(uint96 set, uint64 number, bytes32 batchHash) external;

    /// @notice Reverts unless the header's set is active now and `certificate` is a certificate over `digest`.
    function checkCertificate(Header calldata header, bytes32 digest, Statement calldata certificate) external view;
    /// @notice Reverts unless the header stands and is active or once was.
    function checkWasActive(Header calldata header) external view;
    /// @notice Weight that must be exceeded three to two, in thirds: total - min(ejected weight, total / 3).
    function quorumBase(Header calldata header) external view returns (uint256);
    /// @notice The era of the active set, if there is one.
    function activeEra(uint96 set) external view returns (bool active, uint64 era);
    /// @notice end(era) + signersWindow, or 0 when `era` is not closed yet.
    function closedAt(uint96 set, uint64 era) external view returns (uint256);
    function seedOf(uint64 era) external view returns (uint256);
    function headerHashOf(uint96 set, uint64 era) external view returns (bytes32);
    /// @notice The standing proposal: proposer, when it was posted, how many were discarded before it, whether its bond
    /// was released. All but `discarded` are 0 when none stands.
    function standing(uint96 set, uint64 era)
        external
        view
        returns (address proposer, uint48 postedAt, uint8 discarded, bool released);
    function ejections(uint96 set, uint64 era) external view returns (uint128 bitmap, uint96 weight);
    function headOf(uint96 set) external view returns (bytes32);
    /// @notice B_0 of protocol §6: the block of the Router's deployment.
    function FIRST_BLOCK() external view returns (uint64);
    /// @notice Blocks of an interval: batch k ends with block FIRST_BLOCK + k * BATCH_BLOCKS.
    function BATCH_BLOCKS() external view returns (uint64);
    /// @notice Root over the outgoing messages of a batch, 0 when it has none.
    function messagesRoot(uint96 set, uint64 number) external view returns (bytes32);
}
