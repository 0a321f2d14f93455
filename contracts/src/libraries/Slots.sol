// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Slots
/// @notice A checkpointed vault address: what stands there now, and since when, in one word; what stood there before as
/// OpenZeppelin checkpoints. A stake is nearly always read at a time since which nothing changed: one read of storage
/// in place of two, sixteen times over.
library Slots {
    using Checkpoints for Checkpoints.Trace160;

    struct Slot {
        /// 0 when the slot is empty.
        address vault;
        /// First second (Unix) at which that counts.
        uint48 from;
        Checkpoints.Trace160 past;
    }

    /// @notice Puts `vault` (0: nothing) into the slot from `from` on, which must not lie before an earlier call's. Of
    /// several calls with one `from` the last counts.
    function put(Slot storage slot, address vault, uint48 from) internal {
        if (slot.from != 0 && slot.from != from) slot.past.push(slot.from, uint160(slot.vault));
        (slot.vault, slot.from) = (vault, from);
    }

    /// @notice What stood in the slot at `t`.
    function at(Slot storage slot, uint48 t) internal view returns (address vault) {
        if (t >= slot.from) return slot.vault;
        return address(slot.past.upperLookupRecent(t));
    }
}
