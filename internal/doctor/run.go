package doctor

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Options say what to look at. What is empty is left out.
type Options struct {
	// Endpoints are URLs of Ethereum nodes. The first that serves the right chain answers what follows.
	Endpoints []string
	// ChainID is the chain that is meant; 0: the first endpoint's.
	ChainID uint64
	// Middleware is the network, Programs the contract that nothing on chain names.
	Middleware, Programs common.Address
	// Expected are all addresses as a file has them; nil: none.
	Expected *chain.Addresses
	Set      core.SetID
	Operator common.Address
	// Keystore is the file of the account that sends, Password where its password is. Without a keystore the operator
	// is taken to send.
	Keystore string
	Password chain.Password
	// BLSKey is the file of the operator's BLS key: 32 bytes as hex, or a keystore that BLSPassword opens.
	BLSKey      string
	BLSPassword chain.Password
	// Store is the node's file.
	Store string
	// Cases returns where every slash of a set stands at a block; nil: slashes are not looked at.
	Cases func(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) ([]slash.Case, []slash.Dispute, error)
	// Now is the wall clock; default time.Now.
	Now func() time.Time
	// Probe is how long an endpoint may take for all questions about itself; default 10 seconds.
	Probe time.Duration
}

// client is what an endpoint must answer: what chain needs, and two questions of our own.
type client interface {
	chain.Client
	CodeAt(ctx context.Context, account common.Address, block *big.Int) ([]byte, error)
	SyncProgress(ctx context.Context) (*ethereum.SyncProgress, error)
	Close()
}

// visit is one run on its way.
type visit struct {
	Options
	Report
	secrets []string // parts of URLs that no text may repeat

	client    client      // of the first endpoint that serves the right chain; nil when none does
	endpoint  string      // as it is shown
	finalized chain.Block // zero when the endpoint knows none
	baseFee   *big.Int

	roster  *chain.Roster
	block   uint64    // the newest block
	now     core.Time // its time: what is late is judged by the chain's clock
	next    core.Era  // the next era to be captured
	capture core.Time // its capture

	rules      stake.Parameters        // of the set at that capture
	projection stake.Snapshot          // of that capture, if nothing changes
	vaults     map[core.Address]*vault // that are linked
	self       *stake.Operator         // the operator's part of the projection; nil when it is not in the set
	counts     bool                    // what the operator has can count: it is registered and opted in to the network
	account    common.Address          // who sends
	opened     *bool                   // whether the keystore opened; nil before it was tried
}

// The packers of our contracts: they hold no state.
var (
	middleware = bindings.NewMiddleware()
	operators  = bindings.NewOperators()
	router     = bindings.NewRouter()
	rewards    = bindings.NewRewards()
	offences   = bindings.NewOffences()
	programs   = bindings.NewPrograms()
	token      = bindings.NewWrappedVara()
)

// Run looks at everything, and returns what it found. What cannot be read is a check that says so. The error is that
// of the context when it was cancelled: the report is then of the checks so far. A deadline is no error; what comes
// after it could not be read.
func Run(ctx context.Context, o Options) (Report, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Probe == 0 {
		o.Probe = 10 * time.Second
	}
	v := &visit{Options: o, Report: Report{Schema: Schema, Checks: []Check{}}, account: o.Operator}
	for _, raw := range o.Endpoints {
		v.secrets = append(v.secrets, secretsOf(raw)...)
	}
	err := v.run(ctx)
	if v.client != nil {
		v.client.Close()
	}
	return v.Report, err
}

// step is one check, or a few that belong together. What it cannot read it returns.
type step struct {
	name string
	do   func(context.Context) error
}

// errStop ends a part of the run whose further checks depend on the one that failed, which has said why.
var errStop = errors.New("the rest depends on it")

func (v *visit) run(ctx context.Context) error {
	if err := v.endpoints(ctx); err != nil {
		return err
	}
	if v.client == nil {
		v.unknown(notLookedAt, "contracts", "", "no endpoint serves the right chain, so nothing on it was looked at")
	} else if err := v.onChain(ctx); err != nil {
		return err
	}
	var local []step
	if v.Keystore != "" && v.opened == nil {
		local = append(local, step{"keystore", v.keystore})
	}
	if v.Store != "" {
		local = append(local, step{"store", v.store})
	}
	return v.steps(ctx, local)
}

// onChain makes the checks that ask the chain, in order: each relies on those before it.
func (v *visit) onChain(ctx context.Context) error {
	first := []step{{"contracts", v.contracts}, {"wiring", v.wiring}, {"set", v.set}}
	set := []step{{"network", v.network}, {"roles", v.roles}, {"times", v.times}, {"archive", v.archive}, {"logs", v.logs},
		{"parameters", v.parameters}, {"pot", v.pot}, {"executors", v.executors}, {"election", v.election}, {"rewards", v.pending}}
	if v.Cases != nil {
		set = append(set, step{"slashes", v.slashes})
	}
	stakes := []step{{"vault", v.project}, {"vault", v.vaultChecks}}
	if v.Operator != (common.Address{}) {
		stakes = append(stakes, step{"operator", v.operator}, step{"key", v.key}, step{"contact", v.contact},
			step{"commission", v.commission}, step{"links", v.links}, step{"stake", v.stake}, step{"rank", v.rank})
	}
	var money []step
	if v.Keystore != "" {
		money = append(money, step{"keystore", v.keystore})
	}
	if v.Keystore != "" || v.Operator != (common.Address{}) {
		money = append(money, step{"gas", v.gas}, step{"bond", v.bond})
	}
	if err := v.steps(ctx, first); err != nil || v.rules.MaxExecutors == 0 {
		return err
	}
	for _, group := range [][]step{set, stakes, money} {
		if err := v.steps(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

// steps takes steps until one says that the rest depends on it. The error is a cancelled context's.
func (v *visit) steps(ctx context.Context, list []step) error {
	for _, s := range list {
		err := s.do(ctx)
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		if errors.Is(err, errStop) {
			return nil
		}
		if err != nil {
			v.unknown(cannotRead, s.name, "", v.plain(err))
		}
	}
	return nil
}
