package slash

import (
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// TestTakeable: the smaller of what is asked for and what is there, and nothing when nothing is to come.
func TestTakeable(t *testing.T) {
	for _, x := range []struct {
		penalty, slashable uint64
		verb               Verb
		want               uint64
	}{{5, 9, Request, 5}, {9, 5, Execute, 5}, {7, 7, Wait, 7}, {5, 0, Execute, 0}, {5, 9, Nothing, 0}} {
		c := Case{Penalty: *uint256.NewInt(x.penalty), Slashable: *uint256.NewInt(x.slashable)}
		if got := c.Takeable(Action{Verb: x.verb}); got.Uint64() != x.want {
			t.Errorf("%+v: %d", x, got.Uint64())
		}
	}
}

// TestID: what names a case is read back, and nothing else is.
func TestID(t *testing.T) {
	c := Case{Offence: Offence{Set: 3, Operator: core.Address{1}, Era: 7, Kind: WrongResult}, Vault: core.Address{2}}
	if o, vault, err := ParseID(3, c.ID()); err != nil || o != c.Offence || vault != c.Vault {
		t.Errorf("%+v, %s, %v", o, vault, err)
	}
	for _, bad := range []string{"", "x", c.ID() + "-", c.ID()[:80], strings.Replace(c.ID(), "-7-", "-x-", 1), strings.Replace(c.ID(), "-1-", "-2-", 1)} {
		if _, _, err := ParseID(3, bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
