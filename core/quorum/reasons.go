package quorum

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Refusal says why a bitmap is not one of a certificate.
type Refusal struct {
	core.Reason
	// Index is the entry that is wrong, −1 when none in particular is.
	Index int
	// Detail has the values.
	Detail string
}

// Error is the reason with its values on one line.
func (r Refusal) Error() string {
	if r.Index < 0 {
		return fmt.Sprintf("weigh signers: %s: %s", r.Short, r.Detail)
	}
	return fmt.Sprintf("weigh signers: %s: entry %d: %s", r.Short, r.Index, r.Detail)
}

var (
	setSize = core.Reason{Code: "set_size", Short: "not the size of a set",
		Long: "A set has 1 to 128 entries. Take the entries of the era's proposal."}
	bitBeyondCount = core.Reason{Code: "bit_beyond_count", Short: "a signer that the set does not have",
		Long: "Bits from the set's count up are zero in a signed statement. It was built for another set, or by a program that is wrong."}
	ejectedBeyondCount = core.Reason{Code: "ejected_beyond_count", Short: "an ejected Executor that the set does not have",
		Long: "The ejected map has a bit from the set's count up. It belongs to another set's words."}
	ejectedSigner = core.Reason{Code: "ejected_signer", Short: "an ejected Executor among the signers",
		Long: "In a certificate the bits of ejected Executors are clear. Leave its signature out and aggregate again; as evidence the statement still counts."}
	totalTooGreat = core.Reason{Code: "total_too_great", Short: "a weight of 2^96 or more",
		Long: "The weights of a set add up to less than 2^96, the Router's type for a total. These are not the weights of a set."}
)

// Reasons returns every reason of this package, in the order in which they are looked at.
func Reasons() []core.Reason {
	return []core.Reason{setSize, bitBeyondCount, ejectedBeyondCount, ejectedSigner, totalTooGreat}
}
