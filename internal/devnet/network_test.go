package devnet

import (
	"context"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// vara returns whole wVARA in base units.
func vara(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(VARA), uint256.NewInt(n))
}

// TestTheWay goes the whole good way once: a vault's stake elects three operators, they certify a batch, and
// what the era pays is claimed.
func TestTheWay(t *testing.T) {
	ctx := context.Background()
	n, err := StartNetwork(ctx, NetworkOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	set, err := n.CreateSet(ctx, DefaultParameters())
	check(err)
	check(n.Fund(ctx, set, vara(10_000)))
	curator := n.NewHand()
	vault, err := n.MakeVault(ctx, curator, VaultSpec{})
	check(err)
	check(n.Enroll(ctx, curator, set, vault))
	check(n.Limit(ctx, curator, set, vault, vara(1_000_000)))
	team := Team{}
	for i := range 3 {
		o, err := n.NewOperator(ctx)
		check(err)
		_, err = o.Register(ctx, set, "here", 500)
		check(err)
		check(o.Link(ctx, n.Symbiotic(), set, vault))
		check(n.Delegate(ctx, curator, set, vault, o.Sender.From(), *uint256.NewInt(uint64(i + 1))))
		team[o.Address()] = o
	}
	staker := n.NewHand()
	check(n.Give(ctx, staker.Sender.From(), vara(60_000)))
	check(n.Deposit(ctx, staker, vault, vara(60_000)))

	r := n.Roster
	check(n.AdvanceTo(r.Times.SealableAt(0)))
	_, err = n.Owner.Seal(ctx, 0)
	check(err)
	d, err := engine.Decide(ctx, r, set, 0, n.Head().Number.Uint64())
	check(err)
	if len(d.Result.Executors) != 3 || d.Result.Total != vara(60_000) {
		t.Fatalf("elected %d with %s: %v", len(d.Result.Executors), d.Result.Total.Dec(), d.Result.Outcomes)
	}
	p, err := d.Proposal()
	check(err)
	_, err = n.Owner.Propose(ctx, set, 0, p)
	check(err)
	elected, stands, err := r.Standing(ctx, set, 0, n.Head().Number.Uint64())
	check(err)
	if challenges, err := engine.Audit(elected, d); !stands || err != nil || len(challenges) != 0 {
		t.Fatal(stands, err, challenges)
	}
	check(n.AdvanceTo(r.Times.ActiveAt(0, elected.PostedAt)))
	c, err := executor.NewCommittee(elected, d.Registered)
	check(err)
	_, _, err = n.CommitBatch(ctx, n.Owner, Term{Decision: d, Committee: c}, team, core.Hash{1})
	check(err)

	check(n.AdvanceTo(r.Times.LifetimeEnd(0) + r.Times.SignersWindow + 1))
	dist, err := engine.Distribute(ctx, r, set, 0, 0, n.Head().Number.Uint64())
	check(err)
	if dist.StakersAmount.IsZero() || dist.OperatorsAmount.IsZero() {
		t.Fatal("nothing earned")
	}
}
