// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Domain} from "../Domain.sol";
import {Batch, Header, Statement} from "../interfaces/IRouter.sol";
import {BLS} from "../libraries/BLS.sol";
import {Signers as SignersLib} from "../libraries/Signers.sol";
import {Statements} from "../libraries/Statements.sol";
import {Elections} from "./Elections.sol";

/// @title Certificates
/// @notice What Executors have agreed on: certificates and batches, see IRouter.
abstract contract Certificates is Elections, Domain {
    /// @dev EIP-2935: the last 8,191 block hashes, by number.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    uint256 private constant HISTORY_WINDOW = 8_191;
    uint256 private constant BLOCKHASH_WINDOW = 256;

    /// @notice B_0 and batchBlocks of protocol §6: batch k ends with block B_0 + k * batchBlocks.
    uint64 public immutable FIRST_BLOCK;
    uint64 public immutable BATCH_BLOCKS;

    mapping(uint96 set => bytes32) public headOf;
    mapping(uint96 set => mapping(uint64 number => bytes32)) public messagesRoot;

    constructor(uint64 batchBlocks) Domain(address(this)) {
        if (batchBlocks == 0) revert NoBatchBlocks();
        FIRST_BLOCK = uint64(block.number);
        BATCH_BLOCKS = batchBlocks;
    }

    function openSet(uint96 set, uint64 number, bytes32 batchHash) external {
        if (msg.sender != address(MIDDLEWARE)) revert OnlyMiddleware(msg.sender);
        // A head from the future could not be followed by any batch until then.
        uint256 end = FIRST_BLOCK + uint256(number) * BATCH_BLOCKS;
        if (number != 0 && end >= block.number) revert BlockNotPast(end, block.number);
        headOf[set] = Statements.head(number, batchHash);
        emit SetOpened(set, number, batchHash);
    }

    function commitBatch(
        Header calldata header,
        uint64 headNumber,
        Batch calldata batch,
        Statement calldata certificate
    ) external {
        uint96 set = header.set;
        bytes32 head = Statements.head(headNumber, batch.previousHash);
        if (head != headOf[set]) revert NotTheHead(head, headOf[set]);
        if (batch.number <= headNumber) revert NumberNotAbove(batch.number, headNumber);
        // One batch per interval at the most: a quorum cannot spend the pot on batches, or the numbers, at will.
        uint256 end = FIRST_BLOCK + uint256(batch.number) * BATCH_BLOCKS;
        if (batch.endBlock != end) revert NotTheIntervalsEnd(batch.number, batch.endBlock, end);
        _checkBlock(batch.endBlock, batch.endBlockHash);

        bytes32 hash = Statements.batchHash(set, batch);
        Standing memory s =
            _certified(header, Statements.batchDigest(domainSeparator(), set, header.era, batch.number, hash), certificate);
        headOf[set] = Statements.head(batch.number, hash);
        if (batch.messagesRoot != 0) messagesRoot[set][batch.number] = batch.messagesRoot;
        emit BatchCommitted(set, header.era, batch.number, hash, certificate.signers.bitmap, batch);
        if (s.batchesPaid) {
            REWARDS.pay(set, msg.sender, MIDDLEWARE.batchRewardAt(set, _captureOf(header.era)));
        }
    }

    function addSigners(Header calldata header, uint64 number, bytes32 batchHash, Statement calldata statement)
        external
    {
        _requireStanding(header);
        (bool ever,) = _history(header.set, header.era);
        if (!ever) revert NeverActive(header.set, header.era);
        _verify(
            header, Statements.batchDigest(domainSeparator(), header.set, header.era, number, batchHash), statement
        );
        emit SignersAdded(header.set, header.era, number, batchHash, statement.signers.bitmap);
    }

    function checkCertificate(Header calldata header, bytes32 digest, Statement calldata certificate) external view {
        _certified(header, digest, certificate);
    }

    function quorumBase(Header calldata header) public view returns (uint256) {
        return _quorumBase(header.total, ejections[header.set][header.era].weight);
    }

    /// @dev A certificate: by the active set, no ejected signer, more than two thirds of the weight (protocol §5).
    function _certified(Header calldata header, bytes32 digest, Statement calldata certificate)
        private
        view
        returns (Standing memory s)
    {
        s = _requireActive(header);
        uint256 ejectedWeight;
        if (s.ejections) {
            Ejections memory e = ejections[header.set][header.era];
            uint256 ejectedSigners = certificate.signers.bitmap & e.bitmap;
            if (ejectedSigners != 0) revert EjectedSigner(certificate.signers.bitmap, e.bitmap);
            ejectedWeight = e.weight;
        }
        uint256 signed = _verify(header, digest, certificate);
        if (3 * signed <= 2 * _quorumBase(header.total, ejectedWeight)) {
            revert NoQuorum(signed, header.total, ejectedWeight);
        }
    }

    /// @dev Ejections lower what is needed, by a third of the total at most: they must not let a few certify alone.
    function _quorumBase(uint256 total, uint256 ejectedWeight) private pure returns (uint256) {
        return total - (ejectedWeight < total / 3 ? ejectedWeight : total / 3);
    }

    function _verify(Header calldata header, bytes32 digest, Statement calldata statement)
        private
        view
        returns (uint256 signed)
    {
        bytes32[6] memory key;
        (key, signed) = SignersLib.signersKey(
            header.count,
            header.total,
            header.root,
            header.key,
            statement.signers.bitmap,
            statement.signers.absent,
            statement.signers.proof
        );
        BLS.verify(digest, key, statement.signature);
    }

    /// @dev Checks the hash where the chain still knows it.
    function _checkBlock(uint256 number, bytes32 hash) private view {
        if (number >= block.number) revert BlockNotPast(number, block.number);
        uint256 age = block.number - number;
        if (age > HISTORY_WINDOW) return;
        bytes32 known = blockhash(number);
        if (age > BLOCKHASH_WINDOW) {
            (bool ok, bytes memory result) = HISTORY.staticcall(abi.encode(number));
            // A chain without the contract does not know the hash any more.
            if (!ok || result.length != 32) return;
            known = abi.decode(result, (bytes32));
        }
        if (known != hash) revert BlockHashMismatch(number, hash, known);
    }
}
