// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRoles} from "./IRoles.sol";

/// @title A vault: the deposits of one collateral, delegated and slashed together.
/// @notice Amounts are collateral base units, shares are the vault's own, timestamps and durations whole
/// seconds. Epoch k is [epochDurationInit + k·epochDuration, epochDurationInit + (k+1)·epochDuration). A
/// withdrawal of epoch k stays slashable in bucket k+1 and can be claimed from epoch k+2 on.
/// `…At(timestamp, hint)` answers with the last checkpoint at or before the timestamp, 0 before the first;
/// of several writes in one second the last counts. `hint` is empty, or `abi.encode(uint32 index)` of the
/// checkpoint; an index out of range reverts.
interface IVault is IRoles {
    /// @notice That epoch's withdrawal was claimed.
    error AlreadyClaimed();
    /// @notice The setting has that value.
    error AlreadySet();
    /// @notice The delegator is chosen once.
    error DelegatorAlreadyInitialized();
    /// @notice The deposit would lift the active stake above the limit.
    error DepositLimitReached();
    /// @notice Nothing to claim in that epoch.
    error InsufficientClaim();
    /// @notice A deposit of 0.
    error InsufficientDeposit();
    /// @notice A redemption of 0 shares.
    error InsufficientRedemption();
    /// @notice A withdrawal of 0.
    error InsufficientWithdrawal();
    /// @notice The zero account.
    error InvalidAccount();
    /// @notice The capture lies before the previous epoch or after the current one.
    error InvalidCaptureEpoch();
    /// @notice The zero claimer.
    error InvalidClaimer();
    /// @notice The zero collateral.
    error InvalidCollateral();
    /// @notice Not made by the DelegatorFactory, or made for another vault.
    error InvalidDelegator();
    /// @notice The epoch has not ended.
    error InvalidEpoch();
    /// @notice An epoch of 0 seconds.
    error InvalidEpochDuration();
    /// @notice An empty list of epochs.
    error InvalidLengthEpochs();
    /// @notice A deposit for the zero account.
    error InvalidOnBehalfOf();
    /// @notice The zero recipient.
    error InvalidRecipient();
    /// @notice Not made by the SlasherFactory, or made for another vault.
    error InvalidSlasher();
    /// @notice The timestamp lies before the vault's first epoch.
    error InvalidTimestamp();
    /// @notice A setting that nobody could ever change.
    error MissingRoles();
    /// @notice There is no epoch before the first.
    error NoPreviousEpoch();
    /// @notice The caller is not the vault's delegator.
    error NotDelegator();
    /// @notice The caller is not the vault's slasher.
    error NotSlasher();
    /// @notice The caller may not deposit here.
    error NotWhitelistedDepositor();
    /// @notice The slasher is chosen once.
    error SlasherAlreadyInitialized();
    /// @notice More shares than the caller has.
    error TooMuchRedeem();
    /// @notice More than the caller's stake.
    error TooMuchWithdraw();

    /// @notice `amount` came in and is active at once.
    event Deposit(address indexed depositor, address indexed onBehalfOf, uint256 amount, uint256 shares);
    /// @notice `amount` moved from the active stake to the next epoch's bucket.
    event Withdraw(
        address indexed withdrawer, address indexed claimer, uint256 amount, uint256 burnedShares, uint256 mintedShares
    );
    /// @notice `amount` of the bucket of `epoch` was paid out.
    event Claim(address indexed claimer, address indexed recipient, uint256 epoch, uint256 amount);
    /// @notice `amount` of the buckets of `epochs` was paid out.
    event ClaimBatch(address indexed claimer, address indexed recipient, uint256[] epochs, uint256 amount);
    /// @notice `slashedAmount` went to the burner: the only truth about what was taken.
    event OnSlash(uint256 amount, uint48 captureTimestamp, uint256 slashedAmount);
    /// @notice The delegator was chosen, for good.
    event SetDelegator(address indexed delegator);
    /// @notice The slasher was chosen, for good; zero: never slashable.
    event SetSlasher(address indexed slasher);

    /// @return 1 plain, 2 with an ERC-20 of the active shares.
    function version() external view returns (uint64);
    /// @return The account that may migrate the vault.
    function owner() external view returns (address);
    /// @return Whether delegator and slasher are chosen. Warning: also true with "no slasher" chosen.
    function isInitialized() external view returns (bool);
    /// @return The ERC-20 that is deposited.
    function collateral() external view returns (address);
    /// @return Where slashed collateral goes; with zero every slash of an OpenZeppelin token reverts.
    function burner() external view returns (address);
    /// @return The contract that splits the stake over networks and operators.
    function delegator() external view returns (address);
    /// @return The contract that may slash, zero when nobody can.
    function slasher() external view returns (address);

    /// @return The start of epoch 0, the vault's creation.
    function epochDurationInit() external view returns (uint48);
    /// @return The length of an epoch; never changes.
    function epochDuration() external view returns (uint48);
    /// @notice A border second belongs to the new epoch.
    function epochAt(uint48 timestamp) external view returns (uint256);
    /// @return The epoch of this block.
    function currentEpoch() external view returns (uint256);
    /// @return Its first second.
    function currentEpochStart() external view returns (uint48);

    /// @return The active stake and both buckets that can still be slashed.
    function totalStake() external view returns (uint256);
    /// @return The stake that networks can use now.
    function activeStake() external view returns (uint256);
    /// @return The stake that networks could use then.
    function activeStakeAt(uint48 timestamp, bytes calldata hint) external view returns (uint256);
    /// @return All shares in the active stake.
    function activeShares() external view returns (uint256);
    /// @return All shares in the active stake then.
    function activeSharesAt(uint48 timestamp, bytes calldata hint) external view returns (uint256);
    /// @return The account's shares in the active stake.
    function activeSharesOf(address account) external view returns (uint256);
    /// @return The account's shares in the active stake then.
    function activeSharesOfAt(address account, uint48 timestamp, bytes calldata hint) external view returns (uint256);
    /// @return What the account's active shares are worth, rounded down.
    function activeBalanceOf(address account) external view returns (uint256);
    /// @return What the account's active shares were worth then, rounded down.
    function activeBalanceOfAt(address account, uint48 timestamp, bytes calldata hints) external view returns (uint256);
    /// @return What the account could lose to a slash: active and in both buckets.
    function slashableBalanceOf(address account) external view returns (uint256);

    /// @return What lies in the bucket of `epoch`.
    function withdrawals(uint256 epoch) external view returns (uint256);
    /// @return All shares in the bucket of `epoch`.
    function withdrawalShares(uint256 epoch) external view returns (uint256);
    /// @return The account's shares in the bucket of `epoch`.
    function withdrawalSharesOf(uint256 epoch, address account) external view returns (uint256);
    /// @return What the account can claim of the bucket of `epoch`, 0 once claimed; rounded down.
    function withdrawalsOf(uint256 epoch, address account) external view returns (uint256);
    /// @return Whether the account claimed from the bucket of `epoch`.
    function isWithdrawalsClaimed(uint256 epoch, address account) external view returns (bool);

    /// @notice Takes `amount` from the caller; what arrived counts, at once.
    function deposit(address onBehalfOf, uint256 amount)
        external
        returns (uint256 depositedAmount, uint256 mintedShares);
    /// @notice Moves `amount` of the caller's active stake into the next epoch's bucket, for `claimer`.
    function withdraw(address claimer, uint256 amount) external returns (uint256 burnedShares, uint256 mintedShares);
    /// @notice As `withdraw`, counted in shares.
    function redeem(address claimer, uint256 shares) external returns (uint256 withdrawnAssets, uint256 mintedShares);
    /// @notice Pays the caller's part of the bucket of an epoch that has ended, once.
    function claim(address recipient, uint256 epoch) external returns (uint256 amount);
    /// @notice As `claim`, for several epochs.
    function claimBatch(address recipient, uint256[] calldata epochs) external returns (uint256 amount);

    /// @notice Warning: whoever comes first. `delegator_` must be the DelegatorFactory's, made for this vault.
    function setDelegator(address delegator_) external;
    /// @notice Warning: whoever comes first. Zero chooses "never slashable".
    function setSlasher(address slasher_) external;
}
