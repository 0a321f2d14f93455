package devnet

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
)

// Base units of wVARA (12 decimals).
const VARA = 1_000_000_000_000

// BatchGas is what a batch may use (protocol §6): about a second of one core.
const BatchGas = 1_000_000_000_000

// Supply is all the wVARA of a network, in base units: 10^9 wVARA, held by its Owner at first.
var Supply = *new(core.Amount).Mul(uint256.NewInt(VARA), uint256.NewInt(1_000_000_000))

// NetworkOptions say what network to start.
type NetworkOptions struct {
	Options
	// Times default to era.Devnet. A zero Genesis becomes the first full minute that leaves room to set up.
	Times era.Times
	// Setup is how long before the first capture the network starts, seconds; default 600.
	Setup core.Time
}

// Network is a chain with Symbiotic's and Roster's contracts, and hands to act with. Its accounts, by number:
// 0 owner (and deployer), 1 resolver, 2 judge, 3 a stranger, the last one Symbiotic's owner; the rest are free.
type Network struct {
	*Chain
	Roster *chain.Roster
	Gas    map[string]uint64 // of each deployment

	Owner, Resolver, Judge, Stranger engine.Hand

	next int // first free account
}

// The fixed roles' accounts.
const (
	ownerAccount = iota
	resolverAccount
	judgeAccount
	strangerAccount
	firstFree
)

// StartNetwork starts a chain and deploys Roster on it.
func StartNetwork(ctx context.Context, o NetworkOptions) (*Network, error) {
	o.Options = o.Options.withDefaults()
	if o.Times == (era.Times{}) {
		o.Times = era.Devnet()
	}
	if o.Setup == 0 {
		o.Setup = 600
	}
	if o.Times.Genesis == 0 {
		o.Times.Genesis = o.Options.Genesis + o.Setup + o.Times.ElectionLead
	}
	c, err := Start(o.Options)
	if err != nil {
		return nil, err
	}
	n := &Network{Chain: c, next: firstFree}
	if err := n.deploy(ctx, o.Times); err != nil {
		return nil, fmt.Errorf("start network: %w", joinClose(err, c))
	}
	return n, nil
}

func joinClose(err error, c *Chain) error {
	if closing := c.Close(); closing != nil {
		return fmt.Errorf("%w (and closing the chain: %w)", err, closing)
	}
	return err
}

func (n *Network) deploy(ctx context.Context, times era.Times) error {
	by := n.Sender(n.Account(ownerAccount))
	token, _, err := chain.DeployToken(ctx, by, Supply)
	if err != nil {
		return err
	}
	s := n.Symbiotic()
	made, err := chain.Deploy(ctx, by, 1, chain.Setup{
		Times: times, Token: token, NetworkRegistry: s.NetworkRegistry, MiddlewareService: s.NetworkMiddleware,
		VaultFactory: s.VaultFactory, OperatorRewardsFactory: s.RewardsFactory,
		OperatorRegistry: s.OperatorRegistry, NetworkOptIn: s.NetworkOptIn,
		Owner: by.From(), Resolver: n.Account(resolverAccount).Address, Judge: n.Account(judgeAccount).Address,
		Burner: Burner, BatchBlocks: 1, BatchGas: BatchGas,
	})
	if err != nil {
		return err
	}
	n.Gas = made.Gas
	if n.Roster, err = chain.Open(ctx, n.Client(), made.At.Middleware, made.At.Programs, made.FirstBlock); err != nil {
		return err
	}
	n.Owner = engine.Hand{Roster: n.Roster, Sender: by}
	n.Resolver, n.Judge, n.Stranger = n.Hand(resolverAccount), n.Hand(judgeAccount), n.Hand(strangerAccount)
	return nil
}

// Hand returns the i-th account as a hand.
func (n *Network) Hand(i int) engine.Hand {
	return engine.Hand{Roster: n.Roster, Sender: n.Sender(n.Account(i))}
}

// NewHand returns an account that nobody has had yet.
func (n *Network) NewHand() engine.Hand {
	n.next++
	return n.Hand(n.next - 1)
}

// Do sends a call by a hand and returns its receipt.
func Do(ctx context.Context, by engine.Hand, to common.Address, data []byte) (*types.Receipt, error) {
	return by.Sender.Do(ctx, chain.To(to, data))
}

// Give moves wVARA from the owner to an account, base units.
func (n *Network) Give(ctx context.Context, to common.Address, amount core.Amount) error {
	_, err := Do(ctx, n.Owner, n.Roster.At.Token, token.PackTransfer(to, chain.Big(amount)))
	return err
}

// Balance returns an account's wVARA, base units.
func (n *Network) Balance(ctx context.Context, account common.Address) (core.Amount, error) {
	b, err := chain.Read(ctx, n.Client(), n.Roster.At.Token, nil, token.PackBalanceOf(account), token.UnpackBalanceOf)
	if err != nil {
		return core.Amount{}, err
	}
	return chain.Amount(b), nil
}

// CreateSet makes an operator set whose batches start from nothing.
func (n *Network) CreateSet(ctx context.Context, p bindings.SetParameters) (core.SetID, error) {
	return n.CreateSetFrom(ctx, p, 0, core.Hash{})
}

// CreateSetFrom is CreateSet of one that goes on from the head of a dead set.
func (n *Network) CreateSetFrom(ctx context.Context, p bindings.SetParameters, number uint64, hash core.Hash) (core.SetID, error) {
	block, _, err := n.Roster.Head(ctx)
	if err != nil {
		return 0, err
	}
	set, err := n.Roster.SetCount(ctx, block)
	if err != nil {
		return 0, err
	}
	_, err = Do(ctx, n.Owner, n.Roster.At.Middleware, middleware.PackCreateSet(p, number, hash))
	return set, err
}

// Fund adds to a set's pot from the owner's wVARA.
func (n *Network) Fund(ctx context.Context, set core.SetID, amount core.Amount) error {
	if _, err := Do(ctx, n.Owner, n.Roster.At.Token, token.PackApprove(n.Roster.At.Rewards, chain.Big(amount))); err != nil {
		return err
	}
	_, err := Do(ctx, n.Owner, n.Roster.At.Rewards, rewardsContract.PackFund(chain.Number(set), chain.Big(amount)))
	return err
}

var (
	token            = bindings.NewWrappedVara()
	middleware       = bindings.NewMiddleware()
	rewardsContract  = bindings.NewRewards()
	operatorsOf      = bindings.NewOperators()
	optIn            = bindings.NewOptInService()
	registry         = bindings.NewOperatorRegistry()
	vaultOf          = bindings.NewVault()
	restakeDelegator = bindings.NewNetworkRestakeDelegator()
)

// Operator is an operator with its two keys.
type Operator struct {
	engine.Hand
	Key *bls.SecretKey
}

// NewOperator makes an operator that Symbiotic knows and that is opted in to the network; it is in no set yet.
func (n *Network) NewOperator(ctx context.Context) (*Operator, error) {
	o := &Operator{Hand: n.NewHand()}
	var err error
	seed := crypto.Keccak256(fmt.Appendf(nil, "roster devnet operator %q %s", n.options.Seed, o.Sender.From()))
	if o.Key, err = bls.SecretKeyFromSeed(seed); err != nil {
		return nil, err
	}
	if _, err = Do(ctx, o.Hand, n.Symbiotic().OperatorRegistry, registry.PackRegisterOperator()); err != nil {
		return nil, err
	}
	_, err = Do(ctx, o.Hand, n.Symbiotic().NetworkOptIn, optIn.PackOptIn(n.Roster.At.Middleware))
	return o, err
}

// Address is the operator's.
func (o *Operator) Address() core.Address { return core.Address(o.Sender.From()) }

// Register enters the operator in a set with its key.
func (o *Operator) Register(ctx context.Context, set core.SetID, endpoint string, commission core.Bps) (*types.Receipt, error) {
	key, proof := o.Possession(set)
	return Do(ctx, o.Hand, o.Roster.At.Operators,
		operatorsOf.PackRegisterOperator(chain.Number(set), key, proof, endpoint, uint16(commission)))
}

// Possession returns the operator's key and the proof that it has it, as the contracts take them.
func (o *Operator) Possession(set core.SetID) (key [6][32]byte, proof [3][32]byte) {
	public := o.Key.PublicKey()
	digest := batch.Possession(o.Roster.ChainID, core.Address(o.Roster.At.Middleware), set, o.Address(), public.Hash())
	return chain.KeyWords(public.Packed()), chain.SignatureWords(o.Key.ProvePossession(digest).Packed())
}

// MakeVault makes a wVARA vault that fits the network's times; the curator holds its roles. What the spec says
// already stays.
func (n *Network) MakeVault(ctx context.Context, curator engine.Hand, spec VaultSpec) (Vault, error) {
	if spec.Collateral == (common.Address{}) {
		spec.Collateral = n.Roster.At.Token
	}
	if spec.Epoch == 0 {
		spec.Epoch = n.Roster.Times.MaxVaultEpoch
	}
	if spec.VetoDuration == 0 {
		spec.VetoDuration = n.Roster.Times.MinVeto
	}
	if spec.Delegator == OperatorNetworkSpecific && spec.Network == (common.Address{}) {
		spec.Network = n.Roster.At.Middleware
	}
	return n.Symbiotic().CreateVault(ctx, curator.Sender, spec)
}

// Enroll gives a vault to a set.
func (n *Network) Enroll(ctx context.Context, by engine.Hand, set core.SetID, vault Vault) error {
	_, err := Do(ctx, by, n.Roster.At.Middleware, middleware.PackEnrollVault(chain.Number(set), vault.Address))
	return err
}

// Link opts an operator in to a vault and links it.
func (o *Operator) Link(ctx context.Context, s Symbiotic, set core.SetID, vault Vault) error {
	if _, err := Do(ctx, o.Hand, s.VaultOptIn, optIn.PackOptIn(vault.Address)); err != nil {
		return err
	}
	_, err := Do(ctx, o.Hand, o.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(set), vault.Address))
	return err
}

// Limit lets a set have at most this much of a vault (delegator types 0 and 2), collateral base units.
func (n *Network) Limit(ctx context.Context, curator engine.Hand, set core.SetID, vault Vault, amount core.Amount) error {
	_, err := Do(ctx, curator, vault.Delegator, restakeDelegator.PackSetNetworkLimit(n.Roster.Subnetwork(set), chain.Big(amount)))
	return err
}

// Delegate sets an operator's shares of a vault (delegator type 0).
func (n *Network) Delegate(ctx context.Context, curator engine.Hand, set core.SetID, vault Vault, to common.Address, shares core.Amount) error {
	_, err := Do(ctx, curator, vault.Delegator,
		restakeDelegator.PackSetOperatorNetworkShares(n.Roster.Subnetwork(set), to, chain.Big(shares)))
	return err
}

// Deposit puts a staker's wVARA into a vault, approving it first.
func (n *Network) Deposit(ctx context.Context, staker engine.Hand, vault Vault, amount core.Amount) error {
	if _, err := Do(ctx, staker, n.Roster.At.Token, token.PackApprove(vault.Address, chain.Big(amount))); err != nil {
		return err
	}
	_, err := Do(ctx, staker, vault.Address, vaultOf.PackDeposit(staker.Sender.From(), chain.Big(amount)))
	return err
}
