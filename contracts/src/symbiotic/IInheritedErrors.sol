// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The errors that Symbiotic's contracts revert with and that come from OpenZeppelin, version 5.0.
/// @notice Nothing implements this: it exists so that our node can call every revert by its name.
interface IInheritedErrors {
    /// @notice A role can be renounced only by its holder.
    error AccessControlBadConfirmation();
    /// @notice There is no contract at `target`.
    error AddressEmptyCode(address target);
    /// @notice Too little ether at `account`.
    error AddressInsufficientBalance(address account);
    /// @notice A checkpoint before the last one.
    error CheckpointUnorderedInsertion();
    /// @notice The entity was initialized before.
    error AlreadyInitialized();
    /// @notice A clone could not be made.
    error ERC1167FailedCreateClone();
    /// @notice A call failed without saying why.
    error FailedInnerCall();
    /// @notice Initialized before.
    error InvalidInitialization();
    /// @notice A short string that is not one.
    error InvalidShortString();
    /// @notice A division's result does not fit.
    error MathOverflowedMulDiv();
    /// @notice Only while initializing.
    error NotInitializing();
    /// @notice `owner` cannot own.
    error OwnableInvalidOwner(address owner);
    /// @notice `account` is not the owner.
    error OwnableUnauthorizedAccount(address account);
    /// @notice Called again from within.
    error ReentrancyGuardReentrantCall();
    /// @notice `value` does not fit into `bits`.
    error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value);
    /// @notice More than 31 bytes.
    error StringTooLong(string text);
    /// @notice The token at `token` said no.
    error SafeERC20FailedOperation(address token);
    /// @notice `spender` may move only `allowance`.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice `sender` has only `balance`.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// @notice Nobody can approve as `approver`.
    error ERC20InvalidApprover(address approver);
    /// @notice Nobody can receive as `receiver`.
    error ERC20InvalidReceiver(address receiver);
    /// @notice Nobody can send as `sender`.
    error ERC20InvalidSender(address sender);
    /// @notice Nobody can spend as `spender`.
    error ERC20InvalidSpender(address spender);
    /// @notice The implementation chosen by the factory was whitelisted before.
    error AlreadyWhitelisted();
    /// @notice The version or type was blacklisted before.
    error AlreadyBlacklisted();
    /// @notice The implementation is for another factory or another type.
    error InvalidImplementation();
    /// @notice The factory has no such type.
    error InvalidType();
    /// @notice The caller is not the factory.
    error NotFactory();
}
