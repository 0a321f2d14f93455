package stake

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Digest is a hash of the whole history: equal for two histories that answer everything equally, whatever the order
// in which vaults became known and however the events came in batches.
func (h *History) Digest() core.Hash {
	w := &writer{}
	w.bytes(h.network[:])
	vaults := slices.Clone(h.order)
	sortAddresses(vaults)
	for _, a := range vaults {
		h.vaults[a].write(w)
	}
	writeBools(w, h.networkOptIn)
	for _, set := range sorted(h.sets, cmp.Compare[core.SetID]) {
		h.sets[set].write(w, set)
	}
	for _, a := range sorted(h.jails, compareAddresses) {
		w.bytes(a[:])
		writeTrace(w, h.jails[a], func(t core.Time) { w.number(uint64(t)) })
	}
	for _, a := range sorted(h.collateral, compareAddresses) {
		w.bytes(a[:])
		writeTrace(w, h.collateral[a], w.amount)
	}
	return core.Keccak(w.out)
}

func (v *vaultHistory) write(w *writer) {
	for _, a := range []core.Address{v.Address, v.Delegator, v.Slasher, v.Collateral, v.Operator, v.OptIn} {
		w.bytes(a[:])
	}
	for _, n := range []uint64{v.Version, v.DelegatorType, uint64(v.EpochInit), uint64(v.EpochDuration)} {
		w.number(n)
	}
	writeTrace(w, &v.stake, w.amount)
	writeTrace(w, &v.shares, w.amount)
	writeAmounts(w, v.holders)
	for _, epoch := range sorted(v.buckets, cmp.Compare[uint64]) {
		b := v.buckets[epoch]
		if b.amount.IsZero() && b.shares.IsZero() && len(b.claimed) == 0 { // looked at, never used
			continue
		}
		w.number(epoch)
		w.amount(b.amount)
		w.amount(b.shares)
		for _, a := range sorted(b.of, compareAddresses) {
			w.bytes(a[:])
			w.amount(b.of[a])
		}
		for _, a := range sorted(b.claimed, compareAddresses) {
			w.bytes(a[:])
		}
	}
	writeBools(w, v.optIn)
	for _, m := range []map[core.SetID]*trace[core.Amount]{v.limits, v.total} {
		for _, set := range sorted(m, cmp.Compare[core.SetID]) {
			w.number(uint64(set))
			writeTrace(w, m[set], w.amount)
		}
	}
	for _, m := range []map[setOperator]*trace[core.Amount]{v.parts, v.caps, v.taken} {
		for _, key := range sorted(m, compareSetOperators) {
			w.number(uint64(key.set))
			w.bytes(key.operator[:])
			writeTrace(w, m[key], w.amount)
		}
	}
	for _, key := range sorted(v.newest, compareSetOperators) {
		w.number(uint64(key.set))
		w.bytes(key.operator[:])
		w.number(uint64(v.newest[key]))
	}
}

func (s *operatorSet) write(w *writer, set core.SetID) {
	w.number(uint64(set))
	writeTrace(w, &s.parameters, func(p Parameters) {
		for _, n := range []uint64{uint64(p.MaxExecutors), uint64(p.EmissionRule), uint64(p.EraRateBps), uint64(p.PerformanceRule),
			p.PerformanceFloor, uint64(p.EquivocationBps), uint64(p.WrongResultBps), uint64(p.BountyBps), uint64(p.JailEras)} {
			w.number(n)
		}
		for _, a := range []core.Amount{p.MinStake, p.MaxStake, p.MaxVaultStake, p.EraReward, p.BountyCap, p.ProposerReward,
			p.BatchReward, p.MessageFee, p.Bond} {
			w.amount(a)
		}
	})
	for _, a := range s.order {
		o := s.operators[a]
		w.bytes(a[:])
		writeTrace(w, &o.status, func(s status) {
			w.flag(s.registered)
			w.flag(s.paused)
			w.bytes(s.keyHash[:])
		})
		writeTrace(w, &o.commission, func(b core.Bps) { w.number(uint64(b)) })
		w.number(uint64(len(o.endpoint)))
		w.bytes([]byte(o.endpoint))
		w.number(uint64(len(o.slots)))
		for i := range o.slots {
			writeTrace(w, &o.slots[i], func(a core.Address) { w.bytes(a[:]) })
		}
	}
}

// writer gathers the bytes of a digest; every list has its length in front.
type writer struct{ out []byte }

func (w *writer) bytes(b []byte)  { w.out = append(w.out, b...) }
func (w *writer) number(n uint64) { w.out = binary.BigEndian.AppendUint64(w.out, n) }
func (w *writer) amount(a core.Amount) {
	b := a.Bytes32()
	w.bytes(b[:])
}

func (w *writer) flag(b bool) {
	if b {
		w.number(1)
		return
	}
	w.number(0)
}

func writeTrace[T any](w *writer, t *trace[T], value func(T)) {
	w.number(uint64(len(t.points)))
	for _, p := range t.points {
		w.number(uint64(p.at))
		value(p.value)
	}
}

func writeBools(w *writer, m map[core.Address]*trace[bool]) {
	w.number(uint64(len(m)))
	for _, a := range sorted(m, compareAddresses) {
		w.bytes(a[:])
		writeTrace(w, m[a], w.flag)
	}
}

func writeAmounts(w *writer, m map[core.Address]*trace[core.Amount]) {
	w.number(uint64(len(m)))
	for _, a := range sorted(m, compareAddresses) {
		w.bytes(a[:])
		writeTrace(w, m[a], w.amount)
	}
}

// sorted returns a map's keys in ascending order.
func sorted[K comparable, T any](m map[K]T, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m { // sorted below
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

func sortAddresses(list []core.Address) { slices.SortFunc(list, compareAddresses) }

func compareAddresses(a, b core.Address) int { return bytes.Compare(a[:], b[:]) }

func compareSetOperators(a, b setOperator) int {
	if a.set != b.set {
		return cmp.Compare(a.set, b.set)
	}
	return compareAddresses(a.operator, b.operator)
}
