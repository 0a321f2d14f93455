package program

import (
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// ErrUnbalanced is wVARA that comes from nowhere, or is lost: a fault of ours, after which nothing may be signed.
var ErrUnbalanced = errors.New("wVARA is not conserved")

// dispatch runs one message of the queue, or answers that it cannot be run.
func (r *run) dispatch(x Dispatch) error {
	r.out.Ran++
	p, err := r.Program(x.Program)
	if err != nil {
		return err
	}
	if code, refused := refuse(p, x); refused {
		// It costs what running it would, so that a batch ends.
		used := min(refusalGas, x.Gas)
		r.out.Gas += max(used, 1)
		if x.Kept {
			return r.strand(p, x)
		}
		x.Gas -= used
		return r.refund(x, code)
	}
	code, err := r.codeOf(p.CodeID)
	if err != nil {
		return err
	}
	before := p.Balance
	balance := p.Balance
	if !x.Kept {
		balance.Add(&balance, &x.Value)
	}
	out := Outcome{Ending: Failed, Code: RanOutOfGas, Used: x.Gas}
	if x.Gas >= CostMessage+CostLoadedPage*uint64(len(p.pages)) { // it holds these at least; else a run would end so, too
		if err := r.load(p); err != nil {
			return err
		}
		out, err = r.runner.Run(code, p.CodeID, Execution{Dispatch: x, Balance: balance, Block: r.block.Number, Time: r.block.Time,
			Memory: p.memory})
		if err != nil {
			return err
		}
	}
	if out.Used > x.Gas {
		return fmt.Errorf("the run took %d gas of %d", out.Used, x.Gas)
	}
	r.out.Gas += max(out.Used, 1)
	left := x.Gas - out.Used
	if out.Ending == Failed {
		p.Balance = before
		return r.fail(p, x, out, left)
	}
	p.dirty = true
	for _, n := range out.Changed {
		p.changed[n] = true
	}
	p.Balance = balance
	r.spare(p)
	return r.settle(p, x, out, left)
}

// refusalGas is what it takes to find that there is nobody to run a message.
const refusalGas = 10_000_000

// refuse says why a message is not run at all.
func refuse(p *Program, x Dispatch) (ReplyCode, bool) {
	switch {
	case p == nil:
		return NoProgram, true
	case p.Status == Exited:
		return ProgramExited, true
	case p.Status == Broken:
		return InitFailed, true
	case p.Status == Starting && x.ID != p.Init && x.Kind == Handle:
		return Uninitialized, true
	}
	return ReplyCode{}, false
}

// strand ends a message that a program waited with and cannot run any more; the program has its value.
func (r *run) strand(p *Program, x Dispatch) error {
	x.Value = core.Amount{}
	code, _ := refuse(p, x)
	return r.refund(x, code)
}

// refund sends a message's value back with the code that says why. A message is answered once, and a reply never: its value
// stays where it came to, or, where there is nobody, goes back as a message.
func (r *run) refund(x Dispatch, code ReplyCode) error {
	if x.Answered { // it was kept, so the program has its value
		return nil
	}
	if x.Kind != Reply {
		r.reply(x, code, nil, x.Value, x.Gas)
		return nil
	}
	if x.Value.IsZero() {
		return nil
	}
	p, err := r.Program(x.Program)
	if err != nil {
		return err
	}
	if p == nil {
		return fmt.Errorf("%w: a reply to program %s, which is not there", ErrCorrupt, x.Program)
	}
	p.Balance.Add(&p.Balance, &x.Value)
	p.dirty = true
	return nil
}

// reply answers a message.
func (r *run) reply(x Dispatch, code ReplyCode, payload []byte, value core.Amount, gas uint64) {
	if _, is := AccountOf(x.Source); is {
		gas = 0
	}
	r.enqueue(Dispatch{ID: ReplyID(x.ID), Kind: Reply, Source: x.Program, Program: x.Source, Payload: payload, Value: value,
		ReplyTo: x.ID, Code: code, Gas: gas})
}

// fail ends a run of which nothing counts.
func (r *run) fail(p *Program, x Dispatch, out Outcome, left uint64) error {
	back := x.Value
	if x.Kept {
		back = core.Amount{}
	}
	if x.ID == p.Init { // it never began: everything that it has goes back
		p.Status, p.dirty = Broken, true
		back.Add(&back, &p.Balance)
		p.Balance = core.Amount{}
	}
	if x.Kind == Reply {
		p.Balance.Add(&p.Balance, &back)
		p.dirty = true
		return nil
	}
	if x.Answered {
		if back.IsZero() {
			return nil
		}
		// Of an init that waited and answered before it failed: what comes back is a message of its own.
		r.enqueue(Dispatch{ID: Sum([]byte("exit"), x.ID[:]), Source: x.Program, Program: x.Source, Value: back})
		return nil
	}
	r.reply(x, out.Code, out.Text, back, left)
	return nil
}

// settle does what a run decided. What is left of the gas is shared equally by what follows from it: messages to
// programs, the answer to one, and the message itself if it waits.
func (r *run) settle(p *Program, x Dispatch, out Outcome, left uint64) error {
	answered := out.Answer != nil || out.Ending != Waits && x.Kind != Reply && !x.Answered
	_, toAccount := AccountOf(x.Source)
	shares := uint64(0)
	for _, m := range out.Sent {
		if _, is := AccountOf(m.To); !is {
			shares++
		}
	}
	if answered && !toAccount {
		shares++
	}
	if out.Ending == Waits {
		shares++
	}
	share := left / max(shares, 1)
	for _, m := range out.Sent {
		if err := r.sendOne(p, x, m, share); err != nil {
			return err
		}
	}
	if err := r.answer(p, x, out, answered, share); err != nil {
		return err
	}
	for _, w := range out.Wakes {
		if err := r.wake(x.Program, w); err != nil {
			return err
		}
	}
	switch out.Ending {
	case Waits:
		x.Kept, x.Gas = true, share
		x.Sent, x.Answered = x.Sent+uint32(len(out.Sent)), x.Answered || out.Answer != nil
		return r.wait(x, r.block.Number+uint64(out.Blocks))
	case Exits:
		return r.exit(p, x, out)
	}
	if x.ID == p.Init && p.Status == Starting {
		p.Status = Active
	}
	return nil
}

func (r *run) sendOne(p *Program, x Dispatch, m Sent, share uint64) error {
	if m.Value.Gt(&p.Balance) {
		return fmt.Errorf("%w: program %s sends %s of %s", ErrUnbalanced, x.Program, m.Value.Dec(), p.Balance.Dec())
	}
	p.Balance.Sub(&p.Balance, &m.Value)
	d := Dispatch{ID: m.ID, Kind: Handle, Source: x.Program, Program: m.To, Payload: m.Payload, Value: m.Value, Gas: share}
	if _, is := AccountOf(m.To); is {
		d.Gas = 0
	}
	if m.Delay > 0 {
		return r.wait(d, r.block.Number+uint64(m.Delay))
	}
	r.enqueue(d)
	return nil
}

// answer replies, with what the program said or by itself.
func (r *run) answer(p *Program, x Dispatch, out Outcome, answered bool, share uint64) error {
	if !answered {
		return nil
	}
	if x.Answered {
		return fmt.Errorf("message %s is answered twice", x.ID)
	}
	if out.Answer == nil {
		r.reply(x, Auto, nil, core.Amount{}, share)
		return nil
	}
	if out.Answer.Value.Gt(&p.Balance) {
		return fmt.Errorf("%w: program %s answers with %s of %s", ErrUnbalanced, x.Program, out.Answer.Value.Dec(), p.Balance.Dec())
	}
	p.Balance.Sub(&p.Balance, &out.Answer.Value)
	r.reply(x, Manual, out.Answer.Payload, out.Answer.Value, share)
	return nil
}

// exit ends a program. What it has goes to its inheritor: at once to a program that can use it, in a message to an
// account, and nowhere when there is neither.
func (r *run) exit(p *Program, x Dispatch, out Outcome) error {
	p.Status = Exited
	if p.Balance.IsZero() {
		return nil
	}
	if _, is := AccountOf(out.Inheritor); is {
		r.enqueue(Dispatch{ID: Sum([]byte("exit"), x.ID[:]), Source: x.Program, Program: out.Inheritor, Value: p.Balance})
		p.Balance = core.Amount{}
		return nil
	}
	heir, err := r.Program(out.Inheritor)
	if err != nil || heir == nil || heir == p || heir.Status == Exited || heir.Status == Broken {
		return err
	}
	heir.Balance.Add(&heir.Balance, &p.Balance)
	heir.dirty = true
	p.Balance = core.Amount{}
	return nil
}
