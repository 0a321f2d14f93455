package stake

import "github.com/gear-tech/roster/core"

// Place is where an event stands in the chain.
type Place struct {
	Block uint64
	Index uint64 // of the log in its block
	Time  core.Time
}

// before reports whether a place is strictly before another.
func (p Place) before(q Place) bool {
	return p.Block < q.Block || p.Block == q.Block && p.Index < q.Index
}

// Event is what a log of Symbiotic's or Roster's contracts says, one of this file's types.
type Event interface{ event() }

// Of a vault (Symbiotic's Vault). Amounts are collateral base units.
type (
	// Deposited: Vault.Deposit.
	Deposited struct {
		Vault, Account core.Address
		Amount, Shares core.Amount
	}
	// Withdrawn: Vault.Withdraw; Minted are the shares of the bucket, which Claimer gets.
	Withdrawn struct {
		Vault, Account, Claimer core.Address
		Amount, Burned, Minted  core.Amount
	}
	// Claimed: Vault.Claim and Vault.ClaimBatch.
	Claimed struct {
		Vault, Account core.Address
		Epochs         []uint64
	}
	// Transferred: Transfer of a vault of version 2, whose shares are tokens.
	Transferred struct {
		Vault, From, To core.Address
		Shares          core.Amount
	}
	// VaultSlashed: Vault.OnSlash. Slashed is what left the vault.
	VaultSlashed struct {
		Vault   core.Address
		Capture core.Time
		Slashed core.Amount
	}
)

// Of a vault's delegator, of the network's own subnetworks alone.
type (
	// NetworkLimitSet: SetNetworkLimit of types 0, 1 and 2.
	NetworkLimitSet struct {
		Vault  core.Address
		Set    core.SetID
		Amount core.Amount
	}
	// MaxNetworkLimitSet: SetMaxNetworkLimit of any type. It lowers a limit above it without an event of its own.
	MaxNetworkLimitSet struct {
		Vault  core.Address
		Set    core.SetID
		Amount core.Amount
	}
	// OperatorSharesSet: SetOperatorNetworkShares of type 0.
	OperatorSharesSet struct {
		Vault, Operator core.Address
		Set             core.SetID
		Shares          core.Amount
	}
	// OperatorLimitSet: SetOperatorNetworkLimit of type 1.
	OperatorLimitSet struct {
		Vault, Operator core.Address
		Set             core.SetID
		Amount          core.Amount
	}
	// OperatorSlashed: the delegator's OnSlash; Amount is what the slasher took off the operator's stake, whether or
	// not the vault had it.
	OperatorSlashed struct {
		Vault, Operator core.Address
		Set             core.SetID
		Capture         core.Time
		Amount          core.Amount
	}
)

// Of Symbiotic's opt-in services.
type (
	// VaultOptedIn: OptIn and OptOut of an operator to a vault.
	VaultOptedIn struct {
		Vault, Operator core.Address
		In              bool
	}
	// NetworkOptedIn: OptIn and OptOut of an operator to the network.
	NetworkOptedIn struct {
		Operator core.Address
		In       bool
	}
)

// Of Roster's Operators. What they say counts from the next second on.
type (
	// OperatorRegistered also carries the key of a registration.
	OperatorRegistered struct {
		Set      core.SetID
		Operator core.Address
		KeyHash  core.Hash
		Endpoint string
	}
	KeyRotated struct {
		Set      core.SetID
		Operator core.Address
		KeyHash  core.Hash
	}
	EndpointChanged struct {
		Set      core.SetID
		Operator core.Address
		Endpoint string
	}
	// CommissionChanged counts from From on; what was announced and counts later is withdrawn by it.
	CommissionChanged struct {
		Set        core.SetID
		Operator   core.Address
		Commission core.Bps
		From       core.Time
	}
	OperatorPaused struct {
		Set      core.SetID
		Operator core.Address
		Paused   bool // false: resumed
	}
	OperatorLeft struct {
		Set      core.SetID
		Operator core.Address
	}
	OperatorJailed struct {
		Operator core.Address
		Until    core.Time
	}
)

// Of Roster's Middleware.
type (
	// VaultLinked: a vault in or out of one of an operator's slots.
	VaultLinked struct {
		Set             core.SetID
		Operator, Vault core.Address
		Slot            int
		Linked          bool // false: unlinked
	}
	// ParametersSet: SetCreated, from the next second on, and ParametersAnnounced.
	ParametersSet struct {
		Set        core.SetID
		From       core.Time
		Parameters Parameters
	}
	// CollateralSet: CollateralAnnounced.
	CollateralSet struct {
		Token  core.Address
		From   core.Time
		Weight core.Amount // 1e18 fixed point
	}
)

func (Deposited) event()          {}
func (Withdrawn) event()          {}
func (Claimed) event()            {}
func (Transferred) event()        {}
func (VaultSlashed) event()       {}
func (NetworkLimitSet) event()    {}
func (MaxNetworkLimitSet) event() {}
func (OperatorSharesSet) event()  {}
func (OperatorLimitSet) event()   {}
func (OperatorSlashed) event()    {}
func (VaultOptedIn) event()       {}
func (NetworkOptedIn) event()     {}
func (OperatorRegistered) event() {}
func (KeyRotated) event()         {}
func (EndpointChanged) event()    {}
func (CommissionChanged) event()  {}
func (OperatorPaused) event()     {}
func (OperatorLeft) event()       {}
func (OperatorJailed) event()     {}
func (VaultLinked) event()        {}
func (ParametersSet) event()      {}
func (CollateralSet) event()      {}
