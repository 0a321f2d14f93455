package fleet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/examples"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// traffic is what users do: they upload programs, create them, and talk to them.
type traffic struct {
	user     engine.Hand
	programs map[string]core.Hash
	sent     int
	ready    bool   // the programs are there, for all one knows
	since    uint64 // the block in which the last was made: until then blocks passed in which no node acted
}

// whole wVARA that the user has, for fees.
const userPurse = 10_000

// furnishTraffic uploads and creates the programs, as far as they are not there.
func (w *network) furnishTraffic(ctx context.Context) error {
	user := w.traffic.user
	if _, err := user.Sender.Do(ctx, chain.ApproveProgramsCall(w.Roster.At)); err != nil {
		return err
	}
	for _, name := range []string{"counter", "ping", "token"} {
		code := examples.Code(name)
		for _, call := range chain.UploadCodeCalls(w.Roster.At, code) {
			if _, err := user.Sender.Do(ctx, call); err != nil {
				return fmt.Errorf("upload %s: %w", name, err)
			}
		}
		init := []byte{}
		if name == "token" {
			init = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 1_000_000), 0)
		}
		id := chain.CodeID(chain.Chunks(code))
		call := chain.CreateProgramCall(w.Roster.At, w.set, id, core.Hash{1}, init, core.Amount{})
		if _, err := user.Sender.Do(ctx, call); err != nil && chain.RevertName(err) != "ProgramExists" {
			return fmt.Errorf("create %s: %w", name, err)
		}
		w.traffic.programs[name] = chain.ProgramID(w.set, id, core.Address(user.Sender.From()), core.Hash{1})
	}
	w.traffic.ready, w.traffic.since = true, w.Block()
	return nil
}

// talk sends the next message, every few blocks: a count, a transfer, or a question from one program to another.
func (w *network) talk(ctx context.Context) error {
	t := w.traffic
	if w.Now() <= w.Roster.Times.Genesis { // before that there is no fee to pay
		return nil
	}
	if !t.ready {
		return w.furnishTraffic(ctx)
	}
	t.sent++
	to, payload := "counter", []byte{'+'}
	switch t.sent % 3 {
	case 1:
		receiver := core.Keccak([]byte{byte(t.sent % 50)})
		to, payload = "token", append(append([]byte{'t'}, receiver[:]...), make([]byte, 16)...)
		payload[33] = byte(t.sent)
	case 2:
		counter := t.programs["counter"]
		to, payload = "ping", append(counter[:], '=')
	}
	_, err := t.user.Sender.Do(ctx, chain.SendMessageCall(w.Roster.At, t.programs[to], payload, core.Amount{}))
	if chain.RevertName(err) == "UnknownProgram" { // a fork has undone it
		t.ready = false
		return nil
	}
	if err != nil {
		return fmt.Errorf("send to %s: %w", to, err)
	}
	return nil
}

// Set is the operator set that the nodes serve.
func (f *Fleet) Set() core.SetID { return f.set }

// User is an account with wVARA for fees that nobody else uses.
func (f *Fleet) User() (devnet.Account, error) { return accountKey(f.Network, f.guest.Sender.From()) }

// Team are the operators whose nodes these are.
func (f *Fleet) Team() []*devnet.Operator { return f.team }

// Vaults are those that stand behind them, the shared one first.
func (f *Fleet) Vaults() []devnet.ReadyVault { return f.vaults }

// Part is an account and what it is for.
type Part struct {
	Name string
	devnet.Account
}

// Cast are the accounts that have a part, by their names on every devnet; the last is User's.
func (f *Fleet) Cast() (all []Part, err error) {
	add := func(name string, h engine.Hand) {
		a, failed := accountKey(f.Network, h.Sender.From())
		all, err = append(all, Part{name, a}), errors.Join(err, failed)
	}
	add("owner", f.Owner)
	add("resolver", f.Resolver)
	add("judge", f.Judge)
	add("stranger", f.Stranger)
	add("curator", f.curator)
	for i, o := range f.team {
		add(fmt.Sprintf("operator %d", i), o.Hand)
	}
	// A staker is named after its vault: the shared one's is the first, and came last.
	for i, v := range f.vaults {
		for _, h := range f.stakers {
			if h.Sender.From() == v.Staker {
				add(fmt.Sprintf("staker %d", i), h)
			}
		}
	}
	add("user", f.guest)
	return all, err
}
