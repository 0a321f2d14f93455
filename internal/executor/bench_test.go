package executor

import (
	"encoding/binary"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
)

// committeeOf makes a set of n Executors with keys of their own.
func committeeOf(t testing.TB, n int) (Committee, []*bls.SecretKey) {
	t.Helper()
	c := Committee{Elected: chain.Elected{Set: 0, Era: 1}}
	keys := make([]*bls.SecretKey, n)
	for i := range n {
		var err error
		if keys[i], err = bls.SecretKeyFromSeed(binary.BigEndian.AppendUint64(make([]byte, 24), uint64(i+1))); err != nil {
			t.Fatal(err)
		}
		c.Keys = append(c.Keys, keys[i].PublicKey())
		c.Entries = append(c.Entries, merkle.Entry{Operator: core.Address{byte(i)}, Weight: *uint256.NewInt(10), KeyHash: keys[i].PublicKey().Hash()})
	}
	return c, keys
}

// BenchmarkCombine: the signatures of 128 Executors into one statement, checked. Goal: 50 ms.
func BenchmarkCombine(b *testing.B) {
	c, keys := committeeOf(b, 128)
	m := Message{Era: 1, Batch: &batch.Batch{Number: 7}}
	digest := m.Digest(batch.Domain{ChainID: 1337})
	var all []Signature
	for i, k := range keys {
		all = append(all, Signature{Index: i, Signature: k.Sign(digest, bls.Statement)})
	}
	for b.Loop() {
		s, err := c.Combine(digest, all)
		if err != nil || s.Bitmap.Has(128) || !s.Bitmap.Has(127) {
			b.Fatal(err)
		}
	}
}
