package merkle

import (
	"encoding/json"
	"errors"
	"math/rand"
	"os"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// ozTree is one tree of testdata/merkle_oz.json, which OpenZeppelin's package wrote (testdata/merkle_oz.mjs).
type ozTree struct {
	Accounts []core.Address
	Amounts  []string
	Root     core.Hash
	Nodes    []core.Hash
	Proofs   [][]core.Hash
}

func ozTrees(t *testing.T) []ozTree {
	t.Helper()
	text, err := os.ReadFile("../../testdata/merkle_oz.json")
	if err != nil {
		t.Fatal(err)
	}
	var trees []ozTree
	if err := json.Unmarshal(text, &trees); err != nil {
		t.Fatal(err)
	}
	if len(trees) < 10 {
		t.Fatalf("only %d trees in the fixture", len(trees))
	}
	return trees
}

func (o ozTree) claims(t *testing.T) []Claim {
	t.Helper()
	claims := make([]Claim, len(o.Accounts))
	for i, account := range o.Accounts {
		amount, err := uint256.FromDecimal(o.Amounts[i])
		if err != nil {
			t.Fatal(err)
		}
		claims[i] = Claim{account, *amount}
	}
	return claims
}

// Protocol §8: "leaves and layout as OpenZeppelin's StandardMerkleTree". Root, every node and every proof are
// those of the npm package, byte for byte, whatever the order of the claims.
func TestAsOpenZeppelin(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, oz := range ozTrees(t) {
		claims := oz.claims(t)
		for range 3 {
			tree, err := NewClaimTree(claims)
			if err != nil {
				t.Fatal(err)
			}
			if tree.Root() != oz.Root || !slices.Equal(tree.slots[1:], oz.Nodes) {
				t.Fatalf("tree of %d: root %s, OpenZeppelin %s", len(claims), tree.Root(), oz.Root)
			}
			for i, account := range oz.Accounts {
				claim, proof, err := tree.Prove(account)
				if err != nil || claim.Account != account || claim.Amount.Dec() != oz.Amounts[i] || !slices.Equal(proof, oz.Proofs[i]) {
					t.Fatalf("tree of %d: claim %+v of %s, proof %v, error %v; OpenZeppelin %s, %v",
						len(claims), claim, account, proof, err, oz.Amounts[i], oz.Proofs[i])
				}
				if !VerifyClaim(oz.Root, claim, proof) {
					t.Fatalf("tree of %d: proof of %s does not verify", len(claims), account)
				}
			}
			random.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
		}
	}
}

func TestClaimProofsOfAnotherClaimFail(t *testing.T) {
	oz := ozTrees(t)[6]
	claims := oz.claims(t)
	for i, claim := range claims {
		more := claim
		more.Amount.AddUint64(&more.Amount, 1)
		other := claims[(i+1)%len(claims)]
		for name, wrong := range map[string]bool{
			"greater amount":  VerifyClaim(oz.Root, more, oz.Proofs[i]),
			"another account": VerifyClaim(oz.Root, Claim{other.Account, claim.Amount}, oz.Proofs[i]),
			"another's proof": VerifyClaim(oz.Root, claim, oz.Proofs[(i+1)%len(claims)]),
			"short proof":     VerifyClaim(oz.Root, claim, oz.Proofs[i][1:]),
			"long proof":      VerifyClaim(oz.Root, claim, append(slices.Clone(oz.Proofs[i]), core.Hash{})),
			"zero root":       VerifyClaim(core.Hash{}, claim, oz.Proofs[i]),
		} {
			if wrong {
				t.Errorf("claim %d: %s verifies", i, name)
			}
		}
	}
}

// Protocol §5: "an empty tree's root is 0".
func TestEmptyClaimTree(t *testing.T) {
	tree, err := NewClaimTree(nil)
	if err != nil || !tree.Root().IsZero() {
		t.Fatalf("root %s, error %v", tree.Root(), err)
	}
	if _, _, err := tree.Prove(core.Address{}); !errors.Is(err, ErrNoClaim) {
		t.Errorf("a claim in an empty tree: %v", err)
	}
}

func TestSingleClaim(t *testing.T) {
	claim := Claim{core.Address{1}, *uint256.NewInt(5)}
	tree, err := NewClaimTree([]Claim{claim})
	if err != nil || tree.Root() != claim.Leaf() {
		t.Fatalf("root %s, want the leaf %s, error %v", tree.Root(), claim.Leaf(), err)
	}
	if _, proof, err := tree.Prove(claim.Account); err != nil || len(proof) != 0 {
		t.Errorf("proof %v, error %v, want an empty one", proof, err)
	}
	if _, _, err := tree.Prove(core.Address{2}); !errors.Is(err, ErrNoClaim) {
		t.Errorf("a stranger's claim: %v", err)
	}
}

func TestDoubleAccount(t *testing.T) {
	claims := []Claim{{core.Address{3}, *uint256.NewInt(5)}, {core.Address{1}, *uint256.NewInt(5)}, {core.Address{2}, *uint256.NewInt(6)}}
	if _, err := NewClaimTree(claims); err != nil {
		t.Fatal(err)
	}
	if claims[0].Account != (core.Address{3}) {
		t.Error("the argument was changed")
	}
	for i := range claims {
		if _, err := NewClaimTree(append(slices.Clone(claims), Claim{claims[i].Account, *uint256.NewInt(7)})); !errors.Is(err, ErrAccount) {
			t.Errorf("%s twice: error %v, want %v", claims[i].Account, err, ErrAccount)
		}
	}
}
