// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IVaults} from "../interfaces/IVaults.sol";
import {IFactory} from "../symbiotic/IFactory.sol";
import {IBaseSlasher} from "../symbiotic/IBaseSlasher.sol";
import {IDelegator} from "../symbiotic/IDelegator.sol";
import {ILimitedDelegator} from "../symbiotic/ILimitedDelegator.sol";
import {IOperatorNetworkSpecificDelegator} from "../symbiotic/IOperatorNetworkSpecificDelegator.sol";
import {IOperatorSpecificDelegator} from "../symbiotic/IOperatorSpecificDelegator.sol";
import {IRegistry} from "../symbiotic/IRegistry.sol";
import {IVault} from "../symbiotic/IVault.sol";
import {IVetoSlasher} from "../symbiotic/IVetoSlasher.sol";

/// @title VaultCheck
/// @notice What a vault must be before its stake counts (protocol §3). Delegator and slasher are taken from the vault,
/// never from a caller: anyone can make more of them that point at it.
library VaultCheck {
    uint64 internal constant NETWORK_RESTAKE = 0;
    uint64 internal constant OPERATOR_SPECIFIC = 2;
    uint64 internal constant OPERATOR_NETWORK_SPECIFIC = 3;
    uint64 internal constant VETO_SLASHER = 1;

    struct Terms {
        address factory;
        address network;
        address burner;
        uint48 minVeto;
        uint48 maxEpoch;
        /// Seconds of the epoch that lead, lifetime, detection, request and execution take.
        uint256 committed;
    }

    function check(address vault, Terms memory terms, address caller) internal view returns (IVaults.Vault memory v) {
        if (!IRegistry(terms.factory).isEntity(vault)) revert IVaults.NotSymbioticVault(vault);
        if (!IVault(vault).isInitialized()) revert IVaults.VaultNotInitialized(vault);
        uint64 version = IVault(vault).version();
        if (version != 1 && version != 2 || IFactory(terms.factory).blacklisted(version)) revert IVaults.VaultVersionNotAccepted(vault, version);
        address burner = IVault(vault).burner();
        if (burner != terms.burner) revert IVaults.BurnerNotAccepted(vault, burner, terms.burner);

        v.collateral = IVault(vault).collateral();
        v.delegator = IVault(vault).delegator();
        v.slasher = IVault(vault).slasher();
        v.epochDuration = IVault(vault).epochDuration();
        _checkSlasher(vault, v, terms);
        _checkCaller(vault, v.delegator, terms.network, caller);
    }

    /// @notice A delegator of type 2 or 3 serves one operator, which alone can link the vault.
    function checkOperator(address vault, address delegator, address operator) internal view {
        if (IDelegator(delegator).TYPE() == NETWORK_RESTAKE) return;
        address own = IOperatorSpecificDelegator(delegator).operator();
        if (own != operator) revert IVaults.VaultOfAnotherOperator(vault, own);
    }

    function _checkSlasher(address vault, IVaults.Vault memory v, Terms memory terms) private view {
        if (v.slasher == address(0)) revert IVaults.VaultWithoutSlasher(vault);
        uint64 slasherType = IBaseSlasher(v.slasher).TYPE();
        if (slasherType != VETO_SLASHER || IFactory(IBaseSlasher(v.slasher).FACTORY()).blacklisted(slasherType)) revert IVaults.SlasherTypeNotAccepted(vault, slasherType);
        if (IBaseSlasher(v.slasher).isBurnerHook()) revert IVaults.BurnerHookNotAccepted(vault);
        v.vetoDuration = IVetoSlasher(v.slasher).vetoDuration();
        if (v.vetoDuration < terms.minVeto) revert IVaults.VetoTooShort(vault, v.vetoDuration, terms.minVeto);
        uint256 need = terms.committed + v.vetoDuration;
        if (v.epochDuration < need) revert IVaults.EpochTooShort(vault, v.epochDuration, need);
        if (v.epochDuration > terms.maxEpoch) revert IVaults.EpochTooLong(vault, v.epochDuration, terms.maxEpoch);
    }

    function _checkCaller(address vault, address delegator, address network, address caller) private view {
        uint64 delegatorType = IDelegator(delegator).TYPE();
        // Symbiotic's factories go on making what its owner has blacklisted: looking is up to us.
        if (IFactory(IDelegator(delegator).FACTORY()).blacklisted(delegatorType)) {
            revert IVaults.DelegatorTypeNotAccepted(vault, delegatorType);
        }
        bool inCharge;
        if (delegatorType == NETWORK_RESTAKE) {
            inCharge = ILimitedDelegator(delegator).hasRole(
                ILimitedDelegator(delegator).NETWORK_LIMIT_SET_ROLE(), caller
            );
        } else if (delegatorType == OPERATOR_SPECIFIC) {
            inCharge = IOperatorSpecificDelegator(delegator).operator() == caller;
        } else if (delegatorType == OPERATOR_NETWORK_SPECIFIC) {
            address served = IOperatorNetworkSpecificDelegator(delegator).network();
            if (served != network) revert IVaults.DelegatorOfAnotherNetwork(vault, served);
            inCharge = IOperatorNetworkSpecificDelegator(delegator).operator() == caller;
        } else {
            revert IVaults.DelegatorTypeNotAccepted(vault, delegatorType);
        }
        if (!inCharge) revert IVaults.NotInChargeOfVault(vault, caller);
    }
}
