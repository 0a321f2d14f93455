package batch

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// FirstDifference names the first field, in the order of RewardsType, in which a statement is not the computed one, with
// both values; empty when they say the same. Whoever recomputed rewards and finds others signed begins there: a set, an
// era or previous roots that differ are another question, a root is another answer, and only the last field is the file's
// own.
func (r Rewards) FirstDifference(computed Rewards) string {
	for _, field := range []struct {
		name           string
		said, computed fmt.Stringer
	}{
		{"set", count(r.Set), count(computed.Set)},
		{"era", count(r.Era), count(computed.Era)},
		{"fromEra", count(r.FromEra), count(computed.FromEra)},
		{"toEra", count(r.ToEra), count(computed.ToEra)},
		{"previousRoots", r.PreviousRoots, computed.PreviousRoots},
		{"operatorsRoot", r.OperatorsRoot, computed.OperatorsRoot},
		{"stakersRoot", r.StakersRoot, computed.StakersRoot},
		{"operatorsAmount", units(r.OperatorsAmount), units(computed.OperatorsAmount)},
		{"stakersAmount", units(r.StakersAmount), units(computed.StakersAmount)},
		{"distributionHash", r.DistributionHash, computed.DistributionHash},
	} {
		if said, computed := field.said.String(), field.computed.String(); said != computed {
			return fmt.Sprintf("%s is %s, computed %s", field.name, said, computed)
		}
	}
	return ""
}

// count is a number of a statement as decimal text.
type count uint64

func (n count) String() string { return fmt.Sprint(uint64(n)) }

// units are an amount of a statement as decimal text.
type units core.Amount

func (a units) String() string { return (*core.Amount)(&a).Dec() }
