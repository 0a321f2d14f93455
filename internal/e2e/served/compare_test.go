package served

import (
	"errors"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/engine"
)

// whole is the longest page.
var whole = client.Page{Limit: 200}

// TestElections: every election that a node tells of is the one that the chain's own views give, operator by operator, and
// so is what it says of the list that stands.
func TestElections(t *testing.T) {
	w := inWorld(t)
	list := must[client.Elections](t)(w.client.Elections(t.Context(), 0, whole))
	sealed := 0
	for _, s := range list.Items {
		e := must[client.Election](t)(w.client.Election(t.Context(), 0, num(s.Era), whole))
		if e.ElectionSummary != s && (e.CutOff == nil) != (s.CutOff == nil) {
			t.Errorf("era %d: the list has %+v, the election %+v", s.Era, s, e.ElectionSummary)
		}
		if !s.Sealed {
			continue
		}
		sealed++
		d, err := engine.Decide(t.Context(), w.roster, 0, s.Era, list.AsOf.Final)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Result.Outcomes) != len(e.Items) || len(d.Result.Executors) != s.Executors || d.Result.Total != amount(s.Total) {
			t.Fatalf("era %d: %d operators, %d elected, %s; the chain's views give %d, %d, %s", s.Era, len(e.Items), s.Executors, s.Total,
				len(d.Result.Outcomes), len(d.Result.Executors), d.Result.Total.Dec())
		}
		for i, o := range d.Result.Outcomes {
			if c := e.Items[i]; c.Operator != o.Operator || c.Reason != o.Code || c.Rank != o.Rank || amount(c.Weight) != o.Weight || amount(c.Stake) != o.Stake {
				t.Errorf("era %d, place %d: %+v; the chain's views give %+v", s.Era, i, c, o)
			}
		}
		stands, any, err := w.roster.Standing(t.Context(), 0, s.Era, list.AsOf.Final)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{true: "this", false: "another"}[d.Matches(stands.Header)]; any && s.OnChain != want {
			t.Errorf("era %d: the node says %s of the list that stands, it is %s", s.Era, s.OnChain, want)
		}
	}
	if sealed < 6 {
		t.Errorf("%d elections were compared", sealed)
	}
}

// TestEras: a list can be posted, and proven wrong, until the seconds that are named, by the contracts' own rule.
func TestEras(t *testing.T) {
	w := inWorld(t)
	times, proposals := w.roster.Times, 0
	for _, e := range must[client.Eras](t)(w.client.Eras(t.Context(), 0, whole)).Items {
		if !times.MayPropose(e.Era, e.ProposeUntil) || times.MayPropose(e.Era, e.ProposeUntil+1) {
			t.Errorf("era %d: lists until %d", e.Era, e.ProposeUntil)
		}
		if p := e.Proposal; p != nil {
			proposals++
			if active := times.ActiveAt(e.Era, p.PostedAt); p.ActiveAt != active || p.ChallengeUntil+1 != active {
				t.Errorf("era %d: challenged until %d, active at %d, the rule says %d", e.Era, p.ChallengeUntil, p.ActiveAt, active)
			}
		}
	}
	if proposals < 6 {
		t.Errorf("%d proposals were looked at", proposals)
	}
}

// TestVaults: what a node says of vaults and of who stands behind whom is what the chain says, and an operator's vaults add up
// to its stake.
func TestVaults(t *testing.T) {
	w := inWorld(t)
	list := must[client.Vaults](t)(w.client.Vaults(t.Context(), 0, whole))
	if len(list.Items) < 4 {
		t.Fatalf("%d vaults", len(list.Items))
	}
	for _, v := range list.Items {
		head := list.AsOf.Block
		if want := must[core.Amount](t)(w.roster.ActiveStake(t.Context(), common.Address(v.Vault), head)); want != amount(v.Active) {
			t.Errorf("vault %s: %s active, the chain has %s", v.Vault, v.Active, want.Dec())
		}
		clock, err := w.roster.EpochOf(t.Context(), common.Address(v.Vault), head)
		if err != nil {
			t.Fatal(err)
		}
		free, _ := clock.UnlocksAt()
		if v.Epoch != clock.Number || v.EpochEnd != clock.Start+clock.Duration || v.WithdrawnFree != free {
			t.Errorf("vault %s: epoch %d ends at %d, free at %d; the chain has %+v, %d", v.Vault, v.Epoch, v.EpochEnd, v.WithdrawnFree, clock, free)
		}
		if d := must[client.VaultDetail](t)(w.client.Vault(t.Context(), 0, v.Vault)); len(d.Checks) != 3 || !d.Checks[0].OK || d.Vault.Vault != v.Vault {
			t.Errorf("vault %s: %+v", v.Vault, d)
		}
	}
	for _, o := range must[client.Operators](t)(w.client.Operators(t.Context(), 0, whole)).Items {
		x := must[client.Explanation](t)(w.client.Explain(t.Context(), 0, client.NextEra, o.Operator))
		var sum core.Amount
		for _, v := range x.Vaults {
			counts := amount(v.Counts)
			sum.Add(&sum, &counts)
		}
		if sum != amount(x.Stake) || x.Stake != o.Stake || x.Reason != o.Reason {
			t.Errorf("%s: its vaults count %s, its stake is %s, %s in the list", o.Operator, sum.Dec(), x.Stake, o.Stake)
		}
	}
}

// TestStakers: positions are the chain's, proofs lead to the roots that are activated, what is left is what was earned and not
// claimed, and the steps of an explanation add up to the leaf.
func TestStakers(t *testing.T) {
	w := inWorld(t)
	said, err := w.roster.RewardsActivatedOf(t.Context(), 0, must[client.Network](t)(w.client.Network(t.Context())).AsOf.Final)
	if err != nil || len(said) == 0 {
		t.Fatal(len(said), err)
	}
	last := said[len(said)-1]
	at, err := w.roster.RewardContractsOf(t.Context(), 0, last.Raw.BlockNumber)
	if err != nil {
		t.Fatal(err)
	}
	leaves, positions := 0, 0
	for _, account := range w.accounts(t) {
		s := must[client.Staker](t)(w.client.Staker(t.Context(), 0, account))
		for _, p := range s.Positions {
			positions++
			have, err := w.roster.PositionOf(t.Context(), common.Address(p.Vault), account, s.AsOf.Block, s.AsOf.Time)
			if err != nil || have.Active != amount(p.Active) || len(have.Waiting) != len(p.Withdrawals) {
				t.Errorf("%s in %s: %+v, the chain has %+v, %v", account, p.Vault, p, have, err)
			}
		}
		for _, l := range s.Rewards {
			leaves++
			root, contract := core.Hash(last.StakersRoot), at.Stakers
			if l.Role == "operator" {
				root, contract = last.OperatorsRoot, at.Operators
			}
			if l.Contract != core.Address(contract) || !merkle.VerifyClaim(root, merkle.Claim{Account: account, Amount: amount(l.Amount)}, l.Proof) {
				t.Errorf("%s as %s: the proof does not lead to the root on chain", account, l.Role)
			}
			claimed := must[core.Amount](t)(w.roster.ClaimedBy(t.Context(), contract, account, s.AsOf.Block))
			all, left := amount(l.Amount), amount(l.Left)
			if sum := new(core.Amount).Add(&claimed, &left); *sum != all {
				t.Errorf("%s as %s: %s claimed and %s left of %s", account, l.Role, claimed.Dec(), l.Left, l.Amount)
			}
		}
		w.addsUp(t, account, s.Rewards)
	}
	if leaves < 10 || positions < 10 {
		t.Errorf("%d leaves and %d positions were compared", leaves, positions)
	}
}

// accounts are all who ever had shares of a vault of set 0, and its operators.
func (w *world) accounts(t *testing.T) (list []core.Address) {
	t.Helper()
	for _, v := range must[client.Vaults](t)(w.client.Vaults(t.Context(), 0, whole)).Items {
		for _, a := range must[[]common.Address](t)(w.roster.StakersOf(t.Context(), common.Address(v.Vault), must[uint64](t)(w.head(t)))) {
			list = append(list, core.Address(a))
		}
	}
	for _, o := range must[client.Operators](t)(w.client.Operators(t.Context(), 0, whole)).Items {
		list = append(list, o.Operator)
	}
	slices.SortFunc(list, func(a, b core.Address) int { return common.Address(a).Cmp(common.Address(b)) })
	return slices.Compact(list)
}

func (w *world) head(t *testing.T) (uint64, error) {
	n, _, err := w.roster.Head(t.Context())
	return n, err
}

// addsUp checks that an account's steps lead to its leaves.
func (w *world) addsUp(t *testing.T, account core.Address, leaves []client.Leaf) {
	t.Helper()
	x, err := w.client.Earnings(t.Context(), 0, account, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leaves {
		var sum, leaf core.Amount
		for _, s := range x.Steps {
			step := amount(s.Amount)
			switch {
			case s.Role != l.Role:
			case s.Reason == "cumulative":
				leaf = step
			case s.Reason == "carried", s.Reason == "commission" && l.Role == "operator", s.Reason == "staker_paid":
				sum.Add(&sum, &step)
			}
		}
		if sum != leaf || leaf != amount(l.Amount) {
			t.Errorf("%s as %s: steps add up to %s and lead to %s, the leaf is %s: %+v", account, l.Role, sum.Dec(), leaf.Dec(), l.Amount, x.Steps)
		}
	}
}

// TestSlashes: every case is there, with where it stands; the story has one that was executed and one that was vetoed.
func TestSlashes(t *testing.T) {
	w, found := inWorld(t), map[string]bool{}
	for _, set := range must[client.Network](t)(w.client.Network(t.Context())).Sets {
		list := must[client.Slashes](t)(w.client.Slashes(t.Context(), set, whole))
		cases, _, err := engine.Cases(t.Context(), w.roster, set, list.AsOf.Block, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(cases) != len(list.Items) {
			t.Fatalf("%d cases, the chain has %d", len(list.Items), len(cases))
		}
		for i, s := range slices.Backward(list.Items) {
			c := cases[len(cases)-1-i]
			if s.Operator != c.Operator || s.Vault != c.Vault || s.Era != c.Era || s.Status != c.Status(w.roster.Times, list.AsOf.Time).String() || amount(s.Penalty) != c.Penalty {
				t.Errorf("%+v; the chain has %+v", s, c)
			}
			found[s.Status] = true
			if s.Status == "executed" && (s.ExecutedAt < s.ExecuteFrom || s.ExecutedAt > s.ExecuteBy) || s.Evidence.IsZero() {
				t.Errorf("%s: executed at %d, from %d to %d", s.ID, s.ExecutedAt, s.ExecuteFrom, s.ExecuteBy)
			}
		}
	}
	if !found["executed"] || !found["vetoed"] {
		t.Errorf("statuses %v: want executed and vetoed", found)
	}
}

// TestSimulation: with a stake that is enough an operator that is out is in, and one that leaves is out; what is supposed comes
// through the client as it was meant.
func TestSimulation(t *testing.T) {
	w := inWorld(t)
	next := must[client.Election](t)(w.client.Election(t.Context(), 0, client.NextEra, whole))
	out, in := next.Items[len(next.Items)-1], next.Items[0]
	seats := client.Change{MaxExecutors: next.Rules.MaxExecutors + 4, Leave: []core.Address{in.Operator},
		Stakes: []client.StakeChange{{Operator: out.Operator, Amount: client.Amount(*uint256.NewInt(50_000_000_000_000_000))}}}
	s := must[client.Simulation](t)(w.client.Simulate(t.Context(), 0, seats))
	if s.Before.Executors != next.Executors || s.After.Rules.MaxExecutors != seats.MaxExecutors || s.Era != next.Era {
		t.Errorf("%+v", s)
	}
	for _, r := range s.Items {
		if r.Operator == out.Operator && (r.After == nil || !r.After.Elected) || r.Operator == in.Operator && (r.After == nil || r.After.Elected) {
			t.Errorf("%s: %+v", r.Operator, r.After)
		}
	}
	seats.Stakes[0].Remove = true
	s = must[client.Simulation](t)(w.client.Simulate(t.Context(), 0, client.Change{Stakes: seats.Stakes}))
	for _, r := range s.Items {
		if r.Operator == out.Operator && r.After != nil && amount(r.After.Stake) != (core.Amount{}) {
			t.Errorf("all of its stake taken away: %+v", r.After)
		}
	}
}

// TestPages: a list in pages of one is the list in one page, for every list.
func TestPages(t *testing.T) {
	w := inWorld(t)
	walk(t, "operators", w.client.Operators, func(l client.Operators) ([]client.Operator, string) { return l.Items, l.Next })
	walk(t, "vaults", w.client.Vaults, func(l client.Vaults) ([]client.Vault, string) { return l.Items, l.Next })
	walk(t, "eras", w.client.Eras, func(l client.Eras) ([]core.Era, string) {
		return each(l.Items, func(e client.Era) core.Era { return e.Era }), l.Next
	})
	walk(t, "elections", w.client.Elections, func(l client.Elections) ([]core.Era, string) {
		return each(l.Items, func(e client.ElectionSummary) core.Era { return e.Era }), l.Next
	})
	walk(t, "proposals", w.client.Proposals, func(l client.Proposals) ([]core.Hash, string) {
		return each(l.Items, func(p client.Proposal) core.Hash { return p.Transaction }), l.Next
	})
	walk(t, "commits", w.client.Commits, func(l client.Commits) ([]core.Hash, string) {
		return each(l.Items, func(c client.Commit) core.Hash { return c.Digest }), l.Next
	})
	walk(t, "slashes", w.client.Slashes, func(l client.Slashes) ([]string, string) {
		return each(l.Items, func(s client.Slash) string { return s.ID }), l.Next
	})
	walk(t, "batches", w.client.Batches, func(l client.Batches) ([]uint64, string) {
		return each(l.Items, func(b client.Batch) uint64 { return b.Number }), l.Next
	})
	walk(t, "programs", w.client.Programs, func(l client.Programs) ([]core.Hash, string) {
		return each(l.Items, func(p client.Program) core.Hash { return p.Program }), l.Next
	})
}

// TestProblems: what cannot be answered says so with its code, and the client hands it on.
func TestProblems(t *testing.T) {
	w := inWorld(t)
	for path, want := range map[string]string{
		"sets/7":                            "404 not_found",
		"sets/x":                            "422 bad_request",
		"sets/0/operators?limit=0":          "422 bad_request",
		"sets/0/operators?cursor=x":         "400 bad_request",
		"sets/0/elections/100000":           "404 not_yet",
		"sets/0/elections/soon":             "422 bad_request",
		"sets/0/operators/0x12":             "422 bad_request",
		"sets/0/operators/" + nobody:        "404 not_found",
		"sets/0/vaults/" + nobody:           "404 not_found",
		"sets/0/batches/99999999":           "404 not_found",
		"rewards/" + nobody:                 "400 bad_request",
		"nothing":                           "404 not_found",
		"sets/0/simulation?leave=me":        "400 bad_request",
		"sets/0/simulation?leave=" + nobody: "400 bad_request",
		"events?after=soon":                 "400 bad_request",
	} {
		status, header, body := w.get(t, path)
		var p client.Problem
		if !decode(body, &p) || num(status)+" "+p.Code != want || p.Detail == "" || header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %s", path, status, body, want)
		}
	}
	_, err := w.client.Set(t.Context(), 7)
	if p := (*client.Problem)(nil); !errors.As(err, &p) || p.Code != "not_found" {
		t.Errorf("the client says %v", err)
	}
}

const nobody = "0x00000000000000000000000000000000deadbeef"
