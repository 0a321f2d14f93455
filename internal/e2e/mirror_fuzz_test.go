package e2e

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// mirrorSeeds and mirrorOperations make 10,400 operations; ROSTER_FUZZ_OPS sets the number for each seed.
const (
	mirrorSeeds      = 4
	mirrorOperations = 2_600
)

// TestMirrorIsTheChain does random things to vaults of every delegator type, to the operators and to the parameters,
// and compares everything that a mirror of the events answers with what the contracts answer: every operator in every
// vault and every staker, at random moments and around every border of an epoch (symbiotic.md §2 to §4; protocol §3).
//
// Beside Roster's network there is a second one, an account of its own. It can do what our Middleware never does: lower
// a max limit, use FullRestake delegators, and slash at once, with any capture. It slashes in our vaults, too.
func TestMirrorIsTheChain(t *testing.T) {
	operations := mirrorOperations
	if text := os.Getenv("ROSTER_FUZZ_OPS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("ROSTER_FUZZ_OPS: %v", err)
		}
		operations = n
	}
	if testing.Short() {
		operations /= 10
	}
	took := map[string]int{}
	for seed := range mirrorSeeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			m := newMirrored(t, uint64(seed))
			for part := range 3 {
				m.disturb(operations / 3)
				m.compare(fmt.Sprint("part ", part))
			}
			m.rebuild()
			t.Logf("%d operations, %d of them took effect, %d slashes", m.done, m.effective, m.slashes)
			if m.effective*2 < m.done || m.slashes == 0 {
				t.Errorf("of %d operations %d took effect, with %d slashes: they test little", m.done, m.effective, m.slashes)
			}
			for method, n := range m.took {
				took[method] += n
			}
		})
	}
	t.Logf("took effect: %v", took)
	if operations < mirrorOperations {
		return // too few for all of them
	}
	for _, method := range []string{"deposit", "withdraw", "redeem", "claim", "claimBatch", "optIn", "optOut", "setMaxNetworkLimit",
		"setNetworkLimit", "setOperatorNetworkShares", "setOperatorNetworkLimit", "slash", "requestSlash", "executeSlash", "linkVault",
		"unlinkVault", "registerOperator", "leaveSet", "rotateKey", "pause", "resume", "setCommission", "setEndpoint",
		"announceParameters", "announceCollateral"} {
		if took[method] == 0 {
			t.Errorf("%s never took effect", method)
		}
	}
}

// mirrored is the world of this test.
type mirrored struct {
	*testing.T
	*devnet.Network
	ctx    context.Context
	rng    *rand.Rand
	set    core.SetID
	nonces map[common.Address]uint64

	operators []*devnet.Operator
	stakers   []engine.Hand
	curator   engine.Hand
	other     engine.Hand // the second network
	vaults    []mirroredVault

	mirrors [2]*chain.Mirror // of our network and of the other
	at      [2]uint64        // the block that each has

	sent                     []sentCall
	done, effective, slashes int            // slashes that took something from a vault
	took                     map[string]int // how often each kind of call took effect
}

type sentCall struct {
	hash   common.Hash
	method string
}

type mirroredVault struct {
	devnet.Vault
	kind    devnet.Delegator
	ours    bool // enrolled in our network
	instant bool // slashed at once
	facts   stake.VaultFacts
}

func newMirrored(t *testing.T, seed uint64) *mirrored {
	t.Helper()
	n, err := devnet.StartNetwork(t.Context(), devnet.NetworkOptions{Options: devnet.Options{Seed: fmt.Sprint("mirror ", seed), Accounts: 40}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	m := &mirrored{T: t, Network: n, ctx: t.Context(), rng: rand.New(rand.NewPCG(seed, 77)), nonces: map[common.Address]uint64{},
		took: map[string]int{}}
	m.must(m.furnish())
	for i, at := range []common.Address{n.Roster.At.Middleware, m.other.Sender.From()} {
		r := *n.Roster
		r.At.Middleware = at
		mirror, err := chain.OpenMirror(t.Context(), &r)
		m.must(err)
		m.mirrors[i] = mirror
	}
	for _, v := range m.vaults { // the other network has no Middleware that enrols
		m.must(m.mirrors[1].Follow(v.facts))
	}
	return m
}

func (m *mirrored) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *mirrored) furnish() error {
	var err error
	if m.set, err = m.CreateSet(m.ctx, devnet.DefaultParameters()); err != nil {
		return err
	}
	m.curator, m.other = m.NewHand(), m.NewHand()
	for range 5 {
		o, err := m.NewOperator(m.ctx)
		if err != nil {
			return err
		}
		if _, err := o.Register(m.ctx, m.set, "", 100); err != nil {
			return err
		}
		m.operators = append(m.operators, o)
	}
	for range 6 {
		s := m.NewHand()
		m.stakers = append(m.stakers, s)
		if err := m.Give(m.ctx, s.Sender.From(), *uint256.NewInt(1 << 60)); err != nil {
			return err
		}
	}
	s := m.Symbiotic()
	registry, service := bindings.NewNetworkRegistry(), bindings.NewNetworkMiddlewareService()
	if _, err := devnet.Do(m.ctx, m.other, s.NetworkRegistry, registry.PackRegisterNetwork()); err != nil {
		return err
	}
	if _, err := devnet.Do(m.ctx, m.other, s.NetworkMiddleware, service.PackSetMiddleware(m.other.Sender.From())); err != nil {
		return err
	}
	for _, v := range []mirroredVault{{kind: 0, ours: true}, {kind: 0, ours: true}, {kind: 2, ours: true}, {kind: 3, ours: true},
		{kind: 0, instant: true}, {kind: 1, instant: true}, {kind: 2, instant: true}, {kind: 3, instant: true}} {
		if err := m.vault(v); err != nil {
			return err
		}
	}
	return nil
}

// vault makes a vault, and gives it to the networks it is for.
func (m *mirrored) vault(v mirroredVault) (err error) {
	spec := devnet.VaultSpec{Delegator: v.kind}
	owner := m.operators[len(m.vaults)%len(m.operators)]
	if v.kind >= 2 {
		spec.Operator = owner.Sender.From()
	}
	if v.instant {
		spec.Slasher, spec.Epoch, spec.Network = devnet.Instant, core.Time(100+m.rng.IntN(200)), m.other.Sender.From()
	}
	if v.Vault, err = m.MakeVault(m.ctx, m.curator, spec); err != nil {
		return err
	}
	if v.ours {
		if v.kind < 2 {
			err = m.Enroll(m.ctx, m.curator, m.set, v.Vault)
		} else {
			err = owner.Link(m.ctx, m.Symbiotic(), m.set, v.Vault)
		}
		if err != nil {
			return err
		}
	}
	for _, s := range m.stakers {
		if _, err := devnet.Do(m.ctx, s, m.Roster.At.Token, bindings.NewWrappedVara().PackApprove(v.Address, new(big.Int).Lsh(common.Big1, 200))); err != nil {
			return err
		}
	}
	if v.facts, err = chain.FactsOf(m.ctx, m.Client(), v.Address, m.Block()); err != nil {
		return err
	}
	m.vaults = append(m.vaults, v)
	return m.back(v)
}

// back lets the other network count on a vault: without that random limits, shares and opt-ins rarely add up to stake.
func (m *mirrored) back(v mirroredVault) error {
	network := m.other.Sender.From()
	var id [32]byte
	copy(id[:20], network[:])
	much := new(big.Int).Lsh(common.Big1, 60)
	if v.kind != devnet.OperatorNetworkSpecific || v.instant {
		m.send(m.other, v.Vault.Delegator, delegatorOf.PackSetMaxNetworkLimit(common.Big0, much))
	}
	if v.kind != devnet.OperatorNetworkSpecific {
		m.send(m.curator, v.Vault.Delegator, delegatorOf.PackSetNetworkLimit(id, much))
	}
	for _, o := range m.operators {
		m.send(o.Hand, m.Symbiotic().VaultOptIn, optInService.PackOptIn(v.Address))
		if len(m.vaults) == 1 {
			m.send(o.Hand, m.Symbiotic().NetworkOptIn, optInService.PackOptIn(network))
		}
		switch v.kind {
		case devnet.NetworkRestake:
			m.send(m.curator, v.Vault.Delegator, delegatorOf.PackSetOperatorNetworkShares(id, o.Sender.From(), m.amount()))
		case devnet.FullRestake:
			m.send(m.curator, v.Vault.Delegator, fullRestake.PackSetOperatorNetworkLimit(id, o.Sender.From(), much))
		}
	}
	_, err := m.Commit()
	m.sent, m.done, m.nonces = nil, 0, map[common.Address]uint64{}
	return err
}

// send sends a call that may fail, and does not wait.
func (m *mirrored) send(by engine.Hand, to common.Address, data []byte) {
	from := by.Sender.From()
	nonce, known := m.nonces[from]
	if !known {
		var err error
		nonce, err = m.Client().PendingNonceAt(m.ctx, from)
		m.must(err)
	}
	var key = m.keyOf(from)
	tx, err := types.SignNewTx(key.Key, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devnet.ChainID), Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11), Gas: 1_200_000, To: &to, Data: data})
	m.must(err)
	m.must(m.Client().SendTransaction(m.ctx, tx))
	m.nonces[from] = nonce + 1
	m.sent = append(m.sent, sentCall{tx.Hash(), methodOf(m.T, data)})
	m.done++
}

// methodOf is the name of the method that a call calls.
func methodOf(t *testing.T, data []byte) string {
	t.Helper()
	for _, contract := range []abi.ABI{vaultOf.GetABI(), optInService.GetABI(), delegatorOf.GetABI(), fullRestake.GetABI(), slasherOf.GetABI(),
		vetoOf.GetABI(), middleware.GetABI(), operators.GetABI()} {
		if method, err := contract.MethodById(data); err == nil {
			return method.Name
		}
	}
	t.Fatalf("no contract has a method %x", data[:4])
	return ""
}

func (m *mirrored) keyOf(a common.Address) devnet.Account {
	for i := 0; ; i++ {
		if account := m.Account(i); account.Address == a {
			return account
		}
	}
}

// mine makes blocks of what was sent, several of which may have the time between them that goes by for everyone.
func (m *mirrored) mine() {
	m.Helper()
	_, err := m.Commit()
	m.must(err)
	for _, call := range m.sent {
		r, err := m.Client().TransactionReceipt(m.ctx, call.hash)
		m.must(err)
		for _, l := range r.Logs {
			if e, err := vaultOf.UnpackOnSlashEvent(l); err == nil && e.SlashedAmount.Sign() > 0 {
				m.slashes++
			}
		}
		if r.Status == types.ReceiptStatusSuccessful {
			m.effective++
			m.took[call.method]++
		}
	}
	m.sent = nil
	if m.rng.IntN(3) == 0 {
		m.must(m.Advance(core.Time(1 + m.rng.IntN(90))))
	}
}

// disturb does random things, several in a block.
func (m *mirrored) disturb(operations int) {
	m.Helper()
	for end := m.done + operations; m.done < end; {
		for range 1 + m.rng.IntN(25) {
			m.one()
		}
		m.mine()
	}
}

func (m *mirrored) one() {
	v := &m.vaults[m.rng.IntN(len(m.vaults))]
	o := m.operators[m.rng.IntN(len(m.operators))]
	s := m.stakers[m.rng.IntN(len(m.stakers))]
	switch m.rng.IntN(24) {
	case 0, 1, 2, 3, 4:
		m.send(s, v.Address, vaultOf.PackDeposit(m.stakers[m.rng.IntN(len(m.stakers))].Sender.From(), m.amount()))
	case 5, 6, 7:
		m.withdraw(s, v)
	case 8:
		m.send(s, v.Address, vaultOf.PackRedeem(s.Sender.From(), m.fraction(m.sharesOf(v, s))))
	case 9:
		epoch := m.mirrors[1].History.Epoch(core.Address(v.Address), m.Now())
		if m.rng.IntN(2) == 0 {
			m.send(s, v.Address, vaultOf.PackClaim(s.Sender.From(), new(big.Int).SetUint64(epoch-min(epoch, 1))))
			return
		}
		m.send(s, v.Address, vaultOf.PackClaimBatch(s.Sender.From(), []*big.Int{new(big.Int).SetUint64(epoch - min(epoch, 1)),
			new(big.Int).SetUint64(epoch - min(epoch, 2))}))
	case 10, 11:
		m.optIn(o, v)
	case 12, 13, 14:
		m.limit(o, v)
	case 15, 16, 17:
		m.slash(o, v)
	case 18:
		m.link(o, v)
	case 19, 20, 21:
		m.operator(o)
	default:
		m.owner()
	}
}

// amount is of any size: dust, odd, large.
func (m *mirrored) amount() *big.Int {
	return new(big.Int).SetUint64(1 + m.rng.Uint64N(1<<(1+m.rng.IntN(50))))
}

func (m *mirrored) fraction(a core.Amount) *big.Int {
	if a.IsZero() || m.rng.IntN(8) == 0 {
		return m.amount()
	}
	return new(big.Int).Add(common.Big1, new(big.Int).Div(new(big.Int).Mul(a.ToBig(), big.NewInt(m.rng.Int64N(1000))), big.NewInt(1000)))
}

func (m *mirrored) sharesOf(v *mirroredVault, s engine.Hand) core.Amount {
	out, err := chain.Read(m.ctx, m.Client(), v.Address, nil, vaultOf.PackActiveSharesOf(s.Sender.From()), vaultOf.UnpackActiveSharesOf)
	m.must(err)
	return chain.Amount(out)
}

func (m *mirrored) withdraw(s engine.Hand, v *mirroredVault) {
	out, err := chain.Read(m.ctx, m.Client(), v.Address, nil, vaultOf.PackActiveBalanceOf(s.Sender.From()), vaultOf.UnpackActiveBalanceOf)
	m.must(err)
	claimer := m.stakers[m.rng.IntN(len(m.stakers))].Sender.From()
	m.send(s, v.Address, vaultOf.PackWithdraw(claimer, m.fraction(chain.Amount(out))))
}

func (m *mirrored) optIn(o *devnet.Operator, v *mirroredVault) {
	service, where := m.Symbiotic().VaultOptIn, v.Address
	if m.rng.IntN(3) == 0 {
		service, where = m.Symbiotic().NetworkOptIn, m.network()
	}
	if m.rng.IntN(4) == 0 {
		m.send(o.Hand, service, optInService.PackOptOut(where))
		return
	}
	m.send(o.Hand, service, optInService.PackOptIn(where))
}

// network is one of the two, the other one more often.
func (m *mirrored) network() common.Address {
	if m.rng.IntN(3) == 0 {
		return m.Roster.At.Middleware
	}
	return m.other.Sender.From()
}

func (m *mirrored) subnetwork() (id [32]byte, set core.SetID, network common.Address) {
	network = m.network()
	if network != m.Roster.At.Middleware {
		set = core.SetID(m.rng.IntN(2))
	}
	copy(id[:20], network[:])
	chain.Number(set).FillBytes(id[20:])
	return id, set, network
}

func (m *mirrored) limit(o *devnet.Operator, v *mirroredVault) {
	id, set, network := m.subnetwork()
	amount := m.amount()
	if m.rng.IntN(4) == 0 {
		amount = new(big.Int).Lsh(common.Big1, 100)
	}
	switch m.rng.IntN(4) {
	case 0:
		if network == m.other.Sender.From() {
			m.send(m.other, v.Vault.Delegator, delegatorOf.PackSetMaxNetworkLimit(chain.Number(set), amount))
			return
		}
		fallthrough
	case 1:
		m.send(m.curator, v.Vault.Delegator, delegatorOf.PackSetNetworkLimit(id, amount))
	default:
		if v.kind == devnet.FullRestake {
			m.send(m.curator, v.Vault.Delegator, fullRestake.PackSetOperatorNetworkLimit(id, o.Sender.From(), amount))
			return
		}
		m.send(m.curator, v.Vault.Delegator, delegatorOf.PackSetOperatorNetworkShares(id, o.Sender.From(), amount))
	}
}

// slash has the other network slash: with a capture in this epoch of the vault, or in the one before.
func (m *mirrored) slash(o *devnet.Operator, v *mirroredVault) {
	now := m.Now()
	capture := now - core.Time(m.rng.Uint64N(uint64(v.facts.EpochDuration)))
	if border := now - (now-v.facts.EpochInit)%v.facts.EpochDuration; m.rng.IntN(3) == 0 && now > border {
		capture = border - core.Time(m.rng.IntN(2)) // the first second of an epoch, or the last of the one before
	}
	var id [32]byte
	copy(id[:20], m.other.Sender.From().Bytes())
	amount := m.amount()
	if v.instant {
		m.send(m.other, v.Slasher, slasherOf.PackSlash(id, o.Sender.From(), amount, chain.Number(capture), nil))
		return
	}
	if m.rng.IntN(2) == 0 {
		m.send(m.other, v.Slasher, vetoOf.PackRequestSlash(id, o.Sender.From(), amount, chain.Number(max(capture, now-v.facts.EpochDuration+100)), nil))
		return
	}
	m.send(m.other, v.Slasher, vetoOf.PackExecuteSlash(new(big.Int).SetUint64(m.rng.Uint64N(10)), nil))
}

func (m *mirrored) link(o *devnet.Operator, v *mirroredVault) {
	if m.rng.IntN(3) == 0 {
		m.send(o.Hand, m.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(m.set), v.Address))
		return
	}
	m.send(o.Hand, m.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(m.set), v.Address))
}

func (m *mirrored) operator(o *devnet.Operator) {
	set, at := chain.Number(m.set), m.Roster.At.Operators
	switch m.rng.IntN(12) {
	case 0, 1:
		m.send(o.Hand, at, operators.PackPause(set))
	case 2, 3:
		m.send(o.Hand, at, operators.PackResume(set))
	case 4, 5, 6:
		m.send(o.Hand, at, operators.PackSetCommission(set, uint16(m.rng.IntN(10_000))))
	case 7:
		m.send(o.Hand, at, operators.PackSetEndpoint(set, fmt.Sprint("host:", m.rng.IntN(1000))))
	case 8:
		m.send(o.Hand, at, operators.PackLeaveSet(set))
	case 9, 10, 11:
		o.Key = secret(m.T, fmt.Sprint("mirrored ", m.done))
		key, proof := o.Possession(m.set)
		m.send(o.Hand, at, operators.PackRotateKey(set, key, proof)) // one of the two is refused
		m.send(o.Hand, at, operators.PackRegisterOperator(set, key, proof, "back", uint16(m.rng.IntN(10_000))))
	}
}

func (m *mirrored) owner() {
	p := devnet.DefaultParameters()
	p.MinStake, p.MaxVaultStake = m.amount(), m.amount()
	p.MaxStake = new(big.Int).Add(p.MinStake, m.amount())
	if m.rng.IntN(2) == 0 {
		m.send(m.Owner, m.Roster.At.Middleware, middleware.PackAnnounceParameters(chain.Number(m.set), p))
		return
	}
	m.send(m.Owner, m.Roster.At.Middleware, middleware.PackAnnounceCollateral(m.Roster.At.Token, m.amount()))
}
