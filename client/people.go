package client

import "github.com/gear-tech/roster/core"

// Operators are operators of a set, by address.
type Operators struct {
	AsOf  AsOf       `json:"asOf"`
	Items []Operator `json:"items"`
	Next  string     `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Operator is an operator of a set, as the next capture would see it.
type Operator struct {
	Operator    core.Address `json:"operator"`
	Registered  bool         `json:"registered"`
	Paused      bool         `json:"paused"`
	JailedUntil core.Time    `json:"jailedUntil,omitempty" doc:"missing: it never was jailed"`
	KeyHash     core.Hash    `json:"keyHash" doc:"of its BLS key, zero for none"`
	Commission  core.Bps     `json:"commissionBps"`
	Endpoint    string       `json:"endpoint" doc:"what it wrote on chain, any text"`
	Stake       Amount       `json:"stake"`
	Weight      Amount       `json:"weight"`
	Reason      string       `json:"reason" doc:"in the next election, a code of docs/reasons.md, noun election"`
	Elected     bool         `json:"elected" doc:"in the next election, if nothing changes"`
	Active      bool         `json:"active" doc:"it is in office now"`
	Rank        int          `json:"rank,omitempty"`
	Vaults      int          `json:"vaults" doc:"how many it has linked"`
}

// OperatorDetail is an operator with everything about it.
type OperatorDetail struct {
	AsOf AsOf `json:"asOf"`
	Operator
	Next    Explanation `json:"next" doc:"the next election, if nothing changes"`
	Rewards []Leaf      `json:"rewards" doc:"what it earned, as operator and as staker"`
	Slashes []Slash     `json:"slashes"`
}

// History is what became of an operator in each era, the newest first.
type History struct {
	AsOf  AsOf         `json:"asOf"`
	Items []HistoryEra `json:"items"`
	Next  string       `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// HistoryEra is one era of an operator.
type HistoryEra struct {
	Era          core.Era  `json:"era"`
	Capture      core.Time `json:"capture"`
	Reason       string    `json:"reason" doc:"a code of docs/reasons.md, noun election"`
	Elected      bool      `json:"elected"`
	Rank         int       `json:"rank,omitempty"`
	Stake        Amount    `json:"stake"`
	Weight       Amount    `json:"weight"`
	CutOff       *Amount   `json:"lastWeight,omitempty" doc:"weight of the last seat taken"`
	Certificates int       `json:"certificates" doc:"batches of the era that were certified"`
	Signed       int       `json:"signed" doc:"how many of them it signed, in time"`
}

// Vaults are the vaults of a set, by address.
type Vaults struct {
	AsOf  AsOf    `json:"asOf"`
	Items []Vault `json:"items"`
	Next  string  `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Vault is one of Symbiotic's vaults, enrolled in the network.
type Vault struct {
	Vault         core.Address `json:"vault"`
	Collateral    core.Address `json:"collateral"`
	Weight        Amount       `json:"collateralWeight" doc:"what one base unit is worth in wVARA base units, times 10^18"`
	Version       uint64       `json:"version" doc:"of Symbiotic's vault"`
	Delegator     core.Address `json:"delegator"`
	DelegatorType string       `json:"delegatorType" enum:"network_restake,full_restake,operator_specific,operator_network_specific"`
	Slasher       core.Address `json:"slasher"`
	VetoDuration  core.Time    `json:"vetoDuration"`
	Resolver      core.Address `json:"resolver" doc:"who can veto slashes of the set; zero: nobody"`
	EpochDuration core.Time    `json:"epochDuration"`
	Epoch         uint64       `json:"epoch" doc:"the present one"`
	EpochEnd      core.Time    `json:"epochEnd"`
	WithdrawnFree core.Time    `json:"withdrawnFree" doc:"when what is withdrawn now is free"`
	Active        Amount       `json:"active" doc:"stake that is delegated, earns and can be slashed; base units of the collateral"`
	ThisEpoch     Amount       `json:"freeingThisEpoch" doc:"withdrawn, free at the end of the present epoch"`
	NextEpoch     Amount       `json:"freeingNextEpoch" doc:"withdrawn, free at the end of the next epoch"`
	Limit         Amount       `json:"networkLimit" doc:"most that the curator lets the set have"`
	Stakers       int          `json:"stakers" doc:"accounts with active stake"`
}

// VaultDetail is a vault with who it stands behind, and whether its times fit the network's.
type VaultDetail struct {
	AsOf AsOf `json:"asOf"`
	Vault
	Checks    []Inequality      `json:"checks" doc:"the inequalities that its times must satisfy (protocol §2)"`
	Operators []VaultDelegation `json:"operators"`
}

// VaultDelegation is what of a vault stands behind an operator.
type VaultDelegation struct {
	Operator core.Address `json:"operator"`
	Stake    Amount       `json:"stake" doc:"base units of the vault's collateral"`
	Counts   Amount       `json:"counts" doc:"wVARA base units; 0 where it has not linked the vault"`
	Linked   bool         `json:"linked"`
	Capped   bool         `json:"capped" doc:"maxVaultStake cut it"`
}

// Staker is what an account has in a set.
type Staker struct {
	AsOf      AsOf         `json:"asOf"`
	Account   core.Address `json:"account"`
	Wallet    Amount       `json:"wallet" doc:"wVARA that it has outside of vaults"`
	Positions []Position   `json:"positions"`
	Rewards   []Leaf       `json:"rewards" doc:"with proofs; none: it has earned nothing that is activated"`
}

// Position is what an account has in a vault, base units of the vault's collateral.
type Position struct {
	Vault       core.Address `json:"vault"`
	Collateral  core.Address `json:"collateral"`
	Active      Amount       `json:"active" doc:"it earns and can be slashed"`
	Withdrawals []Withdrawal `json:"withdrawals"`
}

// Withdrawal was taken out of the active stake and not collected yet.
type Withdrawal struct {
	Epoch  uint64    `json:"epoch" doc:"of the vault, at whose end it is free"`
	Amount Amount    `json:"amount" doc:"until it is free it can be slashed"`
	FreeAt core.Time `json:"freeAt"`
	Free   bool      `json:"free"`
}
