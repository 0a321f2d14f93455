package e2e

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// The packers of Symbiotic's contracts.
var (
	vaultABI        = bindings.NewVault()
	slasherABI      = bindings.NewVetoSlasher()
	delegatorABI    = bindings.NewNetworkRestakeDelegator()
	optInABI        = bindings.NewOptInService()
	claimsABI       = bindings.NewDefaultOperatorRewards()
	registerNetwork = bindings.NewNetworkRegistry().PackRegisterNetwork()
)

// at is the operator in a place of a term's set.
func (w *world) at(term devnet.Term, place int) *devnet.Operator {
	w.t.Helper()
	o := w.team[term.Entries[place].Operator]
	if o == nil {
		w.t.Fatalf("nobody of the team in place %d of era %d", place, term.Committee.Era)
	}
	return o
}

// term is that of the first set whose proposal stands for an era.
func (w *world) term(e core.Era) devnet.Term {
	w.t.Helper()
	d, err := engine.Decide(w.ctx, w.Roster, w.set, e, w.Block())
	w.must(err)
	t, err := w.Term(w.ctx, d)
	w.must(err)
	return t
}

// signed is a statement over a digest by those at these places.
func (w *world) signed(term devnet.Term, digest core.Hash, places ...int) executor.Signed {
	w.t.Helper()
	s, err := devnet.Signed(term.Committee, digest, w.team.SignOnly(term.Committee, digest, places...))
	w.must(err)
	return s
}

// evidence is two batches of one number, each with its signers.
type evidence struct {
	term   devnet.Term
	number uint64
	hashes [2]core.Hash
	signed [2]executor.Signed
}

// twoBatches has some sign one batch of a number and some another.
func (w *world) twoBatches(term devnet.Term, number uint64, first, second []int) evidence {
	w.t.Helper()
	e := evidence{term: term, number: number, hashes: [2]core.Hash{{31: 0xa0, 30: byte(number)}, {31: 0xb0, 30: byte(number)}}}
	for i, places := range [][]int{first, second} {
		e.signed[i] = w.signed(term, w.hashDigest(term, number, e.hashes[i]), places...)
	}
	return e
}

func (w *world) hashDigest(term devnet.Term, number uint64, hash core.Hash) core.Hash {
	return batch.Statement{Set: term.Committee.Set, Era: term.Committee.Era, Number: number, BatchHash: hash}.Digest(w.Roster.Domain())
}

// confirm shows that the keys of terms are the registered ones, before which nothing is evidence under them. Reports
// and disputes of package engine do it too, in a transaction more.
func (w *world) confirm(terms ...devnet.Term) {
	w.t.Helper()
	for _, term := range terms {
		_, err := w.watcher.ConfirmKeys(w.ctx, term.Committee)
		w.must(err)
	}
}

// report hands evidence in against those at the given places, or against all that signed both.
func (w *world) report(by engine.Hand, e evidence, accused ...int) error {
	_, err := by.ReportBatches(w.ctx, e.term.Committee, e.number, e.hashes, e.signed, accused)
	return err
}

// offence names what an Executor did.
func offence(term devnet.Term, place int, kind slash.Kind) slash.Offence {
	return slash.Offence{Set: term.Committee.Set, Operator: term.Entries[place].Operator, Era: term.Committee.Era, Kind: kind}
}

// convict records an equivocation of the one in a place, reported by the watcher.
func (w *world) convict(term devnet.Term, place int) slash.Offence {
	w.t.Helper()
	w.must(w.report(w.watcher, w.twoBatches(term, 1, []int{place}, []int{place})))
	return offence(term, place, slash.Equivocation)
}

// request and execute are the two steps of a slash, by a stranger.
func (w *world) request(o slash.Offence, v *vault) error {
	_, err := w.Stranger.RequestSlash(w.ctx, o, core.Address(v.Address))
	return err
}

func (w *world) execute(o slash.Offence, v *vault) error {
	_, err := w.Stranger.ExecuteSlash(w.ctx, o, core.Address(v.Address))
	return err
}

// requested requests a slash and returns when; it can be executed a veto window later.
func (w *world) requested(o slash.Offence, v *vault) core.Time {
	w.t.Helper()
	w.must(w.request(o, v))
	return w.Now()
}

// slashOf is how far a slash has come.
func (w *world) slashOf(o slash.Offence, v *vault) (requestedAt core.Time, index uint64, executed bool) {
	w.t.Helper()
	s := ask(w, w.Roster.At.Offences, offences.PackSlashOf(chain.OffenceBinding(o), v.Address), offences.UnpackSlashOf)
	return core.Time(s.RequestedAt.Uint64()), s.Index.Uint64(), s.Executed
}

// slashable is what Symbiotic's slasher says can still be taken of an operator for a capture.
func (w *world) slashable(o core.Address, v *vault, capture core.Time) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, v.Slasher, slasherABI.PackSlashableStake(w.Roster.Subnetwork(v.set), common.Address(o),
		chain.Number(capture), nil), slasherABI.UnpackSlashableStake))
}

// symbioticStakeAt is an operator's stake in a vault as Symbiotic has it.
func (w *world) symbioticStakeAt(o core.Address, v *vault, t core.Time) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, v.Delegator, delegatorABI.PackStakeAt(w.Roster.Subnetwork(v.set), common.Address(o),
		chain.Number(t), nil), delegatorABI.UnpackStakeAt))
}

// veto has the resolver veto a request.
func (w *world) veto(o slash.Offence, v *vault) {
	w.t.Helper()
	_, index, _ := w.slashOf(o, v)
	w.do(w.Resolver, v.Slasher, slasherABI.PackVetoSlash(chain.Number(index), nil))
}

// burnt is all the wVARA that slashes have sent to the burner.
func (w *world) burnt() core.Amount { return w.balance(devnet.Burner) }

// jailedUntil is until when an operator is jailed, 0 when it never was.
func (w *world) jailedUntil(o core.Address) core.Time {
	w.t.Helper()
	return core.Time(ask(w, w.Roster.At.Operators, operators.PackJailedUntil(common.Address(o)), operators.UnpackJailedUntil).Uint64())
}

// reporterOf is who reported an offence, zero when it is not on record.
func (w *world) reporterOf(o slash.Offence) common.Address {
	w.t.Helper()
	return ask(w, w.Roster.At.Offences, offences.PackReporterOf(chain.OffenceBinding(o)), offences.UnpackReporterOf)
}

// weightAt is the Middleware's word on an operator at t, which must be past.
func (w *world) weightAt(set core.SetID, o core.Address, t core.Time) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, w.Roster.At.Middleware,
		middleware.PackWeightAt(chain.Number(set), common.Address(o), chain.Number(t)), middleware.UnpackWeightAt))
}

// contradiction is two batches of one slot, each with its signers.
type contradiction struct {
	terms   [2]devnet.Term
	batches [2]batch.Batch
	digests [2]core.Hash
	signed  [2]executor.Signed
}

// contradict has some sign one batch of the next slot and some another; state roots tell them apart.
func (w *world) contradict(term devnet.Term, first, second []int) contradiction {
	w.t.Helper()
	return w.contradictAcross([2]devnet.Term{term, term}, first, second)
}

// contradictAcross is contradict by the sets of two eras.
func (w *world) contradictAcross(terms [2]devnet.Term, first, second []int) contradiction {
	w.t.Helper()
	c := contradiction{terms: terms}
	for i, places := range [][]int{first, second} {
		b, _, err := w.NextBatch(w.ctx, terms[i].Committee.Set, core.Hash{31: byte(i + 1)})
		w.must(err)
		c.batches[i], c.digests[i] = b, w.StatementOf(terms[i].Committee, b)
		c.signed[i] = w.signed(terms[i], c.digests[i], places...)
	}
	return c
}

// dispute files a contradiction.
func (w *world) dispute(by engine.Hand, c contradiction) (*bindings.OffencesDisputed, error) {
	d, _, err := by.DisputeBatches(w.ctx, [2]executor.Committee{c.terms[0].Committee, c.terms[1].Committee}, c.batches, c.signed)
	return d, err
}

// disputed files a contradiction that must be accepted, by the watcher.
func (w *world) disputed(c contradiction) *bindings.OffencesDisputed {
	w.t.Helper()
	d, err := w.dispute(w.watcher, c)
	w.must(err)
	return d
}

// uphold has the judge say which side is wrong.
func (w *world) uphold(d *bindings.OffencesDisputed, wrong core.Hash) error {
	_, err := w.Judge.Uphold(w.ctx, d.Dispute, wrong)
	return err
}

// accuse records the wrong result of those at these places of a term's set.
func (w *world) accuse(d *bindings.OffencesDisputed, term devnet.Term, places ...int) error {
	_, err := w.watcher.ReportWrongResult(w.ctx, d.Dispute, term.Elected, places)
	return err
}

// wantAmount compares amounts.
func wantAmount(t *testing.T, what string, got, want core.Amount) {
	t.Helper()
	if !got.Eq(&want) {
		t.Errorf("%s is %s, want %s", what, got.Dec(), want.Dec())
	}
}

// less is a − b, which must not fall below zero.
func less(t *testing.T, a, b core.Amount) core.Amount {
	t.Helper()
	if a.Lt(&b) {
		t.Fatalf("%s is less than %s", a.Dec(), b.Dec())
	}
	return *new(core.Amount).Sub(&a, &b)
}

// negated is −s: the same x, the other y.
func negated(t *testing.T, s bls.Signature) bls.Signature {
	t.Helper()
	packed := s.Packed()
	y := new(big.Int).SetBytes(packed[48:])
	y.Sub(fp.Modulus(), y).FillBytes(packed[48:])
	out, err := bls.SignatureFromBytes(packed[:])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// cases are all slashes of the first set and the disputes, as a node sees them.
func (w *world) cases() ([]slash.Case, []slash.Dispute) {
	w.t.Helper()
	cases, disputes, err := engine.Cases(w.ctx, w.Roster, w.set, w.Block(), nil)
	w.must(err)
	return cases, disputes
}

// entry is a place in a set.
type entry = merkle.Entry

// sum adds up signatures.
func sum(list ...bls.Signature) bls.Signature { return bls.AggregateSignatures(list...) }
