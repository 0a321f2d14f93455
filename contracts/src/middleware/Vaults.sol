// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IOperators} from "../interfaces/IOperators.sol";
import {IVaults} from "../interfaces/IVaults.sol";
import {Slots} from "../libraries/Slots.sol";
import {VaultCheck} from "../libraries/VaultCheck.sol";
import {IDelegator} from "../symbiotic/IDelegator.sol";
import {IVetoSlasher} from "../symbiotic/IVetoSlasher.sol";
import {Parameters} from "./Parameters.sol";

/// @title Vaults
/// @notice Which vaults stand behind an operator: see IVaults. Reading the stake is in Stakes.
abstract contract Vaults is Parameters, ReentrancyGuardTransient, IVaults {
    using Slots for Slots.Slot;

    uint256 internal constant MAX_LINKS = 16;

    IOperators public immutable OPERATORS;
    address public immutable VAULT_FACTORY;
    /// @notice Where slashed collateral must go.
    address public immutable BURNER;
    /// @notice Who can veto slashes of the network.
    address public immutable RESOLVER;

    mapping(address vault => Vault) internal _vaults;
    mapping(uint96 set => mapping(address operator => Slots.Slot[])) internal _links;

    constructor(address vaultFactory, address operators, address burner, address resolver) {
        if (burner == address(0)) revert ZeroAddress("burner");
        if (resolver == address(0)) revert ZeroAddress("resolver");
        if (operators == address(0)) revert ZeroAddress("Operators");
        VAULT_FACTORY = vaultFactory;
        OPERATORS = IOperators(operators);
        BURNER = burner;
        RESOLVER = resolver;
    }

    function enrollVault(uint96 set, address vault) public nonReentrant onlyKnownSet(set) {
        if (_vaults[vault].delegator != address(0)) revert VaultAlreadyEnrolled(vault, _vaults[vault].set);
        VaultCheck.Terms memory terms = VaultCheck.Terms({
            factory: VAULT_FACTORY,
            network: address(this),
            burner: BURNER,
            minVeto: MIN_VETO,
            maxEpoch: MAX_VAULT_EPOCH,
            // What the epoch must hold besides the vault's own veto (the last line of protocol §2).
            committed: uint256(ELECTION_LEAD) + SET_LIFETIME + DETECTION_WINDOW + REQUEST_WINDOW + EXECUTION_WINDOW
        });
        Vault memory v = VaultCheck.check(vault, terms, msg.sender);
        if (!_isCollateral(v.collateral)) revert CollateralNotAccepted(vault, v.collateral);
        v.set = set;
        _vaults[vault] = v;
        emit VaultEnrolled(set, vault, v);

        // Symbiotic refuses to set an equal value again, and only we can have set one: tolerate it.
        bytes32 id = subnetwork(set);
        if (IDelegator(v.delegator).maxNetworkLimit(id) != type(uint256).max) {
            IDelegator(v.delegator).setMaxNetworkLimit(set, type(uint256).max);
        }
        if (IVetoSlasher(v.slasher).resolver(id, "") != RESOLVER) {
            IVetoSlasher(v.slasher).setResolver(set, RESOLVER, "");
        }
    }

    function linkVault(uint96 set, address vault) external {
        if (!OPERATORS.isRegistered(set, msg.sender)) revert IOperators.NotRegistered(set, msg.sender);
        if (_vaults[vault].delegator == address(0)) enrollVault(set, vault);
        if (_vaults[vault].set != set) revert VaultBacksAnotherSet(vault, _vaults[vault].set);
        VaultCheck.checkOperator(vault, _vaults[vault].delegator, msg.sender);

        Slots.Slot[] storage slots = _links[set][msg.sender];
        uint256 used = slots.length;
        uint256 free = used;
        for (uint256 i; i < used; ++i) {
            address linked = slots[i].vault;
            if (linked == vault) revert VaultAlreadyLinked(vault, i);
            if (linked == address(0) && free == used) free = i;
        }
        if (free == MAX_LINKS) revert TooManyVaults(MAX_LINKS);
        if (free == used) slots.push();
        slots[free].put(vault, uint48(block.timestamp + 1));
        emit VaultLinked(set, msg.sender, vault, free);
    }

    /// @dev Leaving the set does not take away the right to unlink.
    function unlinkVault(uint96 set, address vault) external {
        Slots.Slot[] storage slots = _links[set][msg.sender];
        for (uint256 i; i < slots.length; ++i) {
            if (vault != address(0) && slots[i].vault == vault) {
                slots[i].put(address(0), uint48(block.timestamp + 1));
                emit VaultUnlinked(set, msg.sender, vault, i);
                return;
            }
        }
        revert VaultNotLinked(vault);
    }

    function vaultDetails(address vault) public view returns (Vault memory v) {
        v = _vaults[vault];
        if (v.delegator == address(0)) revert VaultNotEnrolled(vault);
    }

    function linksAt(uint96 set, address operator, uint48 t) public view returns (address[] memory vaults) {
        Slots.Slot[] storage slots = _links[set][operator];
        vaults = new address[](slots.length);
        for (uint256 i; i < vaults.length; ++i) {
            vaults[i] = slots[i].at(t);
        }
    }

    function countedAt(uint96 set, address operator, address vault, uint48 t) public view returns (bool) {
        address[] memory vaults = linksAt(set, operator, t);
        for (uint256 i; i < vaults.length; ++i) {
            if (vaults[i] == vault && vault != address(0)) return true;
        }
        return false;
    }

    function subnetwork(uint96 set) public view returns (bytes32) {
        return bytes32(uint256(uint160(address(this))) << 96 | set);
    }
}
