package client

import "github.com/gear-tech/roster/core"

// Forecast is what an operator can expect if nobody does anything: what is announced comes, jails end, and batches and rewards
// go on as they do. What people will do, and the lottery's seeds, nobody knows. Amounts are wVARA base units.
type Forecast struct {
	AsOf     AsOf         `json:"asOf"`
	Operator core.Address `json:"operator"`
	FallsOut bool         `json:"fallsOut" doc:"in sureBefore the seat is lost, or drawn"`
	Sure     core.Era     `json:"sureBefore" doc:"the first era for which it is not sure of a seat, or the first after those asked for"`
	Later    core.Time    `json:"announcedLater,omitempty" doc:"something is announced for after the eras asked for; missing: nothing is"`

	Eras []ForecastEra `json:"eras"`

	Commission    Amount    `json:"commission" doc:"what the operator earns in all of them"`
	Stakers       Amount    `json:"stakers" doc:"what those behind it earn"`
	Own           Amount    `json:"ownDeposits" doc:"what of it goes to deposits of the operator itself"`
	ErasPerYear   uint64    `json:"erasPerYear"`
	StakersYield  Amount    `json:"stakersYieldBps" doc:"basis points a year of the stake behind it, rounded down"`
	OperatorYield Amount    `json:"operatorYieldBps" doc:"the same of its commission"`
	Batches       uint64    `json:"batchesLastEra" doc:"with none in it an era pays nothing"`
	Pot           Amount    `json:"freePot"`
	PotShort      *core.Era `json:"potShortIn,omitempty" doc:"the era in which the pot does not have what the rules promise; missing: not within a year"`

	Slashable []Exposure `json:"slashable" doc:"eras for which what it had can be slashed"`
}

// ForecastEra is one era of it.
type ForecastEra struct {
	Era        core.Era         `json:"era"`
	Capture    core.Time        `json:"capture"`
	Reason     string           `json:"reason" doc:"a code of docs/reasons.md, noun election"`
	Elected    bool             `json:"elected" doc:"for certain"`
	Rank       int              `json:"rank,omitempty"`
	WorstRank  int              `json:"worstRank,omitempty" doc:"if it loses every lottery"`
	Stake      Amount           `json:"stake"`
	Weight     Amount           `json:"weight"`
	Needed     Amount           `json:"needed" doc:"stake with which a seat is certain"`
	Short      Amount           `json:"short"`
	Spare      Amount           `json:"spare"`
	Changes    []ForecastChange `json:"changes" doc:"what is other than in the era before"`
	Commission Amount           `json:"commission"`
	Stakers    Amount           `json:"stakers"`
}

// ForecastChange is something that falls due.
type ForecastChange struct {
	Reason   string        `json:"reason" doc:"a code of docs/reasons.md, noun election"`
	Text     string        `json:"text"`
	Operator *core.Address `json:"operator,omitempty"`
	Vault    *core.Address `json:"vault,omitempty"`
	Before   Amount        `json:"before"`
	After    Amount        `json:"after"`
}

// Exposure is an era for which an operator can still be slashed.
type Exposure struct {
	Era       core.Era  `json:"era"`
	Slashable Amount    `json:"slashable"`
	ReportBy  core.Time `json:"reportBy"`
	RequestBy core.Time `json:"requestBy"`
}
