package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Governance is who may do what with the network. All but the owner are for good.
type Governance struct {
	// Owner makes sets, announces parameters and collaterals, and refuses rewards. PendingOwner is whom it named, and who has not
	// accepted; zero for nobody.
	Owner, PendingOwner common.Address
	// Resolver can veto slashes, Judge uphold disputes; Burner is where slashed stake goes.
	Resolver, Judge, Burner common.Address
	// VaultFactory is Symbiotic's.
	VaultFactory common.Address
}

// Governance reads it at a block, 0 for the newest.
func (r *Roster) Governance(ctx context.Context, block uint64) (Governance, error) {
	a := &getter{ctx: ctx, client: r.Client}
	if block > 0 {
		a.block = Number(block)
	}
	one := func(data []byte, unpack func([]byte) (common.Address, error)) common.Address {
		return get(a, r.At.Middleware, data, unpack)
	}
	g := Governance{
		Owner: one(middleware.PackOwner(), middleware.UnpackOwner), PendingOwner: one(middleware.PackPendingOwner(), middleware.UnpackPendingOwner),
		Resolver: one(middleware.PackRESOLVER(), middleware.UnpackRESOLVER), Judge: one(middleware.PackJudge(), middleware.UnpackJudge),
		Burner: one(middleware.PackBURNER(), middleware.UnpackBURNER), VaultFactory: one(middleware.PackVAULTFACTORY(), middleware.UnpackVAULTFACTORY),
	}
	return g, a.err
}

// CheckMiddleware refuses a Middleware that was deployed otherwise than a setup says, or that names others of our contracts than
// these: User errors.
func CheckMiddleware(ctx context.Context, client Client, at Addresses, d Setup) error {
	r := &Roster{Client: client, At: at}
	g, err := r.Governance(ctx, 0)
	if err != nil {
		return err
	}
	a := &getter{ctx: ctx, client: client}
	times := get(a, at.Middleware, middleware.PackTimes(), middleware.UnpackTimes)
	if a.err != nil {
		return a.err
	}
	if have := timesOf(times); have != d.Times {
		return &Error{User, fmt.Errorf("the Middleware %v has the times %+v, need %+v", at.Middleware, have, d.Times)}
	}
	for _, x := range []struct {
		name       string
		have, need common.Address
	}{
		{"owner", g.Owner, d.Owner}, {"resolver", g.Resolver, d.Resolver}, {"judge", g.Judge, d.Judge}, {"burner", g.Burner, d.Burner},
		{"VaultFactory", g.VaultFactory, d.VaultFactory}, {"wVARA", get(a, at.Middleware, middleware.PackToken(), middleware.UnpackToken), at.Token},
		{"Operators", get(a, at.Middleware, middleware.PackOperators(), middleware.UnpackOperators), at.Operators},
		{"Router", get(a, at.Middleware, middleware.PackRouter(), middleware.UnpackRouter), at.Router},
		{"Rewards", get(a, at.Middleware, middleware.PackRewards(), middleware.UnpackRewards), at.Rewards},
		{"Offences", get(a, at.Middleware, middleware.PackOffences(), middleware.UnpackOffences), at.Offences},
	} {
		if a.err == nil && x.have != x.need {
			return &Error{User, fmt.Errorf("the Middleware %v has the %s %v, need %v", at.Middleware, x.name, x.have, x.need)}
		}
	}
	return a.err
}

// Announced is a collateral's weight from a moment on, base units of wVARA per base unit in 1e18 fixed point.
type Announced struct {
	From   core.Time // Unix seconds
	Weight core.Amount
}

// Collateral is one that was ever announced, with its weights in the order in which they count.
type Collateral struct {
	Token   common.Address
	Weights []Announced
}

// WeightAt is what counts at a moment, 0 before the first.
func (c Collateral) WeightAt(t core.Time) (weight core.Amount) {
	for _, a := range c.Weights {
		if a.From <= t {
			weight = a.Weight
		}
	}
	return weight
}

// Collaterals returns every collateral that was announced up to a block, in the order of their first announcements. wVARA, which the
// constructor announces, is among them.
func (r *Roster) Collaterals(ctx context.Context, block uint64) ([]Collateral, error) {
	announced, err := events(ctx, r, block, source[bindings.MiddlewareCollateralAnnounced]{
		r.At.Middleware, middleware.GetABI(), "CollateralAnnounced", middleware.UnpackCollateralAnnouncedEvent})
	if err != nil {
		return nil, err
	}
	var list []Collateral
	index := map[common.Address]int{}
	for _, e := range announced {
		i, known := index[e.Token]
		if !known {
			i = len(list)
			index[e.Token] = i
			list = append(list, Collateral{Token: e.Token})
		}
		a := Announced{core.Time(e.From.Uint64()), Amount(e.Weight)}
		if w := list[i].Weights; len(w) > 0 && w[len(w)-1].From == a.From { // it replaces the other
			w[len(w)-1] = a
			continue
		}
		list[i].Weights = append(list[i].Weights, a)
	}
	return list, nil
}

// Change are parameters of a set that count from a moment on.
type Change struct {
	From       core.Time // Unix seconds, a capture
	Parameters bindings.SetParameters
}

// ChangesOf returns all that was ever announced of a set's parameters up to a block, in the order in which they count. What the set
// was created with is not among them.
func (r *Roster) ChangesOf(ctx context.Context, set core.SetID, block uint64) ([]Change, error) {
	announced, err := events(ctx, r, block, source[bindings.MiddlewareParametersAnnounced]{
		r.At.Middleware, middleware.GetABI(), "ParametersAnnounced", middleware.UnpackParametersAnnouncedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	var list []Change
	for _, e := range announced {
		c := Change{core.Time(e.From.Uint64()), e.Parameters}
		if n := len(list); n > 0 && list[n-1].From == c.From { // it replaces the other
			list[n-1] = c
			continue
		}
		list = append(list, c)
	}
	return list, nil
}

// FreePot is what a set's pot has for what comes, and what it owes to eras that began, base units of wVARA.
func (r *Roster) FreePot(ctx context.Context, set core.SetID, block uint64) (free, reserved core.Amount, err error) {
	out, err := Read(ctx, r.Client, r.At.Rewards, Number(block), rewards.PackPotOf(Number(set)), rewards.UnpackPotOf)
	if err != nil {
		return free, reserved, err
	}
	return Amount(out.Free), Amount(out.Reserved), nil
}

// The calls of an owner.

// CreateSetCall makes the next operator set; its chain of batches goes on after a number and hash, both 0 for a new one.
func CreateSetCall(at Addresses, p bindings.SetParameters, number uint64, hash core.Hash) Call {
	return To(at.Middleware, middleware.PackCreateSet(p, number, hash))
}

// AnnounceParametersCall announces a set's parameters; era.Times.Effective says from when on they count.
func AnnounceParametersCall(at Addresses, set core.SetID, p bindings.SetParameters) Call {
	return To(at.Middleware, middleware.PackAnnounceParameters(Number(set), p))
}

// AnnounceCollateralCall announces a collateral's weight, base units of wVARA per base unit in 1e18 fixed point.
func AnnounceCollateralCall(at Addresses, token common.Address, weight core.Amount) Call {
	return To(at.Middleware, middleware.PackAnnounceCollateral(token, Big(weight)))
}

// TransferOwnershipCall names who may become the owner, zero for nobody any more.
func TransferOwnershipCall(at Addresses, to common.Address) Call {
	return To(at.Middleware, middleware.PackTransferOwnership(to))
}

// AcceptOwnershipCall makes the sender, whom the owner has named, the owner.
func AcceptOwnershipCall(at Addresses) Call {
	return To(at.Middleware, middleware.PackAcceptOwnership())
}

// CancelRewardsCall refuses the rewards of a set that wait, for ever.
func CancelRewardsCall(at Addresses, set core.SetID) Call {
	return To(at.Rewards, rewards.PackCancelRewards(Number(set)))
}

// FundCall adds to a set's pot, base units of wVARA; anyone may, once Rewards may take it.
func FundCall(at Addresses, set core.SetID, amount core.Amount) Call {
	return To(at.Rewards, rewards.PackFund(Number(set), Big(amount)))
}
