package e2e

import (
	"bytes"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// chunked are the calls that upload chunks under an id, whatever they hash to.
func (w *world) chunk(id core.Hash, index, chunks uint32, chunk []byte) chain.Call {
	return chain.To(w.Roster.At.Programs, programs.PackUploadCode(id, index, chunks, chunk))
}

// code reads a code as an Executor does.
func (w *world) code(id core.Hash) ([]byte, bool) {
	w.t.Helper()
	code, found, err := w.Roster.Code(w.ctx, id, w.Block())
	w.must(err)
	return code, found
}

// A code exists once one uploader's chunks hash to its id, in any order, and whatever others upload under it (protocol
// §6).
func TestCodeInChunks(t *testing.T) {
	w := newWorld(t, options{})
	code := bytes.Repeat([]byte{1, 2, 3}, 50_000) // 150,000 bytes, two chunks
	parts := chain.Chunks(code)
	id := chain.CodeID(parts)
	if len(parts) != 2 {
		t.Fatal(len(parts), " chunks")
	}
	steps := []struct {
		by     int
		call   chain.Call
		exists bool
	}{
		{0, w.chunk(id, 1, 2, parts[1]), false},
		{1, w.chunk(id, 0, 2, parts[0]), false}, // another's: two halves of two uploaders are no code
		{0, w.chunk(id, 0, 2, []byte("wrong")), false},
		{0, w.chunk(id, 0, 3, parts[0]), false}, // of another number of chunks
		{0, w.chunk(id, 0, 2, parts[0]), true},  // in place of the wrong one
		{0, w.chunk(id, 0, 2, []byte("later")), true},
		{1, w.chunk(id, 1, 2, parts[1]), true}, // whole a second time, by another
	}
	before := w.Block()
	for i, s := range steps {
		hand := w.attacker
		if s.by == 1 {
			hand = w.watcher
		}
		w.call(hand, s.call)
		got, exists := w.code(id)
		chunks := ask(w, w.Roster.At.Programs, programs.PackCodeChunks(id), programs.UnpackCodeChunks)
		if exists != s.exists || (chunks == 2) != s.exists || s.exists && !bytes.Equal(got, code) {
			t.Fatalf("step %d: read %v, %d bytes; %d chunks on chain", i, exists, len(got), chunks)
		}
	}
	if _, found, err := w.Roster.Code(w.ctx, id, before); found || err != nil {
		t.Fatal("the code was there before it was uploaded: ", err)
	}
	events, err := w.Roster.ProgramEvents(w.ctx, before+1, w.Block())
	w.must(err)
	if len(events) != 1 || events[0].Uploaded == nil || *events[0].Uploaded != (chain.CodeUploaded{CodeID: id,
		Uploader: core.Address(w.attacker.Sender.From()), Chunks: 2}) || events[0].Block != before+5 {
		t.Fatalf("%+v", events)
	}
}

// What is no chunk of a code is refused.
func TestBadChunk(t *testing.T) {
	w := newWorld(t, options{})
	id := core.Hash{1}
	w.refused(w.attacker, w.chunk(id, 0, 1, nil), "ChunkTooLong", 0, chain.MaxChunk)
	w.refused(w.attacker, w.chunk(id, 0, 1, make([]byte, chain.MaxChunk+1)), "ChunkTooLong", chain.MaxChunk+1, chain.MaxChunk)
	w.refused(w.attacker, w.chunk(id, 0, 0, []byte{1}), "ChunkOutOfRange", 0, 0)
	w.refused(w.attacker, w.chunk(id, 2, 2, []byte{1}), "ChunkOutOfRange", 2, 2)
	w.refused(w.attacker, w.chunk(id, 0, 65, []byte{1}), "ChunkOutOfRange", 0, 65)
	w.must(w.simulate(w.attacker, w.Roster.At.Programs, w.chunk(id, 63, 64, make([]byte, 32)).Data))
}

// A program and its messages: ids, nonces, fee into the set's pot, value held for the set, and what an Executor reads
// of it (protocol §6).
func TestProgramsAndMessages(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	twoSets(w)
	at, user := w.Roster.At, core.Address(w.attacker.Sender.From())
	id := w.upload(w.attacker, []byte("code"))
	before, owned := w.Block(), w.balance(w.attacker.Sender.From())
	free, _ := w.pot(w.other.set)
	firstFree, _ := w.pot(w.set)
	salt, program := core.Hash{7}, chain.ProgramID(w.other.set, id, user, core.Hash{7})

	w.call(w.attacker, chain.CreateProgramCall(at, w.other.set, id, salt, []byte("init"), vara(30)))
	w.call(w.attacker, chain.SendMessageCall(at, program, []byte("one"), core.Amount{}))
	w.call(w.watcher, chain.SendMessageCall(at, program, bytes.Repeat([]byte{9}, 32<<10), vara(12)))

	w.wantHeld(core.Amount{}, vara(42))
	wantAmount(t, "owned", w.balance(w.attacker.Sender.From()), minus(owned, vara(32)))
	now, _ := w.pot(w.other.set)
	wantAmount(t, "free pot", now, plus(free, vara(3)))
	now, _ = w.pot(w.set)
	wantAmount(t, "free pot of the other set", now, firstFree)
	w.wantPotsInOrder()

	events, err := w.Roster.ProgramEvents(w.ctx, before+1, w.Block())
	w.must(err)
	if len(events) != 3 || events[0].Created == nil || events[1].Message == nil || events[2].Message == nil {
		t.Fatalf("%+v", events)
	}
	c, one, two := events[0].Created, events[1].Message, events[2].Message
	if c.Set != w.other.set || c.Program != program || c.CodeID != id || c.Creator != user || c.Salt != salt || string(c.Init) != "init" || c.Value != vara(30) {
		t.Errorf("%+v", c)
	}
	if one.Set != w.other.set || one.Program != program || one.Sender != user || one.Nonce != 0 || string(one.Payload) != "one" || !one.Value.IsZero() {
		t.Errorf("%+v", one)
	}
	if two.Nonce != 1 || len(two.Payload) != 32<<10 || two.Value != vara(12) || two.Sender != core.Address(w.watcher.Sender.From()) {
		t.Errorf("nonce %d, %d bytes, %s, from %s", two.Nonce, len(two.Payload), two.Value.Dec(), two.Sender)
	}
}

// Several events of one block come in the order of their logs, those of other sets among them.
func TestProgramEventsOfOneBlock(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	twoSets(w)
	a, b := w.create(w.set, 1, core.Amount{}), w.create(w.other.set, 2, core.Amount{})
	before := w.Block()
	var calls []call
	for i, p := range []core.Hash{a, b, b, a} {
		calls = append(calls, call{w.attacker, w.Roster.At.Programs, chain.SendMessageCall(w.Roster.At, p, []byte{byte(i)}, vara(uint64(i))).Data})
	}
	w.allInOneBlock(calls...)
	events, err := w.Roster.ProgramEvents(w.ctx, before+1, w.Block())
	w.must(err)
	if len(events) != 4 {
		t.Fatalf("%d events", len(events))
	}
	for i, e := range events {
		if e.Message == nil || e.Message.Payload[0] != byte(i) || e.Message.Value != vara(uint64(i)) || e.Block != before+1 || i > 0 && e.Index <= events[i-1].Index {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	w.wantHeld(vara(3), vara(3))
}

// What cannot be sent is refused, and takes nothing.
func TestBadMessage(t *testing.T) {
	w := newWorld(t, options{})
	at := w.Roster.At
	id := w.upload(w.attacker, []byte("code"))
	w.approve(w.attacker)
	w.refused(w.attacker, chain.CreateProgramCall(at, w.set, id, core.Hash{}, nil, core.Amount{}), "BeforeGenesis", anything, w.Roster.Times.Genesis)
	w.activate(w.set, 0)
	program := w.create(w.set, 1, core.Amount{})
	owned := w.balance(w.attacker.Sender.From())

	w.refused(w.attacker, chain.CreateProgramCall(at, w.set, core.Hash{1}, core.Hash{}, nil, core.Amount{}), "UnknownCode", core.Hash{1})
	w.refused(w.attacker, chain.CreateProgramCall(at, 9, id, core.Hash{}, nil, core.Amount{}), "UnknownSet", 9)
	known := chain.CodeID([][]byte{[]byte("a program")})
	w.refused(w.attacker, chain.CreateProgramCall(at, w.set, known, core.Hash{1}, nil, core.Amount{}), "ProgramExists", program)
	w.refused(w.attacker, chain.SendMessageCall(at, core.Hash{5}, nil, core.Amount{}), "UnknownProgram", core.Hash{5})
	long := make([]byte, 32<<10+1)
	w.refused(w.attacker, chain.SendMessageCall(at, program, long, core.Amount{}), "PayloadTooLong", len(long), 32<<10)
	w.refused(w.attacker, chain.CreateProgramCall(at, w.set, id, core.Hash{}, long, core.Amount{}), "PayloadTooLong", len(long), 32<<10)
	// More than one owns, for the value alone and with the fee.
	w.refused(w.attacker, chain.SendMessageCall(at, program, nil, owned), "ERC20InsufficientBalance", anything, owned, plus(owned, vara(1)))
	wantSilentRevert(t, w.simulate(w.attacker, at.Programs, programs.PackSendMessage(program, nil, beyond())))
	// Who has not approved pays nothing and sends nothing.
	w.refused(w.watcher, chain.SendMessageCall(at, program, nil, core.Amount{}), "ERC20InsufficientAllowance", at.Programs, 0, vara(1))
	wantAmount(t, "owned", w.balance(w.attacker.Sender.From()), owned)
	w.wantHeld(core.Amount{})
}

// Without a fee nothing is paid, and nothing needs to be approved but a value.
func TestMessageWithoutFee(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.MessageFee = new(bigInt) }})
	w.activate(w.set, 0)
	at, free := w.Roster.At, vara(0)
	program := w.create(w.set, 1, core.Amount{})
	w.call(w.watcher, chain.SendMessageCall(at, program, nil, free))
	w.refused(w.watcher, chain.SendMessageCall(at, program, nil, vara(3)), "ERC20InsufficientAllowance", at.Programs, 0, vara(3))
	w.approve(w.watcher)
	w.call(w.watcher, chain.SendMessageCall(at, program, nil, vara(3)))
	w.wantHeld(vara(3))
}

// The gas of a batch is an immutable of Programs, and what Roster reads; none is refused at deployment.
func TestBatchGas(t *testing.T) {
	w := newWorld(t, options{})
	gas, err := w.Roster.BatchGas(w.ctx)
	if err != nil || gas != devnet.BatchGas {
		t.Errorf("%d gas, want %d (%v)", gas, uint64(devnet.BatchGas), err)
	}
	_, _, err = w.attacker.Sender.Deploy(w.ctx, chain.Deployment(&bindings.ProgramsMetaData, programs.PackConstructor(w.Roster.At.Middleware, 0)))
	wantRevertArgs(t, err, "NoBatchGas")
}

// Rewards is approved for good, but takes from its caller alone: nobody else can have it take what Programs holds.
func TestRewardsTakesNothingHeld(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	twoSets(w)
	w.create(w.set, 1, vara(500))
	at := w.Roster.At
	fund := chain.To(at.Rewards, rewards.PackFund(chain.Number(w.set), whole(1)))
	w.refused(w.attacker, fund, "ERC20InsufficientAllowance", at.Rewards, anything, vara(1))
	w.wantHeld(vara(500), core.Amount{})
	w.wantPotsInOrder()
}
