package e2e

import (
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// TestDifferentialElectionAtTheEdges is the differential test of one election in which every bound is met exactly:
// stakes at minStake, maxVaultStake and maxStake and one unit beside them, and changes in the very second of the
// capture, the one before and the one after.
func TestDifferentialElectionAtTheEdges(t *testing.T) {
	least, perVault, most := vara(1_000), vara(4_000), vara(6_000)
	w := newWorld(t, options{stakes: one(1_000), parameters: func(p *bindings.SetParameters) {
		p.MinStake, p.MaxVaultStake, p.MaxStake, p.MaxExecutors = chain.Big(least), chain.Big(perVault), chain.Big(most), 9
	}})
	// Two vaults whose shares are stakes in base units.
	v := []*vault{w.addVault(w.set, devnet.VaultSpec{}), w.addVault(w.set, devnet.VaultSpec{})}
	var deposits [2]core.Amount
	back := func(amounts ...core.Amount) *devnet.Operator {
		o := w.addOperator(w.set)
		w.operators = append(w.operators, o)
		for i, a := range amounts {
			w.link(o, v[i])
			w.delegate(v[i], o, a)
			deposits[i] = plus(deposits[i], a)
		}
		return o
	}
	unit := *uint256.NewInt(1)
	want := map[core.Address]core.Amount{w.operators[0].Address(): least}
	expect := func(weight core.Amount, o *devnet.Operator) *devnet.Operator {
		want[o.Address()] = weight
		return o
	}
	expect(least, back(least))
	expect(core.Amount{}, back(minus(least, unit)))
	expect(least, back(minus(least, unit), unit))
	expect(perVault, back(perVault))
	expect(perVault, back(plus(perVault, unit)))
	expect(minus(perVault, unit), back(minus(perVault, unit)))
	expect(most, back(perVault, vara(2_000)))
	expect(most, back(perVault, plus(vara(2_000), unit)))
	expect(minus(most, unit), back(perVault, minus(vara(2_000), unit)))
	// What happens around the capture, to operators with the least stake.
	early, late, left, rotated, unlinked, resumed := back(least), back(least), back(least), back(least), back(least), back(least)
	linked := w.addOperator(w.set) // has shares and is opted in, and links only at the capture
	w.do(linked.Hand, w.Symbiotic().VaultOptIn, optIns.PackOptIn(v[0].Address))
	w.delegate(v[0], linked, least)
	deposits[0] = plus(deposits[0], least)
	for i, d := range deposits {
		w.stake(v[i], d)
	}
	at, set := w.Roster.At, chain.Number(w.set)
	w.do(resumed.Hand, at.Operators, operators.PackPause(set))
	old := rotated.Key.PublicKey().Hash()
	rotated.Key = secret(t, "rotated at the capture")
	key, proof := rotated.Possession(w.set)
	pause, unlink := operators.PackPause(set), middleware.PackUnlinkVault(set, v[0].Address)

	w.nextAt(w.Roster.Times.Capture(0) - 1)
	w.allInOneBlock(call{early.Hand, at.Operators, pause})
	w.allInOneBlock(call{late.Hand, at.Operators, pause}, call{left.Hand, at.Operators, operators.PackLeaveSet(set)},
		call{rotated.Hand, at.Operators, operators.PackRotateKey(set, key, proof)}, call{unlinked.Hand, at.Middleware, unlink},
		call{resumed.Hand, at.Operators, operators.PackResume(set)},
		call{linked.Hand, at.Middleware, middleware.PackLinkVault(set, v[0].Address)})
	if w.Now() != w.Roster.Times.Capture(0) {
		t.Fatal("the changes are not in the second of the capture")
	}
	for _, o := range []*devnet.Operator{late, left, rotated, unlinked} {
		expect(least, o) // a second too late to count
	}
	expect(core.Amount{}, early)
	expect(core.Amount{}, resumed)
	expect(core.Amount{}, linked)
	w.must(w.Advance(1))
	for o, weight := range want {
		got := ask(w, at.Middleware, middleware.PackWeightAt(set, common.Address(o), chain.Number(w.Roster.Times.Capture(0))), middleware.UnpackWeightAt)
		if chain.Amount(got) != weight {
			t.Errorf("weight of %s is %s, want %s", o, got, weight.Dec())
		}
	}
	d := w.decide(w.set, 0)
	if keyOf(d, rotated.Address()) != old {
		t.Error("a key of the next second counted at the capture")
	}
	w.compare(rand.New(rand.NewPCG(2, 2)), w.set, 0)
}
