package demo

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/examples"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// What the story's programs hold, in a token of their own, and how much of it a transfer moves at the most.
const (
	tokens       = 1_000_000
	mostTransfer = 90
)

// shop is a set's work: a token that its user hands on, and the machine that computes the batches, as each of the set's
// Executors does.
type shop struct {
	machine *executor.Machine
	ledger  executor.Memory
	token   core.Hash // zero: it is not created yet
	asked   int       // transfers so far
}

// openShop makes the machine of a set.
func (s *story) openShop(x *set) {
	x.shop = &shop{}
	x.shop.machine = &executor.Machine{Roster: s.Roster, Set: x.id, Ledger: &x.shop.ledger, Runner: s.runner}
}

// ask has the user send the set's token a message, which moves some of it to a staker; the first time it has no
// program yet, and creates one. It returns the message's id.
func (s *story) ask(ctx context.Context, x *set) (core.Hash, error) {
	user := s.cast.user
	if x.shop.token.IsZero() {
		if err := s.create(ctx, x); err != nil {
			return core.Hash{}, err
		}
	}
	to := s.cast.stakers[x.shop.asked%len(s.cast.stakers)]
	amount := uint64(x.shop.asked%mostTransfer + 1)
	x.shop.asked++
	actor := program.Actor(to.address())
	payload := binary.LittleEndian.AppendUint64(append([]byte{'t'}, actor[:]...), amount)
	receipt, err := user.Sender.Do(ctx, chain.SendMessageCall(s.Roster.At, x.shop.token, append(payload, make([]byte, 8)...), core.Amount{}))
	if err != nil {
		return core.Hash{}, fmt.Errorf("send to the token of %s: %w", x.called(), err)
	}
	s.tell.say("%s: %s hands %s to %s.", x.called(), user.name, plural(int(amount), "token"), to.name)
	return s.messageIn(ctx, x, receipt)
}

// create uploads the token's code, unless another set's users have, and creates it with all its tokens in the user's hands.
func (s *story) create(ctx context.Context, x *set) error {
	user, code := s.cast.user, examples.Code("token")
	id := chain.CodeID(chain.Chunks(code))
	var calls []chain.Call
	if x == s.cast.sets[0] {
		calls = append([]chain.Call{chain.ApproveProgramsCall(s.Roster.At)}, chain.UploadCodeCalls(s.Roster.At, code)...)
	}
	supply := binary.LittleEndian.AppendUint64(nil, tokens)
	calls = append(calls, chain.CreateProgramCall(s.Roster.At, x.id, id, core.Hash{}, append(supply, make([]byte, 8)...), core.Amount{}))
	for _, call := range calls {
		if _, err := user.Sender.Do(ctx, call); err != nil {
			return fmt.Errorf("create the token of %s: %w", x.called(), err)
		}
	}
	x.shop.token = chain.ProgramID(x.id, id, user.address(), core.Hash{})
	s.tell.say("%s: %s creates a program, a token of %s, from %s bytes of WebAssembly.", x.called(), user.name, group(fmt.Sprint(tokens)),
		group(fmt.Sprint(len(code))))
	return nil
}

// messageIn is the id of the message to the set's token that a transaction sent.
func (s *story) messageIn(ctx context.Context, x *set, r *types.Receipt) (core.Hash, error) {
	block := r.BlockNumber.Uint64()
	all, err := s.Roster.ProgramEvents(ctx, block, block)
	if err != nil {
		return core.Hash{}, err
	}
	for _, e := range all {
		if e.Message != nil && e.Message.Program == x.shop.token {
			return program.IncomingID(x.shop.token, e.Message.Nonce), nil
		}
	}
	return core.Hash{}, fmt.Errorf("block %d has no message to the token of %s", block, x.called())
}

// compute runs the programs of a set up to the newest block, and returns the batches that are not committed.
func (s *story) compute(ctx context.Context, x *set) ([]program.Computed, error) {
	for s.Roster.Intervals.End(s.Roster.Intervals.Newest(s.Block())) < s.Block() { // until the interval of what was sent is over
		if _, err := s.Commit(); err != nil {
			return nil, err
		}
	}
	if err := x.shop.machine.Advance(ctx, s.Block(), func(program.Computed) {}); err != nil {
		return nil, err
	}
	committed, err := s.Roster.Batches(ctx, x.id, s.Block())
	if err != nil {
		return nil, err
	}
	return x.shop.ledger.Batches[len(committed):], nil
}

// sayAnswer tells what a program answered to a message, if the batch has the answer.
func (s *story) sayAnswer(b program.Computed, message core.Hash) {
	for _, m := range b.Outgoing {
		if m.ReplyTo != message {
			continue
		}
		left := binary.LittleEndian.Uint64(m.Payload)
		s.tell.note("The token answers: %s are left.", group(fmt.Sprint(left)))
		if !s.said[sceneProgramAnswers] {
			s.said[sceneProgramAnswers] = true
			s.tell.note("The answer is in the batch's messages root: anyone can prove it to a contract.")
		}
		if m.Code == program.Manual && left < tokens {
			s.happen(sceneProgramAnswers)
		}
	}
}

// asBefore is a wrong result that could be right: what the batch would say if none of its messages had come.
func (x *set) asBefore(b batch.Batch) batch.Batch {
	for _, c := range x.shop.ledger.Batches {
		if c.Number < b.Number {
			b.StateRoot = c.StateRoot
		}
	}
	b.MessagesRoot = program.MessagesRoot(b.Set, b.Number, nil)
	return b
}

// rightly says which digest of a dispute is wrong, after running everything again from the chain.
func (s *story) rightly(ctx context.Context, q *quarrel) (core.Hash, error) {
	filed, _, err := s.Roster.Disputes(ctx, s.Block())
	if err != nil {
		return core.Hash{}, err
	}
	for _, d := range filed {
		if core.Hash(d.Dispute.A.Digest) != q.certified && core.Hash(d.Dispute.B.Digest) != q.certified {
			continue
		}
		j, err := engine.Judge(ctx, s.Roster, d, s.runner, s.Block())
		if err != nil {
			return core.Hash{}, err
		}
		s.tell.say("%s runs %d messages of %d batches again: %s.", s.cast.judge.name, j.Messages, j.Batches,
			map[bool]string{true: "the certified result is right", false: j.Difference}[j.Difference == ""])
		return j.Wrong, nil
	}
	return core.Hash{}, fmt.Errorf("the dispute about batch %d is not on chain", q.number)
}
