// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Clock} from "./Clock.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {Certificates} from "./router/Certificates.sol";
import {Sets} from "./router/Sets.sol";

/// @title Router
/// @notice See IRouter; its parts are Sets, Elections and Certificates.
contract Router is Certificates {
    constructor(IMiddleware middleware, uint64 batchBlocks)
        Clock(middleware.times())
        Sets(middleware)
        Certificates(batchBlocks)
    {}
}
