package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// another reports whether an error of a read is that of a contract that is not the one asked for, not of the endpoint.
func another(err error) bool {
	_, _, status := httpStatus(err)
	said := answered(nil)
	return chain.KindOf(err) != chain.Retry && !status && !errors.As(err, &said)
}

// part is one of our contracts.
type part struct {
	name string
	at   common.Address
	file common.Address // where a file says that it is
}

// contracts finds all contracts from the Middleware's address.
func (v *visit) contracts(ctx context.Context) error {
	there, err := v.code(ctx, part{name: "Middleware", at: v.Middleware})
	if err != nil {
		return v.stop("contracts", err)
	}
	if !there {
		return errStop
	}
	r, err := chain.Open(ctx, v.client, v.Middleware, v.Programs, 0)
	if err != nil && !another(err) {
		return v.stop("contracts", err)
	}
	if err != nil || r.Times.EraDuration == 0 || r.Intervals.Blocks == 0 {
		v.found(notRoster, Check{Name: "contracts", Subject: "Middleware", Text: "no Middleware at " + name(v.Middleware)})
		return errStop
	}
	r.FirstBlock = r.Intervals.First // nothing happens before the Router is there
	whole := true
	for _, p := range v.parts(r.At) {
		there, err := v.code(ctx, p)
		if err != nil {
			return v.stop("contracts", err)
		}
		whole = whole && there
		if p.file != (common.Address{}) && p.file != p.at {
			v.found(otherAddress, Check{Name: "contracts", Subject: p.name, Have: name(p.file), Need: name(p.at)})
		}
	}
	if !whole {
		return errStop
	}
	v.roster = r
	v.next, v.capture = 0, r.Times.Capture(0)
	if e, captured := r.Times.CapturedAt(v.now); captured {
		v.next, v.capture = e+1, r.Times.Capture(e+1)
	}
	v.ok("contracts", "", "all there, from block %d on", r.FirstBlock)
	v.finalityLag()
	return nil
}

// parts are our contracts but for the Middleware; Programs only if its address is known.
func (v *visit) parts(at chain.Addresses) []part {
	var file chain.Addresses
	if v.Expected != nil {
		file = *v.Expected
	}
	list := []part{{"wVARA", at.Token, file.Token}, {"Operators", at.Operators, file.Operators}, {"Router", at.Router, file.Router},
		{"Rewards", at.Rewards, file.Rewards}, {"Offences", at.Offences, file.Offences}}
	if at.Programs != (common.Address{}) {
		list = append(list, part{"Programs", at.Programs, file.Programs})
	}
	return list
}

// code reports whether there is a contract, and notes when there is none.
func (v *visit) code(ctx context.Context, p part) (bool, error) {
	code, err := v.client.CodeAt(ctx, p.at, v.at())
	if err != nil {
		return false, fmt.Errorf("read code of %s at %v: %w", p.name, p.at, err)
	}
	if len(code) == 0 {
		v.found(noCode, Check{Name: "contracts", Subject: p.name, Text: "no code at " + name(p.at)})
	}
	return len(code) > 0, nil
}

// named is what one contract says about where another is.
type named struct {
	says   part
	whose  string
	data   []byte
	unpack func([]byte) (common.Address, error)
	want   common.Address
}

// wiring asks each contract for the others.
func (v *visit) wiring(ctx context.Context) error {
	at := v.roster.At
	own, route, pay, offence := part{name: "Operators", at: at.Operators}, part{name: "Router", at: at.Router},
		part{name: "Rewards", at: at.Rewards}, part{name: "Offences", at: at.Offences}
	list := []named{
		{own, "Middleware", operators.PackMIDDLEWARE(), operators.UnpackMIDDLEWARE, at.Middleware},
		{own, "Offences", operators.PackOFFENCES(), operators.UnpackOFFENCES, at.Offences},
		{route, "Middleware", router.PackMIDDLEWARE(), router.UnpackMIDDLEWARE, at.Middleware},
		{route, "Operators", router.PackOPERATORS(), router.UnpackOPERATORS, at.Operators},
		{route, "Rewards", router.PackREWARDS(), router.UnpackREWARDS, at.Rewards},
		{route, "wVARA", router.PackTOKEN(), router.UnpackTOKEN, at.Token},
		{pay, "Middleware", rewards.PackMIDDLEWARE(), rewards.UnpackMIDDLEWARE, at.Middleware},
		{pay, "Router", rewards.PackROUTER(), rewards.UnpackROUTER, at.Router},
		{pay, "Offences", rewards.PackOFFENCES(), rewards.UnpackOFFENCES, at.Offences},
		{pay, "wVARA", rewards.PackTOKEN(), rewards.UnpackTOKEN, at.Token},
		{offence, "Middleware", offences.PackMIDDLEWARE(), offences.UnpackMIDDLEWARE, at.Middleware},
		{offence, "Operators", offences.PackOPERATORS(), offences.UnpackOPERATORS, at.Operators},
		{offence, "Rewards", offences.PackREWARDS(), offences.UnpackREWARDS, at.Rewards},
		{offence, "Router", offences.PackROUTER(), offences.UnpackROUTER, at.Router},
	}
	if at.Programs != (common.Address{}) {
		p := part{name: "Programs", at: at.Programs}
		list = append(list, named{p, "Middleware", programs.PackMIDDLEWARE(), programs.UnpackMIDDLEWARE, at.Middleware},
			named{p, "Router", programs.PackROUTER(), programs.UnpackROUTER, at.Router},
			named{p, "Rewards", programs.PackREWARDS(), programs.UnpackREWARDS, at.Rewards},
			named{p, "wVARA", programs.PackTOKEN(), programs.UnpackTOKEN, at.Token})
	}
	whole := true
	for _, n := range list {
		have, err := chain.Read(ctx, v.client, n.says.at, v.at(), n.data, n.unpack)
		if err != nil && !another(err) {
			return err
		}
		if err != nil {
			v.found(notRoster, Check{Name: "wiring", Subject: n.says.name, Text: "no " + n.says.name + " at " + name(n.says.at)})
			return errStop
		}
		if have != n.want {
			whole = false
			v.found(wrongWiring, Check{Name: "wiring", Subject: n.says.name, Text: "names another " + n.whose, Have: name(have), Need: name(n.want)})
		}
	}
	if !whole {
		return errStop
	}
	v.ok("wiring", "", "%d names agree", len(list))
	return nil
}

// set asks whether the operator set is there.
func (v *visit) set(ctx context.Context) error {
	count, err := v.roster.SetCount(ctx, v.block)
	if err != nil {
		return v.stop("set", err)
	}
	if v.Set >= count {
		v.found(noSet, Check{Name: "set", Text: fmt.Sprintf("there is no operator set %d", v.Set), Have: plural(int(count), "set"), Need: fmt.Sprintf("set %d", v.Set)})
		return errStop
	}
	p, err := v.roster.Parameters(ctx, v.Set, v.capture, v.block)
	if err != nil {
		return v.stop("set", err)
	}
	v.rules = chain.ParametersOf(p)
	v.ok("set", "", "set %d is one of %d", v.Set, count)
	return nil
}

// stop notes what could not be read and ends the part: what follows depends on it.
func (v *visit) stop(name string, err error) error {
	v.unknown(cannotRead, name, "", v.plain(err))
	return errStop
}

var (
	registries = bindings.NewNetworkRegistry()
	services   = bindings.NewNetworkMiddlewareService()
)

// network asks Symbiotic who the Middleware is. Where Symbiotic's registries are its own contracts say: those that
// ours were made with.
func (v *visit) network(ctx context.Context) error {
	at := v.roster.At
	optIn, err := chain.Read(ctx, v.client, at.Operators, v.at(), operators.PackNETWORKOPTIN(), operators.UnpackNETWORKOPTIN)
	if err != nil {
		return err
	}
	registry, err := v.getter(ctx, optIn, "WHERE_REGISTRY()")
	if err != nil {
		return err
	}
	isNetwork, err := chain.Read(ctx, v.client, registry, v.at(), registries.PackIsEntity(at.Middleware), registries.UnpackIsEntity)
	if err != nil {
		return err
	}
	contracts, err := v.roster.RewardContractsOf(ctx, v.Set, v.block)
	if err != nil {
		return err
	}
	service, err := v.getter(ctx, contracts.Operators, "NETWORK_MIDDLEWARE_SERVICE()")
	if err != nil {
		return err
	}
	speaks, err := chain.Read(ctx, v.client, service, v.at(), services.PackMiddleware(at.Middleware), services.UnpackMiddleware)
	if err != nil {
		return err
	}
	if !isNetwork {
		v.found(notANetwork, Check{Name: "network", Text: name(at.Middleware) + " is not in the NetworkRegistry at " + name(registry)})
	}
	if speaks != at.Middleware {
		v.found(otherMiddleware, Check{Name: "network", Have: name(speaks), Need: name(at.Middleware)})
	}
	if isNetwork && speaks == at.Middleware {
		v.ok("network", "", "%s is a network, and its own middleware", name(at.Middleware))
	}
	return nil
}

// getter reads an address that a contract of Symbiotic's keeps and our interfaces do not list.
func (v *visit) getter(ctx context.Context, of common.Address, signature string) (common.Address, error) {
	selector := core.Keccak([]byte(signature))
	return chain.Read(ctx, v.client, of, v.at(), selector[:4], func(out []byte) (common.Address, error) {
		if len(out) != 32 || !bytes.Equal(out[:12], make([]byte, 12)) {
			return common.Address{}, fmt.Errorf("%d bytes are no address", len(out))
		}
		return common.BytesToAddress(out), nil
	})
}

// roles looks at who may do what, for good.
func (v *visit) roles(ctx context.Context) error {
	var all [3]common.Address
	kinds := [3]string{"burner", "resolver", "judge"}
	for i, get := range []struct {
		data   []byte
		unpack func([]byte) (common.Address, error)
	}{{middleware.PackBURNER(), middleware.UnpackBURNER}, {middleware.PackRESOLVER(), middleware.UnpackRESOLVER},
		{middleware.PackJudge(), middleware.UnpackJudge}} {
		var err error
		if all[i], err = chain.Read(ctx, v.client, v.Middleware, v.at(), get.data, get.unpack); err != nil {
			return err
		}
	}
	whole := true
	for i, a := range all {
		if a == (common.Address{}) {
			whole = false
			v.found(roleMissing, Check{Name: "roles", Subject: kinds[i]})
		}
	}
	if all[1] == all[2] && whole {
		whole = false
		v.found(judgeIsResolver, Check{Name: "roles", Have: name(all[1])})
	}
	if whole {
		v.ok("roles", "", "burner %s, resolver %s, judge %s", name(all[0]), name(all[1]), name(all[2]))
	}
	return nil
}

// times checks the chain of inequalities with the values on chain.
func (v *visit) times(context.Context) error {
	findings := era.Check(v.roster.Times)
	for _, f := range findings {
		if !f.OK {
			v.found(timesBroken, Check{Name: "times", Subject: f.Code, Text: inequality(f), Have: seconds(f.Have), Need: seconds(f.Need)})
		}
	}
	if era.OK(findings) {
		v.ok("times", "", "%d inequalities hold; era %d is captured %s", len(findings), v.next, Moment(v.capture, v.now))
	}
	return nil
}

// inequality is one that does not hold, in words and numbers.
func inequality(f era.Finding) string { return strings.TrimPrefix(f.String(), "FAIL ") }

func seconds(t core.Time) string { return fmt.Sprintf("%d s", t) }

// far is later than every checkpoint: Symbiotic and we count time in 48 bits.
var far = new(big.Int).SetUint64(1<<48 - 1)
