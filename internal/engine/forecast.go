package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
)

// MostForecast is for how many eras a forecast is made at the most.
const MostForecast = 1_000

// Question is what a forecast is asked for.
type Question struct {
	Set      core.SetID
	Operator core.Address
	Eras     int // of the next to be captured on, 1 to MostForecast
	// Stake is what the operator is taken to have, wVARA base units (election.WithStake); nil: what it has. Commission is its
	// commission; nil: what it says.
	Stake      *core.Amount
	Commission *core.Bps
	// Performance is what every Executor is taken to sign, basis points of the certificates, 0 to 10,000.
	Performance core.Bps
}

// Forecast is what an operator can expect if nobody does anything from a block on: what is announced comes, jails end, and
// batches and rewards go on as they do.
type Forecast struct {
	Question
	Block uint64
	Now   core.Time // the block's timestamp
	// Prospects are its elections, one for each era; Expected what they bring.
	Prospects []election.Prospect
	Expected  reward.Expected
	// Later is from when on something is announced that the eras asked for do not show, 0: nothing is, and what holds in the
	// last era holds in all after it until somebody does something.
	Later core.Time
	// Pot is what the free pot has, wVARA base units, when what captured eras are about to reserve has left it.
	Pot core.Amount
	// Batches is how many were committed in the newest era that is over: so many each era to come is taken to pay for. Expected
	// takes each era to have one at least, for without any an era pays nothing.
	Batches uint64
	// Backing are the vaults that it has linked, Exposed the eras for which what it had can be slashed.
	Backing []chain.Backing
	Exposed []chain.Exposure
}

// FallsOut is the first of the eras for which the operator is not sure of a seat; false when it is of all.
func (f Forecast) FallsOut() (election.Prospect, bool) {
	i := slices.IndexFunc(f.Prospects, func(p election.Prospect) bool { return !p.Elected })
	if i < 0 {
		return election.Prospect{}, false
	}
	return f.Prospects[i], true
}

// Foresight is a Source that also knows what captures to come will see: the chain by its views (chain.Roster), or a mirror.
type Foresight interface {
	Source
	// Ahead is about n eras from one on, none of them captured, known at a block of timestamp now.
	Ahead(ctx context.Context, set core.SetID, from core.Era, n int, block uint64, now core.Time) (chain.Ahead, error)
}

// Foretell makes a forecast at a block. What captures see, and shares, come from the source, the pot and what vaults hold from
// the chain; a mirror must be where the block is. Errors: a question out of range, an operator that never registered and is
// given no stake.
func Foretell(ctx context.Context, r *chain.Roster, source Foresight, q Question, block uint64) (Forecast, error) {
	f := Forecast{Question: q, Block: block}
	if q.Eras < 1 || q.Eras > MostForecast {
		return f, fmt.Errorf("forecast of %d eras: want 1 to %d", q.Eras, MostForecast)
	}
	var err error
	if f.Now, err = r.TimeOf(ctx, block); err != nil {
		return f, err
	}
	from := core.Era(0)
	newest, any := r.Times.CapturedAt(f.Now)
	if any {
		from = newest + 1
	}
	ahead, err := source.Ahead(ctx, q.Set, from, q.Eras, block, f.Now)
	if err != nil {
		return f, err
	}
	if ahead.Present.Rules.MaxExecutors == 0 {
		return f, fmt.Errorf("forecast for operator set %d: there is none at block %d", q.Set, block)
	}
	f.Later = ahead.Later
	if err := q.suppose(&ahead); err != nil {
		return f, err
	}
	if f.Prospects, err = election.Foresee(ahead.Present, ahead.Captures, q.Operator); err != nil {
		return f, err
	}
	if err := f.rewards(ctx, r, source, ahead); err != nil {
		return f, err
	}
	linked, err := r.LinksAt(ctx, q.Set, q.Operator, f.Now+1, block)
	if err != nil {
		return f, err
	}
	for _, vault := range linked {
		b, err := r.BackingOf(ctx, vault, block)
		if err != nil {
			return f, fmt.Errorf("vault %s: %w", vault, err)
		}
		f.Backing = append(f.Backing, b)
	}
	f.Exposed, err = r.ExposureOf(ctx, q.Set, q.Operator, block, f.Now)
	return f, err
}

// suppose puts what was asked for in the place of what is. A stake is worth what was asked for now, and follows the weight of
// its collateral.
func (q Question) suppose(a *chain.Ahead) error {
	if q.Stake != nil {
		var err error
		if a.Present, err = election.WithStake(a.Present, q.Operator, *q.Stake); err != nil {
			return err
		}
	}
	at := slices.IndexFunc(a.Present.Operators, func(o stake.Operator) bool { return o.Address == q.Operator })
	if at < 0 {
		return fmt.Errorf("%s never registered in set %d: join it first, or name a stake to see what it would bring", q.Operator, q.Set)
	}
	if q.Commission != nil {
		a.Present.Operators = slices.Clone(a.Present.Operators)
		a.Present.Operators[at].Commission = *q.Commission
	}
	now := a.Present.Operators[at]
	for i := range a.Captures {
		s := &a.Captures[i]
		s.Operators = slices.Clone(s.Operators)
		if at == len(s.Operators) { // who is nobody yet stands last
			s.Operators = append(s.Operators, now)
			continue
		}
		o := &s.Operators[at]
		// A mirror may know of a vault that was linked after the block: it has what it has.
		o.Vaults = append(slices.Clone(o.Vaults), now.Vaults[min(len(o.Vaults), len(now.Vaults)):]...)
		for j := range now.Vaults {
			o.Vaults[j].Stake = now.Vaults[j].Stake
		}
		if q.Commission != nil {
			o.Commission = *q.Commission
		}
	}
	return nil
}

// rewards computes what the prospects bring.
func (f *Forecast) rewards(ctx context.Context, r *chain.Roster, source Source, ahead chain.Ahead) error {
	purse, err := f.purse(ctx, r)
	if err != nil {
		return err
	}
	f.Pot = purse.Free
	if f.Batches, err = f.batches(ctx, r); err != nil {
		return err
	}
	own, err := f.shares(ctx, source, ahead)
	if err != nil {
		return err
	}
	var coming []reward.Coming
	for i, s := range ahead.Captures {
		p := ahead.Parameters[i]
		c := reward.Coming{EraReward: p.EraReward, Spent: p.BatchReward}
		c.Spent.Mul(&c.Spent, new(core.Amount).SetUint64(f.Batches)) // of 96 and 64 bits
		c.Spent.Add(&c.Spent, &p.ProposerReward)
		c.Facts = reward.Facts{Set: f.Set, Era: s.Era, EmissionRule: reward.EmissionID(p.EmissionRule), RateBps: p.EraRateBps,
			PerformanceRule: reward.PerformanceID(p.PerformanceRule), Floor: p.PerformanceFloor}
		if err := f.elected(s, f.Prospects[i], own, &c); err != nil {
			return err
		}
		coming = append(coming, c)
	}
	f.Expected, err = reward.Expect(f.Operator, coming, purse, f.Performance, r.Times.PerYear())
	return err
}

// purse reads the pot. An era that is captured and has reserved nothing yet is taken to do so now, if it still can.
func (f *Forecast) purse(ctx context.Context, r *chain.Roster) (p reward.Purse, err error) {
	p.Lag = r.Times.RewardLag()
	if p.Free, _, err = r.FreePot(ctx, f.Set, f.Block); err != nil {
		return p, err
	}
	next, err := r.NextPaid(ctx, f.Set, f.Block)
	if err != nil {
		return p, err
	}
	for e := next; e < f.Prospects[0].Era; e++ {
		emission, err := r.Emission(ctx, f.Set, e, f.Block)
		if err != nil {
			return p, err
		}
		if emission.IsZero() && f.Now+r.Times.ChallengeWindow < r.Times.LifetimeEnd(e) {
			posted, err := r.PostedOf(ctx, f.Set, e, f.Block)
			if err != nil {
				return p, err
			}
			if posted.PostedAt == 0 && posted.Discarded == 0 {
				terms, err := r.Parameters(ctx, f.Set, r.Times.Capture(e), f.Block)
				if err != nil {
					return p, err
				}
				if emission = chain.Amount(terms.EraReward); p.Free.Lt(&emission) {
					emission = p.Free
				}
				p.Free.Sub(&p.Free, &emission)
			}
		}
		if !emission.IsZero() {
			p.Open = append(p.Open, reward.Reserved{Era: e, Emission: emission})
		}
	}
	return p, nil
}

// batches is how many were committed in the newest era that is over.
func (f *Forecast) batches(ctx context.Context, r *chain.Roster) (uint64, error) {
	e, started := r.Times.At(f.Now)
	if !started || e == 0 {
		return 0, nil
	}
	list, err := r.BatchesOf(ctx, f.Set, e-1, f.Block)
	return uint64(len(list)), err
}

// shares are those of the operator's vaults, as they are.
func (f *Forecast) shares(ctx context.Context, source Source, ahead chain.Ahead) (map[core.Address]reward.Vault, error) {
	own := map[core.Address]reward.Vault{}
	for _, o := range ahead.Present.Operators {
		if o.Address != f.Operator {
			continue
		}
		for _, v := range o.Vaults {
			if v.Address == (core.Address{}) { // supposed
				continue
			}
			shares, err := source.SharesAt(ctx, common.Address(v.Address), f.Now, f.Block)
			if err == nil {
				own[v.Address], err = vaultOf(v.Address, shares)
			}
			if err != nil {
				return nil, fmt.Errorf("vault %s: %w", v.Address, err)
			}
		}
	}
	return own, nil
}

// elected fills in who has a seat, with the operator, if it can have one.
func (f *Forecast) elected(s stake.Snapshot, p election.Prospect, own map[core.Address]reward.Vault, c *reward.Coming) error {
	result, err := election.Elect(s, election.Draw{})
	if err != nil {
		return err
	}
	seats := result.Executors
	has := slices.ContainsFunc(seats, func(e merkle.Entry) bool { return e.Operator == f.Operator })
	if c.Places, c.Equals = uint64(p.Places), uint64(p.Equals); p.Equals > 0 && !has { // the last seat's weight is its own
		seats = slices.Clone(seats)
		seats[len(seats)-1].Operator = f.Operator
	}
	c.Total = result.Total
	for _, entry := range seats {
		x := reward.Executor{Operator: entry.Operator, Weight: entry.Weight}
		for _, o := range s.Operators {
			if o.Address != entry.Operator {
				continue
			}
			x.CommissionBps, x.Contributions = o.Commission, contributed(o, s.Rules)
			if o.Address != f.Operator {
				continue
			}
			for _, v := range o.Vaults {
				if v.Readable {
					c.Behind = append(c.Behind, reward.Contribution{Vault: v.Address, Amount: stake.Value(v.Stake, v.Weight)})
				}
			}
		}
		c.Executors = append(c.Executors, x)
		for _, part := range x.Contributions {
			if slices.ContainsFunc(c.Vaults, func(v reward.Vault) bool { return v.Vault == part.Vault }) {
				continue
			}
			v, known := own[part.Vault]
			if !known || v.TotalShares.IsZero() { // others', and supposed ones: one holder in the place of all
				one := *new(core.Amount).SetUint64(1)
				v = reward.Vault{Vault: part.Vault, TotalShares: one}
				if v.Shares, err = reward.NewAmounts([]reward.Balance{{Account: part.Vault, Amount: one}}); err != nil {
					return err
				}
			}
			c.Vaults = append(c.Vaults, v)
		}
	}
	return nil
}
