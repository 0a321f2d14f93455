package merkle

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// ozRow is a tree as testdata/merkle_oz.mjs has it in short: SHA-256 of all nodes, and of a few proofs.
type ozRow struct {
	Size   int
	Root   core.Hash
	Nodes  core.Hash
	Proofs core.Hash
}

// madeUp is claim i of a tree, as testdata/merkle_oz.mjs makes it up.
func madeUp(t testing.TB, tree string, i int) Claim {
	t.Helper()
	digest := func(what string) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "%s/%d/%s", tree, i, what)) }
	account, width, amount := digest("account"), digest("width"), digest("amount")
	mask := new(big.Int).Lsh(big.NewInt(1), uint(binary.BigEndian.Uint32(width[:4])%257))
	mask.Sub(mask, big.NewInt(1))
	n, over := uint256.FromBig(mask.And(mask, new(big.Int).SetBytes(amount[:])))
	if over {
		t.Fatal("more than 256 bits")
	}
	return Claim{core.Address(account[:20]), *n}
}

// rowOf is a tree of this package in short.
func rowOf(t *testing.T, name string, size int) ozRow {
	t.Helper()
	claims := make([]Claim, size)
	for i := range claims {
		claims[i] = madeUp(t, name, i)
	}
	tree, err := NewClaimTree(claims)
	if err != nil {
		t.Fatal(err)
	}
	nodes, proofs := sha256.New(), sha256.New()
	for _, h := range tree.slots[1:] {
		nodes.Write(h[:])
	}
	for _, i := range []int{0, size / 3, size / 2, size - 1} {
		claim, proof, err := tree.Prove(claims[i].Account)
		if err != nil || claim != claims[i] || !VerifyClaim(tree.Root(), claim, proof) {
			t.Fatalf("tree of %d: claim %d: %+v (%v)", size, i, claim, err)
		}
		proofs.Write([]byte{byte(len(proof))})
		for _, h := range proof {
			proofs.Write(h[:])
		}
	}
	return ozRow{size, tree.Root(), core.Hash(nodes.Sum(nil)), core.Hash(proofs.Sum(nil))}
}

// compare checks trees against what OpenZeppelin's package says of them.
func compare(t *testing.T, name string, text []byte, least int) {
	t.Helper()
	var rows []ozRow
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < least {
		t.Fatalf("only %d trees", len(rows))
	}
	for _, want := range rows {
		if have := rowOf(t, fmt.Sprint(name, want.Size), want.Size); have != want {
			t.Errorf("tree of %d:\n%+v\nOpenZeppelin:\n%+v", want.Size, have, want)
		}
	}
}

// TestSizesAsOpenZeppelin: every size up to 200, those around powers of two up to 8,193, 10,000 and 100,000 claims: root,
// all nodes and proofs are those of the npm package.
func TestSizesAsOpenZeppelin(t *testing.T) {
	text, err := os.ReadFile("../../testdata/merkle_oz_sizes.json")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "", text, 220)
}

// TestOpenZeppelinItself asks the npm package, where it is installed, about other claims than the file has.
func TestOpenZeppelinItself(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat("../../contracts/node_modules/@openzeppelin/merkle-tree"); err != nil {
		t.Skip(err)
	}
	name := hex.EncodeToString([]byte(t.Name())) + "/"
	text, err := exec.CommandContext(t.Context(), node, "../../testdata/merkle_oz.mjs", "print", name, "1", "200").Output()
	if err != nil {
		t.Fatal(err)
	}
	compare(t, name, text, 200)
}
