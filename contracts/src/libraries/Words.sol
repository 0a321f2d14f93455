// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Words
/// @notice How a set's parameters lie in the 208 bits of a checkpoint, first field highest.
library Words {
    function packElection(uint8 maxExecutors, uint96 minStake, uint96 maxStake) internal pure returns (uint208) {
        return uint208(maxExecutors) << 192 | uint208(minStake) << 96 | maxStake;
    }

    function election(uint208 w) internal pure returns (uint8 maxExecutors, uint96 minStake, uint96 maxStake) {
        return (uint8(w >> 192), uint96(w >> 96), uint96(w));
    }

    function packPair(uint96 first, uint96 second) internal pure returns (uint208) {
        return uint208(first) << 96 | second;
    }

    function pair(uint208 w) internal pure returns (uint96 first, uint96 second) {
        return (uint96(w >> 96), uint96(w));
    }

    function packReward(uint96 eraReward, uint8 emission, uint16 rateBps, uint8 performance, uint64 floor)
        internal
        pure
        returns (uint208)
    {
        return uint208(eraReward) << 96 | uint208(emission) << 88 | uint208(rateBps) << 72
            | uint208(performance) << 64 | floor;
    }

    function reward(uint208 w)
        internal
        pure
        returns (uint96 eraReward, uint8 emission, uint16 rateBps, uint8 performance, uint64 floor)
    {
        return (uint96(w >> 96), uint8(w >> 88), uint16(w >> 72), uint8(w >> 64), uint64(w));
    }

    function packOffence(uint16 equivocation, uint16 wrongResult, uint16 bountyBps, uint16 jailEras, uint96 bountyCap)
        internal
        pure
        returns (uint208)
    {
        return uint208(equivocation) << 144 | uint208(wrongResult) << 128 | uint208(bountyBps) << 112
            | uint208(jailEras) << 96 | bountyCap;
    }

    function offence(uint208 w)
        internal
        pure
        returns (uint16 equivocation, uint16 wrongResult, uint16 bountyBps, uint16 jailEras, uint96 bountyCap)
    {
        return (uint16(w >> 144), uint16(w >> 128), uint16(w >> 112), uint16(w >> 96), uint96(w));
    }
}
