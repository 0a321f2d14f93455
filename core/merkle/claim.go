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
// ["address","uint256"], with leaves sorted. It is not changed once built, and safe for concurrent use.
type ClaimTree struct {
	// nodes are the tree as an array: the root first, the children of i at 2i+1 and 2i+2, the leaves last,
	// the smallest leaf hash at the very end.
	nodes []core.Hash
	// byAccount are the claims in ascending order of account, each with the position of its leaf.
	byAccount []placed
}

type placed struct {
	claim    Claim
	position int
}

// NewClaimTree builds the tree of the claims, whose order does not matter. An account that stands twice is
// refused with ErrAccount: a contract would pay whichever amount is claimed last.
func NewClaimTree(claims []Claim) (*ClaimTree, error) {
	t := &ClaimTree{byAccount: make([]placed, len(claims))}
	for i, c := range claims {
		t.byAccount[i].claim = c
	}
	slices.SortFunc(t.byAccount, func(a, b placed) int { return compareAccounts(a.claim.Account, b.claim.Account) })
	for i := 1; i < len(t.byAccount); i++ {
		if account := t.byAccount[i].claim.Account; account == t.byAccount[i-1].claim.Account {
			return nil, fmt.Errorf("build tree of %d claims: %w: %s", len(claims), ErrAccount, account)
		}
	}
	t.build()
	return t, nil
}

func (t *ClaimTree) build() {
	count := len(t.byAccount)
	if count == 0 {
		return
	}
	type leaf struct {
		hash core.Hash
		of   int
	}
	leaves := make([]leaf, count)
	for i, p := range t.byAccount {
		leaves[i] = leaf{p.claim.Leaf(), i}
	}
	slices.SortFunc(leaves, func(a, b leaf) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	t.nodes = make([]core.Hash, 2*count-1)
	for i, l := range leaves {
		position := len(t.nodes) - 1 - i
		t.nodes[position] = l.hash
		t.byAccount[l.of].position = position
	}
	for i := count - 2; i >= 0; i-- {
		t.nodes[i] = sortedNode(t.nodes[2*i+1], t.nodes[2*i+2])
	}
}

// Root is the tree's root; zero for no claims (protocol §5, "an empty tree's root is 0"). The root of one
// claim is its leaf.
func (t *ClaimTree) Root() core.Hash {
	if len(t.nodes) == 0 {
		return core.Hash{}
	}
	return t.nodes[0]
}

// Prove returns an account's claim and its proof, the siblings from the bottom up. ErrNoClaim when the account
// has none.
func (t *ClaimTree) Prove(account core.Address) (Claim, []core.Hash, error) {
	at, found := slices.BinarySearchFunc(t.byAccount, account, func(p placed, a core.Address) int {
		return compareAccounts(p.claim.Account, a)
	})
	if !found {
		return Claim{}, nil, fmt.Errorf("prove claim of %s: %w", account, ErrNoClaim)
	}
	var proof []core.Hash
	for i := t.byAccount[at].position; i > 0; i = (i - 1) / 2 {
		sibling := i + 1
		if i%2 == 0 {
			sibling = i - 1
		}
		proof = append(proof, t.nodes[sibling])
	}
	return t.byAccount[at].claim, proof, nil
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
