package chain

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
)

// Sample says what of a capture to compare with the chain.
type Sample struct {
	Set core.SetID
	Era core.Era
	// Block is one after the capture at which the chain is asked.
	Block uint64
	// Size is how many operators and how many vaults are compared, more than there are: all.
	Size int
	// Seed decides which: another each time, so that in the end all are, and the same for everyone who names it.
	Seed core.Hash
}

// Difference is a value that the mirror and the chain have differently. One of them is wrong, and until it is known
// which, nothing may be built on either.
type Difference struct {
	What          string
	Mirror, Chain string
}

func (d *Difference) Error() string {
	return fmt.Sprintf("the mirror differs from the chain: %s is %s, the chain says %s", d.What, d.Mirror, d.Chain)
}

// Check compares a sample of the mirror with the chain's own views, and returns how many values it compared. The
// error is a Difference, or that the chain could not be asked.
func (m *Mirror) Check(ctx context.Context, s Sample) (int, error) {
	c := comparison{m: m, ctx: ctx, Sample: s, at: m.roster.Times.Capture(s.Era), weights: map[common.Address]core.Amount{}}
	p, err := m.roster.Parameters(ctx, s.Set, c.at, s.Block)
	if err != nil {
		return 0, err
	}
	if err := c.same("parameters", m.History.ParametersAt(s.Set, c.at), ParametersOf(p)); err != nil {
		return c.compared, err
	}
	operators := m.History.Operators(s.Set)
	for _, i := range s.pick("operator", len(operators)) {
		if err := c.operator(operators[i]); err != nil {
			return c.compared, err
		}
	}
	for _, i := range s.pick("vault", len(m.vaults)) {
		if err := c.vault(m.vaults[i].Address); err != nil {
			return c.compared, err
		}
	}
	return c.compared, nil
}

// pick returns up to Size different places of n, by the seed.
func (s Sample) pick(what string, n int) []int {
	if n <= s.Size {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	var list []int
	chosen := map[int]bool{}
	for i := uint64(0); len(list) < s.Size; i++ {
		h := core.Keccak(s.Seed[:], []byte(what), binary.BigEndian.AppendUint64(nil, i))
		at := int(binary.BigEndian.Uint64(h[:]) % uint64(n))
		if !chosen[at] {
			chosen[at] = true
			list = append(list, at)
		}
	}
	return list
}

// comparison is one Check on its way.
type comparison struct {
	Sample
	m        *Mirror
	ctx      context.Context
	at       core.Time
	weights  map[common.Address]core.Amount
	compared int
}

// same compares two values of one type.
func (c *comparison) same(what string, mirror, chain any) error {
	c.compared++
	a, b := text(mirror), text(chain)
	if a == b {
		return nil
	}
	return &Error{Fatal, &Difference{What: fmt.Sprintf("%s of set %d at %d", what, c.Set, c.at), Mirror: a, Chain: b}}
}

func text(value any) string {
	if a, is := value.(core.Amount); is {
		return a.Dec()
	}
	return fmt.Sprint(value)
}

func (c *comparison) operator(a core.Address) error {
	want, err := c.m.roster.operatorAt(c.ctx, c.Set, a, c.at, c.Block, c.weights)
	if err != nil {
		return err
	}
	return c.same("operator "+a.String(), c.m.History.OperatorAt(c.Set, a, c.at), want)
}

// vault compares what all stakers of a vault have, what two of them have, and what waits since the epoch before the
// capture's: that one is over, so that nothing which came after the capture has changed it.
func (c *comparison) vault(a core.Address) error {
	h, at, name := c.m.History, Number(c.at), "of vault "+a.String()
	epoch := h.Epoch(a, c.at)
	epoch -= min(epoch, 1)
	past, waiting := new(big.Int).SetUint64(epoch), h.Withdrawals(a, epoch)
	list := []question{
		{"active stake", h.ActiveStakeAt(a, c.at), vaults.PackActiveStakeAt(at, nil)},
		{"active shares", h.ActiveSharesAt(a, c.at), vaults.PackActiveSharesAt(at, nil)},
	}
	if c.at >= h.EpochStart(a, 1) {
		list = append(list, question{"withdrawals", waiting.Amount, vaults.PackWithdrawals(past)},
			question{"withdrawal shares", waiting.Shares, vaults.PackWithdrawalShares(past)})
	}
	accounts := h.Accounts(a)
	for _, i := range (Sample{Size: min(c.Size, 2), Seed: c.Seed}).pick(name, len(accounts)) {
		of := accounts[i]
		list = append(list, question{"active shares of " + of.String(), h.ActiveSharesOfAt(a, of, c.at),
			vaults.PackActiveSharesOfAt(common.Address(of), at, nil)})
	}
	for _, q := range list {
		answer, err := Read(c.ctx, c.m.roster.Client, common.Address(a), Number(c.Block), q.ask, oneWord)
		if err != nil {
			return err
		}
		if err := c.same(q.what+" "+name, q.mirror, answer); err != nil {
			return err
		}
	}
	return nil
}

// question is one number that both have.
type question struct {
	what   string
	mirror core.Amount
	ask    []byte
}

// oneWord unpacks an answer that is one number.
func oneWord(out []byte) (a core.Amount, err error) {
	if len(out) != 32 {
		return a, errShort
	}
	return *a.SetBytes32(out), nil
}
