// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {RewardCommit} from "../src/interfaces/IRewards.sol";
import {Batch} from "../src/interfaces/IRouter.sol";
import {BLS} from "../src/libraries/BLS.sol";
import {Statements} from "../src/libraries/Statements.sol";
import {Base} from "./Base.t.sol";

/// @notice Every digest of protocol §5 against testdata/digests.json, which core/batch writes and reads too: what Go
/// signs is what the contracts check.
contract StatementsTest is Base {
    string private json = vm.readFile("../testdata/digests.json");

    /// @dev The library reads calldata.
    function batchHash(uint96 set, Batch calldata b) external pure returns (bytes32) {
        return Statements.batchHash(set, b);
    }

    function rewardsDigest(bytes32 domain, uint96 set, uint64 era, RewardCommit calldata r)
        external
        pure
        returns (bytes32)
    {
        return Statements.rewardsDigest(domain, set, era, r);
    }

    function keyHash(bytes32[6] calldata key) external pure returns (bytes32) {
        return Statements.keyHash(key);
    }

    function test_KeyHashes() public view {
        bytes[] memory key = vm.parseJsonBytesArray(json, ".key.key");
        bytes32[] memory want = _words(".key.hash");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            assertEq(this.keyHash(abi.decode(key[i], (bytes32[6]))), want[i], "key");
        }
    }

    function _uints(string memory key) private view returns (uint256[] memory) {
        return vm.parseJsonUintArray(json, key);
    }

    function _words(string memory key) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(json, key);
    }

    function _addresses(string memory key) private view returns (address[] memory) {
        return vm.parseJsonAddressArray(json, key);
    }

    function test_DomainSeparators() public view {
        uint256[] memory chain = _uints(".domain.chainId");
        address[] memory router = _addresses(".domain.router");
        bytes32[] memory want = _words(".domain.separator");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            assertEq(Statements.domainSeparator(chain[i], router[i]), want[i], "separator");
        }
    }

    function test_HeaderHashes() public view {
        uint256[] memory set = _uints(".header.set");
        uint256[] memory era = _uints(".header.era");
        uint256[] memory count = _uints(".header.count");
        uint256[] memory total = _uints(".header.total");
        bytes32[] memory root = _words(".header.root");
        bytes32[] memory aggregate = _words(".header.aggregateHash");
        bytes32[] memory want = _words(".header.hash");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            assertEq(
                Statements.headerHash(
                    uint96(set[i]), uint64(era[i]), uint16(count[i]), uint96(total[i]), root[i], aggregate[i]
                ),
                want[i],
                "header"
            );
        }
    }

    function test_BatchHashesAndHeads() public view {
        uint256[] memory set = _uints(".batch.set");
        bytes32[] memory want = _words(".batch.hash");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            assertEq(this.batchHash(uint96(set[i]), _batch(i)), want[i], "batch");
        }
        uint256[] memory number = _uints(".head.number");
        bytes32[] memory hash = _words(".head.batchHash");
        want = _words(".head.hash");
        for (uint256 i; i < want.length; ++i) {
            assertEq(Statements.head(uint64(number[i]), hash[i]), want[i], "head");
        }
    }

    function test_BatchDigests() public view {
        uint256[] memory chain = _uints(".statement.chainId");
        address[] memory router = _addresses(".statement.router");
        uint256[] memory set = _uints(".statement.set");
        uint256[] memory era = _uints(".statement.era");
        uint256[] memory number = _uints(".statement.number");
        bytes32[] memory hash = _words(".statement.batchHash");
        bytes32[] memory want = _words(".statement.digest");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            bytes32 domain = Statements.domainSeparator(chain[i], router[i]);
            bytes32 got =
                Statements.batchDigest(domain, uint96(set[i]), uint64(era[i]), uint64(number[i]), hash[i]);
            assertEq(got, want[i], "statement");
        }
    }

    function test_RewardsDigests() public view {
        uint256[] memory chain = _uints(".rewards.chainId");
        address[] memory router = _addresses(".rewards.router");
        uint256[] memory set = _uints(".rewards.set");
        uint256[] memory era = _uints(".rewards.era");
        bytes32[] memory want = _words(".rewards.digest");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            bytes32 domain = Statements.domainSeparator(chain[i], router[i]);
            bytes32 got = this.rewardsDigest(domain, uint96(set[i]), uint64(era[i]), _commit(i));
            assertEq(got, want[i], "rewards");
        }
    }

    function test_RootsAndLeaves() public view {
        bytes32[] memory operators = _words(".previousRoots.operatorsRoot");
        bytes32[] memory stakers = _words(".previousRoots.stakersRoot");
        bytes32[] memory want = _words(".previousRoots.hash");
        for (uint256 i; i < want.length; ++i) {
            assertEq(Statements.previousRoots(operators[i], stakers[i]), want[i], "previousRoots");
        }
        uint256[] memory count = _uints(".messagesRoot.count");
        bytes32[] memory tree = _words(".messagesRoot.treeRoot");
        want = _words(".messagesRoot.hash");
        for (uint256 i; i < want.length; ++i) {
            assertEq(Statements.messagesRoot(uint64(count[i]), tree[i]), want[i], "messagesRoot");
        }
        assertTrue(want.length != 0, "rows");
    }

    function test_MessageLeaves() public view {
        uint256[] memory set = _uints(".message.set");
        uint256[] memory number = _uints(".message.number");
        uint256[] memory index = _uints(".message.index");
        bytes32[] memory program = _words(".message.program");
        address[] memory destination = _addresses(".message.destination");
        bytes32[] memory content = _words(".message.contentHash");
        bytes32[] memory want = _words(".message.leaf");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            bytes32 got = Statements.messageLeaf(
                uint96(set[i]), uint64(number[i]), uint64(index[i]), program[i], destination[i], content[i]
            );
            assertEq(got, want[i], "message");
        }
    }

    function test_MessageContents() public view {
        bytes32[] memory id = _words(".content.id");
        bytes32[] memory replyTo = _words(".content.replyTo");
        bytes[] memory replyCode = vm.parseJsonBytesArray(json, ".content.replyCode");
        uint256[] memory value = _uints(".content.value");
        bytes32[] memory payload = _words(".content.payloadHash");
        bytes32[] memory want = _words(".content.hash");
        assertTrue(want.length != 0, "rows");
        for (uint256 i; i < want.length; ++i) {
            assertTrue(value[i] <= type(uint128).max && replyCode[i].length == 4, "range");
            bytes32 got = Statements.messageContent(
                id[i], replyTo[i], bytes4(replyCode[i]), uint128(value[i]), payload[i]
            );
            assertEq(got, want[i], "content");
        }
    }

    function test_Tags() public view {
        string memory statement = vm.parseJsonStringArray(json, ".types.statementDst")[0];
        string memory possession = vm.parseJsonStringArray(json, ".types.possessionDst")[0];
        assertEq(keccak256(BLS.STATEMENT), keccak256(bytes(statement)), "statement tag");
        assertEq(keccak256(BLS.POSSESSION), keccak256(bytes(possession)), "possession tag");
    }

    function _batch(uint256 i) private view returns (Batch memory) {
        return Batch(
            uint64(_uints(".batch.number")[i]),
            _words(".batch.previousHash")[i],
            uint64(_uints(".batch.endBlock")[i]),
            _words(".batch.endBlockHash")[i],
            _words(".batch.stateRoot")[i],
            _words(".batch.messagesRoot")[i]
        );
    }

    function _commit(uint256 i) private view returns (RewardCommit memory) {
        return RewardCommit(
            uint64(_uints(".rewards.fromEra")[i]),
            uint64(_uints(".rewards.toEra")[i]),
            _words(".rewards.previousRoots")[i],
            _words(".rewards.operatorsRoot")[i],
            _words(".rewards.stakersRoot")[i],
            _uints(".rewards.operatorsAmount")[i],
            _uints(".rewards.stakersAmount")[i],
            _words(".rewards.distributionHash")[i]
        );
    }
}
