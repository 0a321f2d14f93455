package demo

import (
	"encoding/json"
	"io"
	"math/big"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
)

// Record is what happened, for machines. Amounts are decimal strings in wVARA base units (10^12 are one wVARA),
// moments Unix seconds of the devnet's own clock, addresses lower-case hex. The same options give the same bytes.
type Record struct {
	Schema     string               `json:"schema"` // fields may be added to one version; none changes its meaning
	Seed       uint64               `json:"seed"`
	Options    RecordOptions        `json:"options"`
	Checks     map[string]bool      `json:"checks"`
	Failures   map[string]string    `json:"failures,omitempty"` // what a check that failed saw
	Scenes     []Scene              `json:"scenes"`
	Elections  []Election           `json:"elections"`
	Batches    []Batch              `json:"batches"`
	Rewards    []Reward             `json:"rewards"`
	Claims     []Claim              `json:"claims"`
	Slashes    []Slash              `json:"slashes"`
	Names      map[string]string    `json:"names"` // by address
	Addresses  chain.Addresses      `json:"addresses"`
	Times      map[string]core.Time `json:"times"`      // seconds, genesis as a moment
	Parameters []any                `json:"parameters"` // of each set, as the Middleware has them at the capture of era 0
	ChainID    uint64               `json:"chainId"`
	Block      uint64               `json:"block"` // that everything was read at
	Now        core.Time            `json:"now"`   // its timestamp
}

// RecordOptions are the options of the run, beside the seed.
type RecordOptions struct {
	Operators int `json:"operators"`
	Vaults    int `json:"vaults"`
	Stakers   int `json:"stakers"`
	Sets      int `json:"sets"`
	Eras      int `json:"eras"`
}

// Scene is something that the story must show, and where it first did.
type Scene struct {
	Name string    `json:"name"`
	Era  core.Era  `json:"era"`
	At   core.Time `json:"at"`
}

// Election is one era's set.
type Election struct {
	Set        core.SetID `json:"set"`
	Era        core.Era   `json:"era"`
	Capture    core.Time  `json:"capture"`
	Executors  []Executor `json:"executors"`
	Challenged bool       `json:"challenged"` // a list before this one was proven wrong
	ProposeGas uint64     `json:"proposeGas"` // of the transaction that posted this one, with its challenge if it had one
	Total      string     `json:"total"`
	Out        []Outcome  `json:"out"` // who was not elected, and why
}

// Executor is one of a set.
type Executor struct {
	Operator core.Address `json:"operator"`
	Weight   string       `json:"weight"`
}

// Outcome is why an operator is not in a set: a code of core/election.
type Outcome struct {
	Operator core.Address `json:"operator"`
	Reason   string       `json:"reason"`
}

// Batch is one batch under a certificate.
type Batch struct {
	Set     core.SetID `json:"set"`
	Era     core.Era   `json:"era"`
	Number  uint64     `json:"number"`
	Signers int        `json:"signers"` // in the certificate
	Late    int        `json:"late"`    // added in time
	Total   int        `json:"total"`   // Executors of the set
	Gas     uint64     `json:"gas"`
}

// Reward is what one era paid; the roots are of the commit that paid it.
type Reward struct {
	Set           core.SetID `json:"set"`
	Era           core.Era   `json:"era"`
	Pool          string     `json:"pool"`
	Paid          string     `json:"paid"`
	Unearned      string     `json:"unearned"`
	OperatorsRoot core.Hash  `json:"operatorsRoot"`
	StakersRoot   core.Hash  `json:"stakersRoot"`
}

// Claim is one claim that was paid.
type Claim struct {
	Account core.Address `json:"account"`
	Amount  string       `json:"amount"`
	Gas     uint64       `json:"gas"`
	Set     core.SetID   `json:"set"`
	Role    string       `json:"role"` // operator or staker
}

// Slash is one offence in one vault.
type Slash struct {
	Set       core.SetID   `json:"set"`
	Era       core.Era     `json:"era"`
	Operator  core.Address `json:"operator"`
	Offence   string       `json:"offence"`
	Vault     core.Address `json:"vault"`
	Requested string       `json:"requested"`
	Executed  string       `json:"executed"`
	Status    string       `json:"status"` // executed, vetoed, pending, open, expired
	Bounty    string       `json:"bounty"`
}

// Write writes the record as JSON, indented, with a newline at its end.
func (r Record) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// record puts the facts into their form.
func (f facts) record() Record {
	r := Record{Schema: "roster.demo/1", Checks: map[string]bool{}, Failures: map[string]string{}, Elections: []Election{}, Batches: []Batch{},
		Rewards: []Reward{}, Claims: []Claim{}, Slashes: []Slash{}}
	for _, s := range f.sets {
		for _, e := range s.elections {
			r.Elections = append(r.Elections, e.record(s.id))
		}
		for _, b := range s.batches {
			r.Batches = append(r.Batches, Batch{Set: s.id, Era: b.Era, Number: b.Batch.Number, Signers: b.Signers.Count(),
				Late: b.Late.Without(b.Signers).Count(), Total: len(b.weights), Gas: b.Gas})
		}
		for _, a := range s.rewards {
			for _, p := range a.right.Payouts {
				r.Rewards = append(r.Rewards, Reward{Set: s.id, Era: p.Era, Pool: p.Pool.Dec(), Paid: p.Paid.Dec(),
					Unearned: p.Unearned.Dec(), OperatorsRoot: a.activated.OperatorsRoot, StakersRoot: a.activated.StakersRoot})
			}
		}
		for i, c := range s.contracts {
			for _, one := range c.claims {
				r.Claims = append(r.Claims, Claim{Account: one.account, Amount: one.amount.Dec(), Gas: one.gas, Set: s.id,
					Role: []string{"operator", "staker"}[i]})
			}
		}
		for _, c := range s.slashes {
			r.Slashes = append(r.Slashes, c.record())
		}
	}
	return r
}

func (e electionFacts) record(set core.SetID) Election {
	out := Election{Set: set, Era: e.right.Era, Capture: e.capture, Executors: []Executor{}, Challenged: e.discarded > 0,
		ProposeGas: e.gas, Total: e.standing.Header.Total.Dec(), Out: []Outcome{}}
	for _, x := range e.standing.Entries {
		out.Executors = append(out.Executors, Executor{x.Operator, x.Weight.Dec()})
	}
	for _, o := range e.right.Outcomes {
		if !o.Elected {
			out.Out = append(out.Out, Outcome{o.Operator, o.Code})
		}
	}
	return out
}

func (c slashFacts) record() Slash {
	status := c.status.String()
	if c.status == slash.Requested {
		status = "pending"
	}
	return Slash{Set: c.Set, Era: c.Era, Operator: c.Operator, Offence: c.Kind.String(), Vault: c.Vault,
		Requested: c.requested.Dec(), Executed: c.taken.Dec(), Status: status, Bounty: c.bounty.Dec()}
}

// RecordTimes returns the times of a deployment for a record, by the names that the protocol gives them.
func RecordTimes(t era.Times) map[string]core.Time {
	return map[string]core.Time{
		"genesis": t.Genesis, "eraDuration": t.EraDuration, "electionLead": t.ElectionLead, "setLifetime": t.SetLifetime,
		"finalityLag": t.FinalityLag, "inclusionMargin": t.InclusionMargin, "challengeWindow": t.ChallengeWindow,
		"detectionWindow": t.DetectionWindow, "requestWindow": t.RequestWindow, "executionWindow": t.ExecutionWindow,
		"signersWindow": t.SignersWindow, "rewardDelay": t.RewardDelay, "minVeto": t.MinVeto,
		"maxVaultEpoch": t.MaxVaultEpoch, "notice": t.Notice,
	}
}

func amountOf(b *big.Int) core.Amount { return chain.Amount(b) }
