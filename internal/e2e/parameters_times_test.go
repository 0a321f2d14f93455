package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// deploy simulates the Middleware's deployment with these times in the next block; nil when it passes.
func (w *world) deploy(x era.Times) error {
	w.t.Helper()
	s, at := w.Symbiotic(), w.Roster.At
	n := chain.Number[core.Time]
	data := chain.Deployment(&bindings.MiddlewareMetaData, middleware.PackConstructor(bindings.Times{Genesis: n(x.Genesis),
		EraDuration: n(x.EraDuration), ElectionLead: n(x.ElectionLead), SetLifetime: n(x.SetLifetime), FinalityLag: n(x.FinalityLag),
		InclusionMargin: n(x.InclusionMargin), ChallengeWindow: n(x.ChallengeWindow), DetectionWindow: n(x.DetectionWindow),
		RequestWindow: n(x.RequestWindow), ExecutionWindow: n(x.ExecutionWindow), SignersWindow: n(x.SignersWindow),
		RewardDelay: n(x.RewardDelay), MinVeto: n(x.MinVeto), MaxVaultEpoch: n(x.MaxVaultEpoch), Notice: n(x.Notice)},
		bindings.MiddlewareSymbiotic{NetworkRegistry: s.NetworkRegistry, MiddlewareService: s.NetworkMiddleware, VaultFactory: s.VaultFactory,
			OperatorRewardsFactory: s.RewardsFactory},
		bindings.MiddlewareParts{Token: at.Token, Router: at.Router, Operators: at.Operators, Rewards: at.Rewards, Offences: at.Offences},
		bindings.MiddlewareRoles{Owner: w.Owner.Sender.From(), Resolver: w.Resolver.Sender.From(), Judge: w.Judge.Sender.From(), Burner: devnet.Burner}))
	_, err := w.Client().PendingCallContract(w.ctx, ethereum.CallMsg{From: w.attacker.Sender.From(), Data: data})
	return reason(err)
}

// reason is the revert in what a bare client returned, or the error as it is.
func reason(err error) error {
	if r := decoded(err); r != nil {
		return r
	}
	return err
}

// Each inequality of protocol §2 broken by one second alone, with the text and the numbers that the contract gives.
func TestEveryInequalityOfTimes(t *testing.T) {
	w := newWorld(t, options{})
	good := era.Devnet()
	good.Genesis = w.next() + good.ElectionLead
	if err := w.deploy(good); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text        string
		left, right core.Time
		change      func(*era.Times)
	}{
		{"0 < eraDuration", 1, 0, func(x *era.Times) { x.EraDuration = 0 }},
		{"0 < minVeto", 1, 0, func(x *era.Times) { x.MinVeto = 0 }},
		{"0 < finalityLag", 1, 0, func(x *era.Times) { x.FinalityLag = 0 }},
		{"0 < inclusionMargin", 1, 0, func(x *era.Times) { x.InclusionMargin = 0 }},
		{"0 < rewardDelay", 1, 0, func(x *era.Times) { x.RewardDelay = 0 }},
		{"0 < signersWindow", 1, 0, func(x *era.Times) { x.SignersWindow = 0 }},
		{"deployment + electionLead <= genesis", good.Genesis, good.Genesis - 1, func(x *era.Times) { x.Genesis-- }},
		{"finalityLag + inclusionMargin + 2*challengeWindow <= electionLead", 61, 60, func(x *era.Times) { x.FinalityLag, x.ChallengeWindow = 16, 20 }},
		{"electionLead <= eraDuration", 121, 120, func(x *era.Times) { x.ElectionLead, x.Genesis = 121, x.Genesis+61 }},
		{"eraDuration + electionLead <= setLifetime", 180, 179, func(x *era.Times) { x.SetLifetime = 179 }},
		{"finalityLag + inclusionMargin <= detectionWindow", 15, 14, func(x *era.Times) { x.DetectionWindow = 14 }},
		{"inclusionMargin <= challengeWindow", 5, 4, func(x *era.Times) { x.ChallengeWindow = 4 }},
		{"inclusionMargin <= requestWindow", 5, 4, func(x *era.Times) { x.RequestWindow = 4 }},
		{"inclusionMargin <= executionWindow", 5, 4, func(x *era.Times) { x.ExecutionWindow = 4 }},
		{"executionWindow <= eraDuration", 121, 120, func(x *era.Times) { x.ExecutionWindow = 121 }},
		{"rewardDelay <= eraDuration", 121, 120, func(x *era.Times) { x.RewardDelay = 121 }},
		{"maxVaultEpoch <= 64*eraDuration", 7_681, 7_680, func(x *era.Times) { x.MaxVaultEpoch = 7_681 }},
		{"2*maxVaultEpoch <= notice", 720, 719, func(x *era.Times) { x.Notice = 719 }},
		{"electionLead + setLifetime + detectionWindow + requestWindow + minVeto + executionWindow <= maxVaultEpoch", 340, 339,
			func(x *era.Times) { x.MaxVaultEpoch = 339 }},
	}
	for _, test := range tests {
		bad := good
		test.change(&bad)
		wantRevertArgs(t, w.deploy(bad), "InequalityBroken", test.text, test.left, test.right)
	}
}

// The contract accepts exactly the times that core/era accepts, for thousands of them around every border. What one
// side forgets to compare, or compares the other way, shows here.
func TestTimesDifferential(t *testing.T) {
	w := newWorld(t, options{stakes: one(1_000)})
	rng := rand.New(rand.NewPCG(2, 7))
	var accepted, refused int
	for i := range 800 {
		x := era.Devnet()
		x.Genesis = w.next() + x.ElectionLead + core.Time(rng.IntN(3))
		fields := []*core.Time{&x.Genesis, &x.EraDuration, &x.ElectionLead, &x.SetLifetime, &x.FinalityLag, &x.InclusionMargin, &x.ChallengeWindow,
			&x.DetectionWindow, &x.RequestWindow, &x.ExecutionWindow, &x.SignersWindow, &x.RewardDelay, &x.MinVeto, &x.MaxVaultEpoch, &x.Notice}
		for range rng.IntN(3) {
			f := fields[rng.IntN(len(fields))]
			switch rng.IntN(8) {
			case 0:
				*f = 0
			case 1:
				*f = 1<<48 - 1 - core.Time(rng.IntN(3)) // sums must not wrap in 48 bits
			case 2:
				*f = core.Time(rng.Uint64N(uint64(*f)*2 + 2))
			default:
				*f = core.Time(max(0, int64(*f)+rng.Int64N(13)-6))
			}
			*f = min(*f, era.MaxDuration) // more is no uint48
		}
		findings := era.CheckDeployment(x, w.next())
		err := w.deploy(x)
		if (err == nil) != era.OK(findings) {
			t.Fatalf("times %d %+v: the contract says %v, core/era %s", i, x, err, broken(findings))
		}
		if err != nil {
			wantRevert(t, err, "InequalityBroken")
			refused++
			continue
		}
		accepted++
	}
	if accepted < 100 || refused < 100 {
		t.Errorf("%d accepted, %d refused: too few of one kind", accepted, refused)
	}
}

func broken(findings []era.Finding) (text string) {
	for _, f := range findings {
		if !f.OK {
			text += fmt.Sprintf("%s: %d > %d; ", f.Words, f.Need, f.Have)
		}
	}
	return "refuses: " + text
}

// Who is not named cannot be: no part and no role of the Middleware is nobody.
func TestNobodyInAPart(t *testing.T) {
	w := newWorld(t, options{stakes: one(1_000)})
	s, at, owner := w.Symbiotic(), w.Roster.At, w.Owner.Sender.From()
	x := ask(w, at.Middleware, middleware.PackTimes(), middleware.UnpackTimes)
	try := func(change func(*bindings.MiddlewareParts, *bindings.MiddlewareRoles)) error {
		p := bindings.MiddlewareParts{Token: at.Token, Router: at.Router, Operators: at.Operators, Rewards: at.Rewards, Offences: at.Offences}
		r := bindings.MiddlewareRoles{Owner: owner, Resolver: owner, Judge: owner, Burner: owner}
		change(&p, &r)
		data := chain.Deployment(&bindings.MiddlewareMetaData, middleware.PackConstructor(x, bindings.MiddlewareSymbiotic{
			NetworkRegistry: s.NetworkRegistry, MiddlewareService: s.NetworkMiddleware, VaultFactory: s.VaultFactory, OperatorRewardsFactory: s.RewardsFactory}, p, r))
		_, err := w.Client().PendingCallContract(w.ctx, ethereum.CallMsg{From: owner, Data: data})
		return reason(err)
	}
	nobody := common.Address{}
	for what, change := range map[string]func(*bindings.MiddlewareParts, *bindings.MiddlewareRoles){
		"wrapped VARA": func(p *bindings.MiddlewareParts, _ *bindings.MiddlewareRoles) { p.Token = nobody },
		"Router":       func(p *bindings.MiddlewareParts, _ *bindings.MiddlewareRoles) { p.Router = nobody },
		"Operators":    func(p *bindings.MiddlewareParts, _ *bindings.MiddlewareRoles) { p.Operators = nobody },
		"Rewards":      func(p *bindings.MiddlewareParts, _ *bindings.MiddlewareRoles) { p.Rewards = nobody },
		"Offences":     func(p *bindings.MiddlewareParts, _ *bindings.MiddlewareRoles) { p.Offences = nobody },
		"judge":        func(_ *bindings.MiddlewareParts, r *bindings.MiddlewareRoles) { r.Judge = nobody },
		"resolver":     func(_ *bindings.MiddlewareParts, r *bindings.MiddlewareRoles) { r.Resolver = nobody },
		"burner":       func(_ *bindings.MiddlewareParts, r *bindings.MiddlewareRoles) { r.Burner = nobody },
	} {
		wantRevertArgs(t, try(change), "ZeroAddress", what)
	}
	wantRevertArgs(t, try(func(_ *bindings.MiddlewareParts, r *bindings.MiddlewareRoles) { r.Owner = nobody }), "OwnableInvalidOwner", nobody)
}
