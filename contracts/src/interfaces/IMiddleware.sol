// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IParameters} from "./IParameters.sol";
import {IVaults} from "./IVaults.sol";
import {Times} from "./Times.sol";

/// @title Middleware: the network towards Symbiotic
/// @notice Network and middleware in one address: operator sets, their parameters, vaults and stake; and the only door
/// through which Offences slashes and Rewards pays. Nobody else can open it, the owner included.
interface IMiddleware is IParameters, IVaults {
    error OnlyOffences(address caller);
    error OnlyRewards(address caller);
    /// @notice The vault did not stand in a slot of the operator at the capture (Unix seconds).
    error VaultDidNotCount(address vault, address operator, uint48 capture);

    /// @notice Requests floor(bps * stake / 10,000) of the operator's uncapped stake at `capture` at the vault's
    /// VetoSlasher. Symbiotic's revert goes through. Offences only.
    /// @return index Number of the request in that slasher.
    /// @return amount What was asked for, in base units of the vault's collateral.
    function requestSlash(uint96 set, address operator, address vault, uint48 capture, uint16 bps)
        external
        returns (uint256 index, uint256 amount);
    /// @notice Executes a request. Offences only.
    /// @return taken min(what the slasher says, what reached the burner), base units of the vault's collateral.
    function executeSlash(address vault, uint256 index) external returns (uint256 taken);
    /// @notice Pays into a set's two reward contracts and sets their roots. The sum must lie here already. Rewards only.
    function distribute(
        uint96 set,
        uint256 operatorsAmount,
        bytes32 operatorsRoot,
        uint256 stakersAmount,
        bytes32 stakersRoot
    ) external;

    function times() external view returns (Times memory);
    function token() external view returns (address);
    function owner() external view returns (address);
    function judge() external view returns (address);
    function router() external view returns (address);
    function rewards() external view returns (address);
    function offences() external view returns (address);
    function operators() external view returns (address);
}
