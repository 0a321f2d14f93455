// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Base} from "./Base.t.sol";
import {Entries} from "../src/libraries/Entries.sol";

contract EntriesHarness {
    function tally(bytes calldata entries, uint256 maxStake, Entries.Lottery calldata lottery)
        external
        view
        returns (uint256 count, uint256 total, bytes32 root, uint256 gas_)
    {
        gas_ = gasleft();
        (count, total, root) = Entries.tally(entries, maxStake, lottery);
        gas_ -= gasleft();
    }

    function verify(bytes32 root, uint256 count, uint256 index, bytes32 leaf, bytes32[] calldata proof)
        external
        view
        returns (uint256 gas_)
    {
        gas_ = gasleft();
        Entries.verify(root, count, index, leaf, proof);
        gas_ -= gasleft();
    }

    function verifyMany(
        bytes32 root,
        uint256 count,
        uint256 bitmap,
        bytes32[] calldata leaves,
        bytes32[] calldata proof
    ) external view returns (uint256 gas_) {
        bytes32[] memory copy = leaves;
        gas_ = gasleft();
        Entries.verifyMany(root, count, bitmap, copy, proof);
        gas_ -= gasleft();
    }

    function rootOf(bytes32[] calldata leaves) external pure returns (bytes32) {
        return Entries.rootOf(leaves);
    }

    function leafOf(bytes32 word, bytes32 keyHash) external pure returns (bytes32) {
        return Entries.leafOf(word, keyHash);
    }
}

/// @notice A second, dumb implementation of protocol §4: recursion and plain arrays, to hold against the library.
abstract contract EntriesOracle is Base {
    bytes32[][] internal levels;

    /// @dev All levels from the leaves to the root.
    function _grow(bytes32[] memory leaves) internal {
        delete levels;
        levels.push(leaves);
        while (levels[levels.length - 1].length > 1) {
            bytes32[] memory below = levels[levels.length - 1];
            bytes32[] memory above = new bytes32[]((below.length + 1) / 2);
            for (uint256 i = 0; i < below.length; i += 2) {
                above[i / 2] =
                    i + 1 == below.length ? below[i] : keccak256(abi.encodePacked(uint8(1), below[i], below[i + 1]));
            }
            levels.push(above);
        }
    }

    function _root() internal view returns (bytes32) {
        return levels[levels.length - 1][0];
    }

    function _prove(uint256 index) internal view returns (bytes32[] memory proof) {
        bytes32[] memory hashes = new bytes32[](16);
        uint256 used = 0;
        for (uint256 l = 0; l + 1 < levels.length; ++l) {
            uint256 sibling = index ^ 1;
            if (sibling < levels[l].length) hashes[used++] = levels[l][sibling];
            index /= 2;
        }
        return _first(hashes, used);
    }

    /// @dev By flags: a node is known when any leaf below it is.
    function _proveMany(uint256 bitmap) internal view returns (bytes32[] memory proof) {
        bytes32[] memory hashes = new bytes32[](256);
        uint256 used = 0;
        for (uint256 l = 0; l + 1 < levels.length; ++l) {
            for (uint256 i = 0; i < levels[l].length; ++i) {
                uint256 sibling = i ^ 1;
                if (!_known(bitmap, l, i) || sibling >= levels[l].length || _known(bitmap, l, sibling)) continue;
                hashes[used++] = levels[l][sibling];
            }
        }
        return _first(hashes, used);
    }

    function _known(uint256 bitmap, uint256 level, uint256 index) internal pure returns (bool) {
        for (uint256 i = index << level; i < (index + 1) << level && i < 256; ++i) {
            if (bitmap >> i & 1 == 1) return true;
        }
        return false;
    }

    function _chosen(bytes32[] memory leaves, uint256 bitmap) internal pure returns (bytes32[] memory) {
        bytes32[] memory chosen = new bytes32[](leaves.length);
        uint256 used = 0;
        for (uint256 i = 0; i < leaves.length; ++i) {
            if (bitmap >> i & 1 == 1) chosen[used++] = leaves[i];
        }
        return _first(chosen, used);
    }

    function _first(bytes32[] memory hashes, uint256 count) internal pure returns (bytes32[] memory some) {
        some = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            some[i] = i < hashes.length ? hashes[i] : bytes32(uint256(7));
        }
    }

    function _leaves(bytes[] memory entries) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            leaves[i] = keccak256(bytes.concat(hex"00", entries[i]));
        }
    }

    function _joined(bytes[] memory entries) internal pure returns (bytes memory packed) {
        for (uint256 i = 0; i < entries.length; ++i) {
            packed = bytes.concat(packed, entries[i]);
        }
    }

    function _entry(address operator, uint96 weight, bytes32 keyHash) internal pure returns (bytes memory) {
        return abi.encodePacked(operator, weight, keyHash);
    }

    function _weight(bytes memory entry) internal pure returns (uint256) {
        return uint96(uint256(bytes32(entry)));
    }

    function _ticket(bytes memory entry, Entries.Lottery memory lottery) internal view returns (uint256) {
        address operator = address(bytes20(bytes32(entry)));
        return uint256(
            keccak256(
                abi.encode(block.chainid, lottery.router, lottery.set, lottery.era, lottery.seed, operator)
            )
        );
    }

    /// @dev `count` entries in order, with weights of 1 … 2^spread.
    function _list(uint256 count, uint256 seed, uint256 spread, Entries.Lottery memory lottery)
        internal
        view
        returns (bytes[] memory entries)
    {
        entries = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 random = keccak256(abi.encode(seed, i));
            uint96 weight = uint96(1 + uint256(keccak256(abi.encode(random))) % (1 << spread));
            bytes memory entry = _entry(address(bytes20(random)), weight, keccak256(abi.encode("key", random)));
            uint256 j = i;
            for (; j > 0 && _before(entry, entries[j - 1], lottery); --j) {
                entries[j] = entries[j - 1];
            }
            entries[j] = entry;
        }
    }

    function _before(bytes memory a, bytes memory b, Entries.Lottery memory lottery) internal view returns (bool) {
        if (_weight(a) != _weight(b)) return _weight(a) > _weight(b);
        return _ticket(a, lottery) < _ticket(b, lottery);
    }
}

contract EntriesTest is EntriesOracle {
    EntriesHarness private immutable HARNESS = new EntriesHarness();
    uint256 private constant MAX_STAKE = (1 << 89) - 1;

    function _lottery() private view returns (Entries.Lottery memory) {
        return Entries.Lottery(address(this), 3, 812, uint256(keccak256("seed")));
    }

    function testFuzzTallyIsTheOracles(uint256 count, uint256 seed, uint256 spread) public {
        (count, spread) = (bound(count, 1, 128), bound(spread, 0, 88)); // 0: all are equal, the lottery orders them
        bytes[] memory entries = _list(count, seed, spread, _lottery());
        uint256 total = 0;
        for (uint256 i = 0; i < count; ++i) {
            total += _weight(entries[i]);
        }
        _grow(_leaves(entries));
        (uint256 gotCount, uint256 gotTotal, bytes32 gotRoot,) =
            HARNESS.tally(_joined(entries), MAX_STAKE, _lottery());
        assertEq(gotCount, count, "count");
        assertEq(gotTotal, total, "total");
        assertEq(gotRoot, _root(), "root");
        assertEq(HARNESS.rootOf(_leaves(entries)), _root(), "rootOf");
    }

    function testFuzzSwappedNeighboursAreRefused(uint256 count, uint256 seed, uint256 spread, uint256 where) public {
        (count, spread) = (bound(count, 2, 64), bound(spread, 0, 10));
        bytes[] memory entries = _list(count, seed, spread, _lottery());
        where = bound(where, 0, count - 2);
        (entries[where], entries[where + 1]) = (entries[where + 1], entries[where]);
        bytes memory packed = _joined(entries);
        vm.expectRevert(abi.encodeWithSelector(Entries.EntriesOutOfOrder.selector, where + 1));
        HARNESS.tally(packed, MAX_STAKE, _lottery());
    }

    function testFuzzRepeatedEntryIsRefused(uint256 count, uint256 seed, uint256 spread, uint256 where) public {
        (count, spread) = (bound(count, 2, 64), bound(spread, 0, 40));
        bytes[] memory entries = _list(count, seed, spread, _lottery());
        where = bound(where, 1, count - 1);
        entries[where] = entries[where - 1];
        bytes memory packed = _joined(entries);
        vm.expectRevert(abi.encodeWithSelector(Entries.EntriesOutOfOrder.selector, where));
        HARNESS.tally(packed, MAX_STAKE, _lottery());
    }

    /// The same operator and weight under another key is the same ticket: refused too.
    function testSameOperatorWithAnotherKeyIsRefused() public {
        bytes memory packed =
            bytes.concat(_entry(address(1), 5, keccak256("a")), _entry(address(1), 5, keccak256("b")));
        vm.expectRevert(abi.encodeWithSelector(Entries.EntriesOutOfOrder.selector, 1));
        HARNESS.tally(packed, MAX_STAKE, _lottery());
    }

    /// Each part of the ticket counts: what is in order for one lottery is not for the others.
    function testEveryPartOfTheLotteryCounts() public {
        bytes memory packed = _joined(_list(64, 1, 0, _lottery()));
        HARNESS.tally(packed, MAX_STAKE, _lottery());
        Entries.Lottery[4] memory others = [_lottery(), _lottery(), _lottery(), _lottery()];
        others[0].router = address(1);
        others[1].set++;
        others[2].era++;
        others[3].seed++;
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectPartialRevert(Entries.EntriesOutOfOrder.selector);
            HARNESS.tally(packed, MAX_STAKE, others[i]);
        }
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(Entries.EntriesOutOfOrder.selector);
        HARNESS.tally(packed, MAX_STAKE, _lottery());
    }

    /// Attack "weight-0 entry", and weights above the cap.
    function testWeightsOutOfRangeAreRefused() public {
        bytes memory high = _entry(address(1), 100, keccak256("a"));
        HARNESS.tally(high, 100, _lottery());
        vm.expectRevert(abi.encodeWithSelector(Entries.WeightOutOfRange.selector, 0, 100, 99));
        HARNESS.tally(high, 99, _lottery());
        bytes memory low = bytes.concat(high, _entry(address(2), 0, keccak256("b")));
        vm.expectRevert(abi.encodeWithSelector(Entries.WeightOutOfRange.selector, 1, 0, 100));
        HARNESS.tally(low, 100, _lottery());
        vm.expectRevert(abi.encodeWithSelector(Entries.WeightOutOfRange.selector, 0, 100, 0));
        HARNESS.tally(high, 0, _lottery());
        bytes memory most = _entry(address(1), type(uint96).max, keccak256("a"));
        vm.expectRevert(abi.encodeWithSelector(Entries.WeightOutOfRange.selector, 0, type(uint96).max, MAX_STAKE));
        HARNESS.tally(most, MAX_STAKE, _lottery());
        (, uint256 total,,) = HARNESS.tally(most, type(uint96).max, _lottery());
        assertEq(total, type(uint96).max, "the largest weight");
    }

    function testLengthsOutOfRangeAreRefused() public {
        bytes memory all = _joined(_list(129, 1, 88, _lottery()));
        uint256[6] memory bad = [uint256(0), 1, 63, 65, 128 * 64 + 1, 129 * 64];
        for (uint256 i = 0; i < bad.length; ++i) {
            bytes memory some = new bytes(bad[i]);
            for (uint256 j = 0; j < bad[i]; ++j) {
                some[j] = all[j];
            }
            vm.expectRevert(abi.encodeWithSelector(Entries.EntriesLength.selector, bad[i]));
            HARNESS.tally(some, MAX_STAKE, _lottery());
        }
        vm.expectRevert(abi.encodeWithSelector(Entries.EntriesLength.selector, 0));
        HARNESS.rootOf(new bytes32[](0));
    }

    function testFuzzProofs(uint256 count, uint256 seed, uint256 index, uint256 other) public {
        bytes32[] memory leaves = _random(count = bound(count, 1, 128), seed);
        (index, other) = (bound(index, 0, count - 1), bound(other, 0, 130));
        _grow(leaves);
        bytes32 root = _root();
        bytes32[] memory proof = _prove(index);
        HARNESS.verify(root, count, index, leaves[index], proof);
        bytes32[] memory long = _first(proof, proof.length + 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, long.length, proof.length));
        HARNESS.verify(root, count, index, leaves[index], long);
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        HARNESS.verify(root, count, index, keccak256("forged"), proof);
        if (other >= count) {
            vm.expectRevert(abi.encodeWithSelector(Entries.IndexOutOfRange.selector, other, count));
            HARNESS.verify(root, count, other, leaves[index], proof);
        } else if (other != index) {
            vm.expectRevert();
            HARNESS.verify(root, count, other, leaves[index], proof);
        }
        if (proof.length == 0) return;
        bytes32[] memory short = _first(proof, proof.length - 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, short.length, proof.length));
        HARNESS.verify(root, count, index, leaves[index], short);
        proof[seed % proof.length] ^= bytes32(uint256(1));
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        HARNESS.verify(root, count, index, leaves[index], proof);
    }

    /// Attack "node as leaf": an inner node shown as a leaf one level up, under a smaller count.
    function testNodeIsNoLeaf() public {
        _grow(_random(8, 1));
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (levels[1][1], levels[2][1]);
        // The tree alone cannot tell nodes from leaves when the count is a lie …
        HARNESS.verify(_root(), 4, 0, levels[1][0], proof);
        // … but the header fixes the count, and no 64 bytes hash to a node: the first byte differs.
        vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, 2, 3));
        HARNESS.verify(_root(), 8, 0, levels[1][0], proof);
        assertTrue(HARNESS.leafOf(levels[0][0], levels[0][1]) != levels[1][0], "leaf and node differ");
        assertEq(
            HARNESS.leafOf(levels[0][0], levels[0][1]),
            keccak256(bytes.concat(hex"00", levels[0][0], levels[0][1])),
            "leaf"
        );
    }

    function testFuzzMultiproofs(uint256 count, uint256 seed, uint256 bitmap, uint256 pick) public {
        bytes32[] memory leaves = _random(count = bound(count, 1, 128), seed);
        bitmap = _some(bitmap, seed, count);
        _grow(leaves);
        bytes32 root = _root();
        bytes32[] memory chosen = _chosen(leaves, bitmap);
        bytes32[] memory proof = _proveMany(bitmap);
        HARNESS.verifyMany(root, count, bitmap, chosen, proof);

        bytes32[] memory long = _first(proof, proof.length + 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, long.length, proof.length));
        HARNESS.verifyMany(root, count, bitmap, chosen, long);
        if (proof.length > 0) {
            bytes32[] memory short = _first(proof, proof.length - 1);
            vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, short.length, proof.length));
            HARNESS.verifyMany(root, count, bitmap, chosen, short);
            bytes32[] memory forged = _first(proof, proof.length);
            forged[pick % proof.length] ^= bytes32(1 << pick % 256);
            vm.expectPartialRevert(Entries.RootMismatch.selector);
            HARNESS.verifyMany(root, count, bitmap, chosen, forged);
        }
        bytes32[] memory more = _first(chosen, chosen.length + 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.LeavesLength.selector, more.length, bitmap, count));
        HARNESS.verifyMany(root, count, bitmap, more, proof);
        bytes32[] memory fewer = _first(chosen, chosen.length - 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.LeavesLength.selector, fewer.length, bitmap, count));
        HARNESS.verifyMany(root, count, bitmap, fewer, proof);
        bytes32[] memory wrong = _first(chosen, chosen.length);
        wrong[pick % wrong.length] ^= bytes32(1 << pick % 256);
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        HARNESS.verifyMany(root, count, bitmap, wrong, proof);
        if (chosen.length > 1) {
            (chosen[0], chosen[1]) = (chosen[1], chosen[0]);
            vm.expectPartialRevert(Entries.RootMismatch.selector);
            HARNESS.verifyMany(root, count, bitmap, chosen, proof);
        }
    }

    /// The same leaves and proof at other positions: no bitmap but the one proves them.
    function testFuzzMultiproofHoldsForOneBitmap(uint256 count, uint256 seed, uint256 bitmap, uint256 other) public {
        bytes32[] memory leaves = _random(count = bound(count, 2, 128), seed);
        (bitmap, other) = (_some(bitmap, seed, count), _some(other, ~seed, count));
        vm.assume(bitmap != other);
        _grow(leaves);
        bytes32 root = _root();
        (bytes32[] memory chosen, bytes32[] memory proof) = (_chosen(leaves, bitmap), _proveMany(bitmap));
        vm.expectRevert();
        HARNESS.verifyMany(root, count, other, chosen, proof);
        uint256 beyond = bitmap | 1 << count;
        bytes32[] memory more = _first(chosen, chosen.length + 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.LeavesLength.selector, more.length, beyond, count));
        HARNESS.verifyMany(root, count, beyond, more, proof);
        vm.expectRevert(abi.encodeWithSelector(Entries.LeavesLength.selector, 0, 0, count));
        HARNESS.verifyMany(root, count, 0, new bytes32[](0), proof);
    }

    /// All bitmaps of all small lists.
    function testEveryMultiproofOfSmallLists() public {
        for (uint256 count = 1; count <= 7; ++count) {
            bytes32[] memory leaves = _random(count, count);
            _grow(leaves);
            bytes32 root = _root();
            for (uint256 bitmap = 1; bitmap < 1 << count; ++bitmap) {
                HARNESS.verifyMany(root, count, bitmap, _chosen(leaves, bitmap), _proveMany(bitmap));
            }
        }
    }

    function testCountsAbove128AreRefused() public {
        bytes32[] memory leaves = _random(129, 1);
        _grow(leaves);
        bytes32 root = _root();
        bytes32[] memory proof = _proveMany(2);
        bytes32[] memory chosen = _chosen(leaves, 2);
        vm.expectRevert(abi.encodeWithSelector(Entries.LeavesLength.selector, 1, 2, 129));
        HARNESS.verifyMany(root, 129, 2, chosen, proof);
    }

    /// testdata/entries.json is written by core/merkle: Go and Solidity agree on leaves, roots and both kinds of proofs.
    function testGoldenTreesAreGos() public view {
        string memory json = vm.readFile("../testdata/entries.json");
        bytes[] memory entries = vm.parseJsonBytesArray(json, ".tree.entries");
        bytes[] memory leaves = vm.parseJsonBytesArray(json, ".tree.leaves");
        bytes32[] memory roots = vm.parseJsonBytes32Array(json, ".tree.root");
        assertTrue(roots.length > 0, "there are trees");
        for (uint256 i = 0; i < roots.length; ++i) {
            bytes32[] memory words = _words(entries[i]);
            bytes32[] memory ours = new bytes32[](words.length / 2);
            for (uint256 j = 0; j < ours.length; ++j) {
                ours[j] = HARNESS.leafOf(words[2 * j], words[2 * j + 1]);
            }
            assertEq(abi.encodePacked(ours), leaves[i], "leaves");
            assertEq(HARNESS.rootOf(ours), roots[i], "root");
        }
    }

    function testGoldenProofsAreGos() public view {
        string memory json = vm.readFile("../testdata/entries.json");
        bytes[] memory leaves = vm.parseJsonBytesArray(json, ".tree.leaves");
        bytes32[] memory roots = vm.parseJsonBytes32Array(json, ".tree.root");
        uint256[] memory trees = vm.parseJsonUintArray(json, ".proof.tree");
        uint256[] memory indices = vm.parseJsonUintArray(json, ".proof.index");
        bytes[] memory proofs = vm.parseJsonBytesArray(json, ".proof.proof");
        assertTrue(proofs.length > 0, "there are proofs");
        for (uint256 i = 0; i < proofs.length; ++i) {
            bytes32[] memory tree = _words(leaves[trees[i]]);
            HARNESS.verify(roots[trees[i]], tree.length, indices[i], tree[indices[i]], _words(proofs[i]));
        }
        trees = vm.parseJsonUintArray(json, ".multi.tree");
        bytes[] memory bitmaps = vm.parseJsonBytesArray(json, ".multi.bitmap");
        proofs = vm.parseJsonBytesArray(json, ".multi.proof");
        assertTrue(proofs.length > 0, "there are multiproofs");
        for (uint256 i = 0; i < proofs.length; ++i) {
            bytes32[] memory tree = _words(leaves[trees[i]]);
            uint256 bitmap = uint128(bytes16(bitmaps[i]));
            HARNESS.verifyMany(roots[trees[i]], tree.length, bitmap, _chosen(tree, bitmap), _words(proofs[i]));
        }
    }

    function testGas() public {
        (,,, uint256 apart) = HARNESS.tally(_joined(_list(100, 1, 80, _lottery())), MAX_STAKE, _lottery());
        (,,, uint256 tied) = HARNESS.tally(_joined(_list(100, 1, 0, _lottery())), MAX_STAKE, _lottery());
        emit log_named_uint("tally of 100, weights apart", apart);
        emit log_named_uint("tally of 100, all equal", tied);
        bytes32[] memory leaves = _random(100, 1);
        _grow(leaves);
        uint256 one = HARNESS.verify(_root(), 100, 41, leaves[41], _prove(41));
        emit log_named_uint("verify one of 100", one);
        uint256 ten = 0;
        for (uint256 i = 3; i < 100; i += 10) {
            ten |= 1 << i; // spread: the dearest
        }
        uint256 many = HARNESS.verifyMany(_root(), 100, ten, _chosen(leaves, ten), _proveMany(ten));
        emit log_named_uint("verify leaves at once", _chosen(leaves, ten).length);
        emit log_named_uint("  with hashes", _proveMany(ten).length);
        emit log_named_uint("  gas", many);
        assertLe(apart, 50_000, "tally");
        assertLe(tied, 65_000, "tally of equals");
        assertLe(one, 6_000, "verify");
        assertLe(many, 20_000, "verifyMany");
    }

    function _words(bytes memory packed) private pure returns (bytes32[] memory words) {
        words = new bytes32[](packed.length / 32);
        for (uint256 i = 0; i < words.length; ++i) {
            bytes32 word;
            assembly ("memory-safe") {
                word := mload(add(add(packed, 32), mul(32, i)))
            }
            words[i] = word;
        }
    }

    function _random(uint256 count, uint256 seed) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    /// @dev A bitmap below 2^count, not empty; sparse, dense or anything between, by the seed.
    function _some(uint256 bitmap, uint256 seed, uint256 count) private pure returns (uint256) {
        for (uint256 i = 0; i < seed % 4; ++i) {
            bitmap &= uint256(keccak256(abi.encode(bitmap, i)));
        }
        if (seed / 4 % 4 == 0) bitmap = ~bitmap;
        bitmap &= (1 << count) - 1;
        return bitmap == 0 ? 1 << seed % count : bitmap;
    }
}
