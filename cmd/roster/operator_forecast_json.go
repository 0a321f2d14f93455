package main

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/internal/engine"
)

// forecastJSON is a forecast, as JSON has it. Amounts are decimal strings of wVARA base units, where nothing else is said;
// times are Unix seconds. Schema changes when the meaning of a field does.
type forecastJSON struct {
	Schema   string       `json:"schema"`
	Set      core.SetID   `json:"set"`
	Operator core.Address `json:"operator"`
	Block    uint64       `json:"block"`
	Time     core.Time    `json:"time"`
	// What was supposed: absent is as it is.
	Stake       *string   `json:"supposedStake,omitempty"`
	Commission  *core.Bps `json:"supposedCommissionBps,omitempty"`
	Performance core.Bps  `json:"performanceBps"`

	SureUntil core.Era          `json:"sureBefore"` // the first era for which it is not sure of a seat, or the first after all
	FallsOut  bool              `json:"fallsOut"`   // sureBefore is one of the eras, and there the seat is lost or drawn
	Later     core.Time         `json:"announcedLater,omitempty"`
	Eras      []forecastEraJSON `json:"eras"`

	Commissions   string    `json:"commissions"` // in all the eras together
	Stakers       string    `json:"stakers"`
	Own           string    `json:"ownDeposits"` // of stakers
	ErasAYear     uint64    `json:"erasPerYear"`
	StakersYield  string    `json:"stakersYieldBps"` // a year, of the stake behind it
	OperatorYield string    `json:"operatorYieldBps"`
	Batches       uint64    `json:"batchesLastEra"` // with none in it an era pays nothing
	Pot           string    `json:"freePot"`
	Dry           *core.Era `json:"potShortIn,omitempty"` // absent: not within a year

	Vaults  []forecastVaultJSON `json:"vaults"`
	Exposed []exposureJSON      `json:"slashable"`
}

type forecastEraJSON struct {
	Era     core.Era  `json:"era"`
	Capture core.Time `json:"capture"`
	outcomeJSON
	Worst     int               `json:"worstRank,omitempty"`
	Places    int               `json:"lotteryPlaces,omitempty"`
	Equals    int               `json:"lotteryEquals,omitempty"`
	Needed    string            `json:"needed"`
	Contested bool              `json:"contested"`
	Short     string            `json:"short"`
	Spare     string            `json:"spare"`
	Turns     []turnJSON        `json:"changes"`
	Emission  string            `json:"emission"`
	Pool      string            `json:"pool"`
	Paid      string            `json:"paid"` // to all of the set
	Earned    string            `json:"commission"`
	Stakers   string            `json:"stakers"`
	Own       string            `json:"ownDeposits"`
	Vaults    []vaultGainedJSON `json:"vaults"`
}

type turnJSON struct {
	Reason   string        `json:"reason"` // a code of docs/reasons.md
	Operator *core.Address `json:"operator,omitempty"`
	Vault    *core.Address `json:"vault,omitempty"`
	Before   string        `json:"before"`
	After    string        `json:"after"`
}

type vaultGainedJSON struct {
	Vault   core.Address `json:"vault"`
	Behind  string       `json:"behind"`
	Stakers string       `json:"stakers"`
}

// forecastVaultJSON is all of a vault, base units of its collateral.
type forecastVaultJSON struct {
	Vault      core.Address  `json:"vault"`
	Collateral core.Address  `json:"collateral"`
	Epoch      uint64        `json:"epoch"`
	EpochEnds  core.Time     `json:"epochEnds"`
	Active     string        `json:"active"`
	Leaving    []leavingJSON `json:"withdrawn"`
}

type leavingJSON struct {
	Bucket uint64    `json:"bucket"`
	Amount string    `json:"amount"`
	FreeAt core.Time `json:"freeAt"`
}

type exposureJSON struct {
	Era       core.Era  `json:"era"`
	Slashable string    `json:"slashable"`
	ReportBy  core.Time `json:"reportBy"`
	RequestBy core.Time `json:"requestBy"`
}

func forecastOf(f engine.Forecast) forecastJSON {
	x := f.Expected
	j := forecastJSON{Schema: "roster.operator.forecast/1", Set: f.Set, Operator: f.Operator, Block: f.Block, Time: f.Now,
		Commission: f.Commission, Performance: f.Performance, Later: f.Later, Eras: []forecastEraJSON{},
		Commissions: x.Sum.Commission.Dec(), Stakers: x.Sum.Stakers.Dec(), Own: x.Sum.Own.Dec(), ErasAYear: x.PerYear,
		StakersYield: x.StakersYield.Dec(), OperatorYield: x.OperatorYield.Dec(), Batches: f.Batches, Pot: f.Pot.Dec(),
		Vaults: []forecastVaultJSON{}, Exposed: []exposureJSON{}}
	if f.Stake != nil {
		text := f.Stake.Dec()
		j.Stake = &text
	}
	if x.Dry {
		j.Dry = &x.DryIn
	}
	j.SureUntil = f.Prospects[len(f.Prospects)-1].Era + 1
	if p, falls := f.FallsOut(); falls {
		j.SureUntil, j.FallsOut = p.Era, true
	}
	for i, p := range f.Prospects {
		j.Eras = append(j.Eras, forecastEra(f, i, p))
	}
	for _, b := range f.Backing {
		v := forecastVaultJSON{Vault: core.Address(b.Vault), Collateral: core.Address(b.Collateral), Epoch: b.Epoch.Number,
			EpochEnds: b.Epoch.Start + b.Epoch.Duration, Active: b.Active.Dec()}
		for _, l := range b.Leaving {
			v.Leaving = append(v.Leaving, leavingJSON{l.Epoch, l.Amount.Dec(), l.FreeAt})
		}
		j.Vaults = append(j.Vaults, v)
	}
	for _, e := range f.Exposed {
		j.Exposed = append(j.Exposed, exposureJSON{e.Era, e.Slashable.Dec(), e.ReportBy, e.RequestBy})
	}
	return j
}

func forecastEra(f engine.Forecast, i int, p election.Prospect) forecastEraJSON {
	x := f.Expected.Eras[i]
	e := forecastEraJSON{Era: p.Era, Capture: p.Capture, outcomeJSON: outcomeOf(p.Outcome), Worst: p.Worst, Places: p.Places, Equals: p.Equals,
		Needed: p.Margin.Enough.Dec(), Contested: p.Margin.Contested, Short: p.Margin.Short.Dec(), Spare: p.Margin.Spare.Dec(),
		Turns: []turnJSON{}, Emission: x.Emission.Dec(), Pool: x.Pool.Dec(), Paid: x.Paid.Dec(), Earned: x.Gain.Commission.Dec(),
		Stakers: x.Gain.Stakers.Dec(), Own: x.Gain.Own.Dec(), Vaults: []vaultGainedJSON{}}
	for _, t := range p.Turns {
		turn := turnJSON{Reason: t.Code, Before: t.Before.Dec(), After: t.After.Dec()}
		if t.Operator != (core.Address{}) {
			turn.Operator = &t.Operator
		}
		if t.Vault != (core.Address{}) {
			turn.Vault = &t.Vault
		}
		e.Turns = append(e.Turns, turn)
	}
	for _, v := range x.Vaults {
		e.Vaults = append(e.Vaults, vaultGainedJSON{v.Vault, v.Behind.Dec(), v.Stakers.Dec()})
	}
	return e
}
