// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Words} from "../src/libraries/Words.sol";
import {Base} from "./Base.t.sol";

/// @notice What goes into a checkpoint's 208 bits comes out again, whatever stands beside it.
contract WordsTest is Base {
    function testFuzz_Election(uint8 maxExecutors, uint96 minStake, uint96 maxStake) public pure {
        (uint8 a, uint96 b, uint96 c) = Words.election(Words.packElection(maxExecutors, minStake, maxStake));
        assertEq(uint256(a), uint256(maxExecutors), "maxExecutors");
        assertEq(uint256(b), uint256(minStake), "minStake");
        assertEq(uint256(c), uint256(maxStake), "maxStake");
    }

    function testFuzz_Pair(uint96 first, uint96 second) public pure {
        (uint96 a, uint96 b) = Words.pair(Words.packPair(first, second));
        assertEq(uint256(a), uint256(first), "first");
        assertEq(uint256(b), uint256(second), "second");
    }

    function testFuzz_Reward(uint96 eraReward, uint8 emission, uint16 rate, uint8 performance, uint64 floor)
        public
        pure
    {
        (uint96 a, uint8 b, uint16 c, uint8 d, uint64 e) =
            Words.reward(Words.packReward(eraReward, emission, rate, performance, floor));
        assertEq(uint256(a), uint256(eraReward), "eraReward");
        assertEq(uint256(b), uint256(emission), "emission");
        assertEq(uint256(c), uint256(rate), "rate");
        assertEq(uint256(d), uint256(performance), "performance");
        assertEq(uint256(e), uint256(floor), "floor");
    }

    function testFuzz_Offence(uint16 equivocation, uint16 wrong, uint16 bounty, uint16 eras, uint96 cap) public pure {
        (uint16 a, uint16 b, uint16 c, uint16 d, uint96 e) =
            Words.offence(Words.packOffence(equivocation, wrong, bounty, eras, cap));
        assertEq(uint256(a), uint256(equivocation), "equivocation");
        assertEq(uint256(b), uint256(wrong), "wrongResult");
        assertEq(uint256(c), uint256(bounty), "bountyBps");
        assertEq(uint256(d), uint256(eras), "jailEras");
        assertEq(uint256(e), uint256(cap), "bountyCap");
    }
}
