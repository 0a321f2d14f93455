// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Times} from "./interfaces/Times.sol";

/// @title The clock
/// @notice Eras, captures and deadlines (protocol §2), the same in every contract: the Middleware is given the
/// times, checks them and keeps them; the others read them from it when they are constructed.
/// @dev Immutables that a contract does not use cost it no code.
abstract contract Clock {
    uint48 internal immutable GENESIS;
    uint48 internal immutable ERA_DURATION;
    uint48 internal immutable ELECTION_LEAD;
    uint48 internal immutable SET_LIFETIME;
    uint48 internal immutable FINALITY_LAG;
    uint48 internal immutable INCLUSION_MARGIN;
    uint48 internal immutable CHALLENGE_WINDOW;
    uint48 internal immutable DETECTION_WINDOW;
    uint48 internal immutable REQUEST_WINDOW;
    uint48 internal immutable EXECUTION_WINDOW;
    uint48 internal immutable SIGNERS_WINDOW;
    uint48 internal immutable REWARD_DELAY;
    uint48 internal immutable MIN_VETO;
    uint48 internal immutable MAX_VAULT_EPOCH;
    uint48 internal immutable NOTICE;

    /// @notice The network has not started: `genesis` (Unix seconds) is still ahead.
    error BeforeGenesis(uint256 nowTime, uint256 genesis);

    /// @notice No clock will ever show that era.
    error EraOutOfRange(uint64 era);

    /// @dev Leaves room for every window that is added to an era's start.
    uint256 private constant LATEST_START = type(uint48).max / 2;

    constructor(Times memory t) {
        GENESIS = t.genesis;
        ERA_DURATION = t.eraDuration;
        ELECTION_LEAD = t.electionLead;
        SET_LIFETIME = t.setLifetime;
        FINALITY_LAG = t.finalityLag;
        INCLUSION_MARGIN = t.inclusionMargin;
        CHALLENGE_WINDOW = t.challengeWindow;
        DETECTION_WINDOW = t.detectionWindow;
        REQUEST_WINDOW = t.requestWindow;
        EXECUTION_WINDOW = t.executionWindow;
        SIGNERS_WINDOW = t.signersWindow;
        REWARD_DELAY = t.rewardDelay;
        MIN_VETO = t.minVeto;
        MAX_VAULT_EPOCH = t.maxVaultEpoch;
        NOTICE = t.notice;
    }

    /// @notice First second of era `era`. Reverts where a timestamp has no room: cut off, the times of an absurd era
    /// would look like those of the present one.
    function _eraStart(uint64 era) internal view returns (uint48) {
        uint256 start = uint256(GENESIS) + uint256(era) * ERA_DURATION;
        if (start > LATEST_START) revert EraOutOfRange(era);
        return uint48(start);
    }

    /// @notice The timestamp at which the stake of era `era` is read.
    function _captureOf(uint64 era) internal view returns (uint48) {
        return _eraStart(era) - ELECTION_LEAD;
    }

    /// @notice The era of the clock. Reverts before genesis.
    function _clockEra() internal view returns (uint64) {
        if (block.timestamp < GENESIS) revert BeforeGenesis(block.timestamp, GENESIS);
        return uint64((block.timestamp - GENESIS) / ERA_DURATION);
    }

    /// @notice Last second in which the set of `era` may sign, exclusive.
    function _lifetimeEnd(uint64 era) internal view returns (uint48) {
        return _eraStart(era) + SET_LIFETIME;
    }

    /// @notice D(e): last second in which an offence of `era` may be reported.
    function _reportDeadline(uint64 era) internal view returns (uint48) {
        return _lifetimeEnd(era) + DETECTION_WINDOW;
    }

    /// @notice D(e) + requestWindow: last second in which a dispute of `era` may be upheld and a slash requested.
    function _requestDeadline(uint64 era) internal view returns (uint48) {
        return _reportDeadline(era) + REQUEST_WINDOW;
    }

    /// @dev The first capture at or after `t`.
    function _captureFrom(uint256 t) internal view returns (uint48) {
        uint256 first = uint256(GENESIS) - ELECTION_LEAD;
        if (t <= first) return uint48(first);
        return uint48(first + (t - first + ERA_DURATION - 1) / ERA_DURATION * ERA_DURATION);
    }
}
