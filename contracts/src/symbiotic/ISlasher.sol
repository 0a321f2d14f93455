// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBaseSlasher} from "./IBaseSlasher.sol";

/// @title Type 0: slashes at once.
interface ISlasher is IBaseSlasher {
    /// @notice `slashedAmount` was taken on account of `operator`; the vault may have had less.
    event Slash(bytes32 indexed subnetwork, address indexed operator, uint256 slashedAmount, uint48 captureTimestamp);

    /// @notice By the network's middleware.
    /// @param hints empty; they only save gas
    function slash(bytes32 subnetwork, address operator, uint256 amount, uint48 captureTimestamp, bytes calldata hints)
        external
        returns (uint256 slashedAmount);
}
