// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Who speaks for a network towards slashers and reward contracts.
/// @notice Read at the moment of each call: a change counts at once and keeps no history.
interface INetworkMiddlewareService {
    /// @notice The middleware is that address already.
    error AlreadySet();

    /// @notice The caller is not in the NetworkRegistry.
    error NotNetwork();

    /// @notice `network` is spoken for by `middleware` from now on.
    event SetMiddleware(address indexed network, address middleware);

    /// @return The middleware of `network`, zero when there is none.
    function middleware(address network) external view returns (address);

    /// @notice Sets the middleware of the caller, a registered network.
    /// @param middleware_ the new one; zero takes the right away from everyone
    function setMiddleware(address middleware_) external;
}
