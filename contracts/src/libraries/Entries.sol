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
    /// @dev About 450 gas an entry, 130 more among equals. With maxStake < 2^89 the total is below 2^96.
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
        uint256 from;
        assembly ("memory-safe") {
            // Few variables, or the compiler keeps them in memory and the loop costs half as much again.
            let leaf := mload(0x40)
            mstore8(leaf, 0) // 0x00 ‖ entry
            let to := add(leaves, 32)
            let before := not(0) // the weight before, none yet
            let drawBefore := 0 // the ticket before, 0 = not drawn
            from := entries.offset
            for { let end := add(from, entries.length) } lt(from, end) { from := add(from, 64) } {
                calldatacopy(add(leaf, 1), from, 64)
                mstore(to, keccak256(leaf, 65))
                to := add(to, 32)
                let weight := and(calldataload(from), WEIGHT_MASK)
                if iszero(lt(sub(weight, 1), maxStake)) { break } // 0 wraps to the largest
                switch lt(weight, before)
                case 1 { drawBefore := 0 }
                default {
                    // Heavier than before, or a tie: then the tickets decide. The second of three equals draws
                    // for the first as well, the third only for itself.
                    if gt(weight, before) { break }
                    if iszero(drawBefore) {
                        mstore(add(ticket, 192), shr(96, calldataload(sub(from, 64))))
                        drawBefore := keccak256(add(ticket, 32), 192)
                    }
                    mstore(add(ticket, 192), shr(96, calldataload(from)))
                    let draw := keccak256(add(ticket, 32), 192)
                    if iszero(gt(draw, drawBefore)) { break }
                    drawBefore := draw
                }
                before := weight
                total := add(total, weight) // at most 128 · 2^96
            }
            from := sub(from, entries.offset)
        }
        if (from != entries.length) _refuse(entries[from:], from / SIZE, maxStake);
        root = rootOf(leaves);
    }

    /// @dev Says what is wrong with the first of `rest`, at which the list ceased to be right.
    function _refuse(bytes calldata rest, uint256 index, uint256 maxStake) private pure {
        uint256 weight = weightOf(bytes32(rest));
        if (weight == 0 || weight > maxStake) revert WeightOutOfRange(index, weight, maxStake);
        revert EntriesOutOfOrder(index);
    }

    function leafOf(bytes32 word, bytes32 keyHash) internal pure returns (bytes32) {
        return _hash(0x00, word, keyHash);
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
            for { let width := mload(leaves) } gt(width, 1) { width := shr(1, add(width, 1)) } {
                let from := first
                let to := first
                for { let end := add(first, shl(5, shr(1, width))) } lt(to, end) { to := add(to, 32) } {
                    mcopy(add(node, 1), from, 64)
                    mstore(to, keccak256(node, 65))
                    from := add(from, 64)
                }
                if and(width, 1) { mstore(to, mload(from)) }
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
                found = right ? _hash(0x01, sibling, found) : _hash(0x01, found, sibling);
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
        uint256 most = leaves.length;
        if (count > MOST || bitmap >> count != 0 || most == 0) revert LeavesLength(most, bitmap, count);
        uint256[] memory list = new uint256[](2 * most); // known nodes: index, hash
        uint256 bits = bitmap;
        assembly ("memory-safe") {
            let into := add(list, 32)
            for { let i := 1 } and(iszero(gt(i, most)), gt(bits, 0)) { i := add(i, 1) } {
                mstore(into, sub(255, clz(and(bits, sub(0, bits))))) // the lowest bit's number (EIP-7939)
                mstore(add(into, 32), mload(add(leaves, shl(5, i))))
                into := add(into, 64)
                bits := and(bits, sub(bits, 1))
            }
            most := sub(most, shr(6, sub(into, add(list, 32)))) // leaves too many
        }
        if (bits | most != 0) revert LeavesLength(leaves.length, bitmap, count);
        (bytes32 found, uint256 used) = _climb(list, count, proof);
        if (used != proof.length) revert ProofLength(proof.length, used);
        if (found != root) revert RootMismatch(found, root);
    }

    /// @dev From the known nodes of the lowest level up to the root; overwrites them. What a short proof cannot serve
    /// is read from behind it and counts as used.
    function _climb(uint256[] memory list, uint256 width, bytes32[] calldata proof)
        private
        pure
        returns (bytes32 found, uint256 used)
    {
        assembly ("memory-safe") {
            let node := mload(0x40)
            mstore8(node, 1) // 0x01 ‖ left ‖ right
            let from := proof.offset
            list := add(list, 32)
            let end := add(list, shl(5, mload(sub(list, 32))))
            for {} gt(width, 1) { width := shr(1, add(width, 1)) } {
                let to := list // never overtakes `cursor`
                for { let cursor := list } lt(cursor, end) { to := add(to, 64) } {
                    let index := mload(cursor)
                    let hash := mload(add(cursor, 32))
                    cursor := add(cursor, 64)
                    mstore(to, shr(1, index))
                    switch and(index, 1)
                    case 1 {
                        // A known left sibling took this node with it: here it is unknown.
                        mstore(add(node, 1), calldataload(from))
                        mstore(add(node, 33), hash)
                        from := add(from, 32)
                        hash := keccak256(node, 65)
                    }
                    default {
                        index := add(index, 1)
                        if lt(index, width) {
                            mstore(add(node, 1), hash)
                            switch and(lt(cursor, end), eq(mload(cursor), index))
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
                    mstore(add(to, 32), hash)
                }
                end := to
            }
            used := shr(5, sub(from, proof.offset))
            found := mload(add(list, 32))
        }
    }

    /// @dev keccak256(kind ‖ a ‖ b)
    function _hash(uint256 kind, bytes32 a, bytes32 b) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, kind)
            mstore(add(free, 1), a)
            mstore(add(free, 33), b)
            hash := keccak256(free, 65)
        }
    }
}
