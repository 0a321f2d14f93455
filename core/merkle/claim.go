package merkle

import (
	"bytes"
	"cmp"
	"encoding/binary"
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

// Leaves are what a tree is built of: accounts with an amount each, strictly ascending by account. reward.Amounts are.
type Leaves interface {
	Len() int
	// At returns the account in a place, 0 … Len()-1, and its amount.
	At(place int) (core.Address, core.Amount)
	// Find returns the place of an account, and whether it is there.
	Find(core.Address) (place int, found bool)
}

// list is claims as Leaves.
type list []Claim

func (l list) Len() int { return len(l) }

func (l list) At(place int) (core.Address, core.Amount) { return l[place].Account, l[place].Amount }

func (l list) Find(account core.Address) (int, bool) {
	return slices.BinarySearchFunc(l, account, func(c Claim, a core.Address) int { return compareAccounts(c.Account, a) })
}

// ClaimTree is a tree of claims in the layout of @openzeppelin/merkle-tree's StandardMerkleTree of
// ["address","uint256"], with leaves sorted. It is not changed once built, and safe for concurrent use. It takes 64
// bytes a claim for the hashes and 4 for where its leaf is, beside the claims themselves.
type ClaimTree struct {
	// claims ascend by account.
	claims Leaves
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
	return BuildClaimTree(list(sorted), core.Machine{})
}

// BuildClaimTree builds the tree of claims that ascend by account; it keeps them, and they must not change any
// more. An account that stands twice is refused with ErrAccount: a contract would pay whichever amount is claimed last.
// Other errors: claims that do not ascend, and more than MostClaims.
func BuildClaimTree(claims Leaves, on core.Machine) (*ClaimTree, error) {
	n := claims.Len()
	if n > MostClaims {
		return nil, fmt.Errorf("build tree of %d claims: at most %d have slots", n, MostClaims)
	}
	t := &ClaimTree{claims: claims}
	if n == 0 {
		return t, nil
	}
	if err := t.build(on); err != nil {
		return nil, fmt.Errorf("build tree of %d claims: %w", n, err)
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

// Claims are the tree's, ascending by account.
func (t *ClaimTree) Claims() Leaves { return t.claims }

// Prove returns an account's claim and its proof, the siblings from the bottom up. ErrNoClaim when the account
// has none.
func (t *ClaimTree) Prove(account core.Address) (Claim, []core.Hash, error) {
	return t.AppendProof(nil, account)
}

// AppendProof is Prove with a slice to which the proof is appended.
func (t *ClaimTree) AppendProof(proof []core.Hash, account core.Address) (Claim, []core.Hash, error) {
	at, found := t.claims.Find(account)
	if !found {
		return Claim{}, proof, fmt.Errorf("prove claim of %s: %w", account, ErrNoClaim)
	}
	var c Claim
	c.Account, c.Amount = t.claims.At(at)
	for s := t.slotOf[at]; s > 1; s /= 2 {
		proof = append(proof, t.slots[s^1])
	}
	return c, proof, nil
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

func compareAccounts(a, b core.Address) int {
	if x, y := binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(b[:]); x != y { // most are told apart so, and faster
		return cmp.Compare(x, y)
	}
	return bytes.Compare(a[:], b[:])
}
