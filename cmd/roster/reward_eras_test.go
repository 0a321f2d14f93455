package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// What happens in which era of the year.
const (
	yearEras   = 13 // of which the last two are not closed when it ends, and the one before is committed only
	eraPending = 10
	eraOfSin   = 2 // an operator signs two batches of one number
	eraOfMove  = 4 // one staker withdraws between two captures, and another deposits
	eraOfExit  = 6 // an operator leaves
	eraSkipped = 8 // nobody is elected
)

// year is a network that lives through some eras, with everything that changes what is paid.
type year struct {
	*devnet.Ready
	t       *testing.T
	ctx     context.Context
	by      engine.Hand
	team    devnet.Team
	sinner  *devnet.Operator
	own     devnet.Vault // the sinner's
	stakers [2]engine.Hand
	slashed int
}

// committed is a batch with its certificate.
type committed struct {
	number uint64
	hash   core.Hash
	signed executor.Signed
}

func (y *year) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatalf("at %d: %v", y.Now(), err)
	}
}

// startYear adds a fourth operator, behind whom two stakers stand in one vault.
func startYear(t *testing.T) *year {
	t.Helper()
	r, err := devnet.StartReady(t.Context(), devnet.Options{Seed: "a year", Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	y := &year{Ready: r, t: t, ctx: t.Context(), by: r.NewHand(), team: devnet.Team{}, stakers: [2]engine.Hand{r.NewHand(), r.NewHand()}}
	y.sinner, err = r.NewOperator(y.ctx)
	y.must(err)
	_, err = y.sinner.Register(y.ctx, r.Set, "", 1234)
	y.must(err)
	curator := r.NewHand()
	y.own, err = r.MakeVault(y.ctx, curator, devnet.VaultSpec{Delegator: devnet.OperatorSpecific, Operator: y.sinner.Sender.From()})
	y.must(err)
	y.must(y.sinner.Link(y.ctx, r.Symbiotic(), r.Set, y.own))
	y.must(r.Limit(y.ctx, curator, r.Set, y.own, vara(1_000_000)))
	y.must(r.Give(y.ctx, y.by.Sender.From(), vara(10_000)))
	for i, h := range y.stakers {
		y.must(r.Give(y.ctx, h.Sender.From(), vara(20_000)))
		y.must(r.Deposit(y.ctx, h, y.own, vara(uint64(7_000+4_000*i))))
	}
	for _, o := range append([]*devnet.Operator{y.sinner}, r.Team...) {
		y.team[o.Address()] = o
	}
	return y
}

func vara(n uint64) core.Amount { return *new(core.Amount).Mul(units(devnet.VARA), units(n)) }

func units(n uint64) *core.Amount { return new(core.Amount).SetUint64(n) }

// live is the whole year.
func (y *year) live() {
	var term devnet.Term
	var err error
	for e := range core.Era(yearEras) {
		if e == eraSkipped { // those of the era before go on
			y.must(y.AdvanceTo(y.Roster.Times.Start(e) + 1))
			y.batch(term)
			continue
		}
		term, err = y.Elect(y.ctx, y.by, y.Set, e)
		y.must(err)
		y.must(y.Activate(term))
		first := y.batch(term)
		if e == eraOfMove {
			y.next()
		}
		y.rewards(term)
		if e == eraOfSin {
			y.sin(term, first)
			if c := y.slash(); c.Status != "open" || c.Next != "request" || c.Takeable == "0" || c.Takeable != c.Penalty || c.RequestBy <= y.Now() || c.ExecuteBy <= c.RequestBy {
				y.t.Errorf("before it is requested: %+v", c)
			}
			y.request()
		}
		y.batch(term)
		if e == eraOfMove {
			_, _, err := y.Withdraw(y.ctx, y.stakers[1], y.own, vara(3_000))
			y.must(err)
			y.must(y.Deposit(y.ctx, y.stakers[0], y.own, vara(500)))
		}
		if e == eraOfExit {
			y.must(y.Team[2].Pause(y.ctx, y.Set))
		}
		for y.Now() < y.Roster.Times.SealableAt(e+1) {
			done, err := y.by.SlashStep(y.ctx, y.Set)
			y.must(err)
			for _, d := range done {
				y.must(d.Err)
				if d.Action.Verb == slash.Execute {
					y.slashed++
				}
			}
			y.must(y.Advance(10))
		}
	}
}

// call calls roster about the set.
func (y *year) call(words ...string) (code int, stdout, stderr string) {
	y.t.Helper()
	return call(y.t, append(words, "--rpc-url", y.URL(), "--set", fmt.Sprint(y.Set), "--middleware",
		y.Roster.At.Middleware.String(), "--programs", y.Roster.At.Programs.String())...)
}

// ask is call with all that was written.
func (y *year) ask(words ...string) (int, string) {
	y.t.Helper()
	code, stdout, stderr := y.call(words...)
	return code, stdout + stderr
}

// slash is the one case that there is, as it stands now; in words it names the same deadlines.
func (y *year) slash() (c caseJSON) {
	y.t.Helper()
	var said listJSON[caseJSON]
	code, text := y.ask("slash", "show", "--json", "--operator", y.sinner.Address().String(), "--era", fmt.Sprint(eraOfSin))
	err := json.Unmarshal([]byte(text), &said)
	list := said.Items
	if err != nil || said.Schema != "roster.slash/1" || code != exitOK || len(list) != 1 {
		y.t.Fatalf("exit %d, %d cases (%v):\n%s", code, len(list), err, text)
	}
	code, text = y.ask("slash", "show")
	if code != exitOK || !strings.Contains(text, "equivocation by "+y.sinner.Address().String()) || !strings.Contains(text, "executed by ") {
		y.t.Errorf("exit %d:\n%s", code, text)
	}
	return list[0]
}

// next computes the rewards that are due, which nobody has committed, and compares a file with them.
func (y *year) next() {
	y.t.Helper()
	file := filepath.Join(y.t.TempDir(), "next")
	if code, text := y.ask("reward", "compute", "--out", file); code != exitOK {
		y.t.Fatal(text)
	}
	raw, err := os.ReadFile(file)
	y.must(err)
	d, err := reward.Decode(raw)
	y.must(err)
	era := fmt.Sprint(d.ToEra)
	if code, text := y.ask("reward", "verify", "--era", era, "--file", file); code != exitOK || !strings.Contains(text, "not committed yet") {
		y.t.Errorf("exit %d:\n%s", code, text)
	}
	liar := oneUnitMore(y.t, file)
	if code, text := y.ask("reward", "verify", "--era", era, "--file", file); code != exitError || !strings.Contains(text, "account "+liar.String()+" has") {
		y.t.Errorf("one unit more: exit %d:\n%s", code, text)
	}
}

// batch commits a batch, in odd eras without whoever is the least, if the others are enough.
func (y *year) batch(term devnet.Term) (c committed) {
	var absent []int
	jailed, weight, err := y.Roster.Ejections(y.ctx, y.Set, term.Elected.Era, y.Block())
	y.must(err)
	absent = append(absent, jailed.Indices()...)
	least := 0
	for i, e := range term.Entries {
		if e.Weight.Lt(&term.Entries[least].Weight) {
			least = i
		}
	}
	more := term.Entries[least].Weight
	more.Mul(&more, units(4))
	if term.Elected.Era%2 == 1 && weight.IsZero() && more.Lt(&term.Header.Total) {
		absent = append(absent, least)
	}
	b, head, err := y.NextBatch(y.ctx, y.Set, core.Hash{1})
	y.must(err)
	digest := y.StatementOf(term.Committee, b)
	c.number, c.hash = b.Number, b.Hash()
	c.signed, err = devnet.Signed(term.Committee, digest, y.team.Sign(term.Committee, digest, absent...))
	y.must(err)
	_, err = y.by.CommitBatch(y.ctx, term.Committee, head, b, c.signed)
	y.must(err)
	return c
}

// rewards pays what is closed, and waits until it is activated; the last commit is left pending.
func (y *year) rewards(term devnet.Term) {
	d, _, err := y.CommitRewards(y.ctx, y.by, term, y.team)
	if errors.Is(err, devnet.ErrNothingToPay) {
		return
	}
	y.must(err)
	if d.ToEra == eraPending {
		return
	}
	y.must(y.AdvanceTo(y.Roster.Times.ActivatableAt(y.Now())))
	_, err = y.by.ActivateRewards(y.ctx, d.Statement)
	y.must(err)
}

// sin has the sinner sign another batch of a number that it has signed, which is reported, and the sinner ejected.
func (y *year) sin(term devnet.Term, first committed) {
	place := term.IndexOf(y.sinner.Address())
	other := core.Hash{0xbb}
	digest := batch.Statement{Set: y.Set, Era: term.Elected.Era, Number: first.number, BatchHash: other}.Digest(y.Roster.Domain())
	again, err := devnet.Signed(term.Committee, digest, y.team.SignOnly(term.Committee, digest, place))
	y.must(err)
	_, err = y.by.ReportBatches(y.ctx, term.Committee, first.number, [2]core.Hash{first.hash, other}, [2]executor.Signed{first.signed, again}, nil)
	y.must(err)
	_, err = y.by.Eject(y.ctx, term.Elected, place)
	y.must(err)
}

// TestRewardEras: ten eras with a slash, an exit, a withdrawal between two captures, absences and an era in which nobody
// was elected: every commit verifies, and every account's explanation adds up to its leaf in each of them, from the
// leaf before.
func TestRewardEras(t *testing.T) {
	t.Parallel()
	y := startYear(t)
	y.live()
	if y.slashed == 0 {
		t.Error("no slash was executed")
	}
	if c := y.slash(); c.Status != "executed" || c.Next != "nothing" || c.Takeable != "0" || c.VetoUntil == 0 {
		t.Errorf("after it was executed: %+v", c)
	}
	if code, text := y.ask("slash", "execute", y.slash().ID, "--calldata", "--from", y.Account(y.Spare[0]).Address.Hex()); code != exitError || !strings.Contains(text, "it is executed") {
		t.Errorf("exit %d:\n%s", code, text)
	}
	if code, text := y.ask("slash", "show", "--open"); code != exitOK || !strings.Contains(text, "no offence on record") {
		t.Errorf("exit %d:\n%s", code, text)
	}
	ask := func(want int, words ...string) string {
		t.Helper()
		code, stdout, stderr := y.call(words...)
		if code != want {
			t.Fatalf("%v: exit %d, want %d\n%s%s", words, code, want, stdout, stderr)
		}
		return stdout
	}
	text := ask(exitOK, "reward", "verify", "--all")
	if strings.Contains(text, "DIFFERS") || !strings.Contains(text, "eras 6 to 7: ") || !strings.Contains(text, "ok       era 9: ") ||
		!strings.Contains(text, "ok       era 10, not activated yet: ") {
		t.Errorf("verify:\n%s", text)
	}
	before := map[string]string{}
	for e := range eraPending {
		if e == 6 { // paid with the next one
			continue
		}
		before = checkExplanations(t, ask, fmt.Sprint(e), before)
	}
	var rows []row
	if err := json.Unmarshal([]byte(ask(exitOK, "reward", "export", "--format", "json")), &rows); err != nil || len(rows) != len(before) {
		t.Fatalf("%d leaves, %d explained (%v)", len(rows), len(before), err)
	}
	file := filepath.Join(t.TempDir(), "last")
	ask(exitOK, "reward", "compute", "--era", fmt.Sprint(eraPending-1), "--out", file)
	for _, r := range rows {
		if before[string(r.Role)+r.Account.String()] != r.Amount {
			t.Errorf("%s %s: explained is %s, the leaf says %s", r.Role, r.Account, before[string(r.Role)+r.Account.String()], r.Amount)
		}
		var leaves listJSON[proven]
		if err := json.Unmarshal([]byte(ask(exitOK, "reward", "proof", r.Account.String(), "--json", "--file", file)), &leaves); err != nil {
			t.Fatal(err)
		}
		for _, p := range leaves.Items {
			if !merkle.VerifyClaim(p.Root, merkle.Claim{Account: p.Account, Amount: decimal(t, p.Amount)}, p.Proof) {
				t.Errorf("%s %s: the proof does not show %s", p.Role, p.Account, p.Amount)
			}
		}
	}
	checkPending(t, ask)
	y.activate()
	skipped := ask(exitOK, "reward", "compute", "--era", fmt.Sprint(eraSkipped))
	if !strings.Contains(skipped, fmt.Sprintf("Era %d: pool 0 = 0 paid + 0 unearned", eraSkipped)) {
		t.Errorf("the era that was skipped:\n%s", skipped)
	}
	if one := ask(exitOK, "reward", "explain", rows[0].Account.String(), rows[1].Account.String()); strings.Count(one, "cumulative amount in the tree") < 2 ||
		!strings.HasPrefix(one, rows[0].Account.String()+"\n") {
		t.Errorf("explain:\n%s", one)
	}
	ask(exitUsage, "reward", "explain")
	ask(exitUsage, "reward", "explain", "--all", rows[0].Account.String())
}

// checkPending compares the commit that waits: it is right, and so is the file of it; in another file the account that has
// too much is named.
func checkPending(t *testing.T, ask func(int, ...string) string) {
	t.Helper()
	era, file := fmt.Sprint(eraPending), filepath.Join(t.TempDir(), "next")
	ask(exitOK, "reward", "compute", "--out", file)
	if text := ask(exitOK, "reward", "verify", "--era", era, "--file", file); strings.Count(text, "ok ") != 2 {
		t.Errorf("pending:\n%s", text)
	}
	liar := oneUnitMore(t, file)
	if text := ask(exitError, "reward", "verify", "--era", era, "--file", file); !strings.Contains(text, "account "+liar.String()+" has") {
		t.Errorf("one unit more:\n%s", text)
	}
	ask(exitError, "reward", "explain", "--era", era, liar.String()) // not paid yet
}

// checkExplanations explains every account in the commit that has an era: what it had before, and what the eras gave it, is
// its leaf; before is not compared when it is nil. It returns the leaves.
func checkExplanations(t *testing.T, ask func(int, ...string) string, era string, before map[string]string) map[string]string {
	t.Helper()
	var list listJSON[explainedAccount]
	if err := json.Unmarshal([]byte(ask(exitOK, "reward", "explain", "--all", "--json", "--era", era)), &list); err != nil {
		t.Fatal(err)
	}
	after := map[string]string{}
	for _, a := range list.Items {
		sum := map[reward.Role]core.Amount{}
		carried := map[reward.Role]string{}
		for _, s := range a.Steps {
			amount, have := decimal(t, s.Amount), sum[s.Role]
			switch s.Reason {
			case reward.Carried.Code:
				carried[s.Role] = s.Amount
				sum[s.Role] = *have.Add(&have, &amount)
			case reward.Commission.Code:
				if s.Role == reward.AsOperator {
					sum[s.Role] = *have.Add(&have, &amount)
				}
			case reward.StakerPaid.Code:
				sum[s.Role] = *have.Add(&have, &amount)
			case reward.Cumulative.Code:
				if have != amount {
					t.Errorf("era %s, %s %s: the steps add up to %s, the leaf says %s", era, s.Role, a.Account, have.Dec(), s.Amount)
				}
				if s.Amount != "0" {
					after[string(s.Role)+a.Account.String()] = s.Amount
				}
			}
		}
		for _, role := range []reward.Role{reward.AsOperator, reward.AsStaker} {
			if had := before[string(role)+a.Account.String()]; before != nil && carried[role] != had {
				t.Errorf("era %s, %s %s: carried %q, had %q", era, role, a.Account, carried[role], had)
			}
		}
	}
	for key := range before {
		if after[key] == "" {
			t.Errorf("era %s: %s has lost its leaf", era, key)
		}
	}
	return after
}
