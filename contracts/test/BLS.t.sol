// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Base} from "./Base.t.sol";
import {BLS} from "../src/libraries/BLS.sol";
import {HashToG1} from "../src/libraries/HashToG1.sol";
import {Precompiles} from "../src/libraries/Precompiles.sol";

/// @dev The library's functions as calls, so that a test can expect their reverts and measure them.
contract BLSHarness {
    using BLS for BLS.Sum;

    function hashToG1(bytes calldata message, bytes calldata dst) external view returns (bytes memory) {
        return _hash(message, dst);
    }

    function hashStatement(bytes32 digest) external view returns (bytes memory) {
        return _hash(abi.encodePacked(digest), BLS.STATEMENT);
    }

    function hashPossession(bytes32 digest) external view returns (bytes memory) {
        return _hash(abi.encodePacked(digest), BLS.POSSESSION);
    }

    function _hash(bytes memory message, bytes memory dst) private view returns (bytes memory point) {
        point = new bytes(128);
        uint256 into;
        assembly ("memory-safe") {
            into := add(point, 32)
        }
        HashToG1.write(message, dst, into);
    }

    function verify(bytes32 digest, bytes32[6] calldata key, bytes32[3] calldata signature) external view {
        BLS.verify(digest, key, signature);
    }

    function verifyPossession(bytes32 digest, bytes32[6] calldata key, bytes32[3] calldata proof) external view {
        BLS.verifyPossession(digest, key, proof);
    }

    function verifyPair(
        bytes32 digestA,
        bytes32[6] calldata keyA,
        bytes32 digestB,
        bytes32[6] calldata keyB,
        bytes32[3] calldata signature
    ) external view {
        BLS.verifyPair(digestA, keyA, digestB, keyB, signature);
    }

    function sum(bytes32[6][] calldata keys) external view returns (bytes32[6] memory) {
        BLS.Sum memory s = BLS.zero();
        for (uint256 i = 0; i < keys.length; ++i) {
            s.add(keys[i]);
        }
        return s.pack();
    }

    /// @dev a − b
    function difference(bytes32[6] calldata a, bytes32[6] calldata b) external view returns (bytes32[6] memory) {
        BLS.Sum memory s = BLS.zero();
        s.add(b);
        s.negate();
        s.add(a);
        return s.pack();
    }

    function negation(bytes32[6] calldata key) external view returns (bytes32[6] memory) {
        BLS.Sum memory s = BLS.zero();
        s.add(key);
        s.negate();
        return s.pack();
    }
}

contract BLSTest is Base {
    BLSHarness private immutable HARNESS = new BLSHarness();
    address private constant SHA256 = address(0x02);
    address private constant MODEXP = address(0x05);
    address private constant G1ADD = address(0x0b);
    address private constant G2ADD = address(0x0d);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP_TO_G1 = address(0x10);

    string private json;
    bytes32 private digest;
    bytes32 private otherDigest;
    bytes32[6][] private keys;
    bytes32[3][] private signatures;

    function setUp() public {
        json = vm.readFile("../testdata/bls.json");
        digest = vm.parseJsonBytes32(json, ".digest");
        otherDigest = vm.parseJsonBytes32(json, ".otherDigest");
        bytes[] memory packed = vm.parseJsonBytesArray(json, ".keys");
        for (uint256 i = 0; i < packed.length; ++i) {
            keys.push(_key(packed[i]));
        }
        packed = vm.parseJsonBytesArray(json, ".signatures");
        for (uint256 i = 0; i < packed.length; ++i) {
            signatures.push(_signature(packed[i]));
        }
    }

    /// RFC 9380 appendix J.9.1, BLS12381G1_XMD:SHA-256_SSWU_RO_.
    function testHashToCurveRFC9380() public view {
        _rfc(
            "",
            hex"052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1",
            hex"08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc68ee29813bb7994998f3eae0c9c6a265"
        );
        _rfc(
            "abc",
            hex"03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903",
            hex"0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d"
        );
        _rfc(
            "abcdef0123456789",
            hex"11e0b079dea29a68f0383ee94fed1b940995272407e3bb916bbf268c263ddd57a6a27200a784cbc248e84f357ce82d98",
            hex"03a87ae2caf14e8ee52e51fa2ed8eefe80f02457004ba4d486d6aa1f517c0889501dc7413753f9599b099ebcbbd2d709"
        );
        _rfc(
            abi.encodePacked("q128_", _repeated("q", 128)),
            hex"15f68eaa693b95ccb85215dc65fa81038d69629f70aeee0d0f677cf22285e7bf58d7cb86eefe8f2e9bc3f8cb84fac488",
            hex"1807a1d50c29f430b8cafc4f8638dfeeadf51211e1602a5f184443076715f91bb90a48ba1e370edce6ae1062f5e6dd38"
        );
        _rfc(
            abi.encodePacked("a512_", _repeated("a", 512)),
            hex"082aabae8b7dedb0e78aeb619ad3bfd9277a2f77ba7fad20ef6aabdc6c31d19ba5a6d12283553294c1825c4b3ca2dcfe",
            hex"05b84ae5a942248eea39e1d91030458c40153f3b654ab7872d779ad1e942856a20c438e8d99bc8abfbf74729ce1f7ac8"
        );
    }

    function testTagOf255BytesIsTheLongest() public {
        HARNESS.hashToG1("", _repeated("t", 255));
        vm.expectRevert(abi.encodeWithSelector(HashToG1.DstTooLong.selector, 256));
        HARNESS.hashToG1("", _repeated("t", 256));
    }

    function testHashToCurveIsGnarks() public view {
        bytes32[] memory messages = vm.parseJsonBytes32Array(json, ".messages");
        bytes[] memory statements = vm.parseJsonBytesArray(json, ".statementPoints");
        bytes[] memory possessions = vm.parseJsonBytesArray(json, ".possessionPoints");
        assertTrue(messages.length > 0, "there are messages");
        for (uint256 i = 0; i < messages.length; ++i) {
            assertEq(HARNESS.hashStatement(messages[i]), _padded(statements[i]), "statement");
            assertEq(HARNESS.hashPossession(messages[i]), _padded(possessions[i]), "possession");
        }
    }

    /// EIP-2537's own vectors for G2ADD, packed and back.
    function testSumsAreEIP2537s() public {
        string memory vectors = vm.readFile("../testdata/eip2537.json");
        bytes[] memory inputs = vm.parseJsonBytesArray(vectors, ".inputs");
        bytes[] memory outputs = vm.parseJsonBytesArray(vectors, ".outputs");
        string[] memory names = vm.parseJsonStringArray(vectors, ".names");
        assertTrue(inputs.length > 0, "there are vectors");
        for (uint256 i = 0; i < inputs.length; ++i) {
            bytes32[6] memory sum = HARNESS.sum(_operands(inputs[i]));
            assertEq(_padded(abi.encodePacked(sum)), outputs[i], names[i]);
        }
        inputs = vm.parseJsonBytesArray(vectors, ".refused");
        for (uint256 i = 0; i < inputs.length; ++i) {
            bytes32[6][] memory operands = _operands(inputs[i]);
            _expectFailure(G2ADD);
            HARNESS.sum(operands);
        }
    }

    function testSumsOfKeysAreGnarks() public view {
        bytes32[] memory bitmaps = vm.parseJsonBytes32Array(json, ".bitmaps");
        bytes[] memory sums = vm.parseJsonBytesArray(json, ".bitmapKeys");
        bytes[] memory theirs = vm.parseJsonBytesArray(json, ".bitmapSignatures");
        bytes32[6] memory all = HARNESS.sum(keys);
        assertEq(abi.encodePacked(all), vm.parseJsonBytes(json, ".aggregateKey"), "aggregate");
        for (uint256 i = 0; i < bitmaps.length; ++i) {
            (bytes32[6][] memory set, bytes32[6][] memory clear) = _split(uint256(bitmaps[i]));
            bytes32[6] memory sum = HARNESS.sum(set);
            assertEq(abi.encodePacked(sum), sums[i], "sum");
            assertEq(abi.encodePacked(HARNESS.difference(all, HARNESS.sum(clear))), sums[i], "difference");
            HARNESS.verify(digest, sum, _signature(theirs[i]));
        }
    }

    /// A coordinate of zero stays zero: p would be refused, and be a second encoding.
    function testNegationOfZeroStaysZero() public view {
        bytes32[6] memory real = _keyAt(".realKey");
        bytes[] memory differences = vm.parseJsonBytesArray(json, ".keysMinusReal");
        for (uint256 i = 0; i < differences.length; ++i) {
            assertEq(abi.encodePacked(HARNESS.difference(keys[i], real)), differences[i], "key - real");
        }
        bytes32[6] memory none;
        bytes32[6] memory negative = HARNESS.negation(real);
        assertEq(abi.encodePacked(HARNESS.negation(negative)), abi.encodePacked(real), "--real");
        assertEq(uint128(uint256(negative[4])), 0, "-0, upper");
        assertEq(uint256(negative[5]), 0, "-0, lower");
        assertEq(abi.encodePacked(HARNESS.difference(keys[0], keys[0])), abi.encodePacked(none), "key - key");
        assertEq(abi.encodePacked(HARNESS.negation(none)), abi.encodePacked(none), "-identity");
        assertEq(abi.encodePacked(HARNESS.difference(keys[0], none)), abi.encodePacked(keys[0]), "key - identity");
    }

    function testSignaturesOfGnarkVerify() public view {
        for (uint256 i = 0; i < keys.length; ++i) {
            HARNESS.verify(digest, keys[i], signatures[i]);
            HARNESS.verifyPossession(digest, keys[i], _signatureIn(".possessions", i));
            uint256 next = (i + 1) % keys.length;
            HARNESS.verifyPair(digest, keys[i], otherDigest, keys[next], _signatureIn(".pairSignatures", i));
        }
        HARNESS.verify(digest, _keyAt(".aggregateKey"), _signatureAt(".aggregateSignature"));
    }

    function testOtherDigestKeyOrPurposeIsRefused() public {
        _expectMismatch(otherDigest);
        HARNESS.verify(otherDigest, keys[0], signatures[0]);
        _expectMismatch(digest);
        HARNESS.verify(digest, keys[1], signatures[0]);
        _expectMismatch(digest);
        HARNESS.verify(digest, keys[0], signatures[1]);
        bytes32[3] memory proof = _signatureIn(".possessions", 0);
        _expectMismatch(digest);
        HARNESS.verify(digest, keys[0], proof);
        _expectMismatch(digest);
        HARNESS.verifyPossession(digest, keys[0], signatures[0]);
    }

    function testPairWantsBothSignatures() public {
        bytes32[3] memory pair = _signatureIn(".pairSignatures", 0);
        bytes memory mismatch = abi.encodeWithSelector(BLS.SignaturesMismatch.selector, digest, otherDigest);
        vm.expectRevert(mismatch);
        HARNESS.verifyPair(digest, keys[1], otherDigest, keys[0], pair);
        vm.expectRevert(mismatch);
        HARNESS.verifyPair(digest, keys[0], otherDigest, keys[1], signatures[0]);
        vm.expectRevert(mismatch);
        HARNESS.verifyPair(digest, keys[0], otherDigest, keys[2], pair);
        vm.expectRevert(abi.encodeWithSelector(BLS.SignaturesMismatch.selector, digest, digest));
        HARNESS.verifyPair(digest, keys[0], digest, keys[1], pair);
    }

    /// Attack "identity key": with it, e(H, 0) · e(0, −g2) = 1 for every digest.
    function testIdentityVerifiesNothing() public {
        bytes32[6] memory none;
        bytes32[3] memory nothing;
        vm.expectRevert(BLS.IdentityKey.selector);
        HARNESS.verify(digest, none, nothing);
        vm.expectRevert(BLS.IdentityKey.selector);
        HARNESS.verify(digest, none, signatures[0]);
        vm.expectRevert(BLS.IdentitySignature.selector);
        HARNESS.verify(digest, keys[0], nothing);
        vm.expectRevert(BLS.IdentityKey.selector);
        HARNESS.verifyPossession(digest, none, nothing);
        vm.expectRevert(BLS.IdentityKey.selector);
        HARNESS.verifyPair(digest, keys[0], otherDigest, none, signatures[0]);
        vm.expectRevert(BLS.IdentityKey.selector);
        HARNESS.verifyPair(digest, none, otherDigest, keys[0], signatures[0]);
        vm.expectRevert(BLS.IdentitySignature.selector);
        HARNESS.verifyPair(digest, keys[0], otherDigest, keys[1], nothing);
    }

    function testBadPointsAreRefused() public {
        string[4] memory bad = [".offCurveKey", ".offSubgroupKey", ".nonCanonicalKey", ".realKey"];
        for (uint256 i = 0; i < bad.length; ++i) {
            bytes32[6] memory key = _keyAt(bad[i]);
            _expectFailure(PAIRING);
            HARNESS.verify(digest, key, signatures[0]);
            _expectFailure(PAIRING);
            HARNESS.verifyPossession(digest, key, signatures[0]);
            _expectFailure(PAIRING);
            HARNESS.verifyPair(digest, keys[0], otherDigest, key, signatures[0]);
        }
        string[3] memory worse = [".offCurveSignature", ".offSubgroupSignature", ".nonCanonicalSignature"];
        for (uint256 i = 0; i < worse.length; ++i) {
            bytes32[3] memory signature = _signatureAt(worse[i]);
            _expectFailure(PAIRING);
            HARNESS.verify(digest, keys[0], signature);
        }
        bytes32[6][] memory one = new bytes32[6][](1);
        one[0] = _keyAt(".offCurveKey");
        _expectFailure(G2ADD);
        HARNESS.sum(one);
        one[0] = _keyAt(".nonCanonicalKey");
        _expectFailure(G2ADD);
        HARNESS.sum(one);
    }

    /// G2ADD does not look at subgroups: what the library's warning is about. Verifying with such a sum fails.
    function testSumTakesAnOffSubgroupPointThatVerifyRefuses() public {
        bytes32[6][] memory two = new bytes32[6][](2);
        (two[0], two[1]) = (keys[0], _keyAt(".offSubgroupKey"));
        bytes32[6] memory sum = HARNESS.sum(two);
        _expectFailure(PAIRING);
        HARNESS.verify(digest, sum, signatures[0]);
    }

    /// Attack "missing precompile": a call to nothing succeeds and returns nothing.
    function testMissingPrecompileIsNoticed() public {
        address[5] memory used = [SHA256, MODEXP, MAP_FP_TO_G1, G1ADD, PAIRING];
        for (uint256 i = 0; i < used.length; ++i) {
            vm.mockCall(used[i], "", "");
            _expectFailure(used[i]);
            HARNESS.verify(digest, keys[0], signatures[0]);
            vm.clearMockedCalls();
            HARNESS.verify(digest, keys[0], signatures[0]);
        }
        vm.mockCall(G2ADD, "", "");
        _expectFailure(G2ADD);
        HARNESS.sum(keys);
        vm.clearMockedCalls();
        vm.mockCall(PAIRING, "", abi.encodePacked(uint248(1)));
        _expectFailure(PAIRING);
        HARNESS.verify(digest, keys[0], signatures[0]);
        vm.clearMockedCalls();
        vm.mockCall(PAIRING, "", abi.encode(2));
        _expectMismatch(digest);
        HARNESS.verify(digest, keys[0], signatures[0]);
    }

    /// A precompile that refuses its input burns what it was given, which is bounded.
    function testRefusedInputBurnsLittle() public {
        bytes32[6] memory key = _keyAt(".offCurveKey");
        bytes32[3] memory signature = signatures[0];
        bytes32 d = digest;
        _expectFailure(PAIRING);
        uint256 before = gasleft();
        HARNESS.verify(d, key, signature);
        uint256 burnt = before - gasleft();
        emit log_named_uint("verify, refused key", burnt);
        assertLe(burnt, 240_000, "gas of a refused key");
    }

    /// With too little gas it reverts: there is no smaller answer that could be taken for a no.
    function testStarvedVerifyReverts() public view {
        for (uint256 gas_ = 10_000; gas_ < 150_000; gas_ += 5_000) {
            (bool ok,) = address(HARNESS).staticcall{gas: gas_}(
                abi.encodeCall(BLSHarness.verify, (digest, keys[0], signatures[0]))
            );
            if (gas_ < 115_000) assertTrue(!ok, "verified without gas");
            if (gas_ > 130_000) assertTrue(ok, "not verified with gas enough");
        }
    }

    function testFuzzTamperedSignatureIsRefused(uint256 bit, uint256 what) public view {
        HARNESS.verify(digest, keys[0], signatures[0]);
        (bytes32 d, bytes32[6] memory key, bytes32[3] memory signature) = (digest, keys[0], signatures[0]);
        what %= 3;
        if (what == 0) {
            d ^= bytes32(1 << bit % 256);
        } else if (what == 1) {
            key[bit / 256 % 6] ^= bytes32(1 << bit % 256);
        } else {
            signature[bit / 256 % 3] ^= bytes32(1 << bit % 256);
        }
        try HARNESS.verify(d, key, signature) {
            assertTrue(false, "tampered, and verified");
        } catch {}
    }

    function testGas() public {
        bytes32[6] memory key = keys[0];
        bytes32[6] memory second = keys[1];
        bytes32[3] memory signature = signatures[0];
        bytes32[3] memory pair = _signatureIn(".pairSignatures", 0);
        (bytes32 a, bytes32 b) = (digest, otherDigest);
        uint256[4] memory point;
        uint256 into;
        assembly ("memory-safe") {
            into := point
        }
        uint256 before = gasleft();
        HashToG1.write(abi.encodePacked(a), BLS.STATEMENT, into);
        uint256 gas_ = before - gasleft();
        emit log_named_uint("hashToG1", gas_);
        assertLe(gas_, 20_000, "hashToG1");
        before = gasleft();
        BLS.verify(a, key, signature);
        gas_ = before - gasleft();
        emit log_named_uint("verify", gas_);
        assertLe(gas_, 125_000, "verify");
        before = gasleft();
        BLS.verifyPair(a, key, b, second, pair);
        gas_ = before - gasleft();
        emit log_named_uint("verifyPair", gas_);
        assertLe(gas_, 180_000, "verifyPair");
        BLS.Sum memory sum = BLS.zero();
        before = gasleft();
        BLS.add(sum, key);
        gas_ = before - gasleft();
        emit log_named_uint("add", gas_);
        assertLe(gas_, 1_500, "add");
    }

    function _rfc(bytes memory message, bytes memory x, bytes memory y) private view {
        bytes memory dst = "QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";
        assertEq(HARNESS.hashToG1(message, dst), _padded(abi.encodePacked(x, y)), string(message));
    }

    function _expectFailure(address precompile) private {
        vm.expectRevert(abi.encodeWithSelector(Precompiles.PrecompileFailed.selector, precompile));
    }

    function _expectMismatch(bytes32 of_) private {
        vm.expectRevert(abi.encodeWithSelector(BLS.SignatureMismatch.selector, of_));
    }

    function _split(uint256 bitmap) private view returns (bytes32[6][] memory set, bytes32[6][] memory clear) {
        uint256 ones = 0;
        for (uint256 i = 0; i < keys.length; ++i) {
            ones += bitmap >> i & 1;
        }
        (set, clear) = (new bytes32[6][](ones), new bytes32[6][](keys.length - ones));
        (uint256 s, uint256 c) = (0, 0);
        for (uint256 i = 0; i < keys.length; ++i) {
            if (bitmap >> i & 1 == 1) set[s++] = keys[i];
            else clear[c++] = keys[i];
        }
    }

    /// @dev The two operands of a published G2ADD input, without the zero bytes that the library adds.
    function _operands(bytes memory input) private pure returns (bytes32[6][] memory operands) {
        operands = new bytes32[6][](2);
        (operands[0], operands[1]) = (_stripped(input, 0), _stripped(input, 256));
    }

    function _stripped(bytes memory input, uint256 from) private pure returns (bytes32[6] memory) {
        bytes memory packed = new bytes(192);
        for (uint256 i = 0; i < 192; ++i) {
            packed[i] = input[from + i / 48 * 64 + 16 + i % 48];
        }
        return _key(packed);
    }

    function _padded(bytes memory packed) private pure returns (bytes memory padded) {
        padded = new bytes(packed.length / 48 * 64);
        for (uint256 i = 0; i < packed.length; ++i) {
            padded[i / 48 * 64 + 16 + i % 48] = packed[i];
        }
    }

    function _repeated(bytes1 letter, uint256 count) private pure returns (bytes memory text) {
        text = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            text[i] = letter;
        }
    }

    function _keyAt(string memory name) private view returns (bytes32[6] memory) {
        return _key(vm.parseJsonBytes(json, name));
    }

    function _signatureAt(string memory name) private view returns (bytes32[3] memory) {
        return _signature(vm.parseJsonBytes(json, name));
    }

    function _signatureIn(string memory name, uint256 i) private view returns (bytes32[3] memory) {
        return _signature(vm.parseJsonBytesArray(json, name)[i]);
    }

    function _key(bytes memory packed) private pure returns (bytes32[6] memory) {
        require(packed.length == 192, "a key has 192 bytes");
        return abi.decode(packed, (bytes32[6]));
    }

    function _signature(bytes memory packed) private pure returns (bytes32[3] memory) {
        require(packed.length == 96, "a signature has 96 bytes");
        return abi.decode(packed, (bytes32[3]));
    }
}
