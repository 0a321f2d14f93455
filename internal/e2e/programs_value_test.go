package e2e

import (
	"math/rand"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// The value of a message is paid by whoever asks, to its destination, once (protocol §6).
func TestClaim(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, _ := twoSets(w)
	program := w.create(w.set, 1, vara(100))
	at, to := w.Roster.At.Programs, w.Stranger.Sender.From()
	m := w.post(first, outgoing(program, to, vara(30)), outgoing(program, to, core.Amount{}), outgoing(program, at, vara(1)),
		outgoing(program, common.Address{}, vara(1)))
	number := m.messages[0].Number
	before, callers := w.balance(to), w.balance(w.watcher.Sender.From())

	receipt := w.do(w.watcher, at, m.claim(w, 0))
	wantAmount(t, "owned by the destination", w.balance(to), plus(before, vara(30)))
	wantAmount(t, "owned by the caller", w.balance(w.watcher.Sender.From()), callers)
	w.wantHeld(vara(70), core.Amount{})
	if got := m.marks(w, 0); got != (marks{claimed: true}) {
		t.Errorf("%+v", got)
	}
	paid, err := programs.UnpackValueClaimedEvent(receipt.Logs[0])
	w.must(err)
	if paid.Set.Uint64() != uint64(w.set) || paid.Number != number || paid.Index != 0 || paid.Destination != to || paid.Value.Cmp(whole(30)) != 0 {
		t.Errorf("%+v", paid)
	}
	wantRevertArgs(t, w.simulate(w.Stranger, at, m.claim(w, 0)), "AlreadyClaimed", w.set, number, 0)
	wantRevertArgs(t, w.simulate(w.Stranger, at, m.claim(w, 1)), "NothingToClaim", w.set, number, 1)
	// To nobody, and to Programs itself, nothing is paid: it would be lost, and what is held would not add up.
	wantRevertArgs(t, w.simulate(w.Stranger, at, m.claim(w, 2)), "CannotReceive", at)
	wantRevertArgs(t, w.simulate(w.Stranger, at, m.deliver(w, 2)), "CannotReceive", at)
	wantRevertArgs(t, w.simulate(w.Stranger, at, m.claim(w, 3)), "ERC20InvalidReceiver", common.Address{})
}

// Only what a batch sends is paid, and only to whom: no field of a message can be another.
func TestBadClaim(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, _ := twoSets(w)
	program := w.create(w.set, 1, vara(100))
	w.create(w.other.set, 1, vara(100))
	at, me := w.Roster.At.Programs, w.attacker.Sender.From()
	m := w.post(first, outgoing(program, me, vara(1)), outgoing(program, w.Stranger.Sender.From(), vara(2)))
	for name, change := range map[string]func(*bindings.OutgoingMessage){
		"more":                func(o *bindings.OutgoingMessage) { o.Value = whole(100) },
		"another destination": func(o *bindings.OutgoingMessage) { o.Destination = me },
		"another id":          func(o *bindings.OutgoingMessage) { o.Id[31]++ },
		"as a reply":          func(o *bindings.OutgoingMessage) { o.ReplyTo[0] = 1 },
		"another code":        func(o *bindings.OutgoingMessage) { o.ReplyCode[3] = 1 },
		"another program":     func(o *bindings.OutgoingMessage) { o.Program[0]++ },
		"another payload":     func(o *bindings.OutgoingMessage) { o.Payload = nil },
		"another place":       func(o *bindings.OutgoingMessage) { o.Index = 0 },
		"another count":       func(o *bindings.OutgoingMessage) { o.Count = 3; o.Index = 2 },
		"another batch":       func(o *bindings.OutgoingMessage) { o.Number++ },
		"another set":         func(o *bindings.OutgoingMessage) { o.Set = chain.Number(w.other.set) },
	} {
		t.Log(name)
		o := m.messages[1]
		change(&o)
		proof := m.proof(w, 1)
		if o.Count == 3 { // the last of three moves up: the proof would be the root of the first two
			proof = [][32]byte{m.leaves[0]}
		}
		for _, data := range [][]byte{programs.PackClaim(o, proof), programs.PackDeliver(o, proof)} {
			wantRevertArgs(t, w.simulate(w.attacker, at, data), "NotInBatch", anything, anything)
		}
		o.Destination = me // who replies is the destination, or it fails for that
		if o.ReplyTo == [32]byte{} {
			wantRevertArgs(t, w.simulate(w.attacker, at, programs.PackReply(o, proof, nil, common.Big0)), "NotInBatch", anything, anything)
		}
	}
	err := w.simulate(w.attacker, at, programs.PackClaim(m.messages[1], append(m.proof(w, 1), [32]byte{})))
	wantRevertArgs(t, err, "ProofLength", 2, 1)
	w.wantHeld(vara(100), vara(100))
}

// Executors certify a message that sends more than was entrusted to their set. Whatever a set certifies, it pays from
// what it holds itself, never from what another set holds.
func TestAttackCertifiedLieTakesAnotherSetsMoney(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, second := twoSets(w)
	liar, at := w.create(w.set, 1, vara(10)), w.Roster.At.Programs
	honest := w.create(w.other.set, 1, vara(1_000))
	me := w.attacker.Sender.From()
	receiver := w.deployCode("00")
	// In the second set's program's name, too: who signs is what counts.
	m := w.post(first, outgoing(liar, me, vara(11)), outgoing(honest, me, vara(1_000)), outgoing(liar, receiver, vara(11)), outgoing(honest, me, vara(10)))
	for i, need := range []core.Amount{vara(11), vara(1_000)} {
		wantRevertArgs(t, w.simulate(w.attacker, at, m.claim(w, i)), "HeldTooLittle", vara(10), need)
	}
	wantRevertArgs(t, w.simulate(w.attacker, at, m.deliver(w, 2)), "HeldTooLittle", vara(10), vara(11))
	for i := range m.messages {
		o := m.messages[i]
		o.Set = chain.Number(w.other.set)
		wantRevertArgs(t, w.simulate(w.attacker, at, programs.PackClaim(o, m.proof(w, i))), "NotInBatch", anything, core.Hash{})
	}
	w.do(w.attacker, at, m.claim(w, 3)) // all that it can take is its own
	w.wantHeld(core.Amount{}, vara(1_000))
	wantRevertArgs(t, w.simulate(w.attacker, at, m.claim(w, 0)), "HeldTooLittle", 0, vara(11))
	// Nothing is marked by a failure: with more money the same message is paid, and the other set's are all the while.
	w.create(w.set, 2, vara(11))
	w.do(w.watcher, at, m.claim(w, 0))
	n := w.post(second, outgoing(honest, me, vara(1_000)))
	w.do(w.watcher, at, n.claim(w, 0))
	w.wantHeld(core.Amount{}, core.Amount{})
}

// A delivery pays first, then calls, and both once; a claim before it takes the payment out of it, and one after it
// finds it done.
func TestDeliveryWithValue(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, _ := twoSets(w)
	program, at := w.create(w.set, 1, vara(100)), w.Roster.At.Programs
	receiver := w.deployCode(purseReceiver(w.Roster.At.Token))
	m := w.post(first, outgoing(program, receiver, vara(7)), outgoing(program, receiver, vara(5)), outgoing(program, receiver, vara(89)))
	has := func(what string, slot uint64, want core.Amount) {
		t.Helper()
		word := w.slot(receiver, slot)
		wantAmount(t, what, *new(core.Amount).SetBytes32(word[:]), want)
	}

	w.do(w.watcher, at, m.deliver(w, 0))
	has("owned when called", 0, vara(7))
	has("calls", 1, *uint256.NewInt(1))
	w.wantHeld(vara(93), core.Amount{})
	if got := m.marks(w, 0); got != (marks{delivered: true, claimed: true}) {
		t.Errorf("%+v", got)
	}
	wantRevertArgs(t, w.simulate(w.watcher, at, m.claim(w, 0)), "AlreadyClaimed", w.set, m.messages[0].Number, 0)
	wantRevertArgs(t, w.simulate(w.watcher, at, m.deliver(w, 0)), "AlreadyDelivered", w.set, m.messages[0].Number, 0)

	w.do(w.watcher, at, m.claim(w, 1))
	w.do(w.watcher, at, m.deliver(w, 1))
	has("owned when called", 0, vara(12))
	has("calls", 1, *uint256.NewInt(2))
	w.wantHeld(vara(88), core.Amount{})
	wantRevertArgs(t, w.simulate(w.watcher, at, m.deliver(w, 1)), "AlreadyDelivered", w.set, m.messages[0].Number, 1)

	wantRevertArgs(t, w.simulate(w.watcher, at, m.deliver(w, 2)), "HeldTooLittle", vara(88), vara(89))
	if got := m.marks(w, 2); got != (marks{}) {
		t.Errorf("%+v", got)
	}
}

// A receiver that refuses the call gets nothing by it; its money it gets by a claim.
func TestRefusedDeliveryPaysNothing(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, _ := twoSets(w)
	program, at := w.create(w.set, 1, vara(100)), w.Roster.At.Programs
	receiver := w.deployCode(moodyReceiver)
	m := w.post(first, outgoing(program, receiver, vara(7)))
	_, err := w.attacker.Sender.Do(w.ctx, chain.Call{To: &at, Data: m.deliver(w, 0), Gas: 1_000_000})
	wantSilentRevert(t, err)
	wantAmount(t, "owned by the receiver", w.balance(receiver), core.Amount{})
	w.wantHeld(vara(100), core.Amount{})
	w.do(w.attacker, at, m.claim(w, 0))
	w.do(w.Owner, receiver, []byte{1})
	w.do(w.attacker, at, m.deliver(w, 0))
	wantAmount(t, "owned by the receiver", w.balance(receiver), vara(7))
	w.wantHeld(vara(93), core.Amount{})
}

// A receiver claims from within the delivery what the delivery has just paid. It is marked before the call leaves.
func TestAttackReentrantClaim(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, _ := twoSets(w)
	program, at := w.create(w.set, 1, vara(100)), w.Roster.At.Programs
	receiver := w.deployCode(reentrantReceiver)
	nonce, err := w.Client().PendingNonceAt(w.ctx, w.attacker.Sender.From())
	w.must(err)
	// The message says where to find the call that it makes: in the code of an account that does not exist yet.
	letter := func(note common.Address) bindings.OutgoingMessage {
		o := outgoing(program, receiver, vara(7))
		o.Payload = common.LeftPadBytes(note[:], 32)
		return o
	}
	note, second := crypto.CreateAddress(w.attacker.Sender.From(), nonce), crypto.CreateAddress(w.attacker.Sender.From(), nonce+1)
	m := w.post(first, letter(note), outgoing(program, receiver, vara(3)), letter(second))
	w.deployBy(w.attacker, m.claim(w, 0))
	w.deployBy(w.attacker, m.claim(w, 1))
	wantRevertArgs(t, w.simulate(w.watcher, at, m.deliver(w, 0)), "AlreadyClaimed", w.set, m.messages[0].Number, 0)
	w.do(w.watcher, at, m.deliver(w, 2)) // another message's value it may claim, once
	wantAmount(t, "owned by the receiver", w.balance(receiver), vara(10))
	w.wantHeld(vara(90), core.Amount{})
}

// The destination of a message answers it, once, with value and fee as any message has; nobody else, and not to a
// reply.
func TestReply(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, _ := twoSets(w)
	program, at := w.create(w.set, 1, vara(100)), w.Roster.At
	user := w.attacker.Sender.From()
	answer := outgoing(program, user, vara(2))
	answer.ReplyTo, answer.ReplyCode = core.Hash{8}, [4]byte{0, 1}
	m := w.post(first, outgoing(program, user, core.Amount{}), answer, outgoing(program, user, vara(1)))
	free, _ := w.pot(w.set)
	owned, before := w.balance(user), w.Block()

	wantRevertArgs(t, w.simulate(w.watcher, at.Programs, m.reply(w, 0, nil, core.Amount{})), "NotDestination", w.watcher.Sender.From(), user)
	wantRevertArgs(t, w.simulate(w.attacker, at.Programs, m.reply(w, 1, nil, core.Amount{})), "IsReply", answer.ReplyTo)
	wantRevertArgs(t, w.simulate(w.attacker, at.Programs, m.reply(w, 0, make([]byte, 32<<10+1), core.Amount{})), "PayloadTooLong", 32<<10+1, 32<<10)
	w.do(w.attacker, at.Programs, m.reply(w, 0, []byte("yes"), vara(4)))
	wantRevertArgs(t, w.simulate(w.attacker, at.Programs, m.reply(w, 0, nil, core.Amount{})), "AlreadyReplied", w.set, m.messages[0].Number, 0)
	// A reply does not depend on the value being claimed, nor the other way round.
	w.do(w.attacker, at.Programs, m.reply(w, 2, nil, core.Amount{}))
	w.do(w.attacker, at.Programs, m.claim(w, 2))
	if got := m.marks(w, 2); got != (marks{claimed: true, replied: true}) {
		t.Errorf("%+v", got)
	}

	w.wantHeld(vara(103), core.Amount{})
	wantAmount(t, "owned", w.balance(user), minus(owned, vara(5))) // 4 and two fees, 1 back
	now, _ := w.pot(w.set)
	wantAmount(t, "free pot", now, plus(free, vara(2)))
	events, err := w.Roster.ProgramEvents(w.ctx, before+1, w.Block())
	w.must(err)
	if len(events) != 2 || events[0].Reply == nil {
		t.Fatalf("%+v", events)
	}
	if r := events[0].Reply; r.Set != w.set || r.Program != program || r.Sender != core.Address(user) ||
		r.RepliedTo != core.Hash(m.messages[0].Id) || string(r.Payload) != "yes" || r.Value != vara(4) {
		t.Errorf("%+v", r)
	}
}

// Whatever happens, in any order: what the sets hold is what Programs owns, and is what came in less what went out, by
// a count of it kept here.
func TestValueIsConserved(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first, second := twoSets(w)
	terms, held := []devnet.Term{first, second}, make([]core.Amount, 2)
	ids := []core.Hash{w.create(w.set, 1, core.Amount{}), w.create(w.other.set, 1, core.Amount{})}
	at, me := w.Roster.At.Programs, w.attacker.Sender.From()
	receiver := w.deployCode("00")
	random := rand.New(rand.NewSource(5))
	type sent struct {
		mail
		done []marks
	}
	var all []sent
	for range 14 {
		set := random.Intn(2)
		worth := vara(uint64(random.Intn(20)))
		w.call(w.attacker, chain.SendMessageCall(w.Roster.At, ids[set], nil, worth))
		held[set] = plus(held[set], worth)
		if random.Intn(2) == 0 {
			set := random.Intn(2)
			m := w.post(terms[set], outgoing(ids[set], me, vara(uint64(random.Intn(15)))), outgoing(ids[set], receiver, vara(uint64(random.Intn(15)))))
			all = append(all, sent{m, make([]marks, 2)})
		}
		for range min(len(all), 3) {
			s, i := all[random.Intn(len(all))], random.Intn(2)
			o, set := s.messages[i], int(s.messages[i].Set.Uint64())
			worth, done := chain.Amount(o.Value), &s.done[i]
			payable := !done.claimed && !worth.IsZero()
			var err error
			var want bool
			switch random.Intn(3) {
			case 0:
				want = payable && !held[set].Lt(&worth)
				err = w.try(w.watcher, at, s.claim(w, i))
			case 1:
				want = i == 1 && !done.delivered && (!payable || !held[set].Lt(&worth))
				payable = payable && want
				err = w.try(w.watcher, at, s.deliver(w, i))
				done.delivered = done.delivered || want
			case 2:
				want, payable = i == 0 && !done.replied, false
				err = w.try(w.attacker, at, s.reply(w, i, nil, vara(3)))
				done.replied = done.replied || want
				if want {
					held[set] = plus(held[set], vara(3))
				}
			}
			if (err == nil) != want {
				t.Fatalf("message %d of set %d, worth %s of %s held, %+v: error %v", i, set, worth.Dec(), held[set].Dec(), *done, err)
			}
			if want && payable {
				held[set], done.claimed = minus(held[set], worth), true
			}
			w.wantHeld(held...)
			if got := s.marks(w, i); got != *done {
				t.Fatalf("message %d of set %d: %+v, want %+v", i, set, got, *done)
			}
		}
	}
	w.wantPotsInOrder()
}
