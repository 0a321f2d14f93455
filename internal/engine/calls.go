package engine

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/executor"
)

// The calls that follow from decisions, not sent yet: a Hand sends them at once and waits, a node puts them into
// its outbox.

// SealCall fixes the seed of an era. Its gas is given: nodes estimate on a pending block whose prevrandao is 0,
// and storing 0 is cheaper than storing a seed.
func SealCall(at chain.Addresses, e core.Era) chain.Call {
	call := chain.To(at.Router, router.PackSeal(uint64(e)))
	call.Gas = sealGas
	return call
}

// ProposeCall posts a list for a set and era; the Router takes the bond from the sender.
func ProposeCall(at chain.Addresses, set core.SetID, e core.Era, p bindings.Proposal) chain.Call {
	return chain.To(at.Router, router.PackPropose(chain.Number(set), uint64(e), p))
}

// ApproveBondCall lets the Router take bonds from the sender, as many as there will be.
func ApproveBondCall(at chain.Addresses) chain.Call {
	return chain.To(at.Token, erc20.PackApprove(at.Router, chain.Big(*new(core.Amount).SetAllOne())))
}

// ChallengeCall proves a standing proposal wrong in the way that Audit found, and posts the replacement with it.
func ChallengeCall(at chain.Addresses, standing chain.Elected, c election.Challenge, d Decision,
	replacement bindings.Proposal) (chain.Call, error) {
	data, err := challengeData(standing, c, d, replacement)
	if err != nil {
		return chain.Call{}, fmt.Errorf("challenge set %d, era %d: %w", standing.Set, standing.Era, err)
	}
	return chain.To(at.Router, data), nil
}

func challengeData(standing chain.Elected, c election.Challenge, d Decision, replacement bindings.Proposal) ([]byte, error) {
	header := standing.HeaderBinding()
	switch c.Kind {
	case election.ChallengeEntry:
		entry, err := standing.EntryBinding(c.Index)
		if err != nil {
			return nil, err
		}
		return router.PackChallengeEntry(header, entry, replacement), nil
	case election.ChallengeOmission:
		var neighbours []bindings.Entry
		for _, i := range []int{c.Left, c.Next} {
			if i < 0 {
				continue
			}
			entry, err := standing.EntryBinding(i)
			if err != nil {
				return nil, err
			}
			neighbours = append(neighbours, entry)
		}
		return router.PackChallengeOmission(header, common.Address(c.Right.Operator), neighbours, replacement), nil
	case election.ChallengeAggregate:
		committee, err := executor.NewCommittee(standing, d.Registered)
		if err != nil {
			return nil, err
		}
		words, keys, err := keysOf(committee)
		if err != nil {
			return nil, err
		}
		return router.PackChallengeAggregate(header, words, keys, replacement), nil
	}
	return nil, fmt.Errorf("unknown challenge %q", c.Kind)
}

// ReleaseCall gives a proposal's bond back to its proposer.
func ReleaseCall(at chain.Addresses, set core.SetID, e core.Era) chain.Call {
	return chain.To(at.Router, router.PackRelease(chain.Number(set), uint64(e)))
}

// EjectCall removes an Executor of the active set, by its place.
func EjectCall(at chain.Addresses, active chain.Elected, index int) (chain.Call, error) {
	entry, err := active.EntryBinding(index)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Router, router.PackEject(active.HeaderBinding(), entry)), nil
}

// CommitRewardsCall posts a certified reward statement.
func CommitRewardsCall(at chain.Addresses, c executor.Committee, s batch.Rewards, signed executor.Signed) (chain.Call, error) {
	certificate, err := c.Statement(signed)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Rewards, rewards.PackCommitRewards(c.HeaderBinding(), CommitBinding(s), certificate)), nil
}

// ActivateRewardsCall pays a committed statement whose delay is over.
func ActivateRewardsCall(at chain.Addresses, set core.SetID, commit bindings.RewardCommit) chain.Call {
	return chain.To(at.Rewards, rewards.PackActivateRewards(chain.Number(set), commit))
}

// ConfirmKeysCall shows that the keys behind a header are the registered ones.
func ConfirmKeysCall(at chain.Addresses, c executor.Committee) (chain.Call, error) {
	words, keys, err := keysOf(c)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Offences, offences.PackConfirmKeys(c.HeaderBinding(), words, keys)), nil
}

// ReportBatchesCall proves that Executors of a set signed two batches of one number, and records those of the
// accused who stand in both (places in the set; nil: all of them). The header's keys must be confirmed.
func ReportBatchesCall(at chain.Addresses, c executor.Committee, number uint64, hashes [2]core.Hash,
	signed [2]executor.Signed, accused []int) (chain.Call, error) {
	e, err := evidenceOf(c, signed, accused)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Offences, offences.PackReportBatches(c.HeaderBinding(), number,
		[2][32]byte{hashes[0], hashes[1]}, e.signers, e.sum, e.accused)), nil
}

// ReportRewardsCall is ReportBatchesCall for two reward statements of one slot.
func ReportRewardsCall(at chain.Addresses, c executor.Committee, statements [2]batch.Rewards,
	signed [2]executor.Signed, accused []int) (chain.Call, error) {
	e, err := evidenceOf(c, signed, accused)
	if err != nil {
		return chain.Call{}, err
	}
	commits := [2]bindings.RewardCommit{CommitBinding(statements[0]), CommitBinding(statements[1])}
	return chain.To(at.Offences, offences.PackReportRewards(c.HeaderBinding(), commits, e.signers, e.sum, e.accused)), nil
}

// packedEvidence is what both reports hand in.
type packedEvidence struct {
	signers [2]bindings.Signers
	sum     [3][32]byte // of both statements' signatures
	accused []bindings.Entry
}

func evidenceOf(c executor.Committee, signed [2]executor.Signed, accused []int) (e packedEvidence, err error) {
	for i := range signed {
		if e.signers[i], err = c.Signers(signed[i].Bitmap); err != nil {
			return e, err
		}
	}
	if accused == nil {
		accused = signed[0].Bitmap.And(signed[1].Bitmap).Indices()
	}
	e.sum = chain.SignatureWords(bls.AggregateSignatures(signed[0].Signature, signed[1].Signature).Packed())
	e.accused, err = accusedEntries(c.Elected, accused)
	return e, err
}

// RequestSlashCall requests the slash of an offence in one vault.
func RequestSlashCall(at chain.Addresses, o slash.Offence, vault core.Address) chain.Call {
	return chain.To(at.Offences, offences.PackRequestSlash(chain.OffenceBinding(o), common.Address(vault)))
}

// ExecuteSlashCall executes it.
func ExecuteSlashCall(at chain.Addresses, o slash.Offence, vault core.Address) chain.Call {
	return chain.To(at.Offences, offences.PackExecuteSlash(chain.OffenceBinding(o), common.Address(vault)))
}
