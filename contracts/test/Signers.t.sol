// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {BLS} from "../src/libraries/BLS.sol";
import {Entries} from "../src/libraries/Entries.sol";
import {Precompiles} from "../src/libraries/Precompiles.sol";
import {Signers} from "../src/libraries/Signers.sol";
import {EntriesOracle} from "./Entries.t.sol";

contract SignersHarness {
    using BLS for BLS.Sum;

    function signersKey(
        uint256 count,
        uint256 total,
        bytes32 root,
        bytes32[6] calldata aggregateKey,
        uint256 bitmap,
        bytes calldata absent,
        bytes32[] calldata proof
    ) external view returns (bytes32[6] memory key, uint256 signedWeight, uint256 gas_) {
        gas_ = gasleft();
        (key, signedWeight) = Signers.signersKey(count, total, root, aggregateKey, bitmap, absent, proof);
        gas_ -= gasleft();
    }

    function sumOf(bytes32[] calldata words, bytes32[6][] calldata keys)
        external
        view
        returns (bytes32 root, bytes32[6] memory key, uint256 gas_)
    {
        gas_ = gasleft();
        (root, key) = Signers.sumOf(words, keys);
        gas_ -= gasleft();
    }

    function verify(bytes32 digest, bytes32[6] calldata key, bytes32[3] calldata signature) external view {
        BLS.verify(digest, key, signature);
    }

    function add(bytes32[6] calldata a, bytes32[6] calldata b) external view returns (bytes32[6] memory) {
        BLS.Sum memory sum = BLS.zero();
        sum.add(a);
        sum.add(b);
        return sum.pack();
    }
}

contract SignersTest is EntriesOracle {
    SignersHarness private immutable HARNESS = new SignersHarness();

    // A set: entry i has weight 1000 + i; nothing here asks for the order of an election.
    bytes32[6][] private keys;
    bytes32[] private words;
    bytes32[] private leaves;
    bytes32[6] private aggregate;
    uint256 private total;
    bytes32 private root;

    bytes32[6][] private golden;
    string private json;

    function setUp() public {
        json = vm.readFile("../testdata/bls.json");
        bytes[] memory packed = vm.parseJsonBytesArray(json, ".keys");
        for (uint256 i = 0; i < packed.length; ++i) {
            golden.push(abi.decode(packed[i], (bytes32[6])));
        }
    }

    function testFuzzSignersKeyIsTheSumOfTheSigners(uint256 count, uint256 bitmap, uint256 density) public {
        _set(count = bound(count, 1, 128));
        bitmap = _some(bitmap, density, count);
        (bytes32[6] memory key, uint256 weight) = _sign(bitmap, _absent(bitmap), _proof(bitmap));
        (bytes32[6] memory wantKey, uint256 wantWeight) = _direct(bitmap);
        assertEq(abi.encodePacked(key), abi.encodePacked(wantKey), "key");
        assertEq(weight, wantWeight, "weight");
    }

    /// The whole way of a statement, with gnark's keys and signatures.
    function testSignersKeyVerifiesTheirSignature() public {
        _set(golden.length);
        assertEq(abi.encodePacked(aggregate), vm.parseJsonBytes(json, ".aggregateKey"), "aggregate");
        bytes32 digest = vm.parseJsonBytes32(json, ".digest");
        bytes32[] memory bitmaps = vm.parseJsonBytes32Array(json, ".bitmaps");
        bytes[] memory wantKeys = vm.parseJsonBytesArray(json, ".bitmapKeys");
        bytes[] memory signatures = vm.parseJsonBytesArray(json, ".bitmapSignatures");
        for (uint256 i = 0; i < bitmaps.length; ++i) {
            uint256 bitmap = uint256(bitmaps[i]);
            (bytes32[6] memory key,) = _sign(bitmap, _absent(bitmap), _proof(bitmap));
            assertEq(abi.encodePacked(key), wantKeys[i], "key");
            bytes32[3] memory signature = abi.decode(signatures[i], (bytes32[3]));
            HARNESS.verify(digest, key, signature);
            (bytes32[6] memory other,) = _sign(bitmap ^ 6, _absent(bitmap ^ 6), _proof(bitmap ^ 6));
            vm.expectRevert(abi.encodeWithSelector(BLS.SignatureMismatch.selector, digest));
            HARNESS.verify(digest, other, signature);
        }
    }

    function testFuzzForgedAbsentIsRefused(uint256 count, uint256 bitmap, uint256 density, uint256 pick) public {
        _set(count = bound(count, 2, 40));
        bitmap = _some(bitmap, density, count);
        if (bitmap == (1 << count) - 1) bitmap ^= 1 << pick % count;
        (bytes memory absent, bytes32[] memory proof) = (_absent(bitmap), _proof(bitmap));
        uint256 needed = absent.length;

        // A lighter absent operator (more weight signed), another key (a key of one's own signs for all): no.
        uint256 first = pick % (needed / 224) * 224;
        uint256 position = first + 20 + pick / 256 % 12;
        absent[position] ^= 0x01;
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        this.sign(bitmap, absent, proof);
        absent[position] ^= 0x01;
        _replaceKey(absent, first + 32, golden[(_index(bitmap, first / 224) + 1) % golden.length]);
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        this.sign(bitmap, absent, proof);
        absent = _absent(bitmap);

        bytes memory wrong = bytes.concat(absent, new bytes(224));
        vm.expectRevert(abi.encodeWithSelector(Signers.AbsentLength.selector, wrong.length, needed));
        this.sign(bitmap, wrong, proof);
        wrong = bytes.concat(absent, hex"00");
        vm.expectRevert(abi.encodeWithSelector(Signers.AbsentLength.selector, wrong.length, needed));
        this.sign(bitmap, wrong, proof);
        vm.expectRevert(abi.encodeWithSelector(Signers.AbsentLength.selector, 0, needed));
        this.sign(bitmap, "", proof);
        bytes32[] memory long = _first(proof, proof.length + 1);
        vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, long.length, proof.length));
        this.sign(bitmap, absent, long);
        // One more bit set than keys taken away.
        uint256 more = bitmap | 1 << _index(bitmap, 0);
        vm.expectRevert(abi.encodeWithSelector(Signers.AbsentLength.selector, needed, needed - 224));
        this.sign(more, absent, proof);
    }

    /// Another bitmap with as many clear bits does not fit the same absent entries.
    function testAbsentOfAnotherBitmapIsRefused() public {
        _set(20);
        uint256 all = (1 << 20) - 1;
        (bytes memory absent, bytes32[] memory proof) = (_absent(all ^ 0x11), _proof(all ^ 0x11));
        (bytes32[6] memory key,) = _sign(all ^ 0x11, absent, proof);
        assertTrue(!BLS.isIdentity(key), "signed");
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        this.sign(all ^ 0x14, absent, proof);
        vm.expectPartialRevert(Entries.RootMismatch.selector);
        this.sign(all ^ 0x44, absent, proof);
    }

    function testAllSignedNeedsNothingMore() public {
        _set(37);
        uint256 all = (1 << 37) - 1;
        (bytes32[6] memory key, uint256 weight) = _sign(all, "", new bytes32[](0));
        assertEq(abi.encodePacked(key), abi.encodePacked(aggregate), "aggregate");
        assertEq(weight, total, "total");
        bytes memory one = _absent(all ^ 1);
        vm.expectRevert(abi.encodeWithSelector(Signers.AbsentLength.selector, 224, 0));
        this.sign(all, one, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(Entries.ProofLength.selector, 1, 0));
        this.sign(all, "", new bytes32[](1));
    }

    function testBitsBeyondAndNobodyAreRefused() public {
        uint256[3] memory counts = [uint256(1), 37, 128];
        for (uint256 i = 0; i < counts.length; ++i) {
            uint256 count = counts[i];
            _set(count);
            uint256 beyond = (1 << count) | 1;
            vm.expectRevert(abi.encodeWithSelector(Signers.BitsBeyondCount.selector, beyond, count));
            this.sign(beyond, "", new bytes32[](0));
            vm.expectRevert(abi.encodeWithSelector(Signers.BitsBeyondCount.selector, type(uint256).max, count));
            this.sign(type(uint256).max, "", new bytes32[](0));
            bytes memory everybody = _absent(0);
            vm.expectRevert(Signers.NobodySigned.selector);
            this.sign(0, everybody, new bytes32[](0));
        }
    }

    /// Attack "identity key": two keys that cancel out, or an aggregate of nothing, sign for nobody.
    function testIdentityOfTheSignersIsRefused() public {
        _set(3);
        // The header's aggregate is a lie (a challenge shows it): the absent keys alone.
        aggregate = HARNESS.add(keys[0], keys[2]);
        (bytes memory absent, bytes32[] memory proof) = (_absent(2), _proof(2));
        vm.expectRevert(BLS.IdentityKey.selector);
        this.sign(2, absent, proof);
        bytes32[6] memory none;
        aggregate = none;
        vm.expectRevert(BLS.IdentityKey.selector);
        this.sign(7, "", new bytes32[](0));
    }

    function testFuzzSumOfIsRootAndAggregate(uint256 count) public {
        _set(count = bound(count, 1, 128));
        (bytes32 gotRoot, bytes32[6] memory key,) = HARNESS.sumOf(words, keys);
        assertEq(gotRoot, root, "root");
        assertEq(abi.encodePacked(key), abi.encodePacked(aggregate), "aggregate");
        keys[0] = golden[1];
        (gotRoot, key,) = HARNESS.sumOf(words, keys);
        assertTrue(gotRoot != root, "another key is another root");
        assertTrue(keccak256(abi.encodePacked(key)) != keccak256(abi.encodePacked(aggregate)), "and another sum");
    }

    function testSumOfRefusesUnequalListsAndBadKeys() public {
        _set(4);
        keys.pop();
        vm.expectRevert(abi.encodeWithSelector(Signers.KeysLength.selector, 4, 3));
        HARNESS.sumOf(words, keys);
        keys.push(abi.decode(vm.parseJsonBytes(json, ".offCurveKey"), (bytes32[6])));
        vm.expectRevert(abi.encodeWithSelector(Precompiles.PrecompileFailed.selector, address(0x0d)));
        HARNESS.sumOf(words, keys);
        vm.expectRevert(abi.encodeWithSelector(Entries.EntriesLength.selector, 0));
        HARNESS.sumOf(new bytes32[](0), new bytes32[6][](0));
    }

    function testGas() public {
        _set(100);
        uint256 all = (1 << 100) - 1;
        (,, uint256 nobody) = HARNESS.signersKey(100, total, root, aggregate, all, "", new bytes32[](0));
        emit log_named_uint("signersKey of 100, nobody absent", nobody);
        uint256 bitmap = all;
        for (uint256 i = 3; i < 100; i += 10) {
            bitmap ^= 1 << i;
        }
        (bytes memory absent, bytes32[] memory proof) = (_absent(bitmap), _proof(bitmap));
        (,, uint256 ten) = HARNESS.signersKey(100, total, root, aggregate, bitmap, absent, proof);
        uint256 calldata_ = _calldataGas(absent) + _calldataGas(abi.encodePacked(proof));
        emit log_named_uint("signersKey of 100, 10 absent, spread", ten);
        emit log_named_uint("  calldata", calldata_);
        (,, uint256 sum) = HARNESS.sumOf(words, keys);
        emit log_named_uint("sumOf 100", sum);
        assertLe(nobody, 2_000, "all signed");
        assertLe(ten - nobody + calldata_, 115_000, "10 absent");
        assertLe(sum, 250_000, "sumOf");
    }

    /// @dev As a call of its own, so that a test can expect its revert.
    function sign(uint256 bitmap, bytes calldata absent, bytes32[] calldata proof) external view {
        HARNESS.signersKey(words.length, total, root, aggregate, bitmap, absent, proof);
    }

    function _sign(uint256 bitmap, bytes memory absent, bytes32[] memory proof)
        private
        view
        returns (bytes32[6] memory key, uint256 weight)
    {
        (key, weight,) = HARNESS.signersKey(words.length, total, root, aggregate, bitmap, absent, proof);
    }

    /// @dev The golden keys come round: sums with equal keys are sums too.
    function _set(uint256 count) private {
        delete keys;
        delete words;
        delete leaves;
        total = 0;
        for (uint256 i = 0; i < count; ++i) {
            bytes32[6] memory key = golden[i % golden.length];
            keys.push(key);
            words.push(bytes32(abi.encodePacked(address(uint160(0xA000 + i)), uint96(1000 + i))));
            leaves.push(keccak256(bytes.concat(hex"00", words[i], keccak256(abi.encodePacked(key)))));
            aggregate = i == 0 ? key : HARNESS.add(aggregate, key);
            total += 1000 + i;
        }
        _grow(leaves);
        root = _root();
    }

    /// @dev Key and weight of the signers, summed one by one.
    function _direct(uint256 bitmap) private view returns (bytes32[6] memory key, uint256 weight) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (bitmap >> i & 1 == 0) continue;
            key = HARNESS.add(key, keys[i]);
            weight += 1000 + i;
        }
    }

    function _absent(uint256 bitmap) private view returns (bytes memory absent) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (bitmap >> i & 1 == 0) absent = bytes.concat(absent, words[i], abi.encodePacked(keys[i]));
        }
    }

    function _proof(uint256 bitmap) private view returns (bytes32[] memory) {
        return _proveMany(~bitmap & ((1 << words.length) - 1));
    }

    /// @dev Of the number-th clear bit.
    function _index(uint256 bitmap, uint256 number) private pure returns (uint256 i) {
        for (; bitmap >> i & 1 == 1 || number > 0; ++i) {
            if (bitmap >> i & 1 == 0) --number;
        }
    }

    function _replaceKey(bytes memory absent, uint256 from, bytes32[6] memory key) private pure {
        bytes memory packed = abi.encodePacked(key);
        for (uint256 i = 0; i < 192; ++i) {
            absent[from + i] = packed[i];
        }
    }

    function _calldataGas(bytes memory data) private pure returns (uint256 gas_) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas_ += data[i] == 0 ? 4 : 16;
        }
    }

    function _some(uint256 bitmap, uint256 density, uint256 count) private pure returns (uint256) {
        for (uint256 i = 0; i < density % 4; ++i) {
            bitmap |= uint256(keccak256(abi.encode(bitmap, i)));
        }
        bitmap &= (1 << count) - 1;
        return bitmap == 0 ? 1 << density % count : bitmap;
    }
}
