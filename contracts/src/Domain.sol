// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Statements} from "./libraries/Statements.sol";

/// @title The EIP-712 domain of everything Executors sign
/// @notice Name "Roster", version "1", this chain, the Router. Computed anew should the chain split.
abstract contract Domain {
    address private immutable VERIFYING_CONTRACT;
    uint256 private immutable CHAIN_ID;
    bytes32 private immutable SEPARATOR;

    constructor(address router) {
        VERIFYING_CONTRACT = router;
        CHAIN_ID = block.chainid;
        SEPARATOR = Statements.domainSeparator(block.chainid, router);
    }

    function domainSeparator() public view returns (bytes32) {
        if (block.chainid == CHAIN_ID) return SEPARATOR;
        return Statements.domainSeparator(block.chainid, VERIFYING_CONTRACT);
    }
}
