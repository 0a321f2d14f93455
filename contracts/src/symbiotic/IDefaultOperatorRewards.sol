// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Pays cumulative Merkle claims, per network and token.
/// @notice Amounts are token base units. A leaf is `keccak256(bytes.concat(keccak256(abi.encode(account,
/// totalClaimable))))`, totals only grow, and each claim pays what is new since the last.
interface IDefaultOperatorRewards {
    /// @notice The network paid in less than its root promises.
    error InsufficientBalance();
    /// @notice Nothing new to claim.
    error InsufficientTotalClaimable();
    /// @notice No token arrived.
    error InsufficientTransfer();
    /// @notice The leaf is not under the root.
    error InvalidProof();
    /// @notice The caller does not speak for the network.
    error NotNetworkMiddleware();
    /// @notice There is no root yet.
    error RootNotSet();

    /// @notice The network paid in `amount` and replaced its root.
    event DistributeRewards(address indexed network, address indexed token, uint256 amount, bytes32 root);
    /// @notice `amount` was paid for `claimer`.
    event ClaimRewards(
        address recipient, address indexed network, address indexed token, address indexed claimer, uint256 amount
    );

    /// @return The root that counts, zero before any.
    function root(address network, address token) external view returns (bytes32);
    /// @return What was paid in and not claimed.
    function balance(address network, address token) external view returns (uint256);
    /// @return All that the account has claimed.
    function claimed(address network, address token, address account) external view returns (uint256);
    /// @notice By the network's middleware: takes `amount` (may be 0) from it and replaces the root.
    function distributeRewards(address network, address token, uint256 amount, bytes32 root_) external;
    /// @notice Pays the caller what its leaf holds above what it claimed.
    /// @param totalClaimable the leaf's amount, since the beginning
    function claimRewards(
        address recipient,
        address network,
        address token,
        uint256 totalClaimable,
        bytes32[] calldata proof
    ) external returns (uint256 amount);
}
