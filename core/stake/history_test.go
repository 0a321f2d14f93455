package stake

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
)

// story makes random events that contracts could have emitted.
type story struct {
	dumb
	random    *rand.Rand
	now       Place
	operators []core.Address
	stakers   []core.Address
	slots     map[setOperator][]core.Address
	jailed    map[core.Address]core.Time
}

var storyToken = core.Address{0xcc}

func newStory(seed int64) *story {
	s := &story{random: rand.New(rand.NewSource(seed)), now: Place{Block: 1, Time: 1000}, slots: map[setOperator][]core.Address{},
		jailed: map[core.Address]core.Time{}}
	for i := range 3 {
		s.operators = append(s.operators, core.Address{0x10, byte(i)})
		s.stakers = append(s.stakers, core.Address{0x20, byte(i)})
	}
	for kind := range 5 {
		f := VaultFacts{Address: core.Address{0x30, byte(kind)}, Delegator: core.Address{0x40, byte(kind)}, Collateral: storyToken,
			Version: 1, DelegatorType: uint64(kind), EpochInit: 900, EpochDuration: core.Time(7 + 4*kind)}
		switch kind {
		case 2, 3:
			f.Operator = s.operators[kind-2]
		case 4:
			f.Version, f.DelegatorType = 2, 0
		}
		s.vaults = append(s.vaults, f)
	}
	return s
}

// prepare has every operator opt in and get a part of every vault, so that stakes are not 0.
func (s *story) prepare() {
	for _, o := range s.operators {
		s.add(NetworkOptedIn{o, true})
		for _, v := range s.vaults {
			s.add(VaultOptedIn{v.Address, o, true})
			for set := range core.SetID(2) {
				if v.DelegatorType == 1 {
					s.add(OperatorLimitSet{v.Address, o, set, s.amount()})
				} else {
					s.add(OperatorSharesSet{v.Address, o, set, s.amount()})
				}
			}
		}
	}
	for _, v := range s.vaults {
		e := Deposited{v.Address, s.stakers[0], u(1 << 50), u(1 << 50)}
		s.add(e)
		if v.Version == 2 {
			s.add(Transferred{v.Address, core.Address{}, e.Account, e.Shares})
		}
		for set := range core.SetID(2) {
			s.add(MaxNetworkLimitSet{v.Address, set, u(1 << 60)})
			if v.DelegatorType != 3 {
				s.add(NetworkLimitSet{v.Address, set, u(1 << 55)})
			}
		}
	}
}

func (s *story) tell(events int) {
	for len(s.events) < events {
		switch n := s.random.Intn(10); {
		case n < 5: // the same block
		case n < 8:
			s.now = Place{Block: s.now.Block + 1, Time: s.now.Time + 1}
		default:
			s.now = Place{Block: s.now.Block + 1, Time: s.now.Time + core.Time(1+s.random.Intn(12))}
		}
		v := s.vaults[s.random.Intn(len(s.vaults))]
		if s.random.Intn(10) < 7 {
			s.vault(v)
		} else {
			s.operator(s.vaults[s.random.Intn(len(s.vaults))])
		}
	}
}

func (s *story) add(e Event) {
	s.now.Index++
	s.events = append(s.events, placed{s.now, e})
}

func (s *story) amount() core.Amount {
	a := randomAmount(s.random, 60)
	return *a.AddUint64(&a, 1)
}

// upTo is at most n, and sometimes n.
func (s *story) upTo(n *big.Int) core.Amount {
	if n.Sign() == 0 || s.random.Intn(5) == 0 {
		return amountOf(n)
	}
	return amountOf(new(big.Int).Rand(s.random, n))
}

func (s *story) vault(v VaultFacts) {
	a, operator, staker := v.Address, s.operators[s.random.Intn(3)], s.stakers[s.random.Intn(3)]
	set, state := core.SetID(s.random.Intn(2)), s.at(v.Address, s.now.Time)
	switch s.random.Intn(12) {
	case 0, 1, 2:
		e := Deposited{a, staker, s.amount(), s.amount()}
		s.add(e)
		if v.Version == 2 {
			s.add(Transferred{a, core.Address{}, staker, e.Shares})
		}
	case 3, 4:
		e := Withdrawn{a, staker, s.stakers[s.random.Intn(3)], s.upTo(state.stake), s.upTo(got(state.of, staker)), s.amount()}
		s.add(e)
		if v.Version == 2 {
			s.add(Transferred{a, staker, core.Address{}, e.Burned})
		}
	case 5:
		s.add(Claimed{a, staker, []uint64{uint64(s.random.Intn(5)), uint64(5 + s.random.Intn(5))}})
	case 6:
		s.slash(v, set, operator, state)
	case 7:
		s.add(VaultOptedIn{a, operator, s.random.Intn(4) > 0})
	case 8:
		s.add(MaxNetworkLimitSet{a, set, s.amount()})
	case 9:
		if v.DelegatorType != 3 {
			s.add(NetworkLimitSet{a, set, s.amount()})
		}
	case 10:
		if v.DelegatorType == 1 {
			s.add(OperatorLimitSet{a, operator, set, s.amount()})
		} else {
			s.add(OperatorSharesSet{a, operator, set, s.amount()})
		}
	case 11:
		if v.Version == 2 {
			s.add(Transferred{a, staker, s.stakers[s.random.Intn(3)], s.upTo(got(state.of, staker))})
		}
	}
}

func (s *story) slash(v VaultFacts, set core.SetID, operator core.Address, state vaultState) {
	capture := max(v.EpochInit, s.now.Time-1-core.Time(s.random.Intn(int(v.EpochDuration))))
	epoch := uint64((s.now.Time - v.EpochInit) / v.EpochDuration)
	most := new(big.Int).Add(state.stake, got(state.waiting, epoch+1))
	if uint64((capture-v.EpochInit)/v.EpochDuration) != epoch {
		most.Add(most, got(state.waiting, epoch))
	}
	s.add(OperatorSlashed{v.Address, operator, set, capture, s.upTo(s.slashable(v.Address, set, operator, capture, s.now.Time))})
	s.add(VaultSlashed{v.Address, capture, s.upTo(most)})
}

func (s *story) operator(v VaultFacts) {
	operator, set := s.operators[s.random.Intn(3)], core.SetID(s.random.Intn(2))
	key := setOperator{set, operator}
	what := s.random.Intn(11)
	if _, known := s.slots[key]; what > 1 && what < 9 && !known {
		what = 2
	}
	switch what {
	case 0, 1:
		s.add(NetworkOptedIn{operator, s.random.Intn(4) > 0})
	case 2:
		s.slots[key] = append([]core.Address{}, s.slots[key]...)
		s.add(OperatorRegistered{set, operator, core.Hash{byte(s.random.Intn(256)), 1}, fmt.Sprint(s.random.Intn(5))})
	case 3:
		s.add(KeyRotated{set, operator, core.Hash{byte(s.random.Intn(256)), 2}})
	case 4:
		s.add(OperatorPaused{set, operator, s.random.Intn(2) == 0})
	case 5:
		s.add(OperatorLeft{set, operator})
	case 6:
		until := max(s.jailed[operator], s.now.Time) + core.Time(1+s.random.Intn(20))
		s.jailed[operator] = until
		s.add(OperatorJailed{operator, until})
	case 7:
		s.add(CommissionChanged{set, operator, core.Bps(s.random.Intn(10_000)), s.now.Time + 1 + core.Time(s.random.Intn(2)*s.random.Intn(20))})
	case 8:
		s.link(key, v.Address)
	case 9:
		s.add(ParametersSet{set, s.now.Time + 10, Parameters{Rules: Rules{MaxExecutors: uint16(1 + s.random.Intn(100)), MaxStake: s.amount()}}})
	case 10:
		s.add(CollateralSet{storyToken, s.now.Time + 15, s.amount()})
	}
}

// link takes the vault's slot, or the first free one.
func (s *story) link(key setOperator, vault core.Address) {
	slots := s.slots[key]
	if i := slices.Index(slots, vault); i >= 0 {
		slots[i] = core.Address{}
		s.add(VaultLinked{key.set, key.operator, vault, i, false})
		return
	}
	i := slices.Index(slots, core.Address{})
	if i < 0 {
		i = len(slots)
		slots = append(slots, core.Address{})
	}
	slots[i] = vault
	s.slots[key] = slots
	s.add(VaultLinked{key.set, key.operator, vault, i, true})
}

// history applies events in any order that a History takes.
func history(t *testing.T, vaults []VaultFacts, events []placed) *History {
	t.Helper()
	h := NewHistory(core.Address{1})
	for _, v := range vaults {
		if err := h.AddVault(v); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range events {
		if err := h.Apply(e.Place, e.Event); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// FuzzHistory compares a history with the oracle, at every second.
func FuzzHistory(f *testing.F) {
	for seed := range int64(6) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		s := newStory(seed)
		s.prepare()
		s.tell(260)
		h := history(t, s.vaults, nil)
		for i, e := range s.events {
			if err := h.Apply(e.Place, e.Event); err != nil {
				t.Fatal(err)
			}
			if slashed, is := e.Event.(OperatorSlashed); is {
				s.compareSlashable(t, h, slashed, dumb{s.vaults, s.events[:i+1]}, e.Time)
			}
		}
		for at := s.events[0].Time - 1; at <= s.now.Time+20; at++ {
			for _, v := range s.vaults {
				s.compareVault(t, h, v, at)
			}
			for set := range core.SetID(2) {
				if got, want := h.Snapshot(set, 7, at), s.snapshot(set, 7, at); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("seed %d, at %d, set %d:\n%v\nwant\n%v", seed, at, set, got, want)
				}
			}
		}
		for _, v := range s.vaults {
			s.compareWaiting(t, h, v)
		}
	})
}

// compareSlashable compares what is left to slash right after a slash, whatever the capture.
func (s *story) compareSlashable(t *testing.T, h *History, e OperatorSlashed, d dumb, now core.Time) {
	t.Helper()
	for capture := now - d.facts(e.Vault).EpochDuration - 1; capture <= now+1; capture++ {
		for _, later := range []core.Time{now, now + 1, now + 5} {
			want := d.slashable(e.Vault, e.Set, e.Operator, capture, later)
			if got := h.SlashableStake(e.Vault, e.Set, e.Operator, capture, later); got.ToBig().Cmp(want) != 0 {
				t.Fatalf("after %v at %d: with capture %d at %d there are %s to slash, want %s", e, now, capture, later, got.Dec(), want)
			}
		}
	}
}

func (s *story) compareVault(t *testing.T, h *History, v VaultFacts, at core.Time) {
	t.Helper()
	a, state := v.Address, s.at(v.Address, at)
	same := func(what string, got core.Amount, want *big.Int) {
		t.Helper()
		if got.ToBig().Cmp(want) != 0 {
			t.Fatalf("vault %s at %d: %s is %s, want %s", a, at, what, got.Dec(), want)
		}
	}
	same("stake", h.ActiveStakeAt(a, at), state.stake)
	same("shares", h.ActiveSharesAt(a, at), state.shares)
	sum := new(big.Int)
	for _, holder := range h.HoldersAt(a, at) {
		same("shares of a holder", holder.Shares, got(state.of, holder.Account))
		sum.Add(sum, holder.Shares.ToBig())
	}
	same("all holders' shares", amountOf(sum), state.shares)
	for _, account := range s.stakers {
		same("shares of "+account.String(), h.ActiveSharesOfAt(a, account, at), got(state.of, account))
	}
	for _, operator := range s.operators {
		toVault, toNetwork := h.OptedIn(operator, a, at)
		if toVault != state.optIn[operator] || toNetwork != s.networkOptIn(operator, at) {
			t.Fatalf("vault %s at %d: opt-ins of %s: %v and %v", a, at, operator, toVault, toNetwork)
		}
		for set := range core.SetID(2) {
			same("stake of "+operator.String(), h.StakeAt(a, set, operator, at), s.stakeAt(a, set, operator, at))
			same("slashable stake of "+operator.String(), h.SlashableStake(a, set, operator, at, s.now.Time),
				s.slashable(a, set, operator, at, s.now.Time))
		}
	}
}

func (s *story) compareWaiting(t *testing.T, h *History, v VaultFacts) {
	t.Helper()
	a, state := v.Address, s.at(v.Address, s.now.Time)
	last := h.Epoch(a, s.now.Time) + 1
	total := new(big.Int).Set(state.stake)
	for e := range last + 2 {
		w := h.Withdrawals(a, e)
		if w.Amount.ToBig().Cmp(got(state.waiting, e)) != 0 || w.Shares.ToBig().Cmp(got(state.waitingShares, e)) != 0 {
			t.Fatalf("vault %s, epoch %d: %s for %s shares wait, want %s for %s", a, e, w.Amount.Dec(), w.Shares.Dec(), state.waiting[e], state.waitingShares[e])
		}
		if e+1 >= last && e <= last {
			total.Add(total, got(state.waiting, e))
		}
		for _, account := range s.stakers {
			of, claimed := h.WithdrawalOf(a, e, account)
			shares := new(big.Int)
			if state.waitingOf[e][account] != nil {
				shares = state.waitingOf[e][account]
			}
			worth := new(big.Int).Mul(shares, new(big.Int).Add(got(state.waiting, e), big.NewInt(1)))
			worth.Div(worth, new(big.Int).Add(got(state.waitingShares, e), big.NewInt(1)))
			if of.Shares.ToBig().Cmp(shares) != 0 || of.Amount.ToBig().Cmp(worth) != 0 {
				t.Fatalf("vault %s, epoch %d: %s has %s for %s shares, want %s for %s", a, e, account, of.Amount.Dec(), of.Shares.Dec(), worth, shares)
			}
			// A bucket that nothing went into has no claims: nobody can claim 0.
			if claimed != state.claimed[e][account] {
				t.Fatalf("vault %s, epoch %d: claimed by %s: %v", a, e, account, claimed)
			}
		}
	}
	if got := h.TotalStake(a, s.now.Time); got.ToBig().Cmp(total) != 0 {
		t.Fatalf("vault %s: total stake %s, want %s", a, got.Dec(), total)
	}
}

// A vault's whole past may come after everything else, as when it is enrolled, and vaults in any order.
func TestVaultsInAnyOrder(t *testing.T) {
	s := newStory(5)
	s.tell(600)
	want := history(t, s.vaults, s.events).Digest()
	var others []placed
	of := map[core.Address][]placed{}
	for _, e := range s.events {
		if v, is := vaultOf(e.Event); is {
			of[v] = append(of[v], e)
		} else {
			others = append(others, e)
		}
	}
	backwards := slices.Clone(s.vaults)
	slices.Reverse(backwards)
	for _, first := range []bool{true, false} {
		var events []placed
		if first {
			events = slices.Clone(others)
		}
		for _, v := range backwards {
			events = append(events, of[v.Address]...)
		}
		if !first {
			events = append(events, others...)
		}
		if got := history(t, backwards, events).Digest(); got != want {
			t.Errorf("others first: %v: digest %s, want %s", first, got, want)
		}
	}
}

// Whatever one event more says, the digest is another: equal digests mean equal histories.
func TestDigestNoticesEachEvent(t *testing.T) {
	s := newStory(6)
	s.tell(300)
	v, o, a := s.vaults[0].Address, s.operators[0], s.stakers[0]
	s.add(OperatorRegistered{7, o, core.Hash{7}, "a"})
	s.add(Deposited{v, a, u(10), u(10)})
	s.add(CommissionChanged{7, o, 5, s.now.Time + 1})
	s.now = Place{s.now.Block + 1, 0, s.now.Time + 100}
	seen := map[core.Hash]string{history(t, s.vaults, s.events).Digest(): "nothing"}
	for _, e := range []Event{
		Deposited{v, a, u(1), u(2)}, Deposited{v, a, u(1), u(3)}, Deposited{v, a, u(2), u(2)}, Deposited{v, s.stakers[1], u(1), u(2)},
		Deposited{s.vaults[1].Address, a, u(1), u(2)}, Withdrawn{v, a, a, u(1), u(2), u(3)}, Withdrawn{v, a, s.stakers[1], u(1), u(2), u(3)},
		Withdrawn{v, a, a, u(1), u(2), u(4)}, Claimed{v, a, []uint64{1}}, Claimed{v, a, []uint64{2}}, Claimed{v, o, []uint64{1}},
		VaultSlashed{v, s.now.Time - 1, u(5)}, NetworkLimitSet{v, 0, u(5)}, NetworkLimitSet{v, 1, u(5)}, OperatorSharesSet{v, o, 0, u(5)},
		OperatorSharesSet{v, o, 1, u(5)}, OperatorLimitSet{v, o, 0, u(5)}, OperatorSlashed{v, o, 0, s.now.Time - 1, u(5)},
		OperatorSlashed{v, o, 0, s.now.Time - 2, u(5)}, VaultOptedIn{v, o, true}, VaultOptedIn{v, o, false}, NetworkOptedIn{o, true},
		NetworkOptedIn{o, false}, OperatorRegistered{7, o, core.Hash{7}, "b"}, OperatorRegistered{7, s.operators[1], core.Hash{7}, "a"},
		KeyRotated{7, o, core.Hash{8}}, KeyRotated{7, o, core.Hash{9}}, EndpointChanged{7, o, "c"}, CommissionChanged{7, o, 6, s.now.Time + 1}, CommissionChanged{7, o, 6, s.now.Time + 2},
		OperatorPaused{7, o, true}, OperatorLeft{7, o}, OperatorJailed{o, s.now.Time + 5}, VaultLinked{7, o, v, 0, true},
		VaultLinked{7, o, s.vaults[1].Address, 0, true}, ParametersSet{7, s.now.Time + 1, Parameters{}},
		ParametersSet{7, s.now.Time + 1, Parameters{Bond: u(1)}}, ParametersSet{7, s.now.Time + 1, Parameters{MessageFee: u(1)}},
		ParametersSet{7, s.now.Time + 1, Parameters{JailEras: 1}}, CollateralSet{storyToken, s.now.Time + 15, u(1)},
		CollateralSet{core.Address{1}, s.now.Time + 15, u(1)},
	} {
		what := fmt.Sprintf("%T %v", e, e)
		d := history(t, s.vaults, append(slices.Clone(s.events), placed{s.now, e})).Digest()
		if seen[d] != "" {
			t.Errorf("%s has the digest of %s", what, seen[d])
		}
		seen[d] = what
	}
}

// protocol §3: an announcement replaces those that do not count in the next second, and no others.
func TestCommissions(t *testing.T) {
	o := core.Address{0x10}
	h := NewHistory(core.Address{1})
	events := []placed{
		{Place{1, 0, 100}, OperatorRegistered{0, o, core.Hash{1}, ""}},
		{Place{1, 1, 100}, CommissionChanged{0, o, 10, 101}}, // counts from the next second on
		{Place{1, 2, 100}, CommissionChanged{0, o, 50, 200}},
		{Place{2, 0, 110}, CommissionChanged{0, o, 30, 210}}, // replaces the 50
		{Place{3, 0, 220}, CommissionChanged{0, o, 5, 221}},
		{Place{3, 1, 220}, CommissionChanged{0, o, 4, 221}}, // of one second the last counts
		{Place{3, 2, 220}, CommissionChanged{0, o, 60, 320}},
		{Place{4, 0, 319}, CommissionChanged{0, o, 70, 419}}, // the 60 counts in the next second: it stays
	}
	for _, e := range events {
		if err := h.Apply(e.Place, e.Event); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at   core.Time
		want core.Bps
	}{{100, 0}, {101, 10}, {200, 10}, {209, 10}, {210, 30}, {220, 30}, {221, 4}, {319, 4}, {320, 60}, {418, 60}, {419, 70}} {
		if got := h.OperatorAt(0, o, c.at).Commission; got != c.want {
			t.Errorf("at %d: %d, want %d", c.at, got, c.want)
		}
	}
}

// An event out of its place, or one that no contract emits, is an error.
func TestHistoryRefuses(t *testing.T) {
	a, staker, operator := core.Address{0x30}, core.Address{0x20}, core.Address{0x10}
	facts := VaultFacts{Address: a, Version: 1, EpochInit: 100, EpochDuration: 10}
	deposit := Deposited{a, staker, u(10), u(10)}
	at := func(block, index uint64, time core.Time) Place { return Place{block, index, time} }
	registered := placed{at(1, 0, 110), OperatorRegistered{0, operator, core.Hash{1}, ""}}
	for _, c := range []struct {
		name   string
		events []placed
		want   error // of the last event
	}{
		{"the same log twice", []placed{{at(5, 3, 120), deposit}, {at(5, 3, 120), deposit}}, ErrOrder},
		{"an earlier log of the block", []placed{{at(5, 3, 120), deposit}, {at(5, 2, 120), deposit}}, ErrOrder},
		{"an earlier block", []placed{{at(5, 3, 120), deposit}, {at(4, 9, 119), deposit}}, ErrOrder},
		{"a later block at an earlier time", []placed{{at(5, 3, 120), deposit}, {at(6, 0, 119), Claimed{a, staker, nil}}}, ErrOrder},
		{"not a vault's, twice", []placed{{at(5, 3, 120), NetworkOptedIn{operator, true}}, {at(5, 3, 120), OperatorJailed{operator, 130}}}, ErrOrder},
		{"a vault's after another's", []placed{{at(5, 3, 120), NetworkOptedIn{operator, true}}, {at(5, 2, 120), deposit}}, nil},
		{"an unknown vault", []placed{{at(1, 0, 110), Deposited{staker, staker, u(1), u(1)}}}, ErrUnknownVault},
		{"a withdrawal of more than there is", []placed{{at(1, 0, 110), deposit}, {at(2, 0, 111), Withdrawn{a, staker, staker, u(11), u(1), u(1)}}}, ErrImpossible},
		{"more shares than there are", []placed{{at(1, 0, 110), deposit}, {at(2, 0, 111), Withdrawn{a, staker, staker, u(1), u(11), u(1)}}}, ErrImpossible},
		{"another's shares", []placed{{at(1, 0, 110), deposit}, {at(2, 0, 111), Withdrawn{a, operator, staker, u(1), u(1), u(1)}}}, ErrImpossible},
		{"a slash of more than there is", []placed{{at(1, 0, 110), deposit}, {at(2, 0, 111), VaultSlashed{a, 110, u(11)}}}, ErrImpossible},
		{"a transfer of version 1", []placed{{at(1, 0, 110), Transferred{a, staker, operator, u(0)}}}, ErrImpossible},
		{"deposits beyond 256 bits", []placed{{at(1, 0, 110), deposit}, {at(2, 0, 111), Deposited{a, staker, all, u(1)}}}, ErrImpossible},
		{"a slot that leaves a gap", []placed{registered, {at(1, 1, 110), VaultLinked{0, operator, a, 1, true}}}, ErrImpossible},
		{"a seventeenth slot", []placed{registered, {at(1, 1, 110), VaultLinked{0, operator, a, Slots, true}}}, ErrImpossible},
		{"a slot below the first", []placed{registered, {at(1, 1, 110), VaultLinked{0, operator, a, -1, true}}}, ErrImpossible},
		{"a link of nobody", []placed{{at(1, 0, 110), VaultLinked{0, operator, a, 0, true}}}, ErrImpossible},
		{"a pause of nobody", []placed{{at(1, 0, 110), OperatorPaused{0, operator, true}}}, ErrImpossible},
		{"a commission in another set", []placed{registered, {at(1, 1, 110), CommissionChanged{1, operator, 5, 120}}}, ErrImpossible},
		{"a commission", []placed{registered, {at(1, 1, 110), CommissionChanged{0, operator, 5, 120}}}, nil},
		{"an endpoint of nobody", []placed{{at(1, 0, 110), EndpointChanged{0, operator, "x"}}}, ErrImpossible},
		{"parameters from before those known", []placed{{at(1, 0, 110), ParametersSet{0, 150, Parameters{}}}, {at(2, 0, 111), ParametersSet{0, 149, Parameters{}}}}, ErrOrder},
	} {
		h := NewHistory(core.Address{1})
		if err := h.AddVault(facts); err != nil {
			t.Fatal(err)
		}
		for i, e := range c.events {
			err := h.Apply(e.Place, e.Event)
			if last := i == len(c.events)-1; last && !errors.Is(err, c.want) || !last && err != nil || last && c.want == nil && err != nil {
				t.Errorf("%s: event %d: %v, want %v", c.name, i, err, c.want)
			}
		}
	}
	h := NewHistory(core.Address{1})
	for i, f := range []VaultFacts{facts, facts, {Address: core.Address{2}}, {Address: core.Address{3}, EpochDuration: 1, DelegatorType: 4}} {
		if err := h.AddVault(f); (err == nil) != (i == 0) {
			t.Errorf("vault %d: %v", i, err)
		}
	}
}

// What is not known is nothing, not a fault.
func TestUnknown(t *testing.T) {
	h, a := NewHistory(core.Address{1}), core.Address{9}
	w, claimed := h.WithdrawalOf(a, 1, a)
	toVault, toNetwork := h.OptedIn(a, a, 5)
	for i, sum := range []core.Amount{h.StakeAt(a, 0, a, 5), h.ActiveStakeAt(a, 5), h.ActiveSharesAt(a, 5), h.ActiveSharesOfAt(a, a, 5),
		h.TotalStake(a, 5), h.SlashableStake(a, 0, a, 4, 5), h.NetworkLimitAt(a, 0, 5), h.CollateralWeightAt(a, 5), w.Amount,
		h.Withdrawals(a, 1).Amount} {
		if !sum.IsZero() {
			t.Errorf("answer %d is %s", i, sum.Dec())
		}
	}
	if claimed || toVault || toNetwork || h.Epoch(a, 5) != 0 || len(h.HoldersAt(a, 5))+len(h.Accounts(a))+len(h.Operators(0)) > 0 ||
		h.JailedUntil(a) != 0 || h.Endpoint(0, a) != "" || len(h.Snapshot(0, 0, 5).Operators) > 0 {
		t.Error("something is known of nothing")
	}
}

// The trace's binary search against looking at every point.
func TestTrace(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for n := range 40 {
		var tr trace[int]
		now := core.Time(10)
		for i := range n {
			if err := tr.push(now, i); err != nil {
				t.Fatal(err)
			}
			now += core.Time(random.Intn(3))
		}
		for at := core.Time(8); at < now+3; at++ {
			want := 0
			for _, p := range tr.points {
				if p.at <= at {
					want = p.value
				}
			}
			if got := tr.at(at); got != want {
				t.Fatalf("%d points: at %d: %d, want %d", n, at, got, want)
			}
		}
		for i := 1; i < len(tr.points); i++ {
			if tr.points[i-1].at >= tr.points[i].at {
				t.Fatalf("%d points: two at %d", n, tr.points[i].at)
			}
		}
	}
}
