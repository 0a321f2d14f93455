package e2e

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// tryEnroll enrolls a vault for the first set.
func (w *world) tryEnroll(by engine.Hand, vault common.Address) error {
	return w.try(by, w.Roster.At.Middleware, middleware.PackEnrollVault(chain.Number(w.set), vault))
}

// tryLink links a vault for the first set.
func (w *world) tryLink(by engine.Hand, vault common.Address) error {
	return w.try(by, w.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(w.set), vault))
}

// made is a vault by Symbiotic's configurator, with what the network's times ask for unless the spec says more.
func (w *world) made(by engine.Hand, spec devnet.VaultSpec) devnet.Vault {
	w.t.Helper()
	v, err := w.MakeVault(w.ctx, by, spec)
	w.must(err)
	return v
}

// What a vault must be (protocol §3), one thing wrong at a time. Whoever answers for it tries to enroll it.
func TestVaultIsRefused(t *testing.T) {
	other := common.Address{0xcc}
	tests := []struct {
		name  string
		spec  func(*world) devnet.VaultSpec
		error string
		args  func(w *world, v devnet.Vault) []any
	}{
		{"full restake", func(*world) devnet.VaultSpec { return devnet.VaultSpec{Delegator: devnet.FullRestake} },
			"DelegatorTypeNotAccepted", func(_ *world, v devnet.Vault) []any { return []any{v.Address, 1} }},
		{"no slasher", func(*world) devnet.VaultSpec { return devnet.VaultSpec{Slasher: devnet.NoSlasher} },
			"VaultWithoutSlasher", func(_ *world, v devnet.Vault) []any { return []any{v.Address} }},
		{"instant slasher", func(*world) devnet.VaultSpec { return devnet.VaultSpec{Slasher: devnet.Instant} },
			"SlasherTypeNotAccepted", func(_ *world, v devnet.Vault) []any { return []any{v.Address, 0} }},
		{"burner hook", func(*world) devnet.VaultSpec { return devnet.VaultSpec{BurnerHook: true} },
			"BurnerHookNotAccepted", func(_ *world, v devnet.Vault) []any { return []any{v.Address} }},
		{"no burner", func(*world) devnet.VaultSpec { return devnet.VaultSpec{NoBurner: true} },
			"BurnerNotAccepted", func(_ *world, v devnet.Vault) []any { return []any{v.Address, common.Address{}, devnet.Burner} }},
		{"another burner", func(*world) devnet.VaultSpec { return devnet.VaultSpec{Burner: other} },
			"BurnerNotAccepted", func(_ *world, v devnet.Vault) []any { return []any{v.Address, other, devnet.Burner} }},
		{"another collateral", func(w *world) devnet.VaultSpec {
			return devnet.VaultSpec{Collateral: w.Symbiotic().TestToken}
		}, "CollateralNotAccepted", func(w *world, v devnet.Vault) []any { return []any{v.Address, w.Symbiotic().TestToken} }},
		{"epoch a second too short", func(*world) devnet.VaultSpec { return devnet.VaultSpec{Epoch: 339} },
			"EpochTooShort", func(_ *world, v devnet.Vault) []any { return []any{v.Address, 339, 340} }},
		{"veto a second too long for its epoch", func(*world) devnet.VaultSpec {
			return devnet.VaultSpec{Epoch: 360, VetoDuration: 41}
		}, "EpochTooShort", func(_ *world, v devnet.Vault) []any { return []any{v.Address, 360, 361} }},
		{"epoch a second too long", func(*world) devnet.VaultSpec { return devnet.VaultSpec{Epoch: 361} },
			"EpochTooLong", func(_ *world, v devnet.Vault) []any { return []any{v.Address, 361, 360} }},
		{"veto a second too short", func(*world) devnet.VaultSpec { return devnet.VaultSpec{VetoDuration: 19} },
			"VetoTooShort", func(_ *world, v devnet.Vault) []any { return []any{v.Address, 19, 20} }},
		{"type 3 of another network", func(w *world) devnet.VaultSpec {
			return devnet.VaultSpec{Delegator: devnet.OperatorNetworkSpecific, Network: w.otherNetwork(), Operator: w.operators[0].Sender.From()}
		}, "DelegatorOfAnotherNetwork", func(w *world, v devnet.Vault) []any { return []any{v.Address, w.otherNetwork()} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, options{stakes: one(10_000)})
			v := w.made(w.operators[0].Hand, test.spec(w))
			wantRevertArgs(t, w.tryEnroll(w.operators[0].Hand, v.Address), test.error, test.args(w, v)...)
			// The way round, by linking it first, is the same way.
			wantRevertArgs(t, w.tryLink(w.operators[0].Hand, v.Address), test.error, test.args(w, v)...)
		})
	}
}

// otherNetwork is another network in Symbiotic's registry: the attacker's account.
func (w *world) otherNetwork() common.Address {
	w.t.Helper()
	if err := w.try(w.attacker, w.Symbiotic().NetworkRegistry, registerNetwork); err != nil {
		wantRevert(w.t, err, "NetworkAlreadyRegistered")
	}
	return w.attacker.Sender.From()
}

// The borders themselves are accepted: the shortest and the longest epoch, and the longest veto.
func TestVaultAtTheBorders(t *testing.T) {
	w := newWorld(t, options{})
	for _, spec := range []devnet.VaultSpec{{Epoch: 340}, {Epoch: 360, VetoDuration: 40}, {Epoch: 340, VetoDuration: 20}} {
		v := w.made(w.watcher, spec)
		w.must(w.tryEnroll(w.watcher, v.Address))
	}
}

// A vault of another factory looks the same and answers whatever its maker wants; an address without code and a
// vault that a stranger could still wire are none.
func TestVaultThatIsNone(t *testing.T) {
	w := newWorld(t, options{})
	foreign, err := devnet.DeploySymbiotic(w.ctx, w.attacker.Sender)
	w.must(err)
	v, err := foreign.CreateVault(w.ctx, w.attacker.Sender, devnet.VaultSpec{Collateral: w.Roster.At.Token, Epoch: 360, VetoDuration: 20})
	w.must(err)
	bare, err := w.Symbiotic().CreateBareVault(w.ctx, w.attacker.Sender, devnet.VaultSpec{Collateral: w.Roster.At.Token, Epoch: 360})
	w.must(err)
	wantRevertArgs(t, w.tryEnroll(w.attacker, v.Address), "NotSymbioticVault", v.Address)
	wantRevertArgs(t, w.tryEnroll(w.attacker, common.Address{1}), "NotSymbioticVault", common.Address{1})
	wantRevertArgs(t, w.tryEnroll(w.attacker, bare), "VaultNotInitialized", bare)
}

// A delegator of type 2 or 3 serves one operator: it enrolls and links the vault, nobody else does, roles or not.
func TestVaultOfOneOperator(t *testing.T) {
	for _, kind := range []devnet.Delegator{devnet.OperatorSpecific, devnet.OperatorNetworkSpecific} {
		w := newWorld(t, options{})
		owner, other := w.operators[0], w.operators[1]
		curator := w.NewHand() // holds every role of the vault and its delegator
		v := w.made(curator, devnet.VaultSpec{Delegator: kind, Operator: owner.Sender.From()})
		wantRevertArgs(t, w.tryEnroll(curator, v.Address), "NotInChargeOfVault", v.Address, curator.Sender.From())
		wantRevertArgs(t, w.tryLink(other.Hand, v.Address), "NotInChargeOfVault", v.Address, other.Sender.From())
		w.must(owner.Link(w.ctx, w.Symbiotic(), w.set, v)) // which enrolls it
		wantRevertArgs(t, w.tryLink(other.Hand, v.Address), "VaultOfAnotherOperator", v.Address, owner.Sender.From())

		before := w.weightAt(w.set, owner.Address(), w.Now()-1)
		if kind == devnet.OperatorSpecific {
			w.must(w.Limit(w.ctx, curator, w.set, v, vara(5_000)))
		}
		staker := w.NewHand()
		w.give(staker, 3_000)
		w.must(w.Deposit(w.ctx, staker, v, vara(3_000)))
		w.must(w.Advance(1))
		wantAmount(t, "weight with it", w.weightAt(w.set, owner.Address(), w.Now()-1), *new(core.Amount).Add(&before, ptr(vara(3_000))))
	}
}

// Whoever has a vault enrolled gives it its set, for good. A stranger who neither holds the curator's role nor is
// the vault's operator can do it nowhere; nor can the vault's other roles, or the operator who wants to use it.
func TestAttackStrangerLinksTheVault(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	curator := w.NewHand()
	v := w.made(curator, devnet.VaultSpec{})
	for _, by := range []engine.Hand{w.attacker, w.Owner, w.Stranger, w.operators[0].Hand} {
		wantRevertArgs(t, w.tryEnroll(by, v.Address), "NotInChargeOfVault", v.Address, by.Sender.From())
	}
	wantRevertArgs(t, w.tryLink(w.attacker, v.Address), "NotRegistered", w.set, w.attacker.Sender.From())
	wantRevertArgs(t, w.tryLink(w.operators[0].Hand, v.Address), "NotInChargeOfVault", v.Address, w.operators[0].Sender.From())
	wantRevertArgs(t, w.try(curator, w.Roster.At.Middleware, middleware.PackEnrollVault(chain.Number(core.SetID(2)), v.Address)),
		"UnknownSet", 2)
	w.must(w.tryEnroll(curator, v.Address))
	// Enrolled, any operator of the set may link it; what counts of it is what the curator delegates: nothing.
	stranger := w.operators[0]
	w.must(stranger.Link(w.ctx, w.Symbiotic(), w.set, v))
	wantRevertArgs(t, w.try(stranger.Hand, w.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(w.other.set), v.Address)),
		"NotRegistered", w.other.set, stranger.Sender.From())
}

// One collateral is to count in ten sets: by enrolling its vault ten times, by linking it in another set than its
// own, or by a FullRestake delegator, which gives it to every operator anew.
func TestAttackOneCollateralInTenSets(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	v := w.vaults[0]
	enroll := middleware.PackEnrollVault(chain.Number(w.other.set), v.Address)
	wantRevertArgs(t, w.try(v.curator, w.Roster.At.Middleware, enroll), "VaultAlreadyEnrolled", v.Address, w.set)
	wantRevertArgs(t, w.tryEnroll(v.curator, v.Address), "VaultAlreadyEnrolled", v.Address, w.set)
	insider := w.other.operators[0].Hand
	wantRevertArgs(t, w.try(insider, w.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(w.other.set), v.Address)),
		"VaultBacksAnotherSet", v.Address, w.set)
	// The Middleware gives no other set a limit, so the curator cannot either.
	wantRevert(t, w.try(v.curator, v.Delegator, delegatorABI.PackSetNetworkLimit(w.Roster.Subnetwork(w.other.set), whole(1))),
		"ExceedsMaxNetworkLimit")
	full := w.made(w.watcher, devnet.VaultSpec{Delegator: devnet.FullRestake})
	wantRevertArgs(t, w.tryEnroll(w.watcher, full.Address), "DelegatorTypeNotAccepted", full.Address, 1)
}

// No slasher, one that strikes without a veto, and a veto too short to be one.
func TestAttackVaultWithoutVeto(t *testing.T) {
	w := newWorld(t, options{})
	for name, spec := range map[string]devnet.VaultSpec{
		"VaultWithoutSlasher": {Slasher: devnet.NoSlasher}, "SlasherTypeNotAccepted": {Slasher: devnet.Instant}, "VetoTooShort": {VetoDuration: 1},
	} {
		wantRevert(t, w.tryEnroll(w.watcher, w.made(w.watcher, spec).Address), name)
	}
}

// An epoch without end keeps the stakers in and slashes open for ever: the longest is maxVaultEpoch, and two of it
// pass within a notice.
func TestAttackVaultWithAnEndlessEpoch(t *testing.T) {
	w := newWorld(t, options{})
	for _, epoch := range []core.Time{361, 1 << 32, 1<<48 - 1} {
		v := w.made(w.watcher, devnet.VaultSpec{Epoch: epoch})
		wantRevertArgs(t, w.tryEnroll(w.watcher, v.Address), "EpochTooLong", v.Address, epoch, 360)
	}
}

// The vault's maker has what is slashed sent back to himself, or nowhere, where the transfer fails.
func TestAttackBurnerRefundsTheGuilty(t *testing.T) {
	w := newWorld(t, options{})
	for _, spec := range []devnet.VaultSpec{{Burner: w.attacker.Sender.From()}, {Burner: w.Roster.At.Token}, {NoBurner: true}} {
		v := w.made(w.attacker, spec)
		wantRevertArgs(t, w.tryEnroll(w.attacker, v.Address), "BurnerNotAccepted", v.Address, spec.Burner, devnet.Burner)
	}
}

// Symbiotic's owner warns of a version or type by blacklisting it, and its factories go on making it: a vault of such
// a kind is refused from then on, one that was enrolled before stays what it is.
func TestVaultOfABlacklistedKind(t *testing.T) {
	for name, factory := range map[string]func(devnet.Symbiotic) (common.Address, uint64){
		"VaultVersionNotAccepted":  func(s devnet.Symbiotic) (common.Address, uint64) { return s.VaultFactory, 1 },
		"DelegatorTypeNotAccepted": func(s devnet.Symbiotic) (common.Address, uint64) { return s.DelegatorFactory, 0 },
		"SlasherTypeNotAccepted":   func(s devnet.Symbiotic) (common.Address, uint64) { return s.SlasherFactory, 1 },
	} {
		w := newWorld(t, options{stakes: one(10_000)})
		at, kind := factory(w.Symbiotic())
		blacklist := append(crypto.Keccak256([]byte("blacklist(uint64)"))[:4], common.BigToHash(chain.Number(kind)).Bytes()...)
		w.do(w.Hand(95), at, blacklist) // the last account owns the factories
		v := w.made(w.watcher, devnet.VaultSpec{})
		wantRevertArgs(t, w.tryEnroll(w.watcher, v.Address), name, v.Address, kind)
		w.past(w.Roster.Times.Capture(0))
		wantAmount(t, "weight of who was there", w.weightAt(w.set, w.operators[0].Address(), w.Roster.Times.Capture(0)), vara(10_000))
	}
}
