// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Clock} from "../Clock.sol";
import {IParameters, SetParameters} from "../interfaces/IParameters.sol";
import {Words} from "../libraries/Words.sol";

/// @title Parameters
/// @notice Operator sets, their economics and the collaterals: see IParameters.
/// @dev What is read together lies in one checkpoint of 208 bits, so that a look-up costs two reads of storage.
abstract contract Parameters is Clock, Ownable2Step, IParameters {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev 1e18 fixed point: a base unit is worth at most 1e12 base units of wVARA. Stakes._counted relies on it.
    uint128 internal constant MAX_COLLATERAL_WEIGHT = 1e30;

    struct Rules {
        Checkpoints.Trace208 election; // maxExecutors 8 | minStake 96 | maxStake 96
        Checkpoints.Trace208 vault; //    maxVaultStake 96 | bond 96
        Checkpoints.Trace208 reward; //   eraReward 96 | emission 8 | eraRateBps 16 | performance 8 | floor 64
        Checkpoints.Trace208 offence; //  equivocation 16 | wrongResult 16 | bounty 16 | jailEras 16 | bountyCap 96
        Checkpoints.Trace208 payment; //  proposerReward 96 | batchReward 96
        Checkpoints.Trace208 fee; //      messageFee 96
    }

    uint96 public setCount;
    mapping(uint96 set => Rules) private _rules;
    mapping(address token => Checkpoints.Trace208) private _collateralWeight;

    constructor(address owner_, address wrappedVara) Ownable(owner_) {
        if (wrappedVara == address(0)) revert ZeroAddress("wrapped VARA");
        _setCollateral(wrappedVara, 1e18, uint48(block.timestamp + 1));
    }

    modifier onlyKnownSet(uint96 set) {
        if (set >= setCount) revert UnknownSet(set);
        _;
    }

    function announceParameters(uint96 set, SetParameters calldata parameters)
        external
        onlyOwner
        onlyKnownSet(set)
        returns (uint48 from)
    {
        from = _captureFrom(block.timestamp + NOTICE);
        _setParameters(set, parameters, from);
        emit ParametersAnnounced(set, from, parameters);
    }

    function announceCollateral(address token, uint128 weight) external onlyOwner returns (uint48 from) {
        if (token == address(0)) revert ZeroAddress("collateral");
        from = _captureFrom(block.timestamp + NOTICE);
        _setCollateral(token, weight, from);
    }

    function parametersAt(uint96 set, uint48 t) external view returns (SetParameters memory p) {
        Rules storage r = _rules[set];
        (p.maxExecutors, p.minStake, p.maxStake) = Words.election(r.election.upperLookupRecent(t));
        (p.maxVaultStake, p.bond) = Words.pair(r.vault.upperLookupRecent(t));
        (p.eraReward, p.emissionRule, p.eraRateBps, p.performanceRule, p.performanceFloor) =
            Words.reward(r.reward.upperLookupRecent(t));
        (p.equivocationBps, p.wrongResultBps, p.bountyBps, p.jailEras, p.bountyCap) =
            Words.offence(r.offence.upperLookupRecent(t));
        (p.proposerReward, p.batchReward) = Words.pair(r.payment.upperLookupRecent(t));
        p.messageFee = uint96(r.fee.upperLookupRecent(t));
    }

    function electionRulesAt(uint96 set, uint48 t)
        public
        view
        returns (uint256 maxExecutors, uint256 minStake, uint256 maxStake)
    {
        return Words.election(_rules[set].election.upperLookupRecent(t));
    }

    function proposalTermsAt(uint96 set, uint48 t)
        external
        view
        returns (uint256 maxExecutors, uint256 maxStake, uint256 bond, uint256 batchReward)
    {
        Rules storage r = _rules[set];
        (maxExecutors,, maxStake) = Words.election(r.election.upperLookupRecent(t));
        (, bond) = Words.pair(r.vault.upperLookupRecent(t));
        (, batchReward) = Words.pair(r.payment.upperLookupRecent(t));
    }

    function bondAt(uint96 set, uint48 t) external view returns (uint256 bond) {
        (, bond) = Words.pair(_rules[set].vault.upperLookupRecent(t));
    }

    function offenceTermsAt(uint96 set, uint48 t)
        external
        view
        returns (uint16 equivocationBps, uint16 wrongResultBps, uint16 bountyBps, uint16 jailEras, uint96 bountyCap)
    {
        return Words.offence(_rules[set].offence.upperLookupRecent(t));
    }

    function eraRewardAt(uint96 set, uint48 t) external view returns (uint256 amount) {
        (amount,,,,) = Words.reward(_rules[set].reward.upperLookupRecent(t));
    }

    function proposerRewardAt(uint96 set, uint48 t) external view returns (uint256 amount) {
        (amount,) = Words.pair(_rules[set].payment.upperLookupRecent(t));
    }

    function batchRewardAt(uint96 set, uint48 t) external view returns (uint256 amount) {
        (, amount) = Words.pair(_rules[set].payment.upperLookupRecent(t));
    }

    function messageFeeAt(uint96 set, uint48 t) external view returns (uint256) {
        return _rules[set].fee.upperLookupRecent(t);
    }

    function collateralWeightAt(address token, uint48 t) public view returns (uint256) {
        return _collateralWeight[token].upperLookupRecent(t);
    }

    /// @dev Whether a collateral counts, or will once its announcement does.
    function _isCollateral(address token) internal view returns (bool) {
        return _collateralWeight[token].latest() != 0;
    }

    function _maxVaultStakeAt(uint96 set, uint48 t) internal view returns (uint256 amount) {
        (amount,) = Words.pair(_rules[set].vault.upperLookupRecent(t));
    }

    function _setParameters(uint96 set, SetParameters calldata p, uint48 from) internal {
        _bound("maxExecutors", p.maxExecutors, 1, 128);
        _bound("minStake", p.minStake, 1, type(uint96).max);
        // 128 times less than 2^89 is less than 2^96: a set's total weight fits its header.
        _bound("maxStake", p.maxStake, p.minStake, 2 ** 89 - 1);
        _bound("maxVaultStake", p.maxVaultStake, 1, 2 ** 89 - 1);
        _bound("emissionRule", p.emissionRule, 0, 1);
        _bound("eraRateBps", p.eraRateBps, 0, 1_000);
        _bound("performanceRule", p.performanceRule, 0, 1);
        _bound("performanceFloor", p.performanceFloor, 0, 1e18);
        _bound("equivocationBps", p.equivocationBps, 1, 10_000);
        _bound("wrongResultBps", p.wrongResultBps, 1, 1_000);
        _bound("bountyBps", p.bountyBps, 0, 1_000);
        _bound("jailEras", p.jailEras, 1, 10_000);
        _bound("bond", p.bond, 1, 2 ** 92 - 1);

        Rules storage r = _rules[set];
        r.election.push(from, Words.packElection(p.maxExecutors, p.minStake, p.maxStake));
        r.vault.push(from, Words.packPair(p.maxVaultStake, p.bond));
        r.reward.push(
            from,
            Words.packReward(p.eraReward, p.emissionRule, p.eraRateBps, p.performanceRule, p.performanceFloor)
        );
        r.offence.push(
            from, Words.packOffence(p.equivocationBps, p.wrongResultBps, p.bountyBps, p.jailEras, p.bountyCap)
        );
        r.payment.push(from, Words.packPair(p.proposerReward, p.batchReward));
        r.fee.push(from, p.messageFee);
    }

    function _setCollateral(address token, uint128 weight, uint48 from) private {
        _bound("weight", weight, 0, MAX_COLLATERAL_WEIGHT);
        _collateralWeight[token].push(from, weight);
        emit CollateralAnnounced(token, from, weight);
    }

    function _bound(string memory parameter, uint256 value, uint256 least, uint256 most) internal pure {
        if (value < least || value > most) revert ParameterOutOfBounds(parameter, value, least, most);
    }
}
