// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {RewardCommit} from "./IRewards.sol";
import {Batch, Entry, Header, Signers, Statement} from "./IRouter.sol";

/// @notice 0: signed two contradicting statements. 1: signed a wrong result, as the judge says.
enum Kind {
    Equivocation,
    WrongResult
}

/// @notice One offence: each is recorded once, whatever the number of batches it was committed in.
struct OffenceId {
    uint96 set;
    address operator;
    uint64 era;
    Kind kind;
}

/// @notice One of two contradicting statements of a dispute, in short.
struct Side {
    bytes32 headerHash;
    uint64 era;
    bytes32 digest;
    uint128 bitmap;
}

/// @notice A dispute, as its event gives it; the contract keeps its hash.
struct Dispute {
    uint96 set;
    address reporter;
    Side a;
    Side b;
}

/// @title Offences: evidence and slashes
/// @notice Misbehaviour proven by the offenders' own signatures, and what follows from it (protocol §7). Slashes are
/// requested and executed vault by vault: a failure consumes nothing and can be repeated.
interface IOffences {
    event OffenceReported(
        uint96 indexed set, uint64 indexed era, address indexed operator, Kind kind, address reporter, uint48 jailedUntil
    );
    /// @notice Two statements that a set signed of one slot. `digestA`, `digestB`: EIP-712 digests.
    event EquivocationProven(uint96 indexed set, uint64 indexed era, bytes32 digestA, bytes32 digestB, uint128 accused);
    event KeysConfirmed(uint96 indexed set, uint64 indexed era);
    event Disputed(bytes32 indexed id, Dispute dispute);
    event Upheld(bytes32 indexed id, bytes32 wrongDigest);
    event SlashRequested(
        uint96 indexed set, address indexed operator, address indexed vault, uint64 era, Kind kind, uint256 index,
        uint256 amount
    );
    event SlashExecuted(
        uint96 indexed set, address indexed operator, address indexed vault, uint64 era, Kind kind, uint256 taken,
        uint256 bounty
    );

    error OnlyJudge(address caller);
    /// @notice Nothing signed under the header is evidence before `confirmKeys`.
    error KeysNotConfirmed(uint96 set, uint64 era);
    /// @notice The keys of the entries do not add up to the header's.
    error AggregateIsWrong();
    /// @notice At the capture the operator's key was another (its hash, 0: none).
    error KeyNotRegistered(address operator, bytes32 registered);
    /// @notice The statements do not contradict each other.
    error NoContradiction();
    /// @notice The statements are not of one slot.
    error DifferentSlots(bytes32 slotA, bytes32 slotB);
    error NotSigned(uint256 index, uint256 accused);
    error NobodyAccused();
    error TooLateToReport(uint256 nowTime, uint256 deadline);
    error NeitherCertified(uint256 signedA, uint256 signedB);
    error UnknownDispute(bytes32 id);
    error AlreadyDisputed(bytes32 id);
    error AlreadyUpheld(bytes32 id);
    error NotUpheld(bytes32 id);
    error NotOfTheDispute(bytes32 digest);
    error TooLateToUphold(uint256 nowTime, uint256 deadline);
    error WrongHeader(bytes32 given, bytes32 wanted);
    /// @notice All of the accused are on record already; the first of them is named.
    error AlreadyReported(uint96 set, address operator, uint64 era, Kind kind);
    error UnknownOffence(uint96 set, address operator, uint64 era, Kind kind);
    error TooLateToRequest(uint256 nowTime, uint256 deadline);
    error AlreadyRequested(address vault, uint256 index);
    error NotRequested(address vault);
    error AlreadyExecuted(address vault);
    error SlashVetoed(address vault, uint256 index);
    error VetoWindowOpen(uint256 nowTime, uint256 end);
    /// @notice An older offence can still be reported until `deadline`: slashing now could void it.
    error OlderReportsOpen(uint256 nowTime, uint256 deadline);
    /// @notice A dispute of an older era is open until `deadline`.
    error OlderDisputeOpen(uint64 era, uint256 deadline);
    /// @notice An older recorded offence of the operator is not final for this vault.
    error OlderOffenceOpen(uint64 era, Kind kind);

    /// @notice Confirms, once for each header that is or was active, that the keys behind it are those which its operators
    /// had registered at the capture and add up to the header's: so that a list which nobody challenged cannot frame
    /// operators that never signed. By anyone, before the first report or dispute under it.
    /// @param words Operator 20 bytes, weight 12, for each entry. @param keys Packed, in the same order.
    function confirmKeys(Header calldata header, bytes32[] calldata words, bytes32[6][] calldata keys) external;
    /// @notice Proves that Executors signed two batches of one number in one era. The accused are among those whose bit
    /// is set in both; any subset per call.
    /// @param signature Sum of both statements' signatures: it verifies only if everyone signed both.
    function reportBatches(
        Header calldata header,
        uint64 number,
        bytes32[2] calldata batchHashes,
        Signers[2] calldata signers,
        bytes32[3] calldata signature,
        Entry[] calldata accused
    ) external;
    /// @notice The same for two reward statements of equal fromEra, toEra and previousRoots.
    function reportRewards(
        Header calldata header,
        RewardCommit[2] calldata commits,
        Signers[2] calldata signers,
        bytes32[3] calldata signature,
        Entry[] calldata accused
    ) external;
    /// @notice Puts two contradicting batches of one slot (set, number, previous hash), one of them certified, before
    /// the judge. Nothing follows from it alone.
    function disputeBatches(Header[2] calldata headers, Batch[2] calldata batches, Statement[2] calldata statements)
        external
        returns (bytes32 id);
    /// @notice The same for reward statements of one slot (set, fromEra, toEra, previousRoots).
    function disputeRewards(
        Header[2] calldata headers,
        RewardCommit[2] calldata commits,
        Statement[2] calldata statements
    ) external returns (bytes32 id);
    /// @notice Says which of the two is wrong (judge only), once.
    function uphold(Dispute calldata dispute, bytes32 wrongDigest) external;
    /// @notice Records the offence of those who signed the wrong one; any subset per call.
    function reportWrongResult(Dispute calldata dispute, Header calldata header, Entry[] calldata accused) external;
    /// @notice Requests the slash of one offence in one vault that counted at the capture. By anyone.
    function requestSlash(OffenceId calldata offence, address vault) external;
    /// @notice Executes it after the veto window, in the order of captures. By anyone.
    function executeSlash(OffenceId calldata offence, address vault) external;

    /// @notice Who reported an offence; 0 when it is not recorded.
    function reporterOf(OffenceId calldata offence) external view returns (address);
    /// @notice The slash of an offence in a vault: when it was requested (0: not yet), its number at the vault's
    /// slasher, whether it was executed.
    function slashOf(OffenceId calldata offence, address vault)
        external
        view
        returns (uint48 requestedAt, uint128 index, bool executed);
    function keysConfirmed(bytes32 headerHash) external view returns (bool);
    /// @notice 0 unknown, 1 open, 2 `a` is wrong, 3 `b` is wrong.
    function disputeState(bytes32 id) external view returns (uint8);
}
