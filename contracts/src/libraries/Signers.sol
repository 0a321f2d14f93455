// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {BLS} from "./BLS.sol";
import {Entries} from "./Entries.sol";

/// @title Signers
/// @notice Who signed: from a bitmap over a set's entries to one key and one weight (protocol §5).
library Signers {
    using BLS for BLS.Sum;

    error BitsBeyondCount(uint256 bitmap, uint256 count);
    error NobodySigned();
    /// @notice `given` bytes of absent entries, where the bitmap's clear bits want `needed`.
    error AbsentLength(uint256 given, uint256 needed);
    error KeysLength(uint256 words, uint256 keys);

    /// @dev Bytes of one absent entry: its word 32 (operator ‖ weight), its packed key 192.
    uint256 internal constant ABSENT_SIZE = 224;

    /// @notice The key and weight of those whose bit is set: the set's aggregate key without the keys of the absent.
    /// @dev Nothing extra when all signed; else, with 10 of 100 absent, about 9,000 gas for each, 5,000 of it for calldata.
    /// The caller vouches for count, total, root and aggregate key: they come from a header it knows.
    /// Invariant: signedWeight + the absent weights = total.
    /// @param bitmap Bit i = entry i; bits from `count` up must be clear.
    /// @param absent For each clear bit, ascending: word ‖ packed key.
    /// @param proof Entries.verifyMany's for the clear bits.
    function signersKey(
        uint256 count,
        uint256 total,
        bytes32 root,
        bytes32[6] memory aggregateKey,
        uint256 bitmap,
        bytes calldata absent,
        bytes32[] calldata proof
    ) internal view returns (bytes32[6] memory key, uint256 signedWeight) {
        if (bitmap >> count != 0) revert BitsBeyondCount(bitmap, count);
        if (bitmap == 0) revert NobodySigned();
        uint256 clear = bitmap ^ ((1 << count) - 1);
        uint256 needed = ABSENT_SIZE * _ones(clear);
        if (absent.length != needed) revert AbsentLength(absent.length, needed);
        if (clear == 0) {
            if (proof.length != 0) revert Entries.ProofLength(proof.length, 0);
            (key, signedWeight) = (aggregateKey, total);
        } else {
            (bytes32[] memory leaves, uint256 weight, BLS.Sum memory sum) = _read(absent);
            Entries.verifyMany(root, count, clear, leaves, proof);
            sum.negate();
            sum.add(aggregateKey);
            (key, signedWeight) = (sum.pack(), total - weight);
        }
        if (BLS.isIdentity(key)) revert BLS.IdentityKey();
    }

    /// @notice What a whole list amounts to: its root and the sum of its keys, for challengeAggregate.
    /// @dev About 1,800 gas an entry; the calldata's floor price (EIP-7623, 40 a byte) is more. The sum may be the
    /// identity (all zero). A key off the curve reverts; its hash in the entry is then what a challenge should show.
    /// @param words Of all entries, in order. @param keys Packed.
    function sumOf(bytes32[] calldata words, bytes32[6][] calldata keys)
        internal
        view
        returns (bytes32 root, bytes32[6] memory key)
    {
        if (words.length != keys.length) revert KeysLength(words.length, keys.length);
        bytes32[] memory leaves = new bytes32[](words.length);
        BLS.Sum memory sum = BLS.zero();
        for (uint256 i = 0; i < words.length; ++i) {
            leaves[i] = _take(sum, words[i], keys[i]);
        }
        (root, key) = (Entries.rootOf(leaves), sum.pack());
    }

    function _read(bytes calldata absent)
        private
        view
        returns (bytes32[] memory leaves, uint256 weight, BLS.Sum memory sum)
    {
        leaves = new bytes32[](absent.length / ABSENT_SIZE);
        sum = BLS.zero();
        // At most 128 weights of 96 bits: nothing here overflows.
        unchecked {
            for (uint256 i = 0; i < leaves.length; ++i) {
                bytes32 word;
                bytes32[6] calldata key;
                // Assembly: the list is packed. `absent` holds that many entries exactly.
                assembly ("memory-safe") {
                    let entry := add(absent.offset, mul(i, ABSENT_SIZE))
                    word := calldataload(entry)
                    key := add(entry, 32)
                }
                leaves[i] = _take(sum, word, key);
                weight += Entries.weightOf(word);
            }
        }
    }

    /// @dev Adds the key to the sum; returns the entry's leaf.
    function _take(BLS.Sum memory sum, bytes32 word, bytes32[6] calldata key) private view returns (bytes32 leaf) {
        // Assembly: Entries.leafOf(word, keccak256(key)) in place; its encodings would cost as much as the addition.
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            calldatacopy(scratch, key, 192)
            mstore(add(scratch, 33), keccak256(scratch, 192))
            mstore(add(scratch, 1), word)
            mstore8(scratch, 0)
            leaf := keccak256(scratch, 65)
        }
        sum.addPacked(key);
    }

    /// @dev Set bits of a number, pairs, nibbles and bytes at a time (Hacker's Delight, 5-1): a byte holds any count up
    /// to 255.
    function _ones(uint256 bits) private pure returns (uint256) {
        unchecked {
            bits -= bits >> 1 & (type(uint256).max / 3);
            bits = (bits & (type(uint256).max / 5)) + (bits >> 2 & (type(uint256).max / 5));
            bits = bits + (bits >> 4) & (type(uint256).max / 17);
            return bits * (type(uint256).max / 255) >> 248;
        }
    }
}
