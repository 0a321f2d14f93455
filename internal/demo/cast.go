package demo

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// person is somebody with an account.
type person struct {
	engine.Hand
	name string
}

func (p person) address() core.Address { return core.Address(p.Sender.From()) }

// vault is a vault with its name and who cares for it.
type vault struct {
	devnet.Vault
	name    string
	set     *set
	plan    vaultPlan
	curator person
}

// set is an operator set, with what the story knows of it from one era to the next.
type set struct {
	id         core.SetID
	name       string
	plan       setPlan
	parameters bindings.SetParameters
	team       devnet.Team
	vaults     []*vault
	claims     chain.RewardContracts

	shop    *shop
	active  devnet.Term          // who signs now; without entries while nobody does
	elected devnet.Term          // who takes over at the next era
	batches int                  // committed in this era
	pending *engine.Distribution // committed, waits for its delay
	paid    *engine.Distribution // activated last: what can be claimed
	readyAt core.Time            // when pending can be activated
}

// called names the set in a sentence.
func (s *set) called() string { return fmt.Sprintf("Set %d %s", s.id, s.name) }

// vaultOf returns the first vault that backs one operator alone.
func (s *set) vaultOf(operator int) *vault {
	for _, v := range s.vaults {
		if v.plan.owner == operator {
			return v
		}
	}
	return nil
}

// cast is everybody.
type cast struct {
	resolver, judge person
	proposer        person // posts the honest list when nobody else did
	mallory         person // posts dishonest ones
	watcher         person // computes every election and every batch again
	keeper          person // pays rewards out, requests and executes slashes
	user            person // has programs in every set
	operators       []*devnet.Operator
	operatorNames   []string
	curators        []person
	stakers         []person
	sets            []*set
	vaults          []*vault
}

// accounts is how many accounts the story needs: the devnet's own, the services, and everybody else.
func accounts(o Options) int {
	return 4 + 5 + o.Operators + len(curatorNames) + o.Stakers + 1
}

// setup is how long the story's preparations may take: every transaction takes a second.
func setup(o Options) core.Time {
	return core.Time(120 + 3*o.Stakers + 8*o.Vaults + o.Operators*(3+4*o.Sets))
}

// gather makes the accounts and gives them names.
func (s *story) gather(ctx context.Context) error {
	c := &s.cast
	hire := func(name string) person {
		p := person{s.NewHand(), name}
		s.tell.call(p.Sender.From(), name)
		return p
	}
	c.resolver, c.judge = person{s.Network.Resolver, "Rosa the resolver"}, person{s.Network.Judge, "Judge Amara"}
	s.tell.call(c.resolver.Sender.From(), c.resolver.name)
	s.tell.call(c.judge.Sender.From(), c.judge.name)
	c.proposer, c.mallory = hire("Piet the proposer"), hire("Mallory")
	c.watcher, c.keeper = hire("Wanda the watcher"), hire("Kees the keeper")
	c.user = hire("Uma the user")
	if err := s.Give(ctx, c.user.Sender.From(), vara(10_000)); err != nil {
		return err
	}
	for i := range s.options.Operators {
		o, err := s.NewOperator(ctx)
		if err != nil {
			return err
		}
		c.operators, c.operatorNames = append(c.operators, o), append(c.operatorNames, name(operatorNames, i))
		s.tell.call(o.Sender.From(), c.operatorNames[i])
	}
	for _, n := range curatorNames {
		c.curators = append(c.curators, hire(n))
	}
	for i := range s.options.Stakers {
		c.stakers = append(c.stakers, hire(name(stakerNames, i)))
	}
	for _, p := range []person{c.proposer, c.mallory, c.watcher} { // who may need bonds, sixteenfold at the most
		if err := s.Give(ctx, p.Sender.From(), vara(20*bond)); err != nil {
			return err
		}
	}
	return nil
}

// openSet creates a set, fills its pot, registers its operators and makes its vaults.
func (s *story) openSet(ctx context.Context, number int) error {
	p := s.plan.sets[number]
	x := &set{name: name(setNames, number), plan: p, parameters: parametersOf(number, p), team: devnet.Team{}}
	var err error
	if x.id, err = s.CreateSet(ctx, x.parameters); err != nil {
		return err
	}
	if x.claims, err = s.Roster.RewardContractsOf(ctx, x.id, s.Block()); err != nil {
		return err
	}
	reward := chain.Amount(x.parameters.EraReward)
	fund := new(core.Amount).Mul(&reward, uint256.NewInt(uint64(s.options.Eras)+4))
	if err := s.Fund(ctx, x.id, *fund); err != nil {
		return err
	}
	for _, i := range p.operators {
		o := s.member(i, x.id)
		x.team[o.Address()] = o
		endpoint := fmt.Sprintf("%s.example:30303", s.cast.operatorNames[i])
		if _, err := o.Register(ctx, x.id, endpoint, s.plan.commissions[i]); err != nil {
			return fmt.Errorf("register %s in %s: %w", s.cast.operatorNames[i], x.called(), err)
		}
	}
	s.cast.sets = append(s.cast.sets, x)
	s.openShop(x)
	for _, v := range p.vaults {
		if err := s.openVault(ctx, x, v); err != nil {
			return err
		}
	}
	return nil
}

// member is an operator with the key it uses in a set: a key is never registered twice.
func (s *story) member(i int, set core.SetID) *devnet.Operator {
	o := s.cast.operators[i]
	if set == 0 {
		return o
	}
	seed := crypto.Keccak256(fmt.Appendf(nil, "roster demo key of %s in set %d, seed %d", o.Address(), set, s.options.Seed))
	key, err := bls.SecretKeyFromSeed(seed)
	if err != nil { // only a seed that is too short
		panic(err)
	}
	return &devnet.Operator{Hand: o.Hand, Key: key}
}

// openVault makes a vault, gives it to the set, links its operators and takes the stakers' deposits.
func (s *story) openVault(ctx context.Context, x *set, p vaultPlan) error {
	number := len(s.cast.vaults)
	v := &vault{name: name(vaultNames, number), set: x, plan: p, curator: s.cast.curators[number%len(s.cast.curators)]}
	spec := devnet.VaultSpec{Delegator: p.delegator}
	if p.owner >= 0 {
		spec.Operator = s.cast.operators[p.owner].Sender.From()
	}
	var err error
	if v.Vault, err = s.MakeVault(ctx, v.curator.Hand, spec); err != nil {
		return fmt.Errorf("make vault %s: %w", v.name, err)
	}
	s.tell.call(v.Address, v.name)
	s.cast.vaults, x.vaults = append(s.cast.vaults, v), append(x.vaults, v)
	if p.owner < 0 {
		if err := s.Enroll(ctx, v.curator.Hand, x.id, v.Vault); err != nil {
			return fmt.Errorf("enroll vault %s: %w", v.name, err)
		}
	}
	for _, share := range p.shares { // an own vault is enrolled by its operator's link
		if err := x.team[core.Address(s.cast.operators[share.operator].Sender.From())].Link(ctx, s.Symbiotic(), x.id, v.Vault); err != nil {
			return fmt.Errorf("link %s to vault %s: %w", s.cast.operatorNames[share.operator], v.name, err)
		}
	}
	if err := s.curate(ctx, v); err != nil {
		return fmt.Errorf("curate vault %s: %w", v.name, err)
	}
	return s.fill(ctx, v)
}

// curate sets what the vault's delegator lets a curator set.
func (s *story) curate(ctx context.Context, v *vault) error {
	if v.plan.delegator != devnet.OperatorNetworkSpecific {
		if err := s.Limit(ctx, v.curator.Hand, v.set.id, v.Vault, vara(1_000_000)); err != nil {
			return err
		}
	}
	if v.plan.delegator != devnet.NetworkRestake {
		return nil
	}
	for _, share := range v.plan.shares {
		to := s.cast.operators[share.operator].Sender.From()
		if err := s.Delegate(ctx, v.curator.Hand, v.set.id, v.Vault, to, *uint256.NewInt(share.stake)); err != nil {
			return err
		}
	}
	return nil
}

// fill has the vault's stakers deposit.
func (s *story) fill(ctx context.Context, v *vault) error {
	for _, d := range v.plan.deposits {
		if d.amount == 0 {
			continue
		}
		staker := s.cast.stakers[d.staker]
		if err := s.Give(ctx, staker.Sender.From(), vara(d.amount+100)); err != nil {
			return err
		}
		if err := s.Deposit(ctx, staker.Hand, v.Vault, vara(d.amount)); err != nil {
			return fmt.Errorf("deposit of %s in vault %s: %w", staker.name, v.name, err)
		}
	}
	return nil
}

// describe prints who is who.
func (s *story) describe() {
	rows := [][]string{{"set", "vault", "delegator", "curator", "stakers", "wVARA", "backs"}}
	kinds := map[devnet.Delegator]string{devnet.NetworkRestake: "type 0", devnet.OperatorSpecific: "type 2",
		devnet.OperatorNetworkSpecific: "type 3"}
	for _, v := range s.cast.vaults {
		var backs []string
		for _, share := range v.plan.shares {
			backs = append(backs, s.cast.operatorNames[share.operator])
		}
		rows = append(rows, []string{fmt.Sprint(v.set.id), v.name, kinds[v.plan.delegator], v.curator.name,
			fmt.Sprint(len(v.plan.deposits)), amount(vara(v.plan.total())), list(backs)})
	}
	s.tell.table(rows...)
}

// isOperator reports the operator's place in the cast.
func (s *story) operatorAt(a core.Address) int {
	for i, o := range s.cast.operators {
		if o.Address() == a {
			return i
		}
	}
	return -1
}

// vaultAt returns the vault at an address.
func (s *story) vaultAt(a common.Address) *vault {
	for _, v := range s.cast.vaults {
		if v.Address == a {
			return v
		}
	}
	return nil
}
