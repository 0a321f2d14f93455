package bundle

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
)

// Claim says what a bundle is about. Nothing of it is believed: the anchor's hash is what the headers must lead to, and
// whoever verifies compares it, and the Middleware's address, with what they know.
type Claim struct {
	ChainID        uint64
	Middleware     common.Address
	Set            core.SetID
	FromEra, ToEra core.Era
	// Anchor is the hash of the block at which everything is read.
	Anchor common.Hash
}

// Bundle is what the file holds, each list in the only order that is valid.
type Bundle struct {
	Claim
	// Headers are consecutive, the last one is the anchor's: RLP, as it is hashed.
	Headers [][]byte
	// Receipts are those of some blocks, by ascending number.
	Receipts []Receipts
	// Nodes are those of Ethereum's state tree and its storage trees, Codes contracts' codes: by ascending Keccak hash.
	Nodes, Codes [][]byte
	// Holders are by vault, then by time.
	Holders []Holders
	// Previous are the canonical bytes of the distribution of the commit before (core/reward); empty when there is none.
	Previous []byte
}

// Receipts are all receipts of one block, in order, in consensus encoding (EIP-2718).
type Receipts struct {
	Number uint64
	List   [][]byte
}

// Holders are the accounts that had shares of a vault at a time, ascending. They are a hint: that none is missing is
// proven by the shares, which must add up to the vault's.
type Holders struct {
	Vault    common.Address
	At       core.Time
	Accounts []common.Address
}

// compare is the order of holders in a file.
func (h Holders) compare(other Holders) int {
	return cmp.Or(bytes.Compare(h.Vault[:], other.Vault[:]), cmp.Compare(h.At, other.At))
}

var (
	// ErrFile marks bytes that are not a bundle, or not one that this version reads.
	ErrFile = errors.New("not a bundle")
	// ErrProof marks a bundle whose parts do not prove what they should.
	ErrProof = errors.New("not proven")
	// ErrMissing marks what a computation asked for and the bundle does not hold.
	ErrMissing = errors.New("missing in the bundle")
	// ErrOffline is returned for what no bundle can answer.
	ErrOffline = errors.New("a bundle has no node: only what was recorded at its anchor can be read")
)

// Bundle returns what was used, which is all that a verifier needs: what a node answered beyond that is left out.
func (c *Chain) Bundle(claim Claim, previous []byte) Bundle {
	c.mu.Lock()
	defer c.mu.Unlock()
	claim.ChainID, claim.Anchor = c.id, c.anchor.Hash()
	b := Bundle{Claim: claim, Nodes: c.nodes.used(), Codes: c.codes.used(), Previous: previous}
	for _, h := range c.headers {
		b.Headers = append(b.Headers, h.raw)
	}
	for number, r := range c.receipts {
		if !r.proven { // nobody asked
			continue
		}
		b.Receipts = append(b.Receipts, Receipts{number, r.raw})
	}
	slices.SortFunc(b.Receipts, func(x, y Receipts) int { return cmp.Compare(x.Number, y.Number) })
	for key, accounts := range c.holders {
		b.Holders = append(b.Holders, Holders{key.vault, key.at, accounts})
	}
	slices.SortFunc(b.Holders, Holders.compare)
	return b
}
