// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice The economics of one operator set. Amounts in wVARA base units (12 decimals), fractions in basis points.
/// The values at capture(e) govern all of era e.
struct SetParameters {
    /// Most Executors of an era, 1 to 128.
    uint8 maxExecutors;
    /// Least stake of an Executor, at least 1.
    uint96 minStake;
    /// Most stake of one operator that counts, below 2^89, at least `minStake`.
    uint96 maxStake;
    /// Most stake of one operator in one vault that counts, below 2^89, at least 1.
    uint96 maxVaultStake;
    /// What an era may pay.
    uint96 eraReward;
    /// Emission rule: 0 fixed (all of it), 1 rate (`eraRateBps` of the set's total weight).
    uint8 emissionRule;
    /// For emission rule 1: pay per era, at most 1,000 basis points of the total weight.
    uint16 eraRateBps;
    /// Performance rule: 0 linear, 1 strict (nothing below `performanceFloor`).
    uint8 performanceRule;
    /// For performance rule 1: least share of certificates signed, 1e18 fixed point, at most 1e18.
    uint64 performanceFloor;
    /// Part of the stake that an equivocation costs, at most 10,000.
    uint16 equivocationBps;
    /// Part of the stake that a wrong result costs, at most 1,000.
    uint16 wrongResultBps;
    /// Part of what was taken that goes to the reporter, at most 1,000.
    uint16 bountyBps;
    /// Most a reporter gets for one offence over all its vaults.
    uint96 bountyCap;
    /// Whole eras, after the running one, that an offender sits out, 1 to 10,000.
    uint16 jailEras;
    /// Paid to the proposer whose list became active.
    uint96 proposerReward;
    /// Paid to whoever commits a batch.
    uint96 batchReward;
    /// Price of a message to a program.
    uint96 messageFee;
    /// Bond of a first proposal, 1 to 2^92 - 1; doubles with every discarded one, up to sixteen-fold.
    uint96 bond;
}

/// @title Parameters: operator sets, their economics, collaterals
/// @notice What the constructor and `createSet` set counts from the next second. Every later change is announced and
/// counts from the first capture at least `notice` later, so that anyone can leave first (protocol §2, §9).
interface IParameters {
    event SetCreated(uint96 indexed set, address operatorRewards, address stakerRewards, SetParameters parameters);
    event ParametersAnnounced(uint96 indexed set, uint48 from, SetParameters parameters);
    event CollateralAnnounced(address indexed token, uint48 from, uint128 weight);

    /// @notice A parameter outside its constant bounds: its name, the value given, least and most.
    error ParameterOutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);
    /// @notice There is no operator set of this id.
    error UnknownSet(uint96 set);
    /// @notice One of the inequalities of protocol §2 does not hold: left must not exceed right (seconds).
    error InequalityBroken(string inequality, uint256 left, uint256 right);
    error ZeroAddress(string what);

    /// @notice Creates the next operator set (owner only), with two reward contracts of its own and its chain of
    /// batches starting after (`startNumber`, `startHash`): (0, 0), or a point of a dead set's chain.
    function createSet(SetParameters calldata parameters, uint64 startNumber, bytes32 startHash)
        external
        returns (uint96 set);
    /// @notice Announces new parameters of a set (owner only). They count from `from`, a capture; a second
    /// announcement that would count from the same capture replaces the first.
    function announceParameters(uint96 set, SetParameters calldata parameters) external returns (uint48 from);
    /// @notice Announces a collateral or its new weight (owner only): base units of wVARA per base unit of `token`,
    /// 1e18 fixed point, at most 1e30; 0 stops counting it.
    function announceCollateral(address token, uint128 weight) external returns (uint48 from);

    function setCount() external view returns (uint96);
    function parametersAt(uint96 set, uint48 t) external view returns (SetParameters memory);
    /// @notice What an election reads: the three rules of the set at `t`.
    function electionRulesAt(uint96 set, uint48 t)
        external
        view
        returns (uint256 maxExecutors, uint256 minStake, uint256 maxStake);
    /// @notice What a proposal reads: bond (base units) and whether batches of the era are paid for.
    function proposalTermsAt(uint96 set, uint48 t)
        external
        view
        returns (uint256 maxExecutors, uint256 maxStake, uint256 bond, uint256 batchReward);
    /// @notice Bond of a first proposal, base units.
    function bondAt(uint96 set, uint48 t) external view returns (uint256);
    /// @notice What an offence reads, at the capture of its era.
    function offenceTermsAt(uint96 set, uint48 t)
        external
        view
        returns (uint16 equivocationBps, uint16 wrongResultBps, uint16 bountyBps, uint16 jailEras, uint96 bountyCap);
    function eraRewardAt(uint96 set, uint48 t) external view returns (uint256);
    function proposerRewardAt(uint96 set, uint48 t) external view returns (uint256);
    function batchRewardAt(uint96 set, uint48 t) external view returns (uint256);
    function messageFeeAt(uint96 set, uint48 t) external view returns (uint256);
    /// @notice Weight of a collateral at `t`, 1e18 fixed point; 0 when it is not accepted.
    function collateralWeightAt(address token, uint48 t) external view returns (uint256);
    /// @notice Symbiotic's DefaultOperatorRewards instances of a set: one tree for operators, one for stakers.
    function rewardContracts(uint96 set) external view returns (address operators, address stakers);
}
