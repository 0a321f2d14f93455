package reward

import "github.com/gear-tech/roster/core"

// The most Executors a set may have, and the most vaults that may count for one of them (protocol §3).
const (
	MaxExecutors = 128
	MaxVaults    = 16
)

// maxTotalBits is the width of a header's total weight, uint96 (protocol §5).
const maxTotalBits = 96

// Facts is everything that decides what an era pays, all of it from the chain (protocol §8). An era without
// a set has no Executors and a total of 0; then whatever was reserved is unearned.
type Facts struct {
	Set core.SetID
	Era core.Era

	Emission        core.Amount   // emission(e), wVARA base units: what the Middleware reserved
	EmissionRule    EmissionID    // as of the capture
	RateBps         core.Bps      // eraRateBps as of the capture, 0 … 10,000; used by the rate rule
	PerformanceRule PerformanceID // as of the capture
	Floor           uint64        // the strict rule's floor as of the capture, 0 … 1e18

	Total        core.Amount // the header's total weight, wVARA base units, < 2^96; the sum of the Executors'
	Certificates uint64      // batches committed under a certificate of this era
	Executors    []Executor  // the set; the order does not matter to any amount
	Vaults       []Vault     // each vault that any Executor names, once; the order does not matter
}

// Executor is one entry of the era's set and what it did.
type Executor struct {
	Operator      core.Address
	Weight        core.Amount    // the entry's weight, wVARA base units, > 0 (protocol §4)
	Signed        uint64         // certificates in which, or in whose addSigners statement, its bit is set
	Ejected       bool           // its ejected bit was set in the era (protocol §4)
	Jailed        bool           // jailed before the era closed, end(e) + signersWindow
	CommissionBps core.Bps       // at the capture, 0 … 10,000
	Contributions []Contribution // the vaults that counted for it at the capture, each once, at most 16
}

// Contribution is what one vault added to an operator's stake at the capture.
type Contribution struct {
	Vault  core.Address
	Amount core.Amount // wVARA base units, after maxVaultStake (protocol §3)
}

// Vault is a vault's shares at the capture, from Symbiotic's Vault.
type Vault struct {
	Vault       core.Address
	TotalShares core.Amount // activeSharesAt(capture)
	Shares      Amounts     // each staker's activeSharesOfAt(staker, capture)
}
