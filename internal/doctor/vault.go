package doctor

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
)

// vaultChecks looks at every vault that an operator of the set has linked, in the order of their addresses.
func (v *visit) vaultChecks(ctx context.Context) error {
	resolver, err := chain.Read(ctx, v.client, v.Middleware, v.at(), middleware.PackRESOLVER(), middleware.UnpackRESOLVER)
	if err != nil {
		return err
	}
	present, err := v.presentEra(ctx)
	if err != nil {
		return err
	}
	addresses := slices.SortedFunc(maps.Keys(v.vaults), func(a, b core.Address) int { return bytes.Compare(a[:], b[:]) })
	for _, a := range addresses {
		v.vaultCheck(a, v.vaults[a], resolver, present)
	}
	if len(addresses) == 0 {
		v.ok("vault", "", "no vault is linked by any of %s", plural(len(v.projection.Operators), "operator"))
	}
	return nil
}

// presentEra is the era whose stake is at work: of the active set, else the one captured last, else the first.
func (v *visit) presentEra(ctx context.Context) (core.Era, error) {
	active, any, err := v.roster.ActiveEra(ctx, v.Set, v.block)
	if err != nil || any {
		return active, err
	}
	captured, _ := v.roster.Times.CapturedAt(v.now)
	return captured, nil
}

func (v *visit) vaultCheck(a core.Address, w *vault, resolver common.Address, present core.Era) {
	t, whole := v.roster.Times, true
	wrong := func(why core.Reason, c Check) {
		whole = false
		c.Name, c.Subject = "vault", a.String()
		v.found(why, c)
	}
	findings := era.CheckVault(t, w.epoch, w.veto)
	for _, f := range findings {
		if !f.OK {
			wrong(vaultTimes, Check{Text: inequality(f), Have: seconds(f.Have), Need: seconds(f.Need), Do: vaultTimes.Long + " " + f.Long})
		}
	}
	if w.resolver != resolver {
		wrong(vaultResolver, Check{Have: name(w.resolver), Need: name(resolver)})
	}
	if w.hook != (common.Address{}) {
		wrong(vaultHook, Check{Have: name(w.hook), Need: "none"})
	}
	if w.weight.IsZero() {
		wrong(collateralWeightless, Check{Text: "collateral " + name(w.Collateral) + " counts nothing", Have: "weight 0", Need: "more than 0", By: v.capture})
	}
	if !whole {
		return
	}
	// The last line of the inequalities, as moments: the stake of the present era, and the last execution for it.
	needed := t.RequestDeadline(present) + w.veto + t.ExecutionWindow
	v.ok("vault", a.String(), "epoch %s, veto %s; the stake of era %d stays slashable until %s, %s longer than needed",
		span(w.epoch), span(w.veto), present, Moment(t.SlashableUntil(present, w.epoch), v.now), span(t.SlashableUntil(present, w.epoch)-needed))
}

// zero is one reason for which an operator's stake in a vault is 0.
type zero struct {
	why        core.Reason
	have, need string
}

// zeroStake says why an operator's stake in a vault is 0.
func (v *visit) zeroStake(ctx context.Context, a core.Address, w *vault) ([]zero, error) {
	var list []zero
	id := v.roster.Subnetwork(v.Set)
	service, err := chain.Read(ctx, v.client, w.Delegator, v.at(), delegators.PackOPERATORVAULTOPTINSERVICE(), delegators.UnpackOPERATORVAULTOPTINSERVICE)
	if err != nil {
		return nil, err
	}
	in, err := chain.Read(ctx, v.client, service, v.at(), optIns.PackIsOptedIn(v.Operator, common.Address(a)), optIns.UnpackIsOptedIn)
	if err != nil {
		return nil, err
	}
	if !in {
		list = append(list, zero{why: notOptedInVault})
	}
	limit := delegators.PackNetworkLimit(id)
	if w.kind == operatorNetworkSpecific { // it has the network's own limit alone
		limit = delegators.PackMaxNetworkLimit(id)
	}
	most, err := chain.Read(ctx, v.client, w.Delegator, v.at(), limit, delegators.UnpackNetworkLimit)
	if err != nil {
		return nil, err
	}
	if most.Sign() == 0 {
		list = append(list, zero{limitZero, "limit 0", "more than 0"})
	}
	if w.kind == networkRestake {
		shares, err := chain.Read(ctx, v.client, w.Delegator, v.at(), delegators.PackOperatorNetworkShares(id, v.Operator),
			delegators.UnpackOperatorNetworkShares)
		if err != nil {
			return nil, err
		}
		if shares.Sign() == 0 {
			list = append(list, zero{sharesZero, "0 shares", "more than 0"})
		}
	}
	active, err := v.roster.ActiveStake(ctx, common.Address(a), v.block)
	if err != nil {
		return nil, err
	}
	if active.IsZero() {
		list = append(list, zero{vaultEmpty, "nothing deposited", "more"})
	}
	if len(list) == 0 {
		list = append(list, zero{stakeZero, fmt.Sprintf("limit %v, %s active", most, active.Dec()), "a stake of 1 or more"})
	}
	return list, nil
}

// The delegators that are told apart, by Symbiotic's numbers.
const (
	networkRestake          = 0
	operatorNetworkSpecific = 3
)
