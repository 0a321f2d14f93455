package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
)

// checkElections asks about elections of a network that has had some: past ones are those that stand on chain, everyone's
// explanation agrees with the list, and what is said to be enough for a seat is, and a unit less is not.
func checkElections(t *testing.T, ask func(int, ...string) string) {
	t.Helper()
	read := func(into any, words ...string) {
		t.Helper()
		if err := json.Unmarshal([]byte(ask(exitOK, append([]string{"election"}, append(words, "--json")...)...)), into); err != nil {
			t.Fatalf("%v: %v", words, err)
		}
	}
	var past, next electionJSON
	read(&past, "show", "--era", "2")
	read(&next, "show")
	if past.Stands != "this" || !past.Sealed || past.Seats == 0 || len(past.Outcomes) < 5 || next.Captured || next.Era <= past.Era {
		t.Fatalf("past %+v, next %+v", past, next)
	}
	if text := ask(exitOK, "election", "show", "--era", "2"); strings.Count(text, "ELECTED") != past.Seats || !strings.Contains(text, "this list stands on chain") {
		t.Errorf("show:\n%s", text)
	}
	for _, era := range []electionJSON{past, next} {
		for _, o := range era.Outcomes {
			var e electionExplained
			read(&e, "explain", o.Operator.String(), "--era", decimalOf(era.Era))
			if e.outcomeJSON != o || e.Captured != era.Captured {
				t.Errorf("era %d: explained %+v, listed %+v", era.Era, e, o)
			}
		}
	}
	checked := false
	for era := range next.Era {
		var e electionJSON
		read(&e, "show", "--era", decimalOf(era))
		checked = checked || checkNeeded(t, read, e)
	}
	if !checked {
		t.Error("nobody was ever without a seat for less than the cap: the test shows nothing")
	}
	var s simulatedJSON
	read(&s, "simulate")
	if s.Before.Executors == 0 || s.Before != s.After {
		t.Errorf("nothing changes: %+v", s)
	}
	for _, words := range [][]string{{"--stake", "0x12=+1"}, {"--stake", next.Outcomes[0].Operator.String() + "=5"}, {"--max-stake", "1.5"}, {"--leave", "x"}} {
		ask(exitUsage, append([]string{"election", "simulate"}, words...)...)
	}
	ask(exitError, "election", "explain", "0x00000000000000000000000000000000000000aa")
	ask(exitError, "election", "simulate", "--leave", "0x00000000000000000000000000000000000000aa")
	ask(exitError, "election", "show", "--set", "77")
}

// checkNeeded gives a newcomer what an operator without a seat needs, and a unit less; false when there is no such operator.
func checkNeeded(t *testing.T, read func(any, ...string), of electionJSON) bool {
	t.Helper()
	newcomer := core.Address{0xfe, 19: 1}
	for _, o := range of.Outcomes {
		var e electionExplained
		read(&e, "explain", o.Operator.String(), "--era", decimalOf(of.Era))
		if o.Elected || e.Contested {
			continue
		}
		needed, err := uint256.FromDecimal(e.Needed)
		if err != nil {
			t.Fatal(err)
		}
		for _, less := range []uint64{0, 1} {
			amount := new(uint256.Int).SubUint64(needed, less)
			var s simulatedJSON
			read(&s, "simulate", "--era", decimalOf(of.Era), "--leave", o.Operator.String(), "--stake", newcomer.String()+"=+"+amount.Dec(), "--max-vault-stake", "100000000wVARA")
			elected := false
			for _, x := range s.Shifts {
				elected = elected || x.Operator == newcomer && x.After.Elected
			}
			// A unit less can be enough, if the seed says so between equals.
			if less == 0 && !elected || less == 1 && elected && o.Reason == election.BelowMinimum.Code {
				t.Errorf("era %d: needed is %s, and with %s elected is %v", of.Era, needed.Dec(), amount.Dec(), elected)
			}
		}
		return true
	}
	return false
}

func decimalOf(e core.Era) string { return uint256.NewInt(uint64(e)).Dec() }

// TestReadAmount: base units or tokens, exactly, and nothing else.
func TestReadAmount(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "7": "7", "1wVARA": "1000000000000", "1.5 wvara": "1500000000000",
		"0.000000000001wVARA": "1", "115792089237316195423570985008687907853269984665640564039457584007913129639935": "115792089237316195423570985008687907853269984665640564039457584007913129639935"} {
		if got, err := readAmount(text); err != nil || got.Dec() != want {
			t.Errorf("%s: %s (%v), want %s", text, got.Dec(), err, want)
		}
	}
	for _, text := range []string{"", "-1", "+1", "1.5", "1e3", "0.0000000000001wVARA", "wVARA", "1_000", "1 2", "1wVARA2",
		"115792089237316195423570985008687907853269984665640564039457584007913129639936"} {
		if got, err := readAmount(text); err == nil {
			t.Errorf("%q is read as %s", text, got.Dec())
		}
	}
}
