package e2e

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

type bigInt = big.Int

// anything stands for an argument of a custom error that a test does not care about.
var anything = struct{ any }{}

// wantRevert fails unless err is a contract's refusal by the custom error of this name.
func wantRevert(t *testing.T, err error, name string) *chain.Revert {
	t.Helper()
	var r *chain.Revert
	switch {
	case err == nil:
		t.Fatalf("passed, want a revert with %s", name)
	case !errors.As(err, &r):
		t.Fatalf("failed with %v, want a revert with %s", err, name)
	case r.Name != name:
		t.Fatalf("%v, want a revert with %s", err, name)
	}
	return r
}

// wantRevertArgs is wantRevert with the arguments, in order; anything matches whatever is there. Numbers compare
// by value, whatever their types; addresses and hashes by their bytes.
func wantRevertArgs(t *testing.T, err error, name string, args ...any) {
	t.Helper()
	r := wantRevert(t, err, name)
	if len(args) != len(r.Args) {
		t.Fatalf("%v: %d arguments, want %d", err, len(r.Args), len(args))
	}
	for i, want := range args {
		if want != anything && plain(r.Args[i].Value) != plain(want) {
			t.Fatalf("%v: argument %d (%s) is %s, want %s", err, i, r.Args[i].Name, plain(r.Args[i].Value), plain(want))
		}
	}
}

// wantSilentRevert fails unless err is a revert without any reason: Solidity's when a function does not exist, or
// a contract of a test that reverts with nothing.
func wantSilentRevert(t *testing.T, err error) {
	t.Helper()
	r := wantRevert(t, err, "")
	if len(r.Data) != 0 {
		t.Fatalf("%v, want a revert without data", err)
	}
}

// plain writes a value so that equal ones of different types are the same text.
func plain(value any) string {
	switch v := value.(type) {
	case core.Amount:
		return v.Dec()
	case *core.Amount:
		return v.Dec()
	case *big.Int:
		return v.String()
	case core.Address:
		return v.String()
	case common.Address:
		return core.Address(v).String()
	case core.Hash:
		return v.String()
	case common.Hash:
		return core.Hash(v).String()
	case [32]byte:
		return core.Hash(v).String()
	case string:
		return fmt.Sprintf("%q", v)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprint(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprint(v.Uint())
	}
	return fmt.Sprint(value)
}
