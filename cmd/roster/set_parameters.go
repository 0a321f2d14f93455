package main

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/doctor"
)

// parameter is one of a set's, as a flag and as words.
type parameter struct {
	name string // the contracts'
	flag string
	text string // of the flag
	unit string // "": wVARA
	get  func(*bindings.SetParameters) *big.Int
	put  func(*bindings.SetParameters, *big.Int)
	bits int
}

// amount, and what follows, are the kinds of fields that there are.
func amount(name, flag, text string, at func(*bindings.SetParameters) **big.Int) parameter {
	return parameter{name, flag, text, "", func(p *bindings.SetParameters) *big.Int {
		if *at(p) == nil {
			return new(big.Int)
		}
		return *at(p)
	}, func(p *bindings.SetParameters, v *big.Int) { *at(p) = v }, 96}
}

func small[T uint8 | uint16 | uint64](name, flag, text, unit string, bits int, at func(*bindings.SetParameters) *T) parameter {
	return parameter{name, flag, text, unit, func(p *bindings.SetParameters) *big.Int { return new(big.Int).SetUint64(uint64(*at(p))) },
		func(p *bindings.SetParameters, v *big.Int) { *at(p) = T(v.Uint64()) }, bits}
}

// setParameters are all of them, in the contracts' order.
var setParameters = []parameter{
	small("maxExecutors", "max-executors", "most Executors of an era, 1 to 128", "Executors", 8, func(p *bindings.SetParameters) *uint8 { return &p.MaxExecutors }),
	amount("minStake", "min-stake", "least stake of an Executor", func(p *bindings.SetParameters) **big.Int { return &p.MinStake }),
	amount("maxStake", "max-stake", "most stake of one operator that counts", func(p *bindings.SetParameters) **big.Int { return &p.MaxStake }),
	amount("maxVaultStake", "max-vault-stake", "most stake of one operator in one vault that counts", func(p *bindings.SetParameters) **big.Int { return &p.MaxVaultStake }),
	amount("eraReward", "era-reward", "what an era may pay", func(p *bindings.SetParameters) **big.Int { return &p.EraReward }),
	small("emissionRule", "emission-rule", "0 pays all of it, 1 a rate of the total weight", "", 8, func(p *bindings.SetParameters) *uint8 { return &p.EmissionRule }),
	small("eraRateBps", "era-rate-bps", "with emission rule 1: pay per era, basis points of the total weight, 0 to 1000", "bps", 16, func(p *bindings.SetParameters) *uint16 { return &p.EraRateBps }),
	small("performanceRule", "performance-rule", "0 pays by the share of certificates signed, 1 nothing below the floor", "", 8, func(p *bindings.SetParameters) *uint8 { return &p.PerformanceRule }),
	small("performanceFloor", "performance-floor", "with performance rule 1: least share, times 10^18", "of 10^18", 64, func(p *bindings.SetParameters) *uint64 { return &p.PerformanceFloor }),
	small("equivocationBps", "equivocation-bps", "part of the stake that an equivocation costs, basis points, 1 to 10000", "bps", 16, func(p *bindings.SetParameters) *uint16 { return &p.EquivocationBps }),
	small("wrongResultBps", "wrong-result-bps", "part of the stake that a wrong result costs, basis points, 1 to 1000", "bps", 16, func(p *bindings.SetParameters) *uint16 { return &p.WrongResultBps }),
	small("bountyBps", "bounty-bps", "part of what was taken that the reporter gets, basis points, 0 to 1000", "bps", 16, func(p *bindings.SetParameters) *uint16 { return &p.BountyBps }),
	amount("bountyCap", "bounty-cap", "most that a reporter gets for one offence", func(p *bindings.SetParameters) **big.Int { return &p.BountyCap }),
	small("jailEras", "jail-eras", "whole eras that an offender sits out, 1 to 10000", "eras", 16, func(p *bindings.SetParameters) *uint16 { return &p.JailEras }),
	amount("proposerReward", "proposer-reward", "paid to the proposer whose list became active", func(p *bindings.SetParameters) **big.Int { return &p.ProposerReward }),
	amount("batchReward", "batch-reward", "paid to whoever commits a batch", func(p *bindings.SetParameters) **big.Int { return &p.BatchReward }),
	amount("messageFee", "message-fee", "price of a message to a program", func(p *bindings.SetParameters) **big.Int { return &p.MessageFee }),
	amount("bond", "bond", "bond of a first proposal", func(p *bindings.SetParameters) **big.Int { return &p.Bond }),
}

// isAmount: the value is wVARA; rules have no unit either.
func (x parameter) isAmount() bool { return x.unit == "" && x.bits == 96 }

// words is a value with its unit.
func (x parameter) words(v *big.Int) string {
	if x.isAmount() {
		return doctor.Vara(chain.Amount(v))
	}
	return strings.TrimSpace(v.String() + " " + x.unit)
}

// read reads a flag's text.
func (x parameter) read(text string) (*big.Int, error) {
	var v core.Amount
	var err error
	if x.isAmount() {
		v, err = readAmount(text)
	} else if n, err2 := uint256.FromDecimal(text); err2 != nil {
		err = errors.New("want a whole number")
	} else {
		v = *n
	}
	if err == nil && v.BitLen() > x.bits {
		err = fmt.Errorf("want less than 2^%d", x.bits)
	}
	if err != nil {
		return nil, fmt.Errorf("--%s %s: %w", x.flag, text, err)
	}
	return v.ToBig(), nil
}

// parameterFlags are those of a set that were named on a command line.
type parameterFlags struct{ texts []string }

func (x *parameterFlags) flags(c *cobra.Command) {
	x.texts = make([]string, len(setParameters))
	for i, p := range setParameters {
		kind := "`number`: "
		if p.isAmount() {
			kind = "wVARA `amount`: "
		}
		c.Flags().StringVar(&x.texts[i], p.flag, "", kind+p.text)
	}
}

// apply puts what was named into parameters, and returns how many that are, and the flags of the others.
func (x *parameterFlags) apply(c *cobra.Command, p *bindings.SetParameters) (named int, others []string, err error) {
	for i, of := range setParameters {
		if !c.Flags().Changed(of.flag) {
			others = append(others, "--"+of.flag)
			continue
		}
		v, err := of.read(x.texts[i])
		if err != nil {
			return named, others, err
		}
		of.put(p, v)
		named++
	}
	return named, others, nil
}

// difference is what changes from one to the other, a line each.
func difference(before, after bindings.SetParameters) (lines []string) {
	for _, of := range setParameters {
		if a, b := of.get(&before), of.get(&after); a.Cmp(b) != 0 {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", of.name, of.words(a), of.words(b)))
		}
	}
	return lines
}

// parametersJSON are parameters by the contracts' names, amounts as texts of base units, numbers as numbers.
func parametersJSON(p bindings.SetParameters) map[string]any {
	out := map[string]any{}
	for _, of := range setParameters {
		v := of.get(&p)
		if of.bits > 16 {
			out[of.name] = v.String()
		} else {
			out[of.name] = v.Uint64()
		}
	}
	return out
}
