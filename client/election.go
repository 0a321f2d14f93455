package client

import "github.com/gear-tech/roster/core"

// Eras are eras of a set, the newest first.
type Eras struct {
	AsOf  AsOf   `json:"asOf"`
	Items []Era  `json:"items"`
	Next  string `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Era is one era of a set: its clock, and how far it is.
type Era struct {
	Set   core.SetID `json:"set"`
	Era   core.Era   `json:"era"`
	Phase string     `json:"phase" doc:"where it stands" enum:"open,captured,sealed,proposed,active,over"`

	Capture        core.Time `json:"capture" doc:"stakes are read: the cut-off"`
	SealableAt     core.Time `json:"sealableAt" doc:"from when on the seed of the lottery can be drawn"`
	Start          core.Time `json:"start"`
	End            core.Time `json:"end" doc:"when the next era starts"`
	ProposeUntil   core.Time `json:"proposeUntil" doc:"the last second at which a list can be posted"`
	LifetimeEnd    core.Time `json:"lifetimeEnd" doc:"its Executors can sign no longer"`
	ReportUntil    core.Time `json:"reportUntil" doc:"offences of it can be reported until then"`
	RequestUntil   core.Time `json:"requestUntil" doc:"slashes for it can be requested until then"`
	Sealed         bool      `json:"sealed"`
	Seed           core.Hash `json:"seed" doc:"zero while it is not sealed"`
	ClosedAt       core.Time `json:"closedAt,omitempty" doc:"when it closed for rewards; missing: not yet"`
	Proposal       *Proposal `json:"proposal,omitempty" doc:"the list that stands on chain"`
	DiscardedCount int       `json:"discarded" doc:"how many lists were proven wrong before"`
}

// Proposals are lists that were posted, the newest first.
type Proposals struct {
	AsOf  AsOf       `json:"asOf"`
	Items []Proposal `json:"items"`
	Next  string     `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Proposal is a list of Executors that somebody posted with a bond.
type Proposal struct {
	Era            core.Era     `json:"era"`
	Header         core.Hash    `json:"header" doc:"hash of the set's header (protocol §5)"`
	Proposer       core.Address `json:"proposer"`
	PostedAt       core.Time    `json:"postedAt"`
	Block          uint64       `json:"block"`
	Transaction    core.Hash    `json:"transaction"`
	ChallengeUntil core.Time    `json:"challengeUntil" doc:"the last second at which it can be proven wrong"`
	ActiveAt       core.Time    `json:"activeAt" doc:"when its Executors take over"`
	Executors      int          `json:"executors"`
	Total          Amount       `json:"total" doc:"their weight"`
	Bond           Amount       `json:"bond"`
	Status         string       `json:"status" enum:"standing,discarded,released" doc:"discarded: proven wrong; released: the bond went back"`
	Right          *bool        `json:"right,omitempty" doc:"whether it is what this node elects; missing where that is not known"`
}

// Elections are elections of a set, the newest first.
type Elections struct {
	AsOf  AsOf              `json:"asOf"`
	Items []ElectionSummary `json:"items"`
	Next  string            `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// ElectionSummary is an election without its operators.
type ElectionSummary struct {
	Set       core.SetID `json:"set"`
	Era       core.Era   `json:"era"`
	Capture   core.Time  `json:"capture" doc:"the cut-off"`
	Captured  bool       `json:"captured" doc:"false: as it would be if nothing changed until the cut-off"`
	Sealed    bool       `json:"sealed" doc:"false: ties are open"`
	OnChain   string     `json:"onChain" doc:"what stands in the Router: this result, another, or none" enum:"this,another,none"`
	Seats     int        `json:"seats"`
	Executors int        `json:"executors" doc:"how many are elected"`
	Total     Amount     `json:"total" doc:"their weight"`
	Operators int        `json:"operators" doc:"how many ever registered in the set"`
	CutOff    *Amount    `json:"lastWeight,omitempty" doc:"weight of the last seat taken"`
	Joined    int        `json:"joined" doc:"Executors that the era before did not have"`
	Left      int        `json:"left" doc:"Executors of the era before that are none now"`
}

// Election is an election with its operators: first the eligible by rank, then the others by address.
type Election struct {
	AsOf AsOf `json:"asOf"`
	ElectionSummary
	Stop    Takeover     `json:"toStop" doc:"what new operators need at the least so that all others reach no quorum"`
	Certify Takeover     `json:"toCertifyAlone" doc:"what new operators need at the least to reach a quorum alone"`
	Items   []Candidacy  `json:"items"`
	Next    string       `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
	Rules   StakingRules `json:"rules"`
}

// StakingRules decide an election, wVARA base units.
type StakingRules struct {
	MaxExecutors  uint16 `json:"maxExecutors"`
	MinStake      Amount `json:"minStake"`
	MaxStake      Amount `json:"maxStake"`
	MaxVaultStake Amount `json:"maxVaultStake"`
}

// Takeover is what it takes to have a part of a set, everybody else staying as they are.
type Takeover struct {
	Possible  bool   `json:"possible" doc:"false: maxStake holds each operator down, ties would decide"`
	Operators int    `json:"operators" doc:"with how many"`
	Stake     Amount `json:"stake" doc:"of all of them together"`
}

// Candidacy is one operator in one election.
type Candidacy struct {
	Operator core.Address `json:"operator"`
	Reason   string       `json:"reason" doc:"a code of docs/reasons.md, noun election"`
	Text     string       `json:"text" doc:"the reason in a few words"`
	Elected  bool         `json:"elected"`
	Rank     int          `json:"rank,omitempty" doc:"among the eligible, from 1; missing: not eligible"`
	Stake    Amount       `json:"stake" doc:"all that counts of its vaults"`
	Weight   Amount       `json:"weight" doc:"what of it decides"`
	Margin   Margin       `json:"margin"`
	Change   string       `json:"change" doc:"against the era before" enum:"joined,left,up,down,same,out,first"`
}

// Margin is how far an operator's stake is from a seat, all others staying as they are.
type Margin struct {
	Needed    Amount `json:"needed" doc:"stake with which a seat is certain"`
	Contested bool   `json:"contested" doc:"no stake is: with needed the lottery decides"`
	Short     Amount `json:"short" doc:"what is missing of it"`
	Spare     Amount `json:"spare" doc:"what is above it"`
	Room      Amount `json:"room" doc:"how much more can count in the vaults that are linked"`
	Free      int    `json:"freeSlots" doc:"how many vaults more can be linked"`
}

// Explanation is why one operator is an Executor or not.
type Explanation struct {
	AsOf     AsOf            `json:"asOf"`
	Election ElectionSummary `json:"election"`
	Candidacy
	Long   string              `json:"long" doc:"what the rule is, and what to do"`
	Last   *Candidacy          `json:"lastSeat,omitempty" doc:"who has the last seat"`
	Vaults []VaultContribution `json:"vaults" doc:"the linked vaults, in the order of their slots"`
}

// VaultContribution is what a vault adds to an operator's stake.
type VaultContribution struct {
	Vault      core.Address `json:"vault"`
	Collateral core.Address `json:"collateral"`
	Stake      Amount       `json:"stake" doc:"base units of the vault's collateral"`
	Counts     Amount       `json:"counts" doc:"wVARA base units"`
	Capped     bool         `json:"capped" doc:"maxVaultStake cut it"`
	Readable   bool         `json:"readable" doc:"false: the vault cannot be read and counts nothing"`
}

// Simulation is an election as it is, and as it would be.
type Simulation struct {
	AsOf   AsOf           `json:"asOf"`
	Set    core.SetID     `json:"set"`
	Era    core.Era       `json:"era"`
	Before SimulatedSide  `json:"before"`
	After  SimulatedSide  `json:"after"`
	Items  []SimulatedRow `json:"items" doc:"operators that are elected in one of the two, or change"`
}

// SimulatedSide is one of the two.
type SimulatedSide struct {
	Executors int          `json:"executors"`
	Total     Amount       `json:"total"`
	Stop      Takeover     `json:"toStop"`
	Certify   Takeover     `json:"toCertifyAlone"`
	Rules     StakingRules `json:"rules"`
}

// SimulatedRow is what becomes of one operator.
type SimulatedRow struct {
	Operator core.Address  `json:"operator"`
	Before   *SimulatedOne `json:"before,omitempty" doc:"missing: it is not there"`
	After    *SimulatedOne `json:"after,omitempty"`
}

// SimulatedOne is an operator in one of the two.
type SimulatedOne struct {
	Reason  string `json:"reason" doc:"a code of docs/reasons.md, noun election"`
	Elected bool   `json:"elected"`
	Rank    int    `json:"rank,omitempty"`
	Stake   Amount `json:"stake"`
	Weight  Amount `json:"weight"`
}

// EraOf is one era, asked for by its number.
type EraOf struct {
	AsOf AsOf `json:"asOf"`
	Era
}
