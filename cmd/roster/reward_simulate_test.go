package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
)

const someone = "0x00000000000000000000000000000000000000a1"

// TestSimulateUsage: a change that is none, or of what there is not, is refused before anything is asked.
func TestSimulateUsage(t *testing.T) {
	for args, says := range map[string]string{
		"":                               "nothing to change",
		"--emission all":                 "fixed or rate",
		"--performance 1":                "linear or strict",
		"--rate-bps 10001":               "0 to 10000",
		"--floor 1.1":                    "from 0 to 1",
		"--floor 90%":                    "from 0 to 1",
		"--floor .5":                     "from 0 to 1",
		"--era-reward 1e18":              "whole number of base units",
		"--commission 0xa=1":             "want OPERATOR=BPS",
		"--signed " + someone + "=10001": "want OPERATOR=BPS",
		"--pardon me":                    "40 hex digits",
		"--commission " + someone + "=1 --commission " + someone + "=2": "named twice",
		"--floor 0.5 --eras 7-3": "--eras 7-3",
		"--floor 0.5 --eras -3":  "--eras -3",
		"--floor 0.5 --emission maybe --rate-bps -1 --devnet /nowhere/file.json": "--rate-bps -1",
	} {
		code, stdout, stderr := call(t, append([]string{"reward", "simulate"}, strings.Fields(args)...)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit %d, %q, should say %q", args, code, stderr, says)
		}
	}
}

// TestSimulateFlags: what the flags say is what is changed, a fraction to the last digit.
func TestSimulateFlags(t *testing.T) {
	for text, want := range map[string]uint64{"0": 0, "1": core.One, "1.0": core.One, "0.9": 9 * core.One / 10, "0.123456789012345678": 123456789012345678,
		"0.000000000000000001": 1} {
		if have, err := readFraction(text); err != nil || have != want {
			t.Errorf("%s: %d, want %d (%v)", text, have, want, err)
		}
	}
	c, err := changeFlags{emission: "rate", rate: "50", performance: "strict", floor: "0.5", eraReward: "7", commissions: []string{someone + "=500"},
		signed: []string{someone + "=10000"}, pardons: []string{someone}}.change()
	if err != nil {
		t.Fatal(err)
	}
	if *c.EmissionRule != reward.EmissionRate || *c.RateBps != 50 || *c.PerformanceRule != reward.PerformanceStrict || *c.Floor != core.One/2 ||
		c.EraReward.Uint64() != 7 || c.Commissions[0].Bps != 500 || c.Signed[0].Bps != 10_000 || c.Pardoned[0] != c.Signed[0].Operator {
		t.Errorf("%+v", c)
	}
}

// checkSimulation: of all that was paid, before the change operators have what their leaves say, and stakers together what
// theirs do; after it, all that was offered is somebody's or unearned.
func checkSimulation(t *testing.T, ask func(want int, words ...string) string, rows []row) {
	t.Helper()
	var s simulated
	text := ask(exitOK, "reward", "simulate", "--performance", "strict", "--floor", "0.99", "--json")
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	leaves := map[string]string{}
	var staked, have core.Amount
	for _, r := range rows {
		if r.Role == reward.AsOperator {
			leaves[r.Account.String()] = r.Amount
			continue
		}
		amount := decimal(t, r.Amount)
		staked.Add(&staked, &amount)
	}
	for _, o := range s.Sum.Operators {
		amount := decimal(t, o.Stakers.Before)
		have.Add(&have, &amount)
		if leaf := leaves[o.Operator.String()]; o.Commission.Before != leaf && leaf != "" {
			t.Errorf("operator %s: commissions %s, its leaf says %s", o.Operator, o.Commission.Before, leaf)
		}
	}
	if have != staked || have.IsZero() {
		t.Errorf("stakers: %s, their leaves say %s", have.Dec(), staked.Dec())
	}
	changed := false
	for _, e := range s.Eras {
		all := decimal(t, e.Unearned.After)
		for _, o := range e.Operators {
			commission, stakers := decimal(t, o.Commission.After), decimal(t, o.Stakers.After)
			all.Add(&all, &commission)
			all.Add(&all, &stakers)
		}
		if all.Dec() != e.Pool.After {
			t.Errorf("era %d: %s of a pool of %s", e.Era, all.Dec(), e.Pool.After)
		}
		changed = changed || strings.HasPrefix(e.Paid.Change, "-")
	}
	if !changed {
		t.Errorf("a floor of 0.99 costs nobody anything:\n%s", text)
	}
	one := ask(exitOK, "reward", "simulate", "--eras", "1-2", "--commission", s.Sum.Operators[0].Operator.String()+"=0")
	if strings.Count(one, "Era ") != 2 || !strings.Contains(one, "Eras 1 to 2 together") || !strings.Contains(one, "→ 0 (-") {
		t.Errorf("simulate:\n%s", one)
	}
	ask(exitError, "reward", "simulate", "--eras", "1000", "--floor", "0")
}

func decimal(t *testing.T, text string) core.Amount {
	t.Helper()
	amount, err := uint256.FromDecimal(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return *amount
}
