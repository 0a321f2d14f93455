// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IOperators} from "../interfaces/IOperators.sol";
import {IRewards} from "../interfaces/IRewards.sol";
import {Entry, Header, Proposal} from "../interfaces/IRouter.sol";
import {Entries} from "../libraries/Entries.sol";
import {Signers as SignersLib} from "../libraries/Signers.sol";
import {Statements} from "../libraries/Statements.sol";
import {Sets} from "./Sets.sol";

/// @title Elections
/// @notice Seals, proposals, challenges, ejections: see IRouter.
abstract contract Elections is Sets {
    using SafeERC20 for IERC20;

    uint8 private constant BY_ENTRY = 0;
    uint8 private constant BY_OMISSION = 1;
    uint8 private constant BY_AGGREGATE = 2;
    uint8 private constant JAILED = 0;
    uint8 private constant BELOW_MINIMUM = 1;
    /// @dev A bond grows up to 2^4 times: enough to make endless replacement dear, not to price watchers out.
    uint8 private constant MOST_DOUBLINGS = 4;

    IERC20 public immutable TOKEN;
    IRewards public immutable REWARDS;
    IOperators public immutable OPERATORS;

    constructor() {
        TOKEN = IERC20(MIDDLEWARE.token());
        REWARDS = IRewards(MIDDLEWARE.rewards());
        OPERATORS = IOperators(MIDDLEWARE.operators());
    }

    function seal(uint64 era) public returns (uint256 seed) {
        uint256 from = uint256(_captureOf(era)) + FINALITY_LAG;
        if (block.timestamp < from) revert NotSealable(era, block.timestamp, from);
        if (seedOf[era] != 0) revert AlreadySealed(era);
        seed = block.prevrandao;
        seedOf[era] = seed;
        emit EraSealed(era, seed);
    }

    function propose(uint96 set, uint64 era, Proposal calldata proposal) external nonReentrant {
        _post(set, era, proposal);
    }

    function challengeEntry(Header calldata header, Entry calldata entry, Proposal calldata replacement)
        external
        nonReentrant
    {
        _requireChallengeable(header);
        _requireEntry(header, entry);
        uint48 capture = _captureOf(header.era);
        if (
            MIDDLEWARE.weightAt(header.set, entry.operator, capture) == entry.weight
                && OPERATORS.keyHashAt(header.set, entry.operator, capture) == entry.keyHash
        ) revert EntryIsRight(entry.operator, entry.weight);
        _discard(header.set, header.era, BY_ENTRY, entry.operator, replacement);
    }

    function challengeOmission(
        Header calldata header,
        address operator,
        Entry[] calldata neighbours,
        Proposal calldata replacement
    ) external nonReentrant {
        _requireChallengeable(header);
        uint48 capture = _captureOf(header.era);
        uint256 weight = MIDDLEWARE.weightAt(header.set, operator, capture);
        if (weight == 0) revert NotEligible(operator);
        (uint256 most,,) = MIDDLEWARE.electionRulesAt(header.set, capture);
        _requireBetween(header, operator, weight, neighbours, most);
        _discard(header.set, header.era, BY_OMISSION, operator, replacement);
    }

    function challengeAggregate(
        Header calldata header,
        bytes32[] calldata words,
        bytes32[6][] calldata keys,
        Proposal calldata replacement
    ) external nonReentrant {
        _requireChallengeable(header);
        (bytes32 root, bytes32[6] memory key) = SignersLib.sumOf(words, keys);
        if (root != header.root) revert Entries.RootMismatch(root, header.root);
        if (keccak256(abi.encodePacked(key)) == keccak256(abi.encodePacked(header.key))) revert AggregateIsRight();
        _discard(header.set, header.era, BY_AGGREGATE, address(0), replacement);
    }

    function release(uint96 set, uint64 era) external nonReentrant {
        Standing storage s = _standing[set][era];
        if (s.proposer == address(0) || s.released) revert NothingToRelease(set, era);
        (bool ever, bool superseded) = _history(set, era);
        if (!ever && !superseded) {
            revert NotActiveYet(set, era, block.timestamp, _activeAt(era, s.postedAt));
        }
        s.released = true;
        uint48 capture = _captureOf(era);
        uint256 bond = _bond(set, capture, s.discarded);
        TOKEN.safeTransfer(s.proposer, bond);
        uint256 paid;
        if (ever) paid = REWARDS.pay(set, s.proposer, MIDDLEWARE.proposerRewardAt(set, capture));
        emit Released(set, era, s.proposer, bond, paid);
    }

    function eject(Header calldata header, Entry calldata entry) external nonReentrant {
        _requireActive(header);
        _requireEntry(header, entry);
        Ejections storage e = ejections[header.set][header.era];
        uint128 bit = uint128(1) << uint128(entry.index);
        if (e.bitmap & bit != 0) revert AlreadyEjected(entry.index);

        uint8 reason = JAILED;
        if (OPERATORS.jailedUntil(entry.operator) <= block.timestamp) {
            reason = BELOW_MINIMUM;
            uint48 capture = _captureOf(header.era);
            (, uint256 need,) = MIDDLEWARE.electionRulesAt(header.set, capture);
            uint256 have = MIDDLEWARE.slashableAt(header.set, entry.operator, capture);
            if (have >= need) revert NoReasonToEject(entry.operator, have, need);
        }
        e.bitmap |= bit;
        e.weight += entry.weight;
        _standing[header.set][header.era].ejections = true;
        emit Ejected(header.set, header.era, entry.operator, entry.index, reason);
    }

    function _post(uint96 set, uint64 era, Proposal calldata proposal) private {
        Standing storage s = _standing[set][era];
        _requireOpen(set, era, s, proposal.seed);
        uint48 capture = _captureOf(era);
        (uint256 most, uint256 maxStake, uint256 bond, uint256 batchReward) =
            MIDDLEWARE.proposalTermsAt(set, capture);
        uint8 discarded = s.discarded;
        bond <<= _doublings(discarded);

        Header memory header = _header(set, era, proposal, most, maxStake);
        headerHashOf[set][era] = _hashOf(header);
        _standing[set][era] =
            Standing(msg.sender, uint48(block.timestamp), discarded, false, false, batchReward != 0);
        emit Proposed(set, era, msg.sender, bond, header, proposal.entries);
        TOKEN.safeTransferFrom(msg.sender, address(this), bond);
        if (discarded == 0) REWARDS.reserve(set, era);
    }

    function _requireOpen(uint96 set, uint64 era, Standing storage s, uint256 named) private {
        uint256 seed = seedOf[era];
        if (seed == 0) seed = named == 0 ? seal(era) : 0;
        else if (seed != named) revert SeedMismatch(named, seed);
        if (seed == 0) revert NotSealed(era);
        if (s.proposer != address(0)) revert AlreadyProposed(set, era);
        uint256 end = _lifetimeEnd(era);
        if (block.timestamp + CHALLENGE_WINDOW >= end) revert TooLateToPropose(block.timestamp, end);
        if (block.timestamp < GENESIS) return;
        for (uint64 later = _clockEra(); later > era; --later) {
            if (_activeBy(set, later, block.timestamp)) revert SupersededBy(set, later);
        }
    }

    function _header(uint96 set, uint64 era, Proposal calldata proposal, uint256 most, uint256 maxStake)
        private
        view
        returns (Header memory)
    {
        (uint256 count, uint256 total, bytes32 root) =
            Entries.tally(proposal.entries, maxStake, Entries.Lottery(address(this), set, era, seedOf[era]));
        if (count > most) revert TooManyEntries(count, most);
        return Header(set, era, uint16(count), uint96(total), root, proposal.key);
    }

    function _hashOf(Header memory h) private pure returns (bytes32) {
        return Statements.headerHash(h.set, h.era, h.count, h.total, h.root, keccak256(abi.encodePacked(h.key)));
    }

    function _requireChallengeable(Header calldata header) private view {
        Standing memory s = _requireStanding(header);
        uint256 activeAt = _activeAt(header.era, s.postedAt);
        if (block.timestamp >= activeAt) revert ChallengeOver(block.timestamp, activeAt);
    }

    function _requireEntry(Header calldata header, Entry calldata entry) private pure {
        bytes32 word = bytes32(uint256(uint160(entry.operator)) << 96 | entry.weight);
        Entries.verify(header.root, header.count, entry.index, Entries.leafOf(word, entry.keyHash), entry.proof);
    }

    /// @dev The operator belongs strictly between the neighbours, which are proven adjacent or at an end.
    function _requireBetween(
        Header calldata header,
        address operator,
        uint256 weight,
        Entry[] calldata neighbours,
        uint256 most
    ) private view {
        if (neighbours.length == 0 || neighbours.length > 2) revert NotBetween(operator, weight);
        for (uint256 i; i < neighbours.length; ++i) {
            _requireEntry(header, neighbours[i]);
        }
        Entry calldata first = neighbours[0];
        bool between;
        if (neighbours.length == 2) {
            between = neighbours[1].index == first.index + 1 && _before(header, first, operator, weight)
                && _after(header, neighbours[1], operator, weight);
        } else if (_after(header, first, operator, weight)) {
            between = first.index == 0;
        } else if (_before(header, first, operator, weight)) {
            between = first.index + 1 == header.count;
            if (between && header.count >= most) revert ListIsFull(header.count);
        }
        if (!between) revert NotBetween(operator, weight);
    }

    /// @dev Whether the entry comes before the operator: more weight, or as much and the lower ticket.
    function _before(Header calldata h, Entry calldata entry, address operator, uint256 weight)
        private
        view
        returns (bool)
    {
        if (entry.weight != weight) return entry.weight > weight;
        return _ticket(h, entry.operator) < _ticket(h, operator);
    }

    function _after(Header calldata h, Entry calldata entry, address operator, uint256 weight)
        private
        view
        returns (bool)
    {
        if (entry.weight != weight) return entry.weight < weight;
        return _ticket(h, entry.operator) > _ticket(h, operator);
    }

    function _ticket(Header calldata h, address operator) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), h.set, h.era, seedOf[h.era], operator));
    }

    function _discard(uint96 set, uint64 era, uint8 challenge, address operator, Proposal calldata replacement)
        private
    {
        Standing storage s = _standing[set][era];
        (address proposer, uint8 discarded) = (s.proposer, s.discarded);
        uint256 bond = _bond(set, _captureOf(era), discarded);
        // Rounded down for the challenger; the rest is the pot's.
        uint256 half = bond / 2;
        delete headerHashOf[set][era];
        _standing[set][era] =
            Standing(address(0), 0, discarded == type(uint8).max ? discarded : discarded + 1, false, false, false);
        emit Discarded(set, era, msg.sender, proposer, challenge, operator, half, bond - half);
        TOKEN.safeTransfer(msg.sender, half);
        TOKEN.safeTransfer(address(REWARDS), bond - half);
        REWARDS.credit(set, proposer, bond - half);
        if (replacement.entries.length != 0) _post(set, era, replacement);
    }

    function _bond(uint96 set, uint48 capture, uint8 discarded) private view returns (uint256) {
        return MIDDLEWARE.bondAt(set, capture) << _doublings(discarded);
    }

    function _doublings(uint8 discarded) private pure returns (uint8) {
        return discarded < MOST_DOUBLINGS ? discarded : MOST_DOUBLINGS;
    }
}
