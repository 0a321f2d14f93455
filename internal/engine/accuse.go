package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// Evidence is two statements for one slot that Executors of one set signed: what a node keeps, on disk, until the
// offence is on record or too late to report.
type Evidence struct {
	Set core.SetID `json:"set"`
	Era core.Era   `json:"era"`
	// Number is the batches'; Hashes are theirs, or the two reward statements' struct hashes.
	Number uint64       `json:"number"`
	Hashes [2]core.Hash `json:"hashes"`
	// Rewards are the two reward statements; none when it is about batches.
	Rewards []batch.Rewards `json:"rewards,omitempty"`
	// Bitmaps are 16 bytes each, Signatures 96 (packed).
	Bitmaps    [2]hexutil.Bytes `json:"bitmaps"`
	Signatures [2]hexutil.Bytes `json:"signatures"`
}

// EvidenceOf packs two signed batches of one number.
func EvidenceOf(c executor.Committee, number uint64, hashes [2]core.Hash, signed [2]executor.Signed) Evidence {
	e := Evidence{Set: c.Set, Era: c.Era, Number: number, Hashes: hashes}
	for i, s := range signed {
		e.sign(i, s)
	}
	return e
}

// sign packs the signature of one of the two.
func (e *Evidence) sign(i int, s executor.Signed) {
	bitmap, signature := s.Bitmap.Bytes(), s.Signature.Packed()
	e.Bitmaps[i], e.Signatures[i] = bitmap[:], signature[:]
}

// signed unpacks both statements.
func (e Evidence) signed() (signed [2]executor.Signed, err error) {
	for i := range signed {
		if len(e.Bitmaps[i]) != quorum.Width/8 {
			return signed, fmt.Errorf("bitmap of %d bytes, want %d", len(e.Bitmaps[i]), quorum.Width/8)
		}
		signed[i].Bitmap = quorum.FromBytes([quorum.Width / 8]byte(e.Bitmaps[i]))
		if signed[i].Signature, err = bls.SignatureFromBytes(e.Signatures[i]); err != nil {
			return signed, err
		}
	}
	return signed, nil
}

// key names the evidence: one is enough against the same signers of an era, for an offence is on record once an era.
func (e Evidence) key() string {
	both := make([]byte, len(e.Bitmaps[0]))
	for i := range both {
		if i < len(e.Bitmaps[1]) {
			both[i] = e.Bitmaps[0][i] & e.Bitmaps[1][i]
		}
	}
	return fmt.Sprintf("evidence/%d/%d/%x", e.Set, e.Era, both)
}

// Accuse keeps evidence and has it reported by the next Slash. It may be called again with the same.
func (n *Node) Accuse(ctx context.Context, e Evidence) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("keep %s: %w", e.key(), err)
	}
	return n.Store.PutFact(ctx, e.key(), text)
}

// report hands in all evidence whose accused are not on record yet.
func (n *Node) report(ctx context.Context, t Tick) error {
	kept, err := n.Store.Facts(ctx, "evidence/")
	if err != nil {
		return err
	}
	var all []error
	for _, fact := range kept {
		var e Evidence
		if err := json.Unmarshal(fact.Value, &e); err != nil {
			all = append(all, fmt.Errorf("read %s: %w", fact.Key, err))
			continue
		}
		if err := n.reportOne(ctx, t, e); err != nil {
			all = append(all, fmt.Errorf("report %s: %w", fact.Key, err))
		}
	}
	return errors.Join(all...)
}

// reportOne confirms the keys behind the header first, in a transaction of its own, and reports when that is final.
func (n *Node) reportOne(ctx context.Context, t Tick, e Evidence) error {
	deadline := n.Roster.Times.Deadline(e.Era)
	if t.Head.Time > deadline {
		return n.Store.DeleteFact(ctx, e.key())
	}
	standing, stands, err := n.standing(ctx, t, e.Set, e.Era)
	if err != nil || !stands {
		return err
	}
	d, decided, err := n.decide(ctx, t, e.Set, e.Era)
	if err != nil || !decided {
		return err
	}
	c, err := n.open(standing, d)
	if err != nil {
		return err
	}
	signed, err := e.signed()
	if err != nil {
		return err
	}
	both := signed[0].Bitmap.And(signed[1].Bitmap)
	if !both.Fits(len(c.Entries)) {
		return fmt.Errorf("signers %s of a set of %d", both, len(c.Entries))
	}
	accused, err := n.unreported(ctx, t, c.Elected, both, slash.Equivocation)
	if err != nil {
		return err
	}
	if len(accused) == 0 {
		return n.Store.DeleteFact(ctx, e.key())
	}
	if confirmed, err := n.confirmed(ctx, t, c, deadline); err != nil || !confirmed {
		return err
	}
	call, err := e.report(n.Roster.At, c, signed, accused)
	if err != nil {
		return err
	}
	return n.put(ctx, t, "report/"+e.key(), call, deadline, "NobodyAccused", "AlreadyReported")
}

// report is the call that hands the evidence in.
func (e Evidence) report(at chain.Addresses, c executor.Committee, signed [2]executor.Signed, accused []int) (chain.Call, error) {
	if len(e.Rewards) == 2 {
		return ReportRewardsCall(at, c, [2]batch.Rewards(e.Rewards), signed, accused)
	}
	return ReportBatchesCall(at, c, e.Number, e.Hashes, signed, accused)
}

// confirmed reports whether the keys behind a header are confirmed, without which nothing signed under it is evidence; if
// not, it has them confirmed.
func (n *Node) confirmed(ctx context.Context, t Tick, c executor.Committee, deadline core.Time) (bool, error) {
	confirmed, err := n.Roster.KeysConfirmed(ctx, c.Header.Hash(), t.Final.Number)
	if err != nil || confirmed {
		return confirmed, err
	}
	call, err := ConfirmKeysCall(n.Roster.At, c)
	if err != nil {
		return false, err
	}
	return false, n.put(ctx, t, "confirm/"+c.Header.Hash().String(), call, deadline)
}

// unreported are the places of those signers of a set whose offence is not on record.
func (n *Node) unreported(ctx context.Context, t Tick, e chain.Elected, signers quorum.Bitmap, kind slash.Kind) (places []int, err error) {
	for _, i := range signers.Indices() {
		id := slash.Offence{Set: e.Set, Operator: e.Entries[i].Operator, Era: e.Era, Kind: kind}
		reported, err := n.Roster.IsReported(ctx, chain.OffenceBinding(id), t.Final.Number)
		if err != nil {
			return nil, err
		}
		if !reported {
			places = append(places, i)
		}
	}
	return places, nil
}

// Slash reports evidence, and for every offence on record and every vault that counted does what is due: request,
// and execute in the protocol's order once the veto window is over. It watches each case's clock.
func (n *Node) Slash(ctx context.Context, t Tick) error {
	var reported error // of which no case has to wait
	if n.Duties.Slash {
		reported = errors.Join(n.report(ctx, t), n.reportUpheld(ctx, t))
	}
	return errors.Join(reported, n.each(ctx, func(set core.SetID) error {
		cases, disputes, err := n.openCases(ctx, t, set)
		if err != nil {
			return err
		}
		var all []error
		open := map[slash.Offence]bool{}
		for _, c := range cases {
			if _, final := c.Final(n.Roster.Times, t.Final.Time); !final {
				open[c.Offence] = true
			}
			action := slash.Next(n.Roster.Times, t.Head.Time, c, cases, disputes)
			n.sayCase(t, c, action)
			if err := n.pursue(ctx, t, c, action); err != nil {
				all = append(all, fmt.Errorf("%v: %w", c, err))
			}
		}
		for _, c := range cases { // what is final for every vault blocks nobody any more
			n.closed[c.Offence] = !open[c.Offence]
		}
		return errors.Join(all...)
	}))
}

// openCases is Cases without those of which nothing can come any more.
func (n *Node) openCases(ctx context.Context, t Tick, set core.SetID) ([]slash.Case, []slash.Dispute, error) {
	return Cases(ctx, n.Roster, set, t.Final.Number, func(o slash.Offence) bool { return n.closed[o] })
}

// pursue puts what is due for a case into the outbox, when it is this node's turn.
func (n *Node) pursue(ctx context.Context, t Tick, c slash.Case, a slash.Action) error {
	if !n.Duties.Slash {
		return nil
	}
	task := fmt.Sprintf("%s/%d/%s/%d/%s/%s", a.Verb, c.Set, c.Operator, c.Era, c.Kind, c.Vault)
	switch a.Verb {
	case slash.Request, slash.Execute:
		if !n.memberTurn(ctx, t, c.Set, c.Era, task, max(a.Window.Opens, n.dueSince(task, t))) {
			return nil
		}
	default:
		return nil
	}
	if a.Verb == slash.Request {
		return n.put(ctx, t, task, RequestSlashCall(n.Roster.At, c.Offence, c.Vault), a.Window.Closes, "AlreadyRequested")
	}
	return n.put(ctx, t, task, ExecuteSlashCall(n.Roster.At, c.Offence, c.Vault), a.Window.Closes, "AlreadyExecuted", "SlashVetoed")
}

// sayCase tells what is due for a case when that changes, and sounds its alarms.
func (n *Node) sayCase(t Tick, c slash.Case, a slash.Action) {
	what := SlashCase{Case: c, Action: a, Block: t.Final.Number, Now: t.Head.Time}
	n.sayOnce(fmt.Sprintf("case/%v/%s", c, a.Reason.Code), func() { n.Events.SlashCase(what) })
	if a.Alarm != slash.Calm && a.Verb != slash.Nothing {
		n.sayOnce(fmt.Sprintf("alarm/%v/%v/%v", c, a.Verb, a.Alarm), func() { n.Events.SlashAlarm(what) })
	}
}
