// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Header, Statement} from "./IRouter.sol";

/// @notice What one `Rewards` statement says, without set and signing era, which the header names.
struct RewardCommit {
    uint64 fromEra;
    uint64 toEra;
    /// keccak256(abi.encode(operatorsRoot, stakersRoot)) as last activated, 0 before any.
    bytes32 previousRoots;
    /// Roots of the two cumulative trees, 0 for an empty one.
    bytes32 operatorsRoot;
    bytes32 stakersRoot;
    /// What the eras pay, wVARA base units.
    uint256 operatorsAmount;
    uint256 stakersAmount;
    /// keccak256 of the distribution file's canonical bytes.
    bytes32 distributionHash;
}

/// @title Rewards: pots and roots
/// @notice A pot per operator set: what comes in is free, is reserved for an era by its first proposal, and leaves as
/// rewards, bounties and fees of the protocol, never otherwise (protocol §8).
interface IRewards {
    event PotFunded(uint96 indexed set, address indexed from, uint256 amount);
    /// @notice The first era that a set can pay: the first whose capture is after its creation.
    event RewardsOpened(uint96 indexed set, uint64 firstEra);
    event EmissionReserved(uint96 indexed set, uint64 indexed era, uint256 amount);
    event PotPaid(uint96 indexed set, address indexed to, uint256 asked, uint256 paid);
    event RewardsCommitted(
        uint96 indexed set, uint64 indexed era, bytes32 indexed digest, RewardCommit rewards, uint48 activatableAt
    );
    event RewardsCancelled(uint96 indexed set, bytes32 indexed digest);
    event RewardsActivated(
        uint96 indexed set, uint64 indexed fromEra, uint64 indexed toEra, bytes32 operatorsRoot, bytes32 stakersRoot,
        uint256 paid, uint256 unearned, bytes32 distributionHash
    );

    error OnlyMiddleware(address caller);
    error OnlyRouter(address caller);
    error OnlyOffences(address caller);
    error OnlyOwner(address caller);
    error UnknownSet(uint96 set);
    error RewardsPending(uint96 set, bytes32 digest);
    error NoRewardsPending(uint96 set);
    /// @notice The commit handed in is not the pending one.
    error NotThePending(bytes32 given, bytes32 pending);
    error WrongFirstEra(uint64 given, uint64 next);
    error WrongLastEra(uint64 fromEra, uint64 toEra);
    error EraNotClosed(uint96 set, uint64 era);
    error WrongPreviousRoots(bytes32 given, bytes32 activated);
    /// @notice The statement pays more than its eras reserved (base units).
    error OverEmission(uint256 asked, uint256 reserved);
    error DigestCancelled(bytes32 digest);
    error TooEarlyToActivate(uint256 nowTime, uint256 from);

    /// @notice Adds to a set's free pot (wVARA, approved to this contract).
    function fund(uint96 set, uint256 amount) external;
    /// @notice Starts the rewards of a new set with the first era that it can elect. Middleware only.
    function openSet(uint96 set) external;
    /// @notice Takes note of tokens that the Router just sent here. Router only.
    function credit(uint96 set, address from, uint256 amount) external;
    /// @notice Reserves min(eraReward, free pot) for an era. Router only, once per set and era.
    function reserve(uint96 set, uint64 era) external;
    /// @notice Pays min(asked, free pot). Router (proposers, committers) and Offences (bounties) only.
    function pay(uint96 set, address to, uint256 asked) external returns (uint256 paid);
    /// @notice Commits the roots that a set's Executors certified; they count `rewardDelay` later.
    function commitRewards(Header calldata header, RewardCommit calldata rewards, Statement calldata certificate)
        external;
    /// @notice Pays the pending commit from what its eras reserved, sets both roots, frees the rest. By anyone.
    function activateRewards(uint96 set, RewardCommit calldata rewards) external;
    /// @notice Refuses the pending commit for ever (owner only). The next era's set signs another.
    function cancelRewards(uint96 set) external;

    /// @notice Free and reserved part of a set's pot, wVARA base units.
    function potOf(uint96 set) external view returns (uint128 free, uint128 reserved);
    function emissionOf(uint96 set, uint64 era) external view returns (uint256);
    /// @notice First era that was not paid yet, and the hash of the roots as last activated.
    function progressOf(uint96 set) external view returns (uint64 nextEra, bytes32 previousRoots);
    function pendingOf(uint96 set) external view returns (bytes32 digest, bytes32 contentHash, uint48 activatableAt);
}
