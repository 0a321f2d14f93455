package demo

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// facts is everything that the checks and the record need, read from the chain at one block and recomputed by
// core; nothing in it comes from the story's own memory. It is plain data, so that a test can tamper with it.
type facts struct {
	sets    []setFacts
	vaults  []vaultFacts
	supply  core.Amount // totalSupply
	holders core.Amount // Σ of all balances there are
	burner  core.Amount // what the burner has
	rewards core.Amount // what Rewards has
	router  core.Amount // what the Router has
}

type setFacts struct {
	id        core.SetID
	elections []electionFacts
	batches   []batchFacts
	rewards   []rewardFacts
	contracts []contractFacts
	pot       chain.Pot
	bonds     []chain.Bond
	slashes   []slashFacts
}

// electionFacts is an era's set as it stands on chain, and as core elects it.
type electionFacts struct {
	standing  chain.Elected
	stands    bool
	active    bool // is or was
	right     election.Result
	aggregate core.Hash // of the right keys
	capture   core.Time
	discarded int
	gas       uint64 // of the transaction that posted what stands
}

// batchFacts is a committed batch with what it takes to weigh its certificate.
type batchFacts struct {
	chain.Committed
	right   core.Hash // its hash when the programs are run again from the chain; zero: there is no such batch
	weights []core.Amount
	ejected quorum.Bitmap // when it was committed
}

// rewardFacts is an activation on chain, and as it is recomputed.
type rewardFacts struct {
	activated *chain.RewardsActivated
	right     engine.Distribution
}

// contractFacts is one reward contract.
type contractFacts struct {
	at      common.Address
	paidIn  core.Amount
	balance core.Amount
	claims  []claimFacts
	leaves  []reward.Balance // of the tree activated last, as recomputed
	claimed map[core.Address]core.Amount
}

type claimFacts struct {
	account core.Address
	amount  core.Amount
	gas     uint64
}

// slashFacts is one case, from the request on.
type slashFacts struct {
	slash.Case
	requested, taken, bounty core.Amount
	onSlash                  core.Amount // what the vault says left it in the transaction that executed
	tx                       common.Hash
	status                   slash.Status
}

// vaultFacts is what a vault has, and what its events say it should have.
type vaultFacts struct {
	at      core.Address
	balance core.Amount
	flow    chain.VaultFlow
}
