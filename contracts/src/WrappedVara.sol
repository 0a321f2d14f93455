// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Wrapped VARA
/// @notice Collateral and reward token of devnets: ERC-20 with 12 decimals and EIP-2612 permits. A live network uses
/// the token that is deployed there.
contract WrappedVara is ERC20Permit {
    /// @param supply Base units, all of it to the deployer.
    constructor(uint256 supply) ERC20("Wrapped VARA", "wVARA") ERC20Permit("Wrapped VARA") {
        _mint(msg.sender, supply);
    }

    function decimals() public pure override returns (uint8) {
        return 12;
    }
}
