package demo

import (
	"bytes"
	"strings"
	"testing"

	"github.com/holiman/uint256"
)

func TestAmounts(t *testing.T) {
	for _, x := range []struct {
		units        uint64
		short, whole string
	}{
		{0, "0", "0"},
		{1, "0", "0.000000000001"},
		{999_999_999, "0", "0.000999999999"},
		{1_000_000_000, "0.001", "0.001"},
		{1_500_000_000_000, "1.5", "1.5"},
		{999_000_000_000_000, "999", "999"},
		{12_345_678_900_000_000, "12|345.678", "12|345.6789"},
		{1_000_000_000_000_000_000, "1|000|000", "1|000|000"},
	} {
		a := *uint256.NewInt(x.units)
		short, whole := strings.ReplaceAll(amount(a), thin, "|"), strings.ReplaceAll(exact(a), thin, "|")
		if short != x.short || whole != x.whole {
			t.Errorf("%d units: %s and %s, want %s and %s", x.units, short, whole, x.short, x.whole)
		}
	}
}

func TestLists(t *testing.T) {
	for want, words := range map[string][]string{"nobody": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := list(words); got != want {
			t.Errorf("%v: %q, want %q", words, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, names := range [][]string{operatorNames, vaultNames, curatorNames, stakerNames, setNames} {
		for i := range 2 * len(names) {
			if n := name(names, i); seen[n] {
				t.Errorf("two are called %s", n)
			} else {
				seen[n] = true
			}
		}
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	tell := newTeller(Out{Writer: &b}, func() string { return "" })
	tell.table([]string{"who", "wVARA"}, []string{"Ada", "1" + thin + "000"}, []string{"Bartholomew", "7"})
	want := []string{"who          wVARA", "Ada          1" + thin + "000", "Bartholomew      7"}
	for i, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		if strings.TrimLeft(line, " ") != want[i] {
			t.Errorf("line %d is %q, want %q", i, line, want[i])
		}
	}
	b.Reset()
	tell.table([]string{"who", "wVARA"})
	if b.Len() > 0 {
		t.Errorf("a table of nothing is %q", b.String())
	}
}

func TestColour(t *testing.T) {
	for _, color := range []bool{false, true} {
		var b bytes.Buffer
		tell := newTeller(Out{Writer: &b, Color: color}, func() string { return "now" })
		tell.heading("Era %d", 1)
		tell.say("%s", tell.good("ok"))
		if strings.Contains(b.String(), "\x1b[") != color {
			t.Errorf("colour %v: %q", color, b.String())
		}
	}
}
