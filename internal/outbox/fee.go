package outbox

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
)

// fee is what is offered per gas, wei.
type fee struct {
	cap, tip *big.Int
	// capped: what it would take to replace the transaction before is more than is ever offered.
	capped bool
}

// A replacement never offers more than mostTimes what a new transaction would offer now, or leastMostTip if that tip is
// more: when an endpoint swallows what it is sent, or a block builder leaves it out, a higher fee does not help, and the
// tip of the one that is mined in the end is paid in full.
const mostTimes = 10

var leastMostTip = big.NewInt(1_000_000_000) // wei per gas

// fee returns what to offer: the node's tip and twice the base fee, and to replace a transaction an eighth more than it
// offers, at least.
func (o *Outbox) fee(ctx context.Context, replaced *types.Transaction) (fee, error) {
	tip, err := o.Client.SuggestGasTipCap(ctx)
	if err != nil {
		return fee{}, fmt.Errorf("read gas tip: %w", chain.Classify(err))
	}
	head, err := o.Client.HeaderByNumber(ctx, nil)
	if err != nil {
		return fee{}, fmt.Errorf("read head: %w", chain.Classify(err))
	}
	if head.BaseFee == nil {
		return fee{}, &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf("block %v has no base fee: the chain does not know EIP-1559", head.Number)}
	}
	f := fee{tip: new(big.Int).Set(tip)}
	f.cap = new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)) // outlives six full blocks
	if replaced != nil {
		mostTip := atLeast(times(f.tip, mostTimes), leastMostTip)
		mostCap := atLeast(times(f.cap, mostTimes), mostTip)
		if o.MaxFee != nil {
			mostCap = atMost(mostCap, o.MaxFee)
		}
		tip, cap := more(replaced.GasTipCap()), more(replaced.GasFeeCap())
		f.capped = tip.Cmp(mostTip) > 0 || cap.Cmp(mostCap) > 0
		f.tip, f.cap = atLeast(f.tip, tip), atLeast(f.cap, cap)
	}
	if o.MaxFee != nil && f.cap.Cmp(o.MaxFee) > 0 {
		f.cap = new(big.Int).Set(o.MaxFee)
	}
	f.tip = atMost(f.tip, f.cap)
	return f, nil
}

// more is an eighth more, rounded up, at least 1: what pools ask of a replacement is a tenth.
func more(x *big.Int) *big.Int {
	y := new(big.Int).Add(x, big.NewInt(7))
	return y.Rsh(y, 3).Add(atLeast(y, common.Big1), x)
}

func times(x *big.Int, n int64) *big.Int { return new(big.Int).Mul(x, big.NewInt(n)) }

func atLeast(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func atMost(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}
