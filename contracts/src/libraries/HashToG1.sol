// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Precompiles} from "./Precompiles.sol";

/// @title HashToG1
/// @notice RFC 9380 hash_to_curve, suite BLS12381G1_XMD:SHA-256_SSWU_RO_.
library HashToG1 {
    /// @notice RFC 9380 §5.3.3 would hash a longer tag; we have none.
    error DstTooLong(uint256 bytesLength);

    /// @notice Writes the message's point, 128 bytes, at `into`. About 18,000 gas for 32 bytes.
    /// @dev expand_message_xmd (§5.3.1) to 128 bytes, hash_to_field (§5.2), two maps and their sum (§3). The map precompile
    /// clears the cofactor, which commutes with the addition.
    /// @param dst Domain separation tag, at most 255 bytes.
    function write(bytes memory message, bytes memory dst, uint256 into) internal view {
        if (dst.length > 255) revert DstTooLong(dst.length);
        bytes memory tag = abi.encodePacked(dst, uint8(dst.length));
        bytes32 b0 = Precompiles.sha(
            abi.encodePacked(bytes32(0), bytes32(0), message, uint16(128), uint8(0), tag)
        );
        bytes32 b1 = Precompiles.sha(abi.encodePacked(b0, uint8(1), tag));
        bytes32 b2 = Precompiles.sha(abi.encodePacked(b0 ^ b1, uint8(2), tag));
        bytes32 b3 = Precompiles.sha(abi.encodePacked(b0 ^ b2, uint8(3), tag));
        bytes32 b4 = Precompiles.sha(abi.encodePacked(b0 ^ b3, uint8(4), tag));
        uint256[8] memory points;
        uint256 first;
        assembly ("memory-safe") {
            first := points
        }
        uint256 second = first + 128;
        Precompiles.reduce(b1, b2, first);
        Precompiles.mapToG1(first, first);
        Precompiles.reduce(b3, b4, second);
        Precompiles.mapToG1(second, second);
        Precompiles.addG1(first, into);
    }
}
