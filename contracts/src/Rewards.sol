// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Clock} from "./Clock.sol";
import {Domain} from "./Domain.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {IRewards, RewardCommit} from "./interfaces/IRewards.sol";
import {Header, IRouter, Statement} from "./interfaces/IRouter.sol";
import {Statements} from "./libraries/Statements.sol";

/// @title Rewards
/// @notice See IRewards.
/// @dev Invariant: the token balance is at least the sum of all pots, free and reserved.
contract Rewards is IRewards, Clock, Domain, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    struct Pot {
        uint128 free;
        uint128 reserved;
    }

    struct Progress {
        uint64 nextEra;
        bytes32 previousRoots;
    }

    struct Pending {
        bytes32 digest;
        /// keccak256(abi.encode(RewardCommit)): whoever activates hands the commit in again.
        bytes32 contentHash;
        uint48 activatableAt;
    }

    IMiddleware public immutable MIDDLEWARE;
    IRouter public immutable ROUTER;
    IERC20 public immutable TOKEN;
    address public immutable OFFENCES;

    mapping(uint96 set => Pot) public potOf;
    mapping(uint96 set => mapping(uint64 era => uint256)) public emissionOf;
    mapping(uint96 set => Progress) public progressOf;
    mapping(uint96 set => Pending) public pendingOf;
    mapping(bytes32 digest => bool) public cancelled;

    constructor(IMiddleware middleware) Clock(middleware.times()) Domain(middleware.router()) {
        MIDDLEWARE = middleware;
        ROUTER = IRouter(middleware.router());
        TOKEN = IERC20(middleware.token());
        OFFENCES = middleware.offences();
    }

    modifier onlyRouter() {
        if (msg.sender != address(ROUTER)) revert OnlyRouter(msg.sender);
        _;
    }

    function openSet(uint96 set) external {
        if (msg.sender != address(MIDDLEWARE)) revert OnlyMiddleware(msg.sender);
        uint256 ahead = _captureFrom(block.timestamp + 1) - _captureOf(0);
        uint64 firstEra = uint64(ahead / ERA_DURATION);
        progressOf[set].nextEra = firstEra;
        emit RewardsOpened(set, firstEra);
    }

    function fund(uint96 set, uint256 amount) external nonReentrant {
        if (set >= MIDDLEWARE.setCount()) revert UnknownSet(set);
        potOf[set].free += amount.toUint128();
        emit PotFunded(set, msg.sender, amount);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    function credit(uint96 set, address from, uint256 amount) external onlyRouter {
        potOf[set].free += amount.toUint128();
        emit PotFunded(set, from, amount);
    }

    function reserve(uint96 set, uint64 era) external onlyRouter {
        Pot memory pot = potOf[set];
        uint256 amount = MIDDLEWARE.eraRewardAt(set, _captureOf(era));
        if (amount > pot.free) amount = pot.free;
        emit EmissionReserved(set, era, amount);
        if (amount == 0) return;
        potOf[set] = Pot(uint128(pot.free - amount), uint128(pot.reserved + amount));
        emissionOf[set][era] = amount;
    }

    function pay(uint96 set, address to, uint256 asked) external returns (uint256 paid) {
        if (msg.sender != address(ROUTER) && msg.sender != OFFENCES) revert OnlyRouter(msg.sender);
        uint128 free = potOf[set].free;
        paid = asked < free ? asked : free;
        emit PotPaid(set, to, asked, paid);
        if (paid == 0) return 0;
        potOf[set].free = uint128(free - paid);
        TOKEN.safeTransfer(to, paid);
    }

    function commitRewards(Header calldata header, RewardCommit calldata rewards, Statement calldata certificate)
        external
    {
        uint96 set = header.set;
        if (pendingOf[set].digest != 0) revert RewardsPending(set, pendingOf[set].digest);
        Progress memory progress = progressOf[set];
        if (rewards.fromEra != progress.nextEra) revert WrongFirstEra(rewards.fromEra, progress.nextEra);
        if (rewards.previousRoots != progress.previousRoots) {
            revert WrongPreviousRoots(rewards.previousRoots, progress.previousRoots);
        }
        if (rewards.toEra < rewards.fromEra) revert WrongLastEra(rewards.fromEra, rewards.toEra);
        // Eras close in order: a later set's takeover ends every earlier one.
        if (ROUTER.closedAt(set, rewards.toEra) == 0) revert EraNotClosed(set, rewards.toEra);
        uint256 reserved = _reserved(set, rewards);
        if (rewards.operatorsAmount > reserved || rewards.stakersAmount > reserved - rewards.operatorsAmount) {
            revert OverEmission(Math.saturatingAdd(rewards.operatorsAmount, rewards.stakersAmount), reserved);
        }
        bytes32 digest = Statements.rewardsDigest(domainSeparator(), set, header.era, rewards);
        if (cancelled[digest]) revert DigestCancelled(digest);
        ROUTER.checkCertificate(header, digest, certificate);

        uint48 activatableAt = uint48(block.timestamp + REWARD_DELAY);
        pendingOf[set] = Pending(digest, keccak256(abi.encode(rewards)), activatableAt);
        emit RewardsCommitted(set, header.era, digest, rewards, activatableAt);
    }

    function activateRewards(uint96 set, RewardCommit calldata rewards) external nonReentrant {
        Pending memory pending = pendingOf[set];
        if (pending.digest == 0) revert NoRewardsPending(set);
        bytes32 given = keccak256(abi.encode(rewards));
        if (given != pending.contentHash) revert NotThePending(given, pending.contentHash);
        if (block.timestamp < pending.activatableAt) {
            revert TooEarlyToActivate(block.timestamp, pending.activatableAt);
        }
        uint256 reserved = _reserved(set, rewards);
        uint256 paid = rewards.operatorsAmount + rewards.stakersAmount;
        Pot memory pot = potOf[set];
        potOf[set] = Pot(uint128(pot.free + reserved - paid), uint128(pot.reserved - reserved));
        progressOf[set] = Progress(
            rewards.toEra + 1, Statements.previousRoots(rewards.operatorsRoot, rewards.stakersRoot)
        );
        delete pendingOf[set];
        emit RewardsActivated(
            set,
            rewards.fromEra,
            rewards.toEra,
            rewards.operatorsRoot,
            rewards.stakersRoot,
            paid,
            reserved - paid,
            rewards.distributionHash
        );
        TOKEN.safeTransfer(address(MIDDLEWARE), paid);
        MIDDLEWARE.distribute(
            set, rewards.operatorsAmount, rewards.operatorsRoot, rewards.stakersAmount, rewards.stakersRoot
        );
    }

    function cancelRewards(uint96 set) external {
        if (msg.sender != MIDDLEWARE.owner()) revert OnlyOwner(msg.sender);
        bytes32 digest = pendingOf[set].digest;
        if (digest == 0) revert NoRewardsPending(set);
        cancelled[digest] = true;
        delete pendingOf[set];
        emit RewardsCancelled(set, digest);
    }

    function _reserved(uint96 set, RewardCommit calldata rewards) private view returns (uint256 sum) {
        for (uint64 era = rewards.fromEra; era <= rewards.toEra; ++era) {
            sum += emissionOf[set][era];
        }
    }
}
