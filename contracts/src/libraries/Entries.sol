// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Entries
/// @notice The elected list of an era as a positional Merkle tree (protocol §4).
/// @dev An entry is 64 bytes: operator 20 ‖ weight 12 (big endian; together "the word"), keccak256 of the packed key 32.
/// Leaf i is keccak256(0x00 ‖ entry i), an inner node keccak256(0x01 ‖ left ‖ right), an odd last node moves up as it
/// is: no node can pass as a leaf, and nothing is padded or doubled. A list has 1 to 128 entries.
/// The loops are assembly because the list is packed and 65-byte hashes through abi.encodePacked cost three times as much;
/// they write only behind the free memory pointer, into `leaves`, or into `ticket`.
library Entries {
    error EntriesLength(uint256 bytesLength);
    error WeightOutOfRange(uint256 index, uint256 weight, uint256 maxStake);
    /// @notice Entry `index` does not come strictly after its predecessor.
    error EntriesOutOfOrder(uint256 index);
    error IndexOutOfRange(uint256 index, uint256 count);
    /// @notice `leaves` were handed in for the indices in `bitmap` of a list of `count`.
    error LeavesLength(uint256 leaves, uint256 bitmap, uint256 count);
    error ProofLength(uint256 given, uint256 needed);
    error RootMismatch(bytes32 found, bytes32 root);

    uint256 internal constant SIZE = 64; // bytes of an entry
    uint256 internal constant MOST = 128; // entries of a list
    uint256 private constant WEIGHT_MASK = 0xffffffffffffffffffffffff; // the low 12 bytes of a word

    /// @notice What, with the operator, makes a ticket of the lottery among equal weights.
    struct Lottery {
        address router;
        uint96 set;
        uint64 era;
        uint256 seed;
    }

    /// @notice Reads a proposed list: every weight in 1 … maxStake, strictly ordered by weight descending, then ticket
    /// ascending. One operator twice with the same weight is out of order; with two weights one of them is wrong, which
    /// a challenge shows.
    /// @dev About 250 gas an entry, 200 more among equals. With maxStake < 2^89 the total is below 2^96.
    /// @param maxStake Base units of wVARA, as is `total`.
    function tally(bytes calldata entries, uint256 maxStake, Lottery memory lottery)
        internal
        view
        returns (uint256 count, uint256 total, bytes32 root)
    {
        count = entries.length / SIZE;
        if (count == 0 || count > MOST || entries.length % SIZE != 0) revert EntriesLength(entries.length);
        bytes32[] memory leaves = new bytes32[](count);
        // The last word is each operator's in turn.
        bytes memory ticket =
            abi.encode(block.chainid, lottery.router, lottery.set, lottery.era, lottery.seed, address(0));
        uint256 index;
        uint256 weight;
        bool inRange = true;
        bool ordered = true;
        assembly ("memory-safe") {
            let leaf := mload(0x40)
            mstore8(leaf, 0) // 0x00 ‖ entry
            let operatorSlot := add(ticket, 192)
            let before := not(0) // the weight before, none yet
            let operatorBefore := 0
            let drawBefore := 0 // the ticket before, 0 = not drawn
            for {} lt(index, count) { index := add(index, 1) } {
                calldatacopy(add(leaf, 1), add(entries.offset, shl(6, index)), 64)
                mstore(add(add(leaves, 32), shl(5, index)), keccak256(leaf, 65))
                let word := mload(add(leaf, 1))
                weight := and(word, WEIGHT_MASK)
                let operator := shr(96, word)
                inRange := lt(sub(weight, 1), maxStake) // 0 wraps to the largest
                if iszero(inRange) { break }
                switch lt(weight, before)
                case 1 { drawBefore := 0 }
                default {
                    // Heavier than before, or a tie: then the tickets decide. The second of three equals draws
                    // for the first as well, the third only for itself.
                    ordered := eq(weight, before)
                    if iszero(ordered) { break }
                    if iszero(drawBefore) {
                        mstore(operatorSlot, operatorBefore)
                        drawBefore := keccak256(add(ticket, 32), 192)
                    }
                    mstore(operatorSlot, operator)
                    let draw := keccak256(add(ticket, 32), 192)
                    ordered := gt(draw, drawBefore)
                    if iszero(ordered) { break }
                    drawBefore := draw
                }
                before := weight
                operatorBefore := operator
                total := add(total, weight) // at most 128 · 2^96
            }
        }
        if (!inRange) revert WeightOutOfRange(index, weight, maxStake);
        if (!ordered) revert EntriesOutOfOrder(index);
        root = rootOf(leaves);
    }

    function leafOf(bytes32 word, bytes32 keyHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), word, keyHash));
    }

    function operatorOf(bytes32 word) internal pure returns (address) {
        return address(bytes20(word));
    }

    function weightOf(bytes32 word) internal pure returns (uint256) {
        return uint96(uint256(word));
    }

    /// @notice The root over `leaves`, of which there must be one. Warning: overwrites them.
    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32 root) {
        if (leaves.length == 0) revert EntriesLength(0);
        assembly ("memory-safe") {
            let node := mload(0x40)
            mstore8(node, 1) // 0x01 ‖ left ‖ right
            let first := add(leaves, 32)
            for { let width := mload(leaves) } gt(width, 1) {} {
                let half := shr(1, width)
                for { let i := 0 } lt(i, half) { i := add(i, 1) } {
                    mcopy(add(node, 1), add(first, shl(6, i)), 64)
                    mstore(add(first, shl(5, i)), keccak256(node, 65))
                }
                if and(width, 1) { mstore(add(first, shl(5, half)), mload(add(first, shl(5, sub(width, 1))))) }
                width := sub(width, half)
            }
            root := mload(first)
        }
    }

    /// @notice Reverts unless `leaf` is number `index` of the `count` under `root`. The index chooses the sides, the
    /// proof is exactly as long as the position asks (at most 7).
    function verify(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata proof) internal pure {
        bytes32 found = rootFrom(count, index, leaf, proof);
        if (found != root) revert RootMismatch(found, root);
    }

    /// @notice The root that follows from `leaf` as number `index` of `count`, by a proof of exactly the right length.
    function rootFrom(uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 found)
    {
        if (index >= count) revert IndexOutOfRange(index, count);
        uint256 used = 0;
        found = leaf;
        // Reads that a short proof cannot serve count as used, and end below as a wrong length.
        for (uint256 width = count; width > 1; width = (width + 1) / 2) {
            bool right = index % 2 == 1;
            if (right || index + 1 < width) {
                bytes32 sibling = used < proof.length ? proof[used] : bytes32(0);
                ++used;
                found = right ? _node(sibling, found) : _node(found, sibling);
            }
            index /= 2;
        }
        if (used != proof.length) revert ProofLength(proof.length, used);
    }

    /// @notice Reverts unless `leaves` are those under `root` whose bits are set in `bitmap`, ascending.
    /// @dev Level by level from the leaves, through the known nodes by ascending index: with an odd index and an unknown
    /// left sibling the next of `proof` is that sibling; with an even index the last node of an odd level moves up, else
    /// the right sibling is the next known node or, if unknown, the next of `proof`. All of `proof` is used, exactly.
    function verifyMany(
        bytes32 root,
        uint256 count,
        uint256 bitmap,
        bytes32[] memory leaves,
        bytes32[] calldata proof
    ) internal pure {
        if (count > MOST || bitmap >> count != 0 || bitmap == 0) revert LeavesLength(leaves.length, bitmap, count);
        uint256 known = 0;
        uint256 used = 0;
        bytes32 found;
        assembly ("memory-safe") {
            let node := mload(0x40)
            mstore8(node, 1) // 0x01 ‖ left ‖ right
            let list := add(node, 96) // known nodes, 64 bytes each: index, hash
            for { let bits := bitmap } bits { known := add(known, 1) } {
                let cursor := add(list, shl(6, known))
                mstore(cursor, sub(255, clz(and(bits, sub(0, bits))))) // the lowest bit's number (EIP-7939)
                mstore(add(cursor, 32), mload(add(add(leaves, 32), shl(5, known))))
                bits := and(bits, sub(bits, 1))
            }
            // A wrong number of leaves reads behind them here, and is refused below.
            let from := proof.offset
            let end := add(list, shl(6, known))
            for { let width := count } gt(width, 1) { width := shr(1, add(width, 1)) } {
                let to := list
                for { let cursor := list } lt(cursor, end) {} {
                    let index := mload(cursor)
                    let hash := mload(add(cursor, 32))
                    cursor := add(cursor, 64)
                    switch and(index, 1)
                    case 1 {
                        // A known left sibling took this node with it: here it is unknown.
                        mstore(add(node, 1), calldataload(from))
                        from := add(from, 32)
                        mstore(add(node, 33), hash)
                        hash := keccak256(node, 65)
                    }
                    default {
                        if lt(add(index, 1), width) {
                            mstore(add(node, 1), hash)
                            switch and(lt(cursor, end), eq(mload(cursor), add(index, 1)))
                            case 1 {
                                mstore(add(node, 33), mload(add(cursor, 32)))
                                cursor := add(cursor, 64)
                            }
                            default {
                                mstore(add(node, 33), calldataload(from))
                                from := add(from, 32)
                            }
                            hash := keccak256(node, 65)
                        }
                    }
                    mstore(to, shr(1, index)) // `to` never overtakes `cursor`
                    mstore(add(to, 32), hash)
                    to := add(to, 64)
                }
                end := to
            }
            used := shr(5, sub(from, proof.offset))
            found := mload(add(list, 32))
        }
        if (known != leaves.length) revert LeavesLength(leaves.length, bitmap, count);
        if (used != proof.length) revert ProofLength(proof.length, used);
        if (found != root) revert RootMismatch(found, root);
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
