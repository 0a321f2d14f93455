package main

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// vaultsJSON is what roster vault show writes; amounts are base units of the vault's collateral.
type vaultsJSON struct {
	Schema string      `json:"schema"`
	Set    core.SetID  `json:"set"`
	Vaults []vaultJSON `json:"vaults"`
}

type vaultJSON struct {
	Vault         common.Address `json:"vault"`
	Version       uint64         `json:"version"`
	Collateral    common.Address `json:"collateral"`
	Burner        common.Address `json:"burner"`
	Epoch         uint64         `json:"epoch"`
	EpochDuration core.Time      `json:"epochDuration"` // seconds
	EpochEnds     core.Time      `json:"epochEnds"`     // Unix seconds
	Active        string         `json:"active"`
	// Withdrawn by the epoch of its bucket: it is free when that is over.
	Withdrawn []bucketJSON `json:"withdrawals"`

	Slasher       common.Address `json:"slasher"`
	SlasherType   string         `json:"slasherType"`
	Veto          core.Time      `json:"vetoDuration"` // seconds
	Resolver      common.Address `json:"resolver"`
	Delegator     common.Address `json:"delegator"`
	DelegatorType string         `json:"delegatorType"`
	Hook          common.Address `json:"hook"`
	MaxLimit      string         `json:"maxNetworkLimit"`
	Limit         string         `json:"networkLimit"`
	Shares        string         `json:"totalShares"` // of NetworkRestake

	Enrolled  bool           `json:"enrolled"`
	Set       *core.SetID    `json:"enrolledFor,omitempty"`
	Operators []backedJSON   `json:"operators"`
	Findings  []vaultFinding `json:"findings"`
}

type bucketJSON struct {
	Epoch  uint64    `json:"epoch"`
	Amount string    `json:"amount"`
	FreeAt core.Time `json:"freeAt"` // Unix seconds
}

type backedJSON struct {
	Operator core.Address `json:"operator"`
	Shares   string       `json:"shares"`
	Stake    string       `json:"stake"`
	OptedIn  bool         `json:"optedIn"`
	Linked   bool         `json:"linked"`
}

func (v seenVault) json() vaultJSON {
	e := v.Epoch
	j := vaultJSON{Vault: v.Address, Version: v.Version, Collateral: v.Collateral, Burner: v.Burner, Epoch: e.Number, EpochDuration: e.Duration,
		EpochEnds: e.Start + e.Duration, Active: v.Active.Dec(), Withdrawn: []bucketJSON{
			{e.Number, v.Leaving.Dec(), e.Start + e.Duration}, {e.Number + 1, v.LeavingNext.Dec(), e.Start + 2*e.Duration}},
		Slasher: v.Slasher, Veto: v.Veto, Resolver: v.Resolver, Delegator: v.Delegator, Hook: v.Hook, MaxLimit: v.MaxLimit.Dec(),
		Limit: v.Limit.Dec(), Shares: v.Shares.Dec(), Enrolled: v.Enrolled, Operators: []backedJSON{}, Findings: v.found}
	if v.Initialized {
		j.DelegatorType = typeName(delegatorNames, v.DelegatorType)
	}
	if v.Slasher != (common.Address{}) {
		j.SlasherType = typeName(slasherNames, v.SlasherType)
	}
	if v.Enrolled {
		j.Set = &v.Set
	}
	for _, b := range v.backed {
		j.Operators = append(j.Operators, backedOf(b))
	}
	return j
}

func backedOf(b chain.Backed) backedJSON {
	return backedJSON{b.Operator, b.Shares.Dec(), b.Stake.Dec(), b.OptedIn, b.Linked}
}
