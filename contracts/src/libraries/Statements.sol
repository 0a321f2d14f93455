// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {RewardCommit} from "../interfaces/IRewards.sol";
import {Batch, Header} from "../interfaces/IRouter.sol";

/// @title Statements
/// @notice Every byte that is hashed or signed (protocol §5). core/batch has the same in Go; testdata/digests.json is
/// read by both.
library Statements {
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant BATCH_TYPEHASH =
        keccak256("Batch(uint96 set,uint64 era,uint64 number,bytes32 batchHash)");
    bytes32 internal constant REWARDS_TYPEHASH = keccak256(
        "Rewards(uint96 set,uint64 era,uint64 fromEra,uint64 toEra,bytes32 previousRoots,bytes32 operatorsRoot,bytes32 stakersRoot,uint256 operatorsAmount,uint256 stakersAmount,bytes32 distributionHash)"
    );

    function domainSeparator(uint256 chainId, address router) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Roster"), keccak256("1"), chainId, router));
    }

    function headerHash(Header calldata h) internal pure returns (bytes32) {
        return headerHash(h.set, h.era, h.count, h.total, h.root, keyHash(h.key));
    }

    /// @dev The words of a packed key lie side by side in calldata. Assembly: one copy in place of an encoding.
    function keyHash(bytes32[6] calldata key) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            calldatacopy(scratch, key, 192)
            hash := keccak256(scratch, 192)
        }
    }

    function headerHash(uint96 set, uint64 era, uint16 count, uint96 total, bytes32 root, bytes32 aggregateHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(set, era, count, total, root, aggregateHash));
    }

    /// @dev A struct of static fields is encoded as they are.
    function batchHash(uint96 set, Batch calldata b) internal pure returns (bytes32) {
        return keccak256(abi.encode(set, b));
    }

    function head(uint64 number, bytes32 hash) internal pure returns (bytes32) {
        return keccak256(abi.encode(number, hash));
    }

    function batchDigest(bytes32 domain, uint96 set, uint64 era, uint64 number, bytes32 hash)
        internal
        pure
        returns (bytes32)
    {
        return _digest(domain, keccak256(abi.encode(BATCH_TYPEHASH, set, era, number, hash)));
    }

    function rewardsDigest(bytes32 domain, uint96 set, uint64 era, RewardCommit calldata r)
        internal
        pure
        returns (bytes32)
    {
        return _digest(domain, keccak256(abi.encode(REWARDS_TYPEHASH, set, era, r)));
    }

    function previousRoots(bytes32 operatorsRoot, bytes32 stakersRoot) internal pure returns (bytes32) {
        return keccak256(abi.encode(operatorsRoot, stakersRoot));
    }

    /// @notice What a message says, in its leaf.
    /// @param value Base units of wVARA.
    function messageContent(bytes32 id, bytes32 replyTo, bytes4 replyCode, uint128 value, bytes32 payloadHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(id, replyTo, replyCode, value, payloadHash));
    }

    /// @dev keccak256(0x02 ‖ abi.encode(...)): no leaf of messages is a node, or a leaf or node of entries.
    /// @param content messageContent.
    function messageLeaf(
        uint96 set,
        uint64 number,
        uint64 index,
        bytes32 program,
        address destination,
        bytes32 content
    ) internal pure returns (bytes32) {
        return keccak256(bytes.concat(bytes1(0x02), abi.encode(set, number, index, program, destination, content)));
    }

    /// @dev The number of leaves is part of the root: without it a promoted node could pass for a leaf's sibling.
    function messagesRoot(uint64 count, bytes32 treeRoot) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x03), count, treeRoot));
    }

    function _digest(bytes32 domain, bytes32 structHash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
