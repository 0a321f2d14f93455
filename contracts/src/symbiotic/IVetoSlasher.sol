// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBaseSlasher} from "./IBaseSlasher.sol";

/// @title Type 1: a slash is requested, may be vetoed for `vetoDuration`, then executed.
/// @notice `hints` are empty everywhere; they only save gas.
interface IVetoSlasher is IBaseSlasher {
    /// @notice The resolver is that address already and nothing is pending.
    error AlreadySet();
    /// @notice Fewer than 3 epochs.
    error InvalidResolverSetEpochsDelay();
    /// @notice Not below the vault's epoch.
    error InvalidVetoDuration();
    /// @notice There is nobody to veto.
    error NoResolver();
    /// @notice The caller is not in the NetworkRegistry.
    error NotNetwork();
    /// @notice The caller was not the resolver at the capture.
    error NotResolver();
    /// @notice An epoch has passed since the capture.
    error SlashPeriodEnded();
    /// @notice Executed or vetoed before.
    error SlashRequestCompleted();
    /// @notice There is no request of that index.
    error SlashRequestNotExist();
    /// @notice Too late to veto.
    error VetoPeriodEnded();
    /// @notice Too early to execute.
    error VetoPeriodNotEnded();

    /// @notice A slash was asked for; `slashIndex` counts over all networks of this slasher.
    event RequestSlash(
        uint256 indexed slashIndex,
        bytes32 indexed subnetwork,
        address indexed operator,
        uint256 slashAmount,
        uint48 captureTimestamp,
        uint48 vetoDeadline
    );
    /// @notice The slash was carried out; the vault may have had less than `slashedAmount`.
    event ExecuteSlash(uint256 indexed slashIndex, uint256 slashedAmount);
    /// @notice The slash will never be carried out.
    event VetoSlash(uint256 indexed slashIndex, address indexed resolver);
    /// @notice A resolver was named; the first counts at once, a later one after the delay.
    event SetResolver(bytes32 indexed subnetwork, address resolver);

    /// @return Seconds from a request to its veto deadline.
    function vetoDuration() external view returns (uint48);
    /// @return Epochs until a change of resolver counts.
    function resolverSetEpochsDelay() external view returns (uint256);
    /// @return The number of requests so far.
    function slashRequestsLength() external view returns (uint256);
    /// @return subnetwork asked for
    /// @return operator accused
    /// @return amount asked for, or what was slashable if that was less
    /// @return captureTimestamp of the stake
    /// @return vetoDeadline first second at which a veto is too late
    /// @return completed executed or vetoed
    function slashRequests(uint256 slashIndex)
        external
        view
        returns (
            bytes32 subnetwork,
            address operator,
            uint256 amount,
            uint48 captureTimestamp,
            uint48 vetoDeadline,
            bool completed
        );
    /// @return Who can veto now, zero for nobody.
    function resolver(bytes32 subnetwork, bytes calldata hint) external view returns (address);
    /// @return Who could veto then, zero for nobody.
    function resolverAt(bytes32 subnetwork, uint48 timestamp, bytes calldata hint) external view returns (address);

    /// @notice By the network's middleware, while the veto fits in before the capture's epoch is over.
    function requestSlash(
        bytes32 subnetwork,
        address operator,
        uint256 amount,
        uint48 captureTimestamp,
        bytes calldata hints
    ) external returns (uint256 slashIndex);
    /// @notice By the network's middleware, from the veto deadline (at once without a resolver) to the
    /// capture plus an epoch, inclusive.
    function executeSlash(uint256 slashIndex, bytes calldata hints) external returns (uint256 slashedAmount);
    /// @notice By the resolver at the capture, before the veto deadline.
    function vetoSlash(uint256 slashIndex, bytes calldata hints) external;
    /// @notice By the network itself, for its subnetwork `identifier`.
    function setResolver(uint96 identifier, address resolver_, bytes calldata hints) external;
}
