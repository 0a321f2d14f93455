// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Clock} from "../Clock.sol";
import {IMiddleware} from "../interfaces/IMiddleware.sol";
import {IOffences, Kind, OffenceId} from "../interfaces/IOffences.sol";
import {IOperators} from "../interfaces/IOperators.sol";
import {IRewards} from "../interfaces/IRewards.sol";
import {IRouter} from "../interfaces/IRouter.sol";

/// @title Records
/// @notice Which offences are on record, for each operator of a set a list from the newest era to the oldest.
abstract contract Records is IOffences, Clock, ReentrancyGuardTransient {
    struct Record {
        /// Who reported the equivocation of this era.
        address reporter;
        /// 1 + the next older era with a record, 0 for none.
        uint64 older;
        /// Bit k: an offence of kind k is on record.
        uint8 kinds;
        /// Who disputed the wrong result of this era.
        address disputer;
    }

    IMiddleware public immutable MIDDLEWARE;
    IRouter public immutable ROUTER;
    IRewards public immutable REWARDS;
    IOperators public immutable OPERATORS;

    mapping(uint96 set => mapping(address operator => mapping(uint64 era => Record))) internal _records;
    /// @dev 1 + the newest era with a record.
    mapping(uint96 set => mapping(address operator => uint64)) private _newest;

    constructor(IMiddleware middleware) {
        MIDDLEWARE = middleware;
        ROUTER = IRouter(middleware.router());
        REWARDS = IRewards(middleware.rewards());
        OPERATORS = IOperators(middleware.operators());
    }

    function reporterOf(OffenceId calldata o) external view returns (address) {
        Record storage r = _records[o.set][o.operator][o.era];
        if (!_has(r, o.kind)) return address(0);
        return o.kind == Kind.Equivocation ? r.reporter : r.disputer;
    }

    /// @dev Records an offence and jails for it. The list stays sorted: reports may come in any order of eras, but only
    /// for as many as can still be reported, so the way to the right place is short.
    /// Returns false, and does nothing, for one on record already.
    function _record(uint96 set, address operator, uint64 era, Kind kind, address reporter) internal returns (bool) {
        Record storage r = _records[set][operator][era];
        if (_has(r, kind)) return false;
        if (r.kinds == 0) _insert(set, operator, era, r);
        r.kinds |= uint8(1 << uint8(kind));
        if (kind == Kind.Equivocation) r.reporter = reporter;
        else r.disputer = reporter;

        (,,, uint16 jailEras,) = MIDDLEWARE.offenceTermsAt(set, _captureOf(era));
        uint48 until = _eraStart(_clockEra() + 1 + jailEras);
        OPERATORS.jail(operator, until);
        emit OffenceReported(set, era, operator, kind, reporter, until);
        return true;
    }

    function _has(Record storage r, Kind kind) internal view returns (bool) {
        return r.kinds & uint8(1 << uint8(kind)) != 0;
    }

    function _insert(uint96 set, address operator, uint64 era, Record storage r) private {
        uint64 next = _newest[set][operator];
        if (next <= era) {
            r.older = next;
            _newest[set][operator] = era + 1;
            return;
        }
        Record storage newer = _records[set][operator][next - 1];
        while (newer.older > era + 1) newer = _records[set][operator][newer.older - 1];
        r.older = newer.older;
        newer.older = era + 1;
    }
}
