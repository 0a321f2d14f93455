// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {HashToG1} from "./HashToG1.sol";
import {Precompiles} from "./Precompiles.sol";

/// @title BLS
/// @notice BLS12-381 signatures through the precompiles of EIP-2537: keys in G2, signatures in G1 (protocol §5).
/// @dev A packed key is 192 bytes in six words, x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1, a packed signature 96 bytes in three,
/// x ‖ y: EIP-2537's coordinates without their 16 leading zero bytes, 48 bytes each, big endian. All zero is the
/// identity; it verifies nothing here. The precompiles refuse coordinates ≥ p and points off the curve; MAP and
/// PAIRING alone look at subgroups.
/// Warning: G2ADD has no subgroup check (EIP-2537). A sum of keys is as good as the keys: give `add` only keys whose
/// possession was proven, or verify with the sum (PAIRING checks it), never take a sum itself for a valid key.
library BLS {
    error IdentityKey();
    error IdentitySignature();
    error SignatureMismatch(bytes32 digest);
    error SignaturesMismatch(bytes32 digestA, bytes32 digestB);

    /// @notice Domain separation tags: signed statements, and proofs of possession of a key.
    bytes internal constant STATEMENT = "ROSTER-V1-STATEMENT_BLS12381G1_XMD:SHA-256_SSWU_RO_";
    bytes internal constant POSSESSION = "ROSTER-V1-POP_BLS12381G1_XMD:SHA-256_SSWU_RO_";

    /// @notice A running sum of keys; `zero()` starts one.
    /// @param operands The two inputs of G2ADD, eight words each; the first is the sum so far.
    struct Sum {
        uint256[] operands;
    }

    /// @notice Reverts unless `signature` is `key`'s on the statement `digest`: e(H, key) · e(signature, −g2) = 1.
    /// @dev About 120,000 gas. A point off the curve or the subgroup ends as PrecompileFailed(0x0f).
    function verify(bytes32 digest, bytes32[6] memory key, bytes32[3] memory signature) internal view {
        _verify(digest, STATEMENT, key, signature);
    }

    /// @notice As verify, for a proof that somebody knows the secret of `key`; neither passes for the other.
    function verifyPossession(bytes32 digest, bytes32[6] memory key, bytes32[3] memory signature) internal view {
        _verify(digest, POSSESSION, key, signature);
    }

    /// @notice Reverts unless `signature` is the sum of keyA's on digestA and keyB's on digestB, both statements:
    /// e(H(a), keyA) · e(H(b), keyB) · e(signature, −g2) = 1. One pairing for two signatures, about 170,000 gas.
    /// @dev Sound because possession of every key was proven (no key was chosen as a function of another). Says nothing
    /// about the digests being different: the caller compares them.
    function verifyPair(
        bytes32 digestA,
        bytes32[6] memory keyA,
        bytes32 digestB,
        bytes32[6] memory keyB,
        bytes32[3] memory signature
    ) internal view {
        uint256 into = _data(new uint256[](36)); // three pairs
        _putPair(into, digestA, STATEMENT, keyA);
        _putPair(into + Precompiles.PAIR_SIZE, digestB, STATEMENT, keyB);
        _putSignature(into + 2 * Precompiles.PAIR_SIZE, signature);
        if (!Precompiles.pairing(into, 3)) revert SignaturesMismatch(digestA, digestB);
    }

    function isIdentity(bytes32[6] memory key) internal pure returns (bool) {
        return key[0] | key[1] | key[2] | key[3] | key[4] | key[5] == 0;
    }

    /// @notice The empty sum: the identity.
    function zero() internal pure returns (Sum memory) {
        return Sum(new uint256[](16));
    }

    /// @notice Adds `key` to `sum`, about 1,100 gas. See the warning about subgroups above.
    function add(Sum memory sum, bytes32[6] memory key) internal view {
        uint256 operands = _data(sum.operands);
        _putG2(operands + 256, key);
        Precompiles.addG2(operands, operands);
    }

    /// @notice As add, for a key that lies in calldata: copied once, to where the precompile reads it.
    function addPacked(Sum memory sum, bytes32[6] calldata key) internal view {
        uint256 operands = _data(sum.operands);
        // Assembly: each coordinate goes behind its 16 zero bytes, which no operand ever dirties.
        assembly ("memory-safe") {
            let to := add(operands, 272)
            calldatacopy(to, key, 48)
            calldatacopy(add(to, 64), add(key, 48), 48)
            calldatacopy(add(to, 128), add(key, 96), 48)
            calldatacopy(add(to, 192), add(key, 144), 48)
        }
        Precompiles.addG2(operands, operands);
    }

    /// @notice Turns `sum` into its negative: (x, p − y). Zero stays zero, so the identity stays canonical.
    function negate(Sum memory sum) internal pure {
        _negate(sum.operands, 4);
        _negate(sum.operands, 6);
    }

    /// @notice The sum as a packed key; all zero when it is the identity.
    function pack(Sum memory sum) internal pure returns (bytes32[6] memory key) {
        uint256 from = _data(sum.operands) + 16; // each coordinate without its 16 zero bytes
        assembly ("memory-safe") {
            mcopy(key, from, 48)
            mcopy(add(key, 48), add(from, 64), 48)
            mcopy(add(key, 96), add(from, 128), 48)
            mcopy(add(key, 144), add(from, 192), 48)
        }
    }

    /// @dev The field element in words i and i + 1. It is below p, for G2ADD put it there: only the borrow from the
    /// upper word is left to us.
    function _negate(uint256[] memory words, uint256 i) private pure {
        (uint256 high, uint256 low) = (words[i], words[i + 1]);
        if (high | low == 0) return;
        unchecked {
            words[i] = Precompiles.P_HIGH - high - (low > Precompiles.P_LOW ? 1 : 0);
            words[i + 1] = Precompiles.P_LOW - low;
        }
    }

    function _verify(bytes32 digest, bytes memory dst, bytes32[6] memory key, bytes32[3] memory signature)
        private
        view
    {
        uint256 into = _data(new uint256[](24)); // two pairs
        _putPair(into, digest, dst, key);
        _putSignature(into + Precompiles.PAIR_SIZE, signature);
        if (!Precompiles.pairing(into, 2)) revert SignatureMismatch(digest);
    }

    /// @dev One pair of the pairing check at `into`: the digest's point and the key.
    function _putPair(uint256 into, bytes32 digest, bytes memory dst, bytes32[6] memory key) private view {
        if (isIdentity(key)) revert IdentityKey();
        HashToG1.write(abi.encodePacked(digest), dst, into);
        _putG2(into + 128, key);
    }

    /// @dev The last pair, at `into`: the signature and −g2 (G2's generator of EIP-2537, y negated), packed.
    function _putSignature(uint256 into, bytes32[3] memory signature) private pure {
        if (signature[0] | signature[1] | signature[2] == 0) revert IdentitySignature();
        _put(into, signature[0], signature[1], signature[2]);
        _put(
            into + 128,
            0x024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d177,
            0x0bac0326a805bbefd48056c8c121bdb813e02b6052719f607dacd3a088274f65,
            0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e
        );
        _put(
            into + 256,
            0x0d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f7,
            0x8c71363275a75d75d86bab79f74782aa13fa4d4a0ad8b1ce186ed5061789213d,
            0x993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed
        );
    }

    function _putG2(uint256 into, bytes32[6] memory key) private pure {
        _put(into, key[0], key[1], key[2]);
        _put(into + 128, key[3], key[4], key[5]);
    }

    /// @dev Three packed words (two coordinates) as four: each coordinate again behind its 16 zero bytes. Assembly: the
    /// checks of an array's bounds would cost as much as G2ADD.
    function _put(uint256 into, bytes32 a, bytes32 b, bytes32 c) private pure {
        assembly ("memory-safe") {
            mstore(into, shr(128, a))
            mstore(add(into, 32), or(shl(128, a), shr(128, b)))
            mstore(add(into, 64), shr(128, shl(128, b)))
            mstore(add(into, 96), c)
        }
    }

    function _data(uint256[] memory words) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := add(words, 32)
        }
    }
}
