package doctor

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// What three calls take at the most, gas, rounded up from contracts/snapshots/gas.json: a seal and a proposal of 100
// Executors; a challenge over 16 busy vaults that posts such a list in the same call; an ejection, which reads 16
// vaults as the challenge does.
const (
	proposeGas   = 450_000
	challengeGas = 2_700_000
	ejectGas     = 2_300_000
)

// mostBonds is how many times the first bond of an era the dearest one is (protocol §4).
const mostBonds = 16

// keystore opens the key of the account that sends, and forgets it.
func (v *visit) keystore(context.Context) error {
	opened := false
	v.opened = &opened
	key, err := chain.LoadKey(v.Keystore, v.Password)
	if err != nil {
		v.found(keystoreClosed, Check{Name: "keystore", Subject: v.Keystore, Text: err.Error()})
		return nil
	}
	opened = true
	v.account = crypto.PubkeyToAddress(key.PublicKey)
	key.D.SetUint64(0)
	text := "opens; its account is " + name(v.account)
	if v.account != v.Operator {
		text += ", not the operator's"
	}
	v.ok("keystore", v.Keystore, "%s", text)
	return nil
}

// sends reports whether it is known who sends.
func (v *visit) sends() bool { return v.account != [20]byte{} && (v.opened == nil || *v.opened) }

// gas compares the account's ether with what a bad hour costs.
func (v *visit) gas(ctx context.Context) error {
	if !v.sends() {
		return nil
	}
	have, err := v.client.BalanceAt(ctx, v.account, v.at())
	if err != nil {
		return fmt.Errorf("read ether of %s: %w", name(v.account), err)
	}
	tip, err := v.client.SuggestGasTipCap(ctx)
	if err != nil {
		return fmt.Errorf("read gas tip: %w", err)
	}
	price := new(big.Int).Set(tip)
	if v.baseFee != nil {
		price.Add(price, new(big.Int).Lsh(v.baseFee, 1))
	}
	gas := int64(proposeGas + challengeGas + ejectGas)
	need := new(big.Int).Mul(price, big.NewInt(gas))
	if have.Cmp(need) < 0 {
		v.found(gasLow, Check{Name: "gas", Subject: name(v.account), Have: ether(have), Need: fmt.Sprintf("%s: %d gas at %v wei", ether(need), gas, price)})
		return nil
	}
	v.ok("gas", name(v.account), "%s; a proposal, a challenge and an ejection take %s", ether(have), ether(need))
	return nil
}

// bond compares the account's wVARA with the highest bond of an era, and what the Router may take of it.
func (v *visit) bond(ctx context.Context) error {
	if !v.sends() {
		return nil
	}
	have, err := v.roster.BalanceAt(ctx, v.account, v.block)
	if err != nil {
		return err
	}
	allowed, err := chain.Read(ctx, v.client, v.roster.At.Token, v.at(), token.PackAllowance(v.account, v.roster.At.Router), token.UnpackAllowance)
	if err != nil {
		return err
	}
	allowance := chain.Amount(allowed)
	need := *new(core.Amount).Mul(&v.rules.Bond, uint256.NewInt(mostBonds))
	text := fmt.Sprintf("%s: %d bonds of %s", Vara(need), mostBonds, Vara(v.rules.Bond))
	short := have.Lt(&need)
	if short {
		v.found(bondShort, Check{Name: "bond", Subject: name(v.account), Have: Vara(have), Need: text})
	}
	if allowance.Lt(&need) {
		v.found(allowanceShort, Check{Name: "bond", Subject: name(v.account), Have: Vara(allowance), Need: text})
	} else if !short {
		v.ok("bond", name(v.account), "%s; the highest bond of an era is %s", Vara(have), Vara(need))
	}
	return nil
}
