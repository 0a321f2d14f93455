package bundle_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/gear-tech/roster/internal/bundle"
)

// headerOf is a header of Prague's form.
func headerOf(number int64, parent common.Hash) *types.Header {
	zero := new(uint64)
	return &types.Header{ParentHash: parent, Number: big.NewInt(number), Difficulty: new(big.Int), BaseFee: big.NewInt(7), Time: uint64(1_000 + number),
		WithdrawalsHash: &common.Hash{}, BlobGasUsed: zero, ExcessBlobGas: zero, ParentBeaconRoot: &common.Hash{}, RequestsHash: &common.Hash{}}
}

// small is a bundle with something in every part. Its receipts and nodes prove nothing.
func small(t testing.TB) bundle.Bundle {
	t.Helper()
	b := bundle.Bundle{Claim: bundle.Claim{ChainID: 1, Middleware: common.Address{1}, Set: 2, FromEra: 3, ToEra: 4}, Previous: []byte("before")}
	for n := range int64(3) {
		h := headerOf(n+10, b.Anchor)
		raw, err := rlp.EncodeToBytes(h)
		if err != nil {
			t.Fatal(err)
		}
		b.Headers, b.Anchor = append(b.Headers, raw), crypto.Keccak256Hash(raw)
	}
	b.Receipts = []bundle.Receipts{{Number: 11, List: [][]byte{make([]byte, 256)}}, {Number: 12, List: [][]byte{make([]byte, 300), make([]byte, 256)}}}
	b.Nodes = ordered(bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 40))
	b.Codes = ordered(bytes.Repeat([]byte{0x60}, 23), bytes.Repeat([]byte{0x61}, 50))
	b.Holders = []bundle.Holders{{Vault: common.Address{5}, At: 1}, {Vault: common.Address{5}, At: 2, Accounts: []common.Address{{1}, {2}}},
		{Vault: common.Address{6}, At: 1, Accounts: []common.Address{{1}}}}
	return b
}

// ordered puts two byte strings in the order of their hashes.
func ordered(a, b []byte) [][]byte {
	if bytes.Compare(crypto.Keccak256(a), crypto.Keccak256(b)) > 0 {
		a, b = b, a
	}
	return [][]byte{a, b}
}

func fileOf(t testing.TB, b bundle.Bundle) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := b.Encode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestFile: what is written is read again, and gives the same bytes.
func TestFile(t *testing.T) {
	file := fileOf(t, small(t))
	b, err := bundle.Decode(bytes.NewReader(file), bundle.MaxPayload)
	if err != nil {
		t.Fatal(err)
	}
	if again := fileOf(t, b); !bytes.Equal(file, again) {
		t.Errorf("%x\nagain\n%x", file, again)
	}
	if _, err := bundle.Open(b); err != nil {
		t.Error(err)
	}
}

// TestFileOrder: there is one valid order, and nothing stands twice.
func TestFileOrder(t *testing.T) {
	for name, change := range map[string]func(b *bundle.Bundle){
		"state nodes, number 1":  func(b *bundle.Bundle) { b.Nodes[0], b.Nodes[1] = b.Nodes[1], b.Nodes[0] },
		"codes, number 1":        func(b *bundle.Bundle) { b.Codes[1] = b.Codes[0] },
		"receipts, number 1":     func(b *bundle.Bundle) { b.Receipts[0].Number = 12 },
		"holders, number 1":      func(b *bundle.Bundle) { b.Holders[1].At = 1 },
		"accounts, number 1":     func(b *bundle.Bundle) { b.Holders[1].Accounts[1] = b.Holders[1].Accounts[0] },
		"headers, number 0":      func(b *bundle.Bundle) { b.Headers[0] = []byte{0xc0} },
		"state nodes, number 0":  func(b *bundle.Bundle) { b.Nodes[0] = b.Nodes[0][:31] },
		"receipts, number 0":     func(b *bundle.Bundle) { b.Receipts[0].List[0] = make([]byte, 255) },
		"codes, number 0: bytes": func(b *bundle.Bundle) { b.Codes[0] = nil },
	} {
		b := small(t)
		change(&b)
		if _, err := bundle.Decode(bytes.NewReader(fileOf(t, b)), bundle.MaxPayload); !errors.Is(err, bundle.ErrFile) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOpen: headers must be one chain, up to the anchor, of blocks on which Roster can be.
func TestOpen(t *testing.T) {
	encode := func(list ...*types.Header) (raw [][]byte, last common.Hash) {
		for i, h := range list {
			if i > 0 {
				h.ParentHash = last
			}
			one, err := rlp.EncodeToBytes(h)
			if err != nil {
				t.Fatal(err)
			}
			raw, last = append(raw, one), crypto.Keccak256Hash(one)
		}
		return raw, last
	}
	old := headerOf(11, common.Hash{})
	old.RequestsHash = nil
	worked := headerOf(11, common.Hash{})
	worked.Difficulty = big.NewInt(1)
	for name, list := range map[string][]*types.Header{
		"after block 10":     {headerOf(10, common.Hash{}), headerOf(12, common.Hash{})},
		"is of block 10":     {headerOf(10, common.Hash{}), headerOf(10, common.Hash{})},
		"before Prague":      {headerOf(10, common.Hash{}), old},
		"is from before Pra": {headerOf(10, common.Hash{}), worked},
		"no headers":         {},
	} {
		var b bundle.Bundle
		b.Headers, b.Anchor = encode(list...)
		if _, err := bundle.Open(b); !errors.Is(err, bundle.ErrProof) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := small(t)
	b.Receipts[0].Number = 9
	if _, err := bundle.Open(b); !errors.Is(err, bundle.ErrProof) {
		t.Errorf("receipts of a block without a header: %v", err)
	}
}

// TestBomb: a file that unpacks to more than may be, or than its list says, is refused after that much; and so is one that is
// no list.
func TestBomb(t *testing.T) {
	for says, first := range map[string][]byte{
		"not an RLP list":           {0},
		"--max-size":                {0xfb, 0x04, 0, 0, 0},                                  // a list of 64 MiB
		"something follows after":   {0xf9, 0x03, 0xfd},                                     // of 1,021
		"more than 1048576":         {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, // of 2^64 − 1
		"follows after the payload": {0xc0},
	} {
		if err := bomb(t, first); !errors.Is(err, bundle.ErrFile) || !strings.Contains(err.Error(), says) {
			t.Errorf("%x: %v, want %q", first, err, says)
		}
	}
}

// bomb reads a file whose payload begins so, and has 64 MiB of zeros.
func bomb(t *testing.T, first []byte) error {
	t.Helper()
	head := fileOf(t, bundle.Bundle{})[:15]
	var file bytes.Buffer
	file.Write(head)
	z := gzip.NewWriter(&file)
	if _, err := z.Write(first); err != nil {
		t.Fatal(err)
	}
	for range 64 {
		if _, err := z.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := bundle.Decode(&file, 1<<20)
	return err
}

// FuzzDecode: whatever is read is written as the same payload, and opening it does not panic.
func FuzzDecode(f *testing.F) {
	payload, err := small(f).Payload()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add(payload[:len(payload)/2])
	f.Add([]byte{0xc0})
	head := fileOf(f, bundle.Bundle{})[:15]
	z := gzip.NewWriter(nil) // making one takes longer than everything else
	f.Fuzz(func(t *testing.T, payload []byte) {
		var file bytes.Buffer
		file.Write(head)
		z.Reset(&file)
		if _, err := z.Write(payload); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := bundle.Decode(&file, bundle.MaxPayload)
		if err != nil {
			return
		}
		again, err := b.Payload()
		if err != nil || !bytes.Equal(payload, again) {
			t.Fatalf("%x\nagain (%v)\n%x", payload, err, again)
		}
		if c, err := bundle.Open(b); err == nil {
			c.Anchor()
		}
	})
}
