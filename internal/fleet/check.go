package fleet

import (
	"context"
	"fmt"
	"os"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// Check compares every node with the chain and with a node that derives everything again from nothing: the mirrors,
// whole; each era's election with the list that stood; and that each captured era has one. It returns what differs.
func (f *Fleet) Check(ctx context.Context) []error {
	var all []error
	bad := func(format string, values ...any) { all = append(all, fmt.Errorf(format, values...)) }
	final, err := chain.Heads{Client: f.Client(), Finality: f.finality()}.Final(ctx)
	if err != nil {
		return []error{err}
	}
	fresh, err := f.derive(ctx)
	if err != nil {
		return []error{fmt.Errorf("derive everything again: %w", err)}
	}
	defer fresh.Close()
	want := fresh.Mirror.History.Digest()
	whole := chain.Sample{Set: f.set, Block: final.Number, Size: 1 << 30}
	whole.Era, _ = f.Roster.Times.CapturedAt(final.Time - 1)
	if _, err := fresh.Mirror.Check(ctx, whole); err != nil {
		bad("derived again: %w", err)
	}
	for _, m := range f.nodes {
		at, _, err := m.node.Store().Cursor(ctx)
		if err != nil || at.Number != final.Number || at.Hash != final.Hash {
			bad("node %d is at block %d, the final one is %d (%v)", m.index, at.Number, final.Number, err)
			continue
		}
		if got := m.node.Mirror.History.Digest(); got != want {
			bad("node %d: its mirror is %s, derived again %s", m.index, got, want)
		}
	}
	for e := core.Era(0); e <= whole.Era; e++ {
		all = append(all, f.checkEra(ctx, fresh, e, final)...)
	}
	all = append(all, f.checkSlash(ctx, final.Number)...)
	all = append(all, f.checkBatches(ctx, fresh, final)...)
	all = append(all, f.checkByzantine(ctx, final)...)
	return append(all, f.count(ctx, final)...)
}

// count takes from the chain what the run came to, and checks that rewards were what the chain alone says.
func (f *Fleet) count(ctx context.Context, final chain.Block) (all []error) {
	proposed, err := f.Roster.ProposedOf(ctx, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	discarded, err := f.Roster.DiscardedOf(ctx, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	activated, err := f.Roster.RewardsActivatedOf(ctx, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	right, err := engine.Recomputed(ctx, f.Roster, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	for i, a := range activated {
		if core.Hash(a.DistributionHash) != right[i].Statement.DistributionHash {
			all = append(all, fmt.Errorf("rewards of eras %d to %d: distribution %x was paid, recomputed is %s",
				a.FromEra, a.ToEra, a.DistributionHash, right[i].Statement.DistributionHash))
		}
	}
	all = append(all, f.checkBonds(ctx, final)...)
	f.stats.Proposals, f.stats.Challenges, f.stats.RewardCommits = len(proposed), len(discarded), len(activated)
	return all
}

// checkBonds checks that the nodes took back the bonds of the lists that went through, an era later at the latest. With
// chaos a node may be dead when it is time, and still owe it to itself.
func (f *Fleet) checkBonds(ctx context.Context, final chain.Block) (all []error) {
	bonds, err := f.Roster.BondsOf(ctx, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	now, started := f.Roster.Times.At(final.Time)
	for _, b := range bonds {
		if f.chaos == nil && started && !b.Discarded && !b.Released && b.Era+1 < now {
			all = append(all, fmt.Errorf("era %d: the bond of %s was not taken back", b.Era, b.Proposer))
		}
	}
	return all
}

// checkEra compares what stands for an era with what each node elected.
func (f *Fleet) checkEra(ctx context.Context, fresh *app.Node, e core.Era, final chain.Block) (all []error) {
	bad := func(format string, values ...any) {
		all = append(all, fmt.Errorf("era %d: "+format, append([]any{e}, values...)...))
	}
	standing, stands, err := f.Roster.Standing(ctx, f.set, e, final.Number)
	if err != nil {
		return []error{err}
	}
	own, decided, err := fresh.Store().Election(ctx, f.set, e)
	if err != nil {
		return []error{err}
	}
	due := f.Roster.Times.Start(e) <= final.Time
	if f.chaos != nil { // a list may come late, but before the set before it has to stop
		due = f.Roster.Times.Start(e)+f.Roster.Times.ElectionLead <= final.Time
	}
	switch {
	case due && !stands:
		bad("no list stands")
	case stands && decided && own.Header != standing.Header.Hash():
		bad("the list %s stands, derived again %s", standing.Header.Hash(), own.Header)
	}
	for _, m := range f.nodes {
		election, known, err := m.node.Store().Election(ctx, f.set, e)
		if err != nil {
			bad("node %d: %v", m.index, err)
			continue
		}
		if stands && known && election.Header != standing.Header.Hash() {
			bad("node %d elected %s, the list %s stands", m.index, election.Header, standing.Header.Hash())
		}
		if due && !known && f.chaos == nil {
			bad("node %d elected nobody", m.index)
		}
	}
	return all
}

// derive makes a node from nothing, which acts on nothing, and brings it to the final block.
func (f *Fleet) derive(ctx context.Context) (*app.Node, error) {
	dir, err := os.MkdirTemp(f.Dir, "derived-")
	if err != nil {
		return nil, err
	}
	node, err := app.Open(ctx, app.Setup{Dir: dir, Client: f.Client(), Heads: chain.Heads{Client: f.Client(), Finality: f.finality()},
		Middleware: f.Roster.At.Middleware, Programs: f.Roster.At.Programs, FirstBlock: f.Roster.FirstBlock,
		Signer: chain.NewKeySigner(f.Account(3).Key), Duties: engine.Duties{}, Execute: true, LogRange: 77})
	if err != nil {
		return nil, err
	}
	if _, err := node.Step(ctx); err != nil {
		return nil, err
	}
	return node, nil
}
