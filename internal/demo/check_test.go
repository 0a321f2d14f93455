package demo

import (
	"maps"
	"slices"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
)

// TestChecksCanFail: each lie about the chain is found, by the check that is there for it and by no other.
func TestChecksCanFail(t *testing.T) {
	t.Parallel()
	x := tellLeast(t)
	for _, v := range judge(x.facts, x.record.Scenes) {
		if v.err != nil {
			t.Fatalf("%s, untouched: %v", v.name, v.err)
		}
	}
	one := *uint256.NewInt(1)
	up := func(a *core.Amount) { a.Add(a, &one) }
	for _, lie := range []struct {
		name   string
		caught []string
		tell   func(*facts)
	}{
		{"a weight in a set", []string{"elections"}, func(f *facts) { up(&f.sets[0].elections[1].standing.Entries[0].Weight) }},
		{"an Executor less", []string{"elections"}, func(f *facts) {
			e := &f.sets[0].elections[2].standing
			e.Entries = e.Entries[1:]
		}},
		{"another aggregate key", []string{"elections"}, func(f *facts) { f.sets[0].elections[0].standing.Header.AggregateHash[0]++ }},
		{"another total", []string{"elections"}, func(f *facts) { up(&f.sets[0].elections[0].standing.Header.Total) }},
		{"no list where there should be one", []string{"elections"}, func(f *facts) { f.sets[0].elections[0].stands = false }},
		{"a certificate of two", []string{"certificates"}, func(f *facts) { f.sets[0].batches[0].Signers = quorum.Of(0, 1) }},
		{"an ejected signer", []string{"certificates"}, func(f *facts) { f.sets[0].batches[0].ejected = quorum.Of(0) }},
		{"another result", []string{"results"}, func(f *facts) { f.sets[0].batches[3].Hash[0]++ }},
		{"an operators' root", []string{"rewards"}, func(f *facts) { f.sets[0].rewards[1].activated.OperatorsRoot[5]++ }},
		{"a stakers' root", []string{"rewards"}, func(f *facts) { f.sets[0].rewards[0].activated.StakersRoot[5]++ }},
		{"an era skipped", []string{"rewards"}, func(f *facts) { f.sets[0].rewards[0].activated.FromEra = 1 }},
		{"a unit paid more", []string{"sums"}, func(f *facts) { up(&f.sets[0].rewards[0].right.Payouts[0].Paid) }},
		{"a unit from nowhere on chain", []string{"sums"}, func(f *facts) { f.sets[0].rewards[0].activated.Paid.SetUint64(1) }},
		{"a pot with a hole", []string{"sums"}, func(f *facts) { up(&f.sets[0].pot.Funded) }},
		{"a unit too many in Rewards", []string{"sums"}, func(f *facts) { up(&f.rewards) }},
		{"a unit that nobody has", []string{"tokens"}, func(f *facts) { up(&f.supply) }},
		{"a bond that is gone", []string{"tokens"}, func(f *facts) {
			f.sets[0].bonds[0].Released, f.sets[0].bonds[0].Discarded = false, false
		}},
		{"a vault that lost something", []string{"tokens"}, func(f *facts) { up(&f.vaults[0].flow.Deposited) }},
		{"a burner that got more", []string{"tokens"}, func(f *facts) { up(&f.burner) }},
		{"a claim paid twice", []string{"tokens", "claims"}, func(f *facts) {
			c := &f.sets[0].contracts[1]
			c.claims = append(c.claims, c.claims[0])
		}},
		{"a claim above its leaf", []string{"claims"}, func(f *facts) {
			c := &f.sets[0].contracts[0]
			c.leaves[0].Amount.SetUint64(1)
		}},
		{"a claim that the contract forgot", []string{"claims"}, func(f *facts) {
			c := &f.sets[0].contracts[0]
			c.claimed[c.claims[0].account] = core.Amount{}
		}},
		{"a slash that took more than the vault says", []string{"slashes"}, func(f *facts) {
			up(&executed(t, f).onSlash)
		}},
		{"a slash above the penalty", []string{"slashes"}, func(f *facts) { executed(t, f).Penalty = one }},
		{"a slash above its request", []string{"slashes"}, func(f *facts) { executed(t, f).requested = one }},
		{"a slash that nobody executed", []string{"slashes"}, func(f *facts) { executed(t, f).status = slash.Vetoed }},
		{"a vault slashed by somebody else", []string{"tokens", "slashes"}, func(f *facts) { up(&f.vaults[0].flow.Slashed) }},
	} {
		f := clone(x.facts)
		lie.tell(&f)
		var caught []string
		for _, v := range judge(f, x.record.Scenes) {
			if v.err != nil {
				caught = append(caught, v.name)
			}
		}
		if !slices.Equal(caught, lie.caught) {
			t.Errorf("%s: caught by %v, want %v", lie.name, caught, lie.caught)
		}
	}
}

// TestFailureIsInTheRecord: a check that fails makes an error, and stands in the record with what it saw.
func TestFailureIsInTheRecord(t *testing.T) {
	t.Parallel()
	x := tellLeast(t)
	if err := x.record.err(); err != nil {
		t.Fatalf("untouched: %v", err)
	}
	r := x.facts.record()
	for _, v := range judge(x.facts, x.record.Scenes[1:]) {
		r.enter(v)
	}
	if got := r.Failed(); !slices.Equal(got, []string{checkScenes}) || r.Checks[checkScenes] || r.Failures[checkScenes] == "" {
		t.Errorf("a scene is missing; failed are %v, the record says %v %q", got, r.Checks[checkScenes], r.Failures[checkScenes])
	}
	if r.err() == nil {
		t.Error("a failed check is no error")
	}
}

// executed is the first slash that was executed.
func executed(t *testing.T, f *facts) *slashFacts {
	t.Helper()
	i := slices.IndexFunc(f.sets[0].slashes, func(s slashFacts) bool { return s.status == slash.Executed })
	if i < 0 {
		t.Fatal("no slash was executed")
	}
	return &f.sets[0].slashes[i]
}

// clone copies what the lies write to.
func clone(f facts) facts {
	f.vaults = slices.Clone(f.vaults)
	f.sets = slices.Clone(f.sets)
	for i := range f.sets {
		s := &f.sets[i]
		s.elections, s.batches, s.bonds = slices.Clone(s.elections), slices.Clone(s.batches), slices.Clone(s.bonds)
		s.rewards, s.contracts, s.slashes = slices.Clone(s.rewards), slices.Clone(s.contracts), slices.Clone(s.slashes)
		for j := range s.elections {
			s.elections[j].standing.Entries = slices.Clone(s.elections[j].standing.Entries)
		}
		for j := range s.rewards {
			activated := *s.rewards[j].activated
			activated.Paid = chain.Big(chain.Amount(activated.Paid))
			s.rewards[j].activated = &activated
			s.rewards[j].right.Payouts = slices.Clone(s.rewards[j].right.Payouts)
		}
		for j := range s.contracts {
			c := &s.contracts[j]
			c.claims, c.leaves, c.claimed = slices.Clone(c.claims), slices.Clone(c.leaves), maps.Clone(c.claimed)
		}
	}
	return f
}
