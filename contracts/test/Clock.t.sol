// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Clock} from "../src/Clock.sol";
import {Times} from "../src/interfaces/Times.sol";
import {Base} from "./Base.t.sol";

contract ClockHarness is Clock {
    constructor(Times memory t) Clock(t) {}

    function eraStart(uint64 era) external view returns (uint48) {
        return _eraStart(era);
    }

    function captureFrom(uint256 t) external view returns (uint48) {
        return _captureFrom(t);
    }

    function captureOf(uint64 era) external view returns (uint48) {
        return _captureOf(era);
    }

    function clockEra() external view returns (uint64) {
        return _clockEra();
    }
}

/// @notice The clock of protocol §2.
contract ClockTest is Base {
    uint48 private constant GENESIS = 2_000_000_000;
    uint48 private constant ERA = 86_400;
    uint48 private constant LEAD = 28_800;
    ClockHarness private clock;

    function setUp() public {
        Times memory t;
        (t.genesis, t.eraDuration, t.electionLead) = (GENESIS, ERA, LEAD);
        clock = new ClockHarness(t);
    }

    /// @dev Times of an absurd era must not wrap around into the present: its set would be judged by stakes of a time
    /// that the proposer chose.
    function testFuzz_NoEraWraps(uint64 era) public {
        uint256 start = uint256(GENESIS) + uint256(era) * ERA;
        if (start > type(uint48).max / 2) {
            vm.expectRevert(abi.encodeWithSelector(Clock.EraOutOfRange.selector, era));
            clock.eraStart(era);
        } else {
            assertEq(uint256(clock.eraStart(era)), start, "start");
        }
    }

    function testFuzz_CaptureFromIsTheFirstNotBefore(uint256 t) public view {
        t = t % (uint256(GENESIS) + 1_000_000 * uint256(ERA));
        uint256 found = clock.captureFrom(t);
        assertTrue(found >= t, "not before");
        assertEq((found + LEAD - GENESIS) % ERA, 0, "a capture");
        if (found > clock.captureOf(0)) assertTrue(found - ERA < t, "the first");
    }

    function testFuzz_ClockEra(uint40 t) public {
        vm.warp(t);
        if (t < GENESIS) {
            vm.expectRevert(abi.encodeWithSelector(Clock.BeforeGenesis.selector, uint256(t), uint256(GENESIS)));
            clock.clockEra();
            return;
        }
        uint64 era = clock.clockEra();
        assertTrue(clock.eraStart(era) <= t && t < clock.eraStart(era + 1), "the era that t lies in");
    }
}
