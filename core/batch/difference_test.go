package batch

import (
	"reflect"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// TestFirstDifference: every field of the statement is compared, in the order in which it is signed, and named as there.
func TestFirstDifference(t *testing.T) {
	computed := Rewards{Set: 1, Era: 9, FromEra: 4, ToEra: 6, PreviousRoots: core.Hash{1}, OperatorsRoot: core.Hash{2}, StakersRoot: core.Hash{3},
		OperatorsAmount: *uint256.NewInt(50), StakersAmount: *uint256.NewInt(900), DistributionHash: core.Hash{4}}
	if have := computed.FirstDifference(computed); have != "" {
		t.Errorf("of the same: %q", have)
	}
	fields := fieldsOf(RewardsType)
	of := reflect.TypeOf(computed)
	if of.NumField() != len(fields) {
		t.Fatalf("%d fields, %d are signed", of.NumField(), len(fields))
	}
	other := computed // all from field i on are other ones
	for i := of.NumField() - 1; i >= 0; i-- {
		value := reflect.ValueOf(&other).Elem().Field(i)
		switch v := value.Addr().Interface().(type) {
		case *core.Hash:
			v[31] = 7
		case *core.Amount:
			v.AddUint64(v, 1)
		default:
			value.SetUint(value.Uint() + 1)
		}
		if have := other.FirstDifference(computed); !strings.HasPrefix(have, fields[i].Name+" is ") || !strings.Contains(have, ", computed ") {
			t.Errorf("%s: %q", fields[i].Name, have)
		}
	}
	small := computed
	small.StakersAmount = *uint256.NewInt(901)
	if have, want := small.FirstDifference(computed), "stakersAmount is 901, computed 900"; have != want {
		t.Errorf("%q, want %q", have, want)
	}
}
