package chain

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Revert is a contract's refusal, by the name of its custom error.
type Revert struct {
	// Name is the custom error's, "Error" for a text, "Panic" for Solidity's own, empty when the contract gave
	// no reason or one that no contract we know has.
	Name string
	// Args are the error's arguments in order.
	Args []Arg
	// Data is what came back, untouched.
	Data []byte
}

// Arg is one argument of a custom error.
type Arg struct {
	Name  string
	Value any // as go-ethereum's abi package unpacks it
}

// Error returns the error as Solidity would write it: NotOperator(operator: 0x…).
func (r *Revert) Error() string {
	if r.Name == "" && len(r.Data) == 0 {
		return "reverted without a reason"
	}
	if r.Name == "" {
		return fmt.Sprintf("reverted with an unknown error 0x%x", r.Data)
	}
	args := make([]string, len(r.Args))
	for i, a := range r.Args {
		args[i] = show(a.Value)
		if a.Name != "" {
			args[i] = a.Name + ": " + args[i]
		}
	}
	return fmt.Sprintf("reverted with %s(%s)", r.Name, strings.Join(args, ", "))
}

// show writes a value as one would paste it into another tool.
func show(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case common.Address:
		return strings.ToLower(v.Hex())
	case [32]byte:
		return common.Hash(v).Hex()
	case []byte:
		return fmt.Sprintf("0x%x", v)
	}
	return fmt.Sprint(value)
}

// RevertName returns the custom error's name if err is a revert, else an empty text.
func RevertName(err error) string {
	if r := (*Revert)(nil); errors.As(err, &r) {
		return r.Name
	}
	return ""
}

// Decode reads a revert's data: a custom error of any contract in bindings, Solidity's Error and Panic.
func Decode(data []byte) *Revert {
	r := &Revert{Data: data}
	if len(data) < 4 {
		return r
	}
	known, ok := customErrors()[[4]byte(data)]
	if !ok {
		return r
	}
	values, err := known.Inputs.Unpack(data[4:])
	if err != nil {
		return r // another error with the same first four bytes, or one cut short
	}
	r.Name = known.Name
	for i, value := range values {
		r.Args = append(r.Args, Arg{Name: known.Inputs[i].Name, Value: value})
	}
	return r
}

// customErrors is every error by its selector. Contracts that share a selector share the error: a collision of
// two different signatures panics here, in every test.
var customErrors = sync.OnceValue(func() map[[4]byte]abi.Error {
	all := map[[4]byte]abi.Error{}
	add := func(e abi.Error) {
		if old, taken := all[[4]byte(e.ID[:4])]; taken && old.Sig != e.Sig {
			panic(fmt.Sprintf("errors %s and %s have one selector", old.Sig, e.Sig))
		}
		all[[4]byte(e.ID[:4])] = e
	}
	add(solidityError("Error", "string"))
	add(solidityError("Panic", "uint256"))
	for _, contract := range bindings.All() {
		parsed, err := contract.ParseABI()
		if err != nil {
			panic(fmt.Sprintf("parse the ABI of %s: %v", contract.ID, err))
		}
		for _, e := range parsed.Errors {
			add(e)
		}
	}
	return all
})

// solidityError is one of the two errors of the language itself.
func solidityError(name, argument string) abi.Error {
	t, err := abi.NewType(argument, "", nil)
	if err != nil {
		panic(err)
	}
	e := abi.NewError(name, abi.Arguments{{Type: t}})
	e.Inputs[0].Name = "" // NewError makes one up
	return e
}

// method names a call for an error's text: the function if we know the selector, else the selector.
func method(data []byte) string {
	if len(data) < 4 {
		return "nothing"
	}
	if name, ok := methods()[[4]byte(data)]; ok {
		return name
	}
	return fmt.Sprintf("0x%x", data[:4])
}

// methods is every function's name by its selector.
var methods = sync.OnceValue(func() map[[4]byte]string {
	all := map[[4]byte]string{}
	for _, contract := range bindings.All() {
		if parsed, err := contract.ParseABI(); err == nil {
			for _, m := range parsed.Methods {
				all[[4]byte(m.ID)] = m.RawName
			}
		}
	}
	return all
})
