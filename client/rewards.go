package client

import "github.com/gear-tech/roster/core"

// Commits are reward commits of a set, the newest first.
type Commits struct {
	AsOf  AsOf     `json:"asOf"`
	Items []Commit `json:"items"`
	Next  string   `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Commit is what Executors certified about rewards: roots of cumulative claims.
type Commit struct {
	FromEra         core.Era  `json:"fromEra"`
	ToEra           core.Era  `json:"toEra"`
	SignedBy        core.Era  `json:"signedBy" doc:"the era whose Executors certified it"`
	Digest          core.Hash `json:"digest" doc:"what they signed"`
	OperatorsRoot   core.Hash `json:"operatorsRoot"`
	StakersRoot     core.Hash `json:"stakersRoot"`
	OperatorsAmount Amount    `json:"operatorsAmount" doc:"what it adds for operators"`
	StakersAmount   Amount    `json:"stakersAmount" doc:"what it adds for stakers"`
	Distribution    core.Hash `json:"distribution" doc:"hash of the file with every leaf: /v1/rewards/{hash}"`
	Kept            bool      `json:"kept" doc:"this node has the file"`
	Verified        *bool     `json:"verified,omitempty" doc:"whether this node computed the same from the chain; missing: it has not computed it"`
	CommittedAt     core.Time `json:"committedAt"`
	ActivatableAt   core.Time `json:"activatableAt"`
	Block           uint64    `json:"block"`
	Transaction     core.Hash `json:"transaction"`
	Status          string    `json:"status" enum:"waiting,activated,cancelled"`
}

// Leaf is what an account can claim in one role, with its proof against the root that stands.
type Leaf struct {
	Role     string       `json:"role" enum:"operator,staker"`
	Contract core.Address `json:"contract" doc:"where it is claimed: claimRewards(recipient, network, token, amount, proof)"`
	Amount   Amount       `json:"amount" doc:"all that was ever earned"`
	Claimed  Amount       `json:"claimed"`
	Left     Amount       `json:"left" doc:"what a claim pays"`
	Root     core.Hash    `json:"root"`
	Proof    []core.Hash  `json:"proof" doc:"from the bottom up; a leaf is keccak256(keccak256(abi.encode(account, amount)))"`
}

// Earnings explain an account's amount, step by step.
type Earnings struct {
	AsOf    AsOf         `json:"asOf"`
	Account core.Address `json:"account"`
	FromEra core.Era     `json:"fromEra"`
	ToEra   core.Era     `json:"toEra"`
	Steps   []EarnStep   `json:"steps"`
}

// EarnStep is one step of it: the last of a role is the leaf, and is the sum of what was carried and what is paid.
type EarnStep struct {
	Role     string        `json:"role" enum:"operator,staker"`
	Reason   string        `json:"reason" doc:"a code of docs/reasons.md, noun reward"`
	Era      *core.Era     `json:"era,omitempty"`
	Operator *core.Address `json:"operator,omitempty"`
	Vault    *core.Address `json:"vault,omitempty"`
	Formula  string        `json:"formula" doc:"with the names of terms"`
	Terms    []EarnTerm    `json:"terms"`
	Amount   Amount        `json:"amount"`
}

// EarnTerm is a number of a formula.
type EarnTerm struct {
	Name  string `json:"name"`
	Value Amount `json:"value"`
}

// Slashes are cases of a set, the newest first.
type Slashes struct {
	AsOf  AsOf    `json:"asOf"`
	Items []Slash `json:"items"`
	Next  string  `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Slash is what one offence costs in one vault, base units of the vault's collateral. Times that never come are missing.
type Slash struct {
	ID         string       `json:"id" doc:"operator-era-kind-vault"`
	Operator   core.Address `json:"operator"`
	Era        core.Era     `json:"era"`
	Kind       string       `json:"kind"`
	Vault      core.Address `json:"vault"`
	Collateral core.Address `json:"collateral"`
	Reporter   core.Address `json:"reporter"`
	Evidence   core.Hash    `json:"evidence" doc:"the transaction that proved it"`
	Status     string       `json:"status"`
	Penalty    Amount       `json:"penalty" doc:"what is requested"`
	Slashable  Amount       `json:"slashable" doc:"what could be taken at all now; it only falls"`
	Takeable   Amount       `json:"takeable" doc:"the smaller of the two, 0 when nothing can be taken any more"`
	Resolver   core.Address `json:"resolver" doc:"who can veto; zero: nobody"`
	Next       string       `json:"nextStep" enum:"nothing,report,request,execute,wait"`
	Reason     string       `json:"reason" doc:"a code of docs/reasons.md, noun slash"`
	Text       string       `json:"text" doc:"the reason in words"`
	Until      core.Time    `json:"until,omitempty" doc:"last moment for the next step"`

	Capture     core.Time `json:"capture"`
	ReportedAt  core.Time `json:"reportedAt,omitempty"`
	ReportBy    core.Time `json:"reportBy,omitempty"`
	RequestedAt core.Time `json:"requestedAt,omitempty"`
	RequestBy   core.Time `json:"requestBy,omitempty"`
	VetoUntil   core.Time `json:"vetoUntil,omitempty"`
	ExecuteFrom core.Time `json:"executeFrom,omitempty"`
	ExecuteBy   core.Time `json:"executeBy,omitempty"`
	ExecutedAt  core.Time `json:"executedAt,omitempty"`
}

// Proofs are an account's leaves under the roots that were activated last.
type Proofs struct {
	Set          core.SetID   `json:"set"`
	ToEra        core.Era     `json:"toEra" doc:"paid up to here"`
	Distribution core.Hash    `json:"distribution" doc:"hash of the file with every leaf"`
	Account      core.Address `json:"account"`
	Leaves       []ProvenLeaf `json:"leaves" doc:"none: the account has earned nothing"`
}

// ProvenLeaf is a leaf with its proof.
type ProvenLeaf struct {
	Role   string      `json:"role" enum:"operator,staker"`
	Amount Amount      `json:"amount" doc:"all that was ever earned"`
	Root   core.Hash   `json:"root"`
	Proof  []core.Hash `json:"proof" doc:"from the bottom up"`
}
