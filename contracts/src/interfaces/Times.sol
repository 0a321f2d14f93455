// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice All times of the protocol (§2), in seconds. Immutable and global: what was slashable when a stake was
/// captured stays slashable for as long as these numbers said it would.
struct Times {
    /// Start of era 0, Unix seconds; at least `electionLead` after deployment, so that era 0 has a capture.
    uint48 genesis;
    /// Length of an era.
    uint48 eraDuration;
    /// How long before an era starts its stake is read: capture(e) = eraStart(e) - electionLead.
    uint48 electionLead;
    /// How long after eraStart(e) the set of era e may still sign when no successor took over.
    uint48 setLifetime;
    /// How long after its capture an era may be sealed: by then the capture is in finalized blocks.
    uint48 finalityLag;
    /// What a transaction may take from being sent to being in a block, congestion included.
    uint48 inclusionMargin;
    /// How long a proposal can be challenged.
    uint48 challengeWindow;
    /// How long after a set's last moment its offences may be reported.
    uint48 detectionWindow;
    /// How long after the last report a slash may be requested and a dispute upheld.
    uint48 requestWindow;
    /// How long a slash must remain executable after the longest veto window.
    uint48 executionWindow;
    /// How long after a commit late signatures still count.
    uint48 signersWindow;
    /// How long a committed reward root waits before it can be activated.
    uint48 rewardDelay;
    /// The shortest veto window of a vault that is accepted.
    uint48 minVeto;
    /// The longest epoch of a vault that is accepted.
    uint48 maxVaultEpoch;
    /// How long before it counts a change of parameters is announced.
    uint48 notice;
}
