// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Clock} from "./Clock.sol";
import {Domain} from "./Domain.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {Kind, OffenceId} from "./interfaces/IOffences.sol";
import {IVaults} from "./interfaces/IVaults.sol";
import {Evidence} from "./offences/Evidence.sol";
import {Records} from "./offences/Records.sol";
import {IVetoSlasher} from "./symbiotic/IVetoSlasher.sol";

/// @title Offences
/// @notice See IOffences; evidence is in Evidence. Here: the slashes that follow, vault by vault.
contract Offences is Evidence {
    struct Slash {
        uint48 requestedAt;
        uint128 index;
        bool executed;
    }

    uint256 private constant ONE = 1e18;
    uint256 private constant BPS = 10_000;

    mapping(bytes32 offence => mapping(address vault => Slash)) private _slashes;
    /// @dev What was paid for an offence so far, wVARA base units.
    mapping(bytes32 offence => uint256) private _bounty;

    constructor(IMiddleware middleware)
        Clock(middleware.times())
        Domain(middleware.router())
        Records(middleware)
    {}

    function requestSlash(OffenceId calldata o, address vault) external nonReentrant {
        _checkRecorded(o);
        uint256 deadline = _requestDeadline(o.era);
        if (block.timestamp > deadline) revert TooLateToRequest(block.timestamp, deadline);
        Slash storage s = _slashes[_key(o)][vault];
        if (s.requestedAt != 0) revert AlreadyRequested(vault, s.index);

        uint48 capture = _captureOf(o.era);
        (uint16 equivocation, uint16 wrongResult,,,) = MIDDLEWARE.offenceTermsAt(o.set, capture);
        uint16 bps = o.kind == Kind.Equivocation ? equivocation : wrongResult;
        // Symbiotic's revert goes through, so nothing below happens unless the request stands.
        (uint256 index, uint256 amount) = MIDDLEWARE.requestSlash(o.set, o.operator, vault, capture, bps);
        s.requestedAt = uint48(block.timestamp);
        s.index = uint128(index);
        emit SlashRequested(o.set, o.operator, vault, o.era, o.kind, index, amount);
    }

    function executeSlash(OffenceId calldata o, address vault) external nonReentrant {
        _checkRecorded(o);
        Slash storage s = _slashes[_key(o)][vault];
        if (s.requestedAt == 0) revert NotRequested(vault);
        if (s.executed) revert AlreadyExecuted(vault);
        IVaults.Vault memory v = MIDDLEWARE.vaultDetails(vault);
        if (_completed(v.slasher, s.index)) revert SlashVetoed(vault, s.index);
        uint256 vetoEnd = uint256(s.requestedAt) + v.vetoDuration;
        if (block.timestamp < vetoEnd) revert VetoWindowOpen(block.timestamp, vetoEnd);
        _checkOrder(o, vault, v);

        s.executed = true;
        uint256 taken = MIDDLEWARE.executeSlash(vault, s.index);
        emit SlashExecuted(o.set, o.operator, vault, o.era, o.kind, taken, _payBounty(o, v.collateral, taken));
    }

    function slashOf(OffenceId calldata o, address vault)
        external
        view
        returns (uint48 requestedAt, uint128 index, bool executed)
    {
        Slash memory s = _slashes[_key(o)][vault];
        return (s.requestedAt, s.index, s.executed);
    }

    /// @dev Symbiotic voids every older capture of an operator once a newer one is slashed, by one unit: so nothing is
    /// executed while an older offence can still come up, or is on record and not final for this vault.
    function _checkOrder(OffenceId calldata o, address vault, IVaults.Vault memory v) private view {
        for (uint64 era = o.era; era != 0;) {
            --era;
            // Nothing of this era or an older one can be reported, disputed or upheld any more.
            uint256 decided = _requestDeadline(era);
            if (block.timestamp > decided) break;
            uint256 deadline = _reportDeadline(era);
            if (block.timestamp <= deadline) revert OlderReportsOpen(block.timestamp, deadline);
            if (_disputed[o.set][era]) revert OlderDisputeOpen(era, decided);
        }
        uint64 next = _records[o.set][o.operator][o.era].older;
        while (next != 0) {
            uint64 era = next - 1;
            // Its window is over, and so is that of every older one.
            if (block.timestamp > uint256(_captureOf(era)) + v.epochDuration) return;
            for (uint8 k; k <= uint8(type(Kind).max); ++k) {
                OffenceId memory older = OffenceId(o.set, o.operator, era, Kind(k));
                if (_has(_records[o.set][o.operator][era], Kind(k)) && !_isFinal(older, vault, v)) {
                    revert OlderOffenceOpen(era, Kind(k));
                }
            }
            next = _records[o.set][o.operator][era].older;
        }
    }

    /// @dev Whether nothing more can come of an offence in a vault whose slashing window is still open.
    function _isFinal(OffenceId memory o, address vault, IVaults.Vault memory v) private view returns (bool) {
        Slash memory s = _slashes[_key(o)][vault];
        if (s.executed) return true;
        uint48 capture = _captureOf(o.era);
        if (!MIDDLEWARE.countedAt(o.set, o.operator, vault, capture)) return true;
        if (s.requestedAt != 0 && _completed(v.slasher, s.index)) return true;
        if (block.timestamp <= _requestDeadline(o.era)) return false;
        if (s.requestedAt == 0) return true;
        bytes32 id = MIDDLEWARE.subnetwork(o.set);
        return IVetoSlasher(v.slasher).slashableStake(id, o.operator, capture, "") == 0;
    }

    /// @dev Paid after the taking, to the reporter, as far as the free pot goes; capped per offence over all vaults at
    /// about the gas of a report, so that reporting oneself never pays.
    function _payBounty(OffenceId calldata o, address collateral, uint256 taken) private returns (uint256 paid) {
        uint48 capture = _captureOf(o.era);
        (,, uint16 bps,, uint96 cap) = MIDDLEWARE.offenceTermsAt(o.set, capture);
        uint256 worth = Math.mulDiv(taken, MIDDLEWARE.collateralWeightAt(collateral, capture), ONE);
        bytes32 key = _key(o);
        uint256 bounty = Math.min(Math.mulDiv(worth, bps, BPS), cap - _bounty[key]);
        if (bounty == 0) return 0;
        Record storage r = _records[o.set][o.operator][o.era];
        paid = REWARDS.pay(o.set, o.kind == Kind.Equivocation ? r.reporter : r.disputer, bounty);
        _bounty[key] += paid;
    }

    function _checkRecorded(OffenceId calldata o) private view {
        if (!_has(_records[o.set][o.operator][o.era], o.kind)) {
            revert UnknownOffence(o.set, o.operator, o.era, o.kind);
        }
    }

    /// @dev Executed by us or vetoed: we look at our own mark first.
    function _completed(address slasher, uint256 index) private view returns (bool completed) {
        (,,,,, completed) = IVetoSlasher(slasher).slashRequests(index);
    }

    function _key(OffenceId memory o) private pure returns (bytes32) {
        return keccak256(abi.encode(o));
    }
}
