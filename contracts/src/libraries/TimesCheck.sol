// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IParameters} from "../interfaces/IParameters.sol";
import {Times} from "../interfaces/Times.sol";

/// @title TimesCheck
/// @notice The inequalities of protocol §2 that keep a stake slashable for as long as it can misbehave. The last one,
/// which holds for each vault, is in VaultCheck.
library TimesCheck {
    function check(Times memory t) internal view returns (Times memory) {
        _le("0 < eraDuration", 1, t.eraDuration);
        _le("0 < minVeto", 1, t.minVeto);
        _le("0 < finalityLag", 1, t.finalityLag);
        _le("0 < inclusionMargin", 1, t.inclusionMargin);
        _le("0 < rewardDelay", 1, t.rewardDelay);
        _le("0 < signersWindow", 1, t.signersWindow);
        _le("deployment + electionLead <= genesis", block.timestamp + t.electionLead, t.genesis);
        _le(
            "finalityLag + inclusionMargin + 2*challengeWindow <= electionLead",
            uint256(t.finalityLag) + t.inclusionMargin + 2 * uint256(t.challengeWindow),
            t.electionLead
        );
        _le("electionLead <= eraDuration", t.electionLead, t.eraDuration);
        _le(
            "eraDuration + electionLead <= setLifetime",
            uint256(t.eraDuration) + t.electionLead,
            t.setLifetime
        );
        _le(
            "finalityLag + inclusionMargin <= detectionWindow",
            uint256(t.finalityLag) + t.inclusionMargin,
            t.detectionWindow
        );
        _le("inclusionMargin <= challengeWindow", t.inclusionMargin, t.challengeWindow);
        _le("inclusionMargin <= requestWindow", t.inclusionMargin, t.requestWindow);
        _le("inclusionMargin <= executionWindow", t.inclusionMargin, t.executionWindow);
        _le("executionWindow <= eraDuration", t.executionWindow, t.eraDuration);
        _le("rewardDelay <= eraDuration", t.rewardDelay, t.eraDuration);
        _le("maxVaultEpoch <= 64*eraDuration", t.maxVaultEpoch, 64 * uint256(t.eraDuration));
        _le("2*maxVaultEpoch <= notice", 2 * uint256(t.maxVaultEpoch), t.notice);
        _le(
            "electionLead + setLifetime + detectionWindow + requestWindow + minVeto + executionWindow <= maxVaultEpoch",
            uint256(t.electionLead) + t.setLifetime + t.detectionWindow + t.requestWindow + t.minVeto
                + t.executionWindow,
            t.maxVaultEpoch
        );
        return t;
    }

    function _le(string memory inequality, uint256 left, uint256 right) private pure {
        if (left > right) revert IParameters.InequalityBroken(inequality, left, right);
    }
}
