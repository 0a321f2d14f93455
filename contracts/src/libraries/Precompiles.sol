// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @title Precompiles
/// @notice Calls to the precompiles that signatures need, each with bounded gas and a checked answer (protocol §5).
library Precompiles {
    /// @notice A precompile is missing, refused its input (a bad point or coordinate) or was left too little gas.
    error PrecompileFailed(address precompile);

    /// @dev The prime p of BLS12-381's field, its upper 16 and lower 32 bytes.
    uint256 internal constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 internal constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    address private constant SHA256 = address(0x02);
    address private constant MODEXP = address(0x05);
    address private constant G1ADD = address(0x0b);
    address private constant G2ADD = address(0x0d);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_FP_TO_G1 = address(0x10);

    // Gas forwarded: twice the price. Bounded, because a precompile that refuses its input burns all it was given;
    // twice, because these contracts cannot be changed and should outlive a repricing. What is not used comes back.
    uint256 private constant SHA256_GAS = 2 * 60; // yellow paper, appendix E: 60 and 12 a word
    uint256 private constant SHA256_WORD_GAS = 2 * 12;
    uint256 private constant MODEXP_GAS = 2 * 500; // EIP-7883's least, which 64-byte operands do not exceed
    uint256 private constant G1ADD_GAS = 2 * 375; // this and what follows: EIP-2537
    uint256 private constant G2ADD_GAS = 2 * 600;
    uint256 private constant MAP_GAS = 2 * 5_500;
    uint256 private constant PAIRING_GAS = 2 * 37_700;
    uint256 private constant PAIRING_PAIR_GAS = 2 * 32_600;
    uint256 internal constant PAIR_SIZE = 384; // bytes: a point of G1, a point of G2

    /// @dev Solidity's own sha256 forwards all gas and takes a missing precompile's silence for a hash.
    function sha(bytes memory message) internal view returns (bytes32 hash) {
        _call(SHA256, SHA256_GAS + SHA256_WORD_GAS * ((message.length + 31) / 32), _data(message), message.length, 0, 32);
        assembly ("memory-safe") {
            hash := mload(0)
        }
    }

    /// @notice Writes (high ‖ low) mod p, 64 bytes, at `into`.
    function reduce(bytes32 high, bytes32 low, uint256 into) internal view {
        // lengths of base, exponent, modulus; base; exponent 1; modulus
        bytes memory input =
            abi.encodePacked(uint256(64), uint256(1), uint256(64), high, low, uint8(1), P_HIGH, P_LOW);
        _call(MODEXP, MODEXP_GAS, _data(input), input.length, into, 64);
    }

    /// @notice From a field element (64 bytes) to a point of G1's subgroup (128 bytes) at `into`, which may be `from`.
    function mapToG1(uint256 from, uint256 into) internal view {
        _call(MAP_FP_TO_G1, MAP_GAS, from, 64, into, 128);
    }

    /// @notice Writes the sum of the two points at `from` (256 bytes) at `into` (128 bytes).
    function addG1(uint256 from, uint256 into) internal view {
        _call(G1ADD, G1ADD_GAS, from, 256, into, 128);
    }

    /// @notice As addG1, 512 and 256 bytes. Warning: points off the subgroup are added like others.
    function addG2(uint256 from, uint256 into) internal view {
        _call(G2ADD, G2ADD_GAS, from, 512, into, 256);
    }

    /// @notice Whether the product of the pairings of `count` pairs at `from` is one. Refuses points off the subgroups.
    function pairing(uint256 from, uint256 count) internal view returns (bool one) {
        _call(PAIRING, PAIRING_GAS + PAIRING_PAIR_GAS * count, from, PAIR_SIZE * count, 0, 32);
        assembly ("memory-safe") {
            one := eq(mload(0), 1)
        }
    }

    /// @dev On a chain without the precompile the call succeeds with no data, hence the exact length. Assembly: Solidity
    /// knows no call into given memory. `into` may be the scratch space, or `from` itself.
    function _call(address precompile, uint256 bound, uint256 from, uint256 length, uint256 into, uint256 size)
        private
        view
    {
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(bound, precompile, from, length, into, size)
            ok := and(ok, eq(returndatasize(), size)) // not in one line: Yul evaluates arguments from the right
        }
        if (!ok) revert PrecompileFailed(precompile);
    }

    function _data(bytes memory input) private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := add(input, 32)
        }
    }
}
