// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Slots} from "../libraries/Slots.sol";
import {IBaseSlasher} from "../symbiotic/IBaseSlasher.sol";
import {IDelegator} from "../symbiotic/IDelegator.sol";
import {IVault} from "../symbiotic/IVault.sol";
import {Vaults} from "./Vaults.sol";

/// @title Stakes
/// @notice What an operator's vaults are worth at a moment: see IVaults.
abstract contract Stakes is Vaults {
    using Slots for Slots.Slot;

    /// @dev Gas that must be left before a vault is read: many times what a read takes, so that a caller cannot starve
    /// it into the zero that an unreadable vault counts for.
    uint256 internal constant READ_GAS = 1_000_000;
    uint256 private constant ONE = 1e18;

    function stakeAt(uint96 set, address operator, uint48 t) public view returns (uint256 stake) {
        if (t >= block.timestamp) revert NotInThePast(t, block.timestamp);
        Slots.Slot[] storage slots = _links[set][operator];
        uint256 most = _maxVaultStakeAt(set, t);
        bytes32 id = subnetwork(set);
        uint256 used = slots.length;
        for (uint256 i; i < used; ++i) {
            address vault = slots[i].at(t);
            if (vault == address(0)) continue;
            (uint256 amount,) = _read(vault, id, operator, t);
            stake += _counted(vault, amount, most, t);
        }
    }

    function weightAt(uint96 set, address operator, uint48 t) external view returns (uint256) {
        if (t >= block.timestamp) revert NotInThePast(t, block.timestamp);
        if (!OPERATORS.eligibleAt(set, operator, t)) return 0;
        (, uint256 minStake, uint256 maxStake) = electionRulesAt(set, t);
        uint256 stake = stakeAt(set, operator, t);
        if (stake < minStake) return 0;
        return Math.min(stake, maxStake);
    }

    function slashableAt(uint96 set, address operator, uint48 t) external view returns (uint256 stake) {
        if (t >= block.timestamp) revert NotInThePast(t, block.timestamp);
        address[] memory vaults = linksAt(set, operator, t);
        uint256 most = _maxVaultStakeAt(set, t);
        for (uint256 i; i < vaults.length; ++i) {
            if (vaults[i] == address(0)) continue;
            uint256 slashable =
                IBaseSlasher(_vaults[vaults[i]].slasher).slashableStake(subnetwork(set), operator, t, "");
            uint256 total = IVault(vaults[i]).totalStake();
            stake += _counted(vaults[i], Math.min(slashable, total), most, t);
        }
    }

    function stakesAt(uint96 set, address operator, uint48 t)
        external
        view
        returns (address[] memory vaults, uint256[] memory stakes, bool[] memory readable, uint256[] memory counted)
    {
        if (t >= block.timestamp) revert NotInThePast(t, block.timestamp);
        vaults = linksAt(set, operator, t);
        stakes = new uint256[](vaults.length);
        readable = new bool[](vaults.length);
        counted = new uint256[](vaults.length);
        uint256 most = _maxVaultStakeAt(set, t);
        for (uint256 i; i < vaults.length; ++i) {
            if (vaults[i] == address(0)) continue;
            (stakes[i], readable[i]) = _read(vaults[i], subnetwork(set), operator, t);
            counted[i] = _counted(vaults[i], stakes[i], most, t);
        }
    }

    /// @dev The stake as Symbiotic's delegator has it at `t`; (0, false) when it cannot say.
    function _read(address vault, bytes32 id, address operator, uint48 t) internal view returns (uint256, bool) {
        if (gasleft() < READ_GAS) revert NotEnoughGas(gasleft(), READ_GAS);
        (bool ok, bytes memory result) =
            _vaults[vault].delegator.staticcall(abi.encodeCall(IDelegator.stakeAt, (id, operator, t, "")));
        if (!ok || result.length != 32) return (0, false);
        return (abi.decode(result, (uint256)), true);
    }

    /// @dev min(most, floor(weight * amount / 1e18)). Beyond 2^200 units any weight above 0 passes every cap, and below
    /// it nothing overflows, since weights are at most 1e30.
    function _counted(address vault, uint256 amount, uint256 most, uint48 t) private view returns (uint256) {
        if (amount == 0) return 0;
        uint256 weight = collateralWeightAt(_vaults[vault].collateral, t);
        if (amount > 2 ** 200) return weight == 0 ? 0 : most;
        return Math.min(most, Math.mulDiv(weight, amount, ONE));
    }
}
