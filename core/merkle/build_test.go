package merkle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// atOnce is a Runner with so many workers, which take parts as they come.
func atOnce(workers int) core.Runner {
	return func(parts int, do func(int)) {
		var next atomic.Int64
		var work sync.WaitGroup
		for range workers {
			work.Go(func() {
				for part := int(next.Add(1) - 1); part < parts; part = int(next.Add(1) - 1) {
					do(part)
				}
			})
		}
		work.Wait()
	}
}

// claimsOf are n claims of made-up accounts, ascending.
func claimsOf(n int) []Claim {
	list := make([]Claim, n)
	for i := range list {
		h := core.Keccak(binary.BigEndian.AppendUint64(nil, uint64(i)))
		list[i] = Claim{core.Address(h[:20]), *new(uint256.Int).SetBytes(h[20:])}
	}
	slices.SortFunc(list, func(a, b Claim) int { return compareAccounts(a.Account, b.Account) })
	return list
}

// proofOf is an account's proof.
func proofOf(t *testing.T, tree *ClaimTree, account core.Address) []core.Hash {
	t.Helper()
	_, proof, err := tree.Prove(account)
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// plain is OpenZeppelin's algorithm word by word: sort the leaves, write them backwards, hash upwards.
func plain(claims []Claim) []core.Hash {
	leaves := make([]core.Hash, len(claims))
	for i, c := range claims {
		leaves[i] = c.Leaf()
	}
	slices.SortFunc(leaves, func(a, b core.Hash) int { return bytes.Compare(a[:], b[:]) })
	nodes := make([]core.Hash, 2*len(claims)-1)
	for i, l := range leaves {
		nodes[len(nodes)-1-i] = l
	}
	for i := len(claims) - 2; i >= 0; i-- {
		nodes[i] = sortedNode(nodes[2*i+1], nodes[2*i+2])
	}
	return nodes
}

// TestSizes: every node is that of the plain algorithm, for small sizes, those about powers of two, and large ones, with
// any number of workers; and every proof shows its claim.
func TestSizes(t *testing.T) {
	sizes := []int{10_000, 100_000}
	for n := 1; n <= 200; n++ {
		sizes = append(sizes, n)
	}
	for k := 8; k <= 15; k++ {
		sizes = append(sizes, 1<<k-1, 1<<k, 1<<k+1)
	}
	for _, n := range sizes {
		claims := claimsOf(n)
		want := plain(claims)
		for _, workers := range []int{0, 1, 3} {
			on := core.Machine{}
			if workers > 0 {
				on.AtOnce = atOnce(workers)
			}
			tree, err := BuildClaimTree(list(claims), on)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(tree.slots[1:], want) {
				t.Fatalf("tree of %d with %d workers: root %s, want %s", n, workers, tree.Root(), want[0])
			}
			for place := 0; place < n; place += 1 + n/100 {
				if !VerifyClaim(want[0], claims[place], proofOf(t, tree, claims[place].Account)) {
					t.Fatalf("tree of %d: the proof of claim %d does not show it", n, place)
				}
			}
		}
	}
}

// TestOneBucket: leaves that all fall into one bucket are sorted all the same, and not in quadratic time.
func TestOneBucket(t *testing.T) {
	hashes := make([]core.Hash, 200_000)
	for i := range hashes {
		hashes[i] = core.Keccak(binary.BigEndian.AppendUint32(nil, uint32(i)))
		hashes[i][0], hashes[i][1] = 7, 7
	}
	of := make([]uint32, len(hashes))
	for i := range of {
		of[i] = uint32(i)
	}
	before, want := slices.Clone(hashes), slices.Clone(hashes)
	slices.SortFunc(want, func(a, b core.Hash) int { return bytes.Compare(b[:], a[:]) })
	new(sorter).sort(hashes, of, 14)
	for i, h := range hashes {
		if h != want[i] || h != before[of[i]] {
			t.Fatalf("place %d", i)
		}
	}
}

// TestFour: four at once give what core.Keccak gives.
func TestFour(t *testing.T) {
	claims := claimsOf(1003)
	leaves := make([]core.Hash, len(claims))
	if err := hashLeaves(leaves, list(claims), 0, len(claims)); err != nil {
		t.Fatal(err)
	}
	for i, c := range claims {
		if leaves[i] != c.Leaf() {
			t.Fatalf("leaf %d", i)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	claims := claimsOf(3)
	if _, err := BuildClaimTree(list{claims[1], claims[0]}, core.Machine{}); err == nil {
		t.Error("claims out of order are taken")
	}
}

func BenchmarkClaimTree(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		claims := claimsOf(n)
		for _, c := range []struct {
			name  string
			build func()
		}{
			{"four at once, all cores", func() { _, _ = BuildClaimTree(list(claims), core.Machine{AtOnce: atOnce(runtime.GOMAXPROCS(0))}) }},
			{"four at once, one core", func() { _, _ = BuildClaimTree(list(claims), core.Machine{}) }},
			{"plain", func() { plain(claims) }},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c.build()
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mleaves/s")
			})
		}
	}
}
