// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Clock} from "../Clock.sol";
import {IMiddleware} from "../interfaces/IMiddleware.sol";
import {Header, IRouter} from "../interfaces/IRouter.sol";
import {Statements} from "../libraries/Statements.sol";

/// @title Sets
/// @notice What the Router keeps of each set and era, and which set is active: see IRouter.
/// @dev Three words per set and era: the hash of the header, the standing proposal, and, once needed, ejections.
abstract contract Sets is Clock, ReentrancyGuardTransient, IRouter {
    struct Standing {
        address proposer;
        uint48 postedAt;
        uint8 discarded;
        /// The bond went back.
        bool released;
        /// Word three holds something. Kept here so that a certificate reads that word only when it must.
        bool ejections;
        /// Batches of the era are paid for: fixed at its capture, so known from the proposal on.
        bool batchesPaid;
    }

    struct Ejections {
        uint128 bitmap;
        uint96 weight;
    }

    IMiddleware public immutable MIDDLEWARE;

    mapping(uint64 era => uint256) public seedOf;
    mapping(uint96 set => mapping(uint64 era => bytes32)) public headerHashOf;
    mapping(uint96 set => mapping(uint64 era => Standing)) internal _standing;
    mapping(uint96 set => mapping(uint64 era => Ejections)) public ejections;

    constructor(IMiddleware middleware) {
        MIDDLEWARE = middleware;
    }

    function standing(uint96 set, uint64 era)
        external
        view
        returns (address proposer, uint48 postedAt, uint8 discarded, bool released)
    {
        Standing memory s = _standing[set][era];
        return (s.proposer, s.postedAt, s.discarded, s.released);
    }

    function activeEra(uint96 set) external view returns (bool active, uint64 era) {
        if (block.timestamp < GENESIS) return (false, 0);
        era = _clockEra();
        // Below the first era whose lifetime is over nothing can be active.
        while (block.timestamp < _lifetimeEnd(era)) {
            if (_activeBy(set, era, block.timestamp)) return (true, era);
            if (era == 0) break;
            --era;
        }
        return (false, 0);
    }

    function closedAt(uint96 set, uint64 era) external view returns (uint256) {
        // A later set takes over only before the lifetime is over, so only eras that start before then matter.
        uint256 end = _lifetimeEnd(era);
        for (uint64 later = era + 1; _eraStart(later) < end; ++later) {
            if (_standing[set][later].proposer == address(0)) continue;
            uint256 takesOver = _activeAt(later, _standing[set][later].postedAt);
            if (takesOver < end) end = takesOver;
        }
        end += SIGNERS_WINDOW;
        return block.timestamp < end ? 0 : end;
    }

    function checkWasActive(Header calldata header) external view {
        _requireStanding(header);
        (bool ever,) = _history(header.set, header.era);
        if (!ever) revert NeverActive(header.set, header.era);
    }

    /// @dev The header's set is active now; returns its second word.
    function _requireActive(Header calldata header) internal view returns (Standing memory s) {
        (uint96 set, uint64 era) = (header.set, header.era);
        s = _requireStanding(header);
        uint256 activeAt = _activeAt(era, s.postedAt);
        if (block.timestamp < activeAt) revert NotActiveYet(set, era, block.timestamp, activeAt);
        uint256 end = _lifetimeEnd(era);
        if (block.timestamp >= end) revert LifetimeOver(set, era, block.timestamp, end);
        for (uint64 later = _clockEra(); later > era; --later) {
            if (_activeBy(set, later, block.timestamp)) revert SupersededBy(set, later);
        }
    }

    function _requireStanding(Header calldata header) internal view returns (Standing memory s) {
        bytes32 given = Statements.headerHash(header);
        bytes32 known = headerHashOf[header.set][header.era];
        if (given != known) revert UnknownHeader(header.set, header.era, given, known);
        s = _standing[header.set][header.era];
    }

    /// @dev Whether the set of `era` ever was active, and, if its time has come, whether a later one was before it.
    function _history(uint96 set, uint64 era) internal view returns (bool ever, bool superseded) {
        uint256 activeAt = _activeAt(era, _standing[set][era].postedAt);
        if (block.timestamp < activeAt) return (false, false);
        for (uint64 later = era + 1; _eraStart(later) <= activeAt; ++later) {
            if (_activeBy(set, later, activeAt)) return (false, true);
        }
        return (true, false);
    }

    /// @dev Whether a proposal stands for `era` whose activeAt is at most `t`.
    function _activeBy(uint96 set, uint64 era, uint256 t) internal view returns (bool) {
        Standing storage s = _standing[set][era];
        return s.proposer != address(0) && _activeAt(era, s.postedAt) <= t;
    }

    function _activeAt(uint64 era, uint48 postedAt) internal view returns (uint256) {
        uint256 start = _eraStart(era);
        uint256 unchallenged = uint256(postedAt) + CHALLENGE_WINDOW;
        return start > unchallenged ? start : unchallenged;
    }
}
