package merkle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// The errors of a claims' tree.
var (
	// ErrAccount: an account stands twice in a tree.
	ErrAccount = errors.New("account twice in a tree")
	// ErrNoClaim: an account does not stand in a tree.
	ErrNoClaim = errors.New("account not in the tree")
)

// Claim is one leaf of a reward tree: what an account may have claimed, since the beginning, in all.
type Claim struct {
	Account core.Address
	// Amount is cumulative, in wVARA base units.
	Amount core.Amount
}

// Leaf is the claim's leaf: keccak256(keccak256(abi.encode(address account, uint256 amount))), OpenZeppelin's
// standardLeafHash. Hashed twice, 64 bytes of an inner node can never pass for a leaf.
func (c Claim) Leaf() core.Hash {
	var account [32]byte
	copy(account[12:], c.Account[:])
	amount := c.Amount.Bytes32()
	inner := core.Keccak(account[:], amount[:])
	return core.Keccak(inner[:])
}

// sortedNode is OpenZeppelin's standardNodeHash: keccak256 of the two nodes, the smaller first. A proof then
// needs no sides.
func sortedNode(a, b core.Hash) core.Hash {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return core.Keccak(a[:], b[:])
}

// ClaimTree is a tree of claims in the layout of @openzeppelin/merkle-tree's StandardMerkleTree of
// ["address","uint256"], with leaves sorted. It is not changed once built, and safe for concurrent use. It takes 64
// bytes a claim for the hashes and 4 for where an account's leaf is, beside the claims themselves.
type ClaimTree struct {
	// claims ascend by account.
	claims []Claim
	// slots are the tree as one array, as one writes a heap: the root in slot 1, the children of s in 2s and 2s+1, so
	// that two siblings lie in one line of 64 bytes, the leaves last, the smallest leaf hash at the very end. Slot 0 is
	// none. OpenZeppelin's array is this one without it.
	slots []core.Hash
	// slotOf is the slot of each claim's leaf.
	slotOf []uint32
}

// MostClaims is how many claims a tree can have: slots are counted with 32 bits.
const MostClaims = 1<<31 - 1

// NewClaimTree is BuildClaimTree of claims in any order, part by part in turn.
func NewClaimTree(claims []Claim) (*ClaimTree, error) {
	sorted := slices.Clone(claims)
	slices.SortFunc(sorted, func(a, b Claim) int { return compareAccounts(a.Account, b.Account) })
	return BuildClaimTree(sorted, core.InTurn)
}

// BuildClaimTree builds the tree of claims that ascend by account; it keeps the slice, which must not be changed any
// more. An account that stands twice is refused with ErrAccount: a contract would pay whichever amount is claimed last.
// Other errors: claims that do not ascend, and more than MostClaims.
func BuildClaimTree(claims []Claim, run core.Runner) (*ClaimTree, error) {
	if len(claims) > MostClaims {
		return nil, fmt.Errorf("build tree of %d claims: at most %d have slots", len(claims), MostClaims)
	}
	for i := 1; i < len(claims); i++ {
		switch compareAccounts(claims[i-1].Account, claims[i].Account) {
		case 0:
			return nil, fmt.Errorf("build tree of %d claims: %w: %s", len(claims), ErrAccount, claims[i].Account)
		case 1:
			return nil, fmt.Errorf("build tree of %d claims: account %s stands after %s", len(claims), claims[i].Account, claims[i-1].Account)
		}
	}
	t := &ClaimTree{claims: claims}
	if len(claims) > 0 {
		t.build(run)
	}
	return t, nil
}

// Root is the tree's root; zero for no claims (protocol §5, "an empty tree's root is 0"). The root of one
// claim is its leaf.
func (t *ClaimTree) Root() core.Hash {
	if len(t.slots) == 0 {
		return core.Hash{}
	}
	return t.slots[1]
}

// Claims are the tree's, ascending by account. They must not be changed.
func (t *ClaimTree) Claims() []Claim { return t.claims }

// Prove returns an account's claim and its proof, the siblings from the bottom up. ErrNoClaim when the account
// has none.
func (t *ClaimTree) Prove(account core.Address) (Claim, []core.Hash, error) {
	at, found := slices.BinarySearchFunc(t.claims, account, func(c Claim, a core.Address) int {
		return compareAccounts(c.Account, a)
	})
	if !found {
		return Claim{}, nil, fmt.Errorf("prove claim of %s: %w", account, ErrNoClaim)
	}
	return t.claims[at], t.ProveAt(nil, at), nil
}

// ProveAt appends to proof that of the claim in a place of Claims.
func (t *ClaimTree) ProveAt(proof []core.Hash, place int) []core.Hash {
	for s := t.slotOf[place]; s > 1; s /= 2 {
		proof = append(proof, t.slots[s^1])
	}
	return proof
}

// VerifyClaim reports whether the proof shows the claim under root, as OpenZeppelin's MerkleProof.verify does
// in Symbiotic's DefaultOperatorRewards. Nothing is under the zero root of an empty tree.
func VerifyClaim(root core.Hash, c Claim, proof []core.Hash) bool {
	at := c.Leaf()
	for _, sibling := range proof {
		at = sortedNode(at, sibling)
	}
	return at == root
}

func compareAccounts(a, b core.Address) int { return bytes.Compare(a[:], b[:]) }
