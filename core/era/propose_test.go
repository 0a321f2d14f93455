package era

import (
	"testing"

	"github.com/gear-tech/roster/core"
)

// TestLastProposal: at the last second a proposal may be posted, a second later not.
func TestLastProposal(t *testing.T) {
	for _, times := range []Times{Devnet(), Mainnet()} {
		times.Genesis = 4_000_000_000
		for e := range core.Era(3) {
			if last := times.LastProposal(e); !times.MayPropose(e, last) || times.MayPropose(e, last+1) {
				t.Errorf("era %d: %d is not the last", e, last)
			}
		}
	}
}
