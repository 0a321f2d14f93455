package e2e

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// network is somebody else's in Symbiotic: one account that is its own middleware, to which a vault of ours and an
// operator are committed as well. Nobody can veto its slashes.
type network struct {
	engine.Hand
	vault    *vault
	operator *devnet.Operator
}

// The packers of the Symbiotic contracts that another network needs.
var (
	networkRegistry    = bindings.NewNetworkRegistry()
	middlewareService  = bindings.NewNetworkMiddlewareService()
	optIns             = bindings.NewOptInService()
	delegators         = bindings.NewNetworkRestakeDelegator()
	slashers           = bindings.NewVetoSlasher()
	symbioticOperators = bindings.NewOperatorRegistry()
)

// newNetwork registers a network and gives it all of a vault through one operator.
func (w *world) newNetwork(v *vault, o *devnet.Operator) *network {
	w.t.Helper()
	n, s := &network{Hand: w.NewHand(), vault: v, operator: o}, w.Symbiotic()
	own := n.Sender.From()
	w.do(n.Hand, s.NetworkRegistry, networkRegistry.PackRegisterNetwork())
	w.do(n.Hand, s.NetworkMiddleware, middlewareService.PackSetMiddleware(own))
	w.do(o.Hand, s.NetworkOptIn, optIns.PackOptIn(own))
	most := chain.Big(vara(1_000_000_000))
	w.do(n.Hand, v.Delegator, delegators.PackSetMaxNetworkLimit(new(big.Int), most))
	w.do(v.curator, v.Delegator, delegators.PackSetNetworkLimit(n.subnetwork(), most))
	w.do(v.curator, v.Delegator, delegators.PackSetOperatorNetworkShares(n.subnetwork(), common.Address(o.Address()), common.Big1))
	return n
}

func (n *network) subnetwork() (id [32]byte) {
	copy(id[:], n.Sender.From().Bytes())
	return id
}

// slash takes an amount of the vault at once.
func (n *network) slash(w *world, amount core.Amount) {
	w.t.Helper()
	capture := chain.Number(w.Now())
	w.must(w.Advance(2))
	before := w.balance(devnet.Burner)
	w.do(n.Hand, n.vault.Slasher, slashers.PackRequestSlash(n.subnetwork(), common.Address(n.operator.Address()),
		chain.Big(amount), capture, nil))
	w.do(n.Hand, n.vault.Slasher, slashers.PackExecuteSlash(new(big.Int), nil))
	if got := minus(w.balance(devnet.Burner), before); got != amount {
		w.t.Fatalf("the other network took %s, want %s", got.Dec(), amount.Dec())
	}
}
