package engine

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
)

// Events is what a node has to say, one function for each kind: logs, metrics and the tests subscribe. They are
// called from the node's own goroutine and must not block. A function that is nil is not called.
type Events struct {
	Indexed            func(Indexing)
	Reorganised        func(Reorganisation)
	Verified           func(Verification)
	MirrorDiffers      func(Verification)
	Elected            func(Election)
	BondShort          func(Bond)
	Audited            func(Audited)
	Ejecting           func(Ejection)
	RewardsComputed    func(RewardStatement)
	RewardsUncertified func(RewardStatement)
	RewardsDiffer      func(RewardStatement)
	RewardsRefused     func(RewardsRefused)
	JournalUnsafe      func(Unsafe)
	BatchComputed      func(BatchComputed)
	Joined             func(Joined)
	BatchSigned        func(BatchSigned)
	BatchCommitted     func(BatchCommitted)
	BatchDiffers       func(BatchDiffers)
	Contradicted       func(Contradicted)
	SlashCase          func(SlashCase)
	SlashAlarm         func(SlashCase)
}

// The values of events. Block is the final block from which they follow.
type (
	// Indexing is one step of the index.
	Indexing struct {
		Final        chain.Block
		Logs, Vaults int
	}
	// Reorganisation is blocks that were taken for final and are gone: From down to To, exclusive.
	Reorganisation struct{ From, To uint64 }
	// Verification is a comparison of the mirror with the chain at a capture.
	Verification struct {
		Set        core.SetID
		Era        core.Era
		Block      uint64
		Compared   int
		Difference string
	}
	// Election is what this node elected.
	Election struct {
		Set                core.SetID
		Era                core.Era
		Block              uint64
		Elected, Operators int
		Total              core.Amount // weight, wVARA base units
	}
	// Bond is one that this node cannot, or may not, put at stake. Amounts in wVARA base units, Limit 0 for none.
	Bond struct {
		Set               core.SetID
		Era               core.Era
		Block             uint64
		Need, Have, Limit core.Amount
		By                core.Time
	}
	// Audited is a list that stands, and what is wrong with it; Wrong is empty for the right one.
	Audited struct {
		Set      core.SetID
		Era      core.Era
		Block    uint64
		Header   core.Hash
		Proposer core.Address
		Wrong    string
		Until    core.Time // it can be challenged before that
	}
	// Ejection is an Executor that is to be removed.
	Ejection struct {
		Set      core.SetID
		Era      core.Era
		Block    uint64
		Operator core.Address
		Reason   string // a code of docs/reasons.md
	}
	// BatchComputed is a batch that this node computed.
	BatchComputed struct {
		Set              core.SetID
		Number, EndBlock uint64
		Hash, StateRoot  core.Hash
		Ran, Sent        int // messages run, and messages to accounts
		Gas              uint64
	}
	// Joined is how much of a set's state came from other Executors, and whether it is whole.
	Joined struct {
		Set            core.SetID
		Number         uint64 // of the batch after which the state is
		StateRoot      core.Hash
		Objects, Bytes int
		Whole          bool
	}
	// BatchSigned is a batch that this node signed.
	BatchSigned struct {
		Set    core.SetID
		Era    core.Era
		Number uint64
		Hash   core.Hash
	}
	// BatchCommitted is a batch that the Router took, with how many of the set signed in its certificate and how many are
	// in the set.
	BatchCommitted struct {
		Set                     core.SetID
		Era                     core.Era
		Number, Block           uint64
		Hash                    core.Hash
		Signed, Late, Executors int
	}
	// BatchDiffers is a committed batch that is not what this node computed: it signs nothing of the set any more.
	BatchDiffers struct {
		Set             core.SetID
		Era             core.Era
		Number          uint64
		Committed, Mine core.Hash
		Difference      string
	}
	// Contradicted is two statements of one Executor for one slot.
	Contradicted struct {
		Set      core.SetID
		Era      core.Era
		Number   uint64
		Operator core.Address
	}
	// RewardStatement is what a set has to say about rewards; Era is that of the set that signs.
	RewardStatement struct {
		Set              core.SetID
		Era              core.Era
		Block            uint64
		From, To         core.Era
		Digest, Computed core.Hash
		Signed, Need     core.Amount
		Until            core.Time // a wrong one can be cancelled before that
		// Difference is the first field in which a wrong one is not the computed one, with both values; File the hash of
		// its distribution.
		Difference string
		File       core.Hash
	}
	// RewardsRefused is a statement about rewards, heard from another Executor, that is not what this node computed: it
	// does not sign it. Era is that of the set that signs; From and To are of what was computed.
	RewardsRefused struct {
		Set              core.SetID
		Era              core.Era
		Block            uint64
		From, To         core.Era
		Operator         core.Address // who signed it
		Digest, Computed core.Hash
		Difference       string // the first field that differs, with both values
		File             core.Hash
	}
	// Unsafe is a signature that was refused because a lost journal could have held another: none is given for
	// sets of eras before From.
	Unsafe struct {
		Set       core.SetID
		Era, From core.Era
	}
	// SlashCase is a case and what is due for it.
	SlashCase struct {
		slash.Case
		slash.Action
		Block uint64
		Now   core.Time
	}
)

// ensure gives every event a function, so that none needs to be asked for.
func (e *Events) ensure() {
	ensure(&e.Indexed)
	ensure(&e.Reorganised)
	ensure(&e.Verified)
	ensure(&e.MirrorDiffers)
	ensure(&e.Elected)
	ensure(&e.BondShort)
	ensure(&e.Audited)
	ensure(&e.Ejecting)
	ensure(&e.RewardsComputed)
	ensure(&e.RewardsUncertified)
	ensure(&e.RewardsDiffer)
	ensure(&e.RewardsRefused)
	ensure(&e.JournalUnsafe)
	ensure(&e.BatchComputed)
	ensure(&e.Joined)
	ensure(&e.BatchSigned)
	ensure(&e.BatchCommitted)
	ensure(&e.BatchDiffers)
	ensure(&e.Contradicted)
	ensure(&e.SlashCase)
	ensure(&e.SlashAlarm)
}

func ensure[T any](f *func(T)) {
	if *f == nil {
		*f = func(T) {}
	}
}
