// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Domain} from "../Domain.sol";
import {Dispute, Kind, Side} from "../interfaces/IOffences.sol";
import {RewardCommit} from "../interfaces/IRewards.sol";
import {Batch, Entry, Header, Signers, Statement} from "../interfaces/IRouter.sol";
import {BLS} from "../libraries/BLS.sol";
import {Entries} from "../libraries/Entries.sol";
import {Signers as SignersLib} from "../libraries/Signers.sol";
import {Statements} from "../libraries/Statements.sol";
import {Records} from "./Records.sol";

/// @title Evidence
/// @notice What offenders signed: see IOffences. No threshold, and ejected signers count: what one signs, one signs.
/// @dev A list that nobody watched may name keys that its operators never had. It can make a set, never an offender:
/// nothing is evidence before the keys behind the header are confirmed to be those registered at the capture.
abstract contract Evidence is Records, Domain {
    uint8 private constant OPEN = 1;
    uint8 private constant A_IS_WRONG = 2;
    uint8 private constant B_IS_WRONG = 3;

    mapping(bytes32 headerHash => bool) public keysConfirmed;
    mapping(bytes32 id => uint8) public disputeState;
    /// @dev Whether a dispute of a set's era was ever filed: slashes of newer eras wait until it must be decided.
    mapping(uint96 set => mapping(uint64 era => bool)) internal _disputed;

    function confirmKeys(Header calldata header, bytes32[] calldata words, bytes32[6][] calldata keys) external {
        ROUTER.checkWasActive(header);
        (bytes32 root, bytes32[6] memory sum) = SignersLib.sumOf(words, keys);
        if (root != header.root) revert Entries.RootMismatch(root, header.root);
        if (keccak256(abi.encodePacked(sum)) != Statements.keyHash(header.key)) revert AggregateIsWrong();
        uint48 capture = _captureOf(header.era);
        for (uint256 i; i < words.length; ++i) {
            address operator = Entries.operatorOf(words[i]);
            bytes32 registered = OPERATORS.keyHashAt(header.set, operator, capture);
            if (registered != Statements.keyHash(keys[i])) revert KeyNotRegistered(operator, registered);
        }
        keysConfirmed[Statements.headerHash(header)] = true;
        emit KeysConfirmed(header.set, header.era);
    }

    function reportBatches(
        Header calldata header,
        uint64 number,
        bytes32[2] calldata batchHashes,
        Signers[2] calldata signers,
        bytes32[3] calldata signature,
        Entry[] calldata accused
    ) external nonReentrant {
        if (batchHashes[0] == batchHashes[1]) revert NoContradiction();
        bytes32 domain = domainSeparator();
        _equivocation(
            header,
            Statements.batchDigest(domain, header.set, header.era, number, batchHashes[0]),
            Statements.batchDigest(domain, header.set, header.era, number, batchHashes[1]),
            signers,
            signature,
            accused
        );
    }

    function reportRewards(
        Header calldata header,
        RewardCommit[2] calldata commits,
        Signers[2] calldata signers,
        bytes32[3] calldata signature,
        Entry[] calldata accused
    ) external nonReentrant {
        _checkSlots(_slot(header.set, commits[0]), _slot(header.set, commits[1]));
        bytes32 domain = domainSeparator();
        bytes32 digestA = Statements.rewardsDigest(domain, header.set, header.era, commits[0]);
        bytes32 digestB = Statements.rewardsDigest(domain, header.set, header.era, commits[1]);
        if (digestA == digestB) revert NoContradiction();
        _equivocation(header, digestA, digestB, signers, signature, accused);
    }

    function disputeBatches(Header[2] calldata headers, Batch[2] calldata batches, Statement[2] calldata statements)
        external
        nonReentrant
        returns (bytes32)
    {
        uint96 set = headers[0].set;
        _checkSlots(_slot(set, batches[0]), _slot(headers[1].set, batches[1]));
        bytes32 hashA = Statements.batchHash(set, batches[0]);
        bytes32 hashB = Statements.batchHash(set, batches[1]);
        if (hashA == hashB) revert NoContradiction();
        bytes32 domain = domainSeparator();
        return _dispute(
            headers,
            Statements.batchDigest(domain, set, headers[0].era, batches[0].number, hashA),
            Statements.batchDigest(domain, set, headers[1].era, batches[1].number, hashB),
            statements
        );
    }

    function disputeRewards(
        Header[2] calldata headers,
        RewardCommit[2] calldata commits,
        Statement[2] calldata statements
    ) external nonReentrant returns (bytes32) {
        uint96 set = headers[0].set;
        _checkSlots(_slot(set, commits[0]), _slot(headers[1].set, commits[1]));
        if (keccak256(abi.encode(commits[0])) == keccak256(abi.encode(commits[1]))) revert NoContradiction();
        bytes32 domain = domainSeparator();
        return _dispute(
            headers,
            Statements.rewardsDigest(domain, set, headers[0].era, commits[0]),
            Statements.rewardsDigest(domain, set, headers[1].era, commits[1]),
            statements
        );
    }

    function uphold(Dispute calldata dispute, bytes32 wrongDigest) external {
        if (msg.sender != MIDDLEWARE.judge()) revert OnlyJudge(msg.sender);
        bytes32 id = keccak256(abi.encode(dispute));
        uint8 state = disputeState[id];
        if (state == 0) revert UnknownDispute(id);
        if (state != OPEN) revert AlreadyUpheld(id);
        bool isA = wrongDigest == dispute.a.digest;
        if (!isA && wrongDigest != dispute.b.digest) revert NotOfTheDispute(wrongDigest);
        uint256 deadline = _requestDeadline(isA ? dispute.a.era : dispute.b.era);
        if (block.timestamp > deadline) revert TooLateToUphold(block.timestamp, deadline);
        disputeState[id] = isA ? A_IS_WRONG : B_IS_WRONG;
        emit Upheld(id, wrongDigest);
    }

    function reportWrongResult(Dispute calldata dispute, Header calldata header, Entry[] calldata accused)
        external
        nonReentrant
    {
        bytes32 id = keccak256(abi.encode(dispute));
        uint8 state = disputeState[id];
        if (state != A_IS_WRONG && state != B_IS_WRONG) revert NotUpheld(id);
        Side calldata side = state == A_IS_WRONG ? dispute.a : dispute.b;
        bytes32 given = Statements.headerHash(header);
        if (given != side.headerHash) revert WrongHeader(given, side.headerHash);
        uint256 deadline = _requestDeadline(side.era);
        if (block.timestamp > deadline) revert TooLateToReport(block.timestamp, deadline);
        _accuse(header, side.bitmap, accused, Kind.WrongResult, dispute.reporter);
    }

    function _equivocation(
        Header calldata header,
        bytes32 digestA,
        bytes32 digestB,
        Signers[2] calldata signers,
        bytes32[3] calldata signature,
        Entry[] calldata accused
    ) private {
        _checkReportable(header);
        (bytes32[6] memory keyA,) = _signers(header, signers[0]);
        (bytes32[6] memory keyB,) = _signers(header, signers[1]);
        BLS.verifyPair(digestA, keyA, digestB, keyB, signature);
        uint128 both = signers[0].bitmap & signers[1].bitmap;
        emit EquivocationProven(header.set, header.era, digestA, digestB, both);
        _accuse(header, both, accused, Kind.Equivocation, msg.sender);
    }

    function _dispute(
        Header[2] calldata headers,
        bytes32 digestA,
        bytes32 digestB,
        Statement[2] calldata statements
    ) private returns (bytes32 id) {
        uint256 signedA = _checkSide(headers[0], digestA, statements[0]);
        uint256 signedB = _checkSide(headers[1], digestB, statements[1]);
        if (!_certified(headers[0], signedA) && !_certified(headers[1], signedB)) {
            revert NeitherCertified(signedA, signedB);
        }

        Dispute memory dispute = Dispute(
            headers[0].set,
            msg.sender,
            Side(Statements.headerHash(headers[0]), headers[0].era, digestA, statements[0].signers.bitmap),
            Side(Statements.headerHash(headers[1]), headers[1].era, digestB, statements[1].signers.bitmap)
        );
        id = keccak256(abi.encode(dispute));
        if (disputeState[id] != 0) revert AlreadyDisputed(id);
        disputeState[id] = OPEN;
        _disputed[dispute.set][dispute.a.era] = true;
        _disputed[dispute.set][dispute.b.era] = true;
        emit Disputed(id, dispute);
    }

    function _checkSide(Header calldata header, bytes32 digest, Statement calldata statement)
        private
        view
        returns (uint256 signed)
    {
        _checkReportable(header);
        bytes32[6] memory key;
        (key, signed) = _signers(header, statement.signers);
        BLS.verify(digest, key, statement.signature);
    }

    /// @dev Whether the signers' weight could have made a certificate, ejected ones included: some may have been ejected
    /// since, and a quorum must not escape the judge by ejecting one of its own. So an offender that was ejected may
    /// summon the judge with less; nothing follows from that alone.
    function _certified(Header calldata header, uint256 signed) private view returns (bool) {
        return 3 * signed > 2 * ROUTER.quorumBase(header);
    }

    function _checkReportable(Header calldata header) private view {
        uint256 deadline = _reportDeadline(header.era);
        if (block.timestamp > deadline) revert TooLateToReport(block.timestamp, deadline);
        // Only a header that was active can be confirmed.
        if (!keysConfirmed[Statements.headerHash(header)]) revert KeysNotConfirmed(header.set, header.era);
    }

    function _signers(Header calldata header, Signers calldata s)
        private
        view
        returns (bytes32[6] memory key, uint256 signed)
    {
        return SignersLib.signersKey(header.count, header.total, header.root, header.key, s.bitmap, s.absent, s.proof);
    }

    function _accuse(Header calldata header, uint128 signed, Entry[] calldata accused, Kind kind, address reporter)
        private
    {
        if (accused.length == 0) revert NobodyAccused();
        bool news;
        for (uint256 i; i < accused.length; ++i) {
            Entry calldata e = accused[i];
            if (e.index >= 128 || signed >> e.index & 1 == 0) revert NotSigned(e.index, signed);
            bytes32 word = bytes32(uint256(uint160(e.operator)) << 96 | e.weight);
            Entries.verify(header.root, header.count, e.index, Entries.leafOf(word, e.keyHash), e.proof);
            if (_record(header.set, e.operator, header.era, kind, reporter)) news = true;
        }
        // Those on record already are passed over: reporting one of many ahead must not undo the report of the rest.
        if (!news) revert AlreadyReported(header.set, accused[0].operator, header.era, kind);
    }

    function _checkSlots(bytes32 slotA, bytes32 slotB) private pure {
        if (slotA != slotB) revert DifferentSlots(slotA, slotB);
    }

    function _slot(uint96 set, Batch calldata b) private pure returns (bytes32) {
        return keccak256(abi.encode(set, b.number, b.previousHash));
    }

    function _slot(uint96 set, RewardCommit calldata r) private pure returns (bytes32) {
        return keccak256(abi.encode(set, r.fromEra, r.toEra, r.previousRoots));
    }
}
