package bundle

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
)

// header is one of the chain, whose hash is proven.
type header struct {
	raw  []byte
	hash common.Hash
}

// Where the bloom lies in a header: after a list's head of 3 bytes, five words and an address with a byte each, and its
// own head of 3 bytes. Everything before has a fixed length, so that it is the same in every header that decodes.
const (
	bloomAt   = 3 + 5*33 + 21 + 3
	bloomEnd  = bloomAt + types.BloomByteLength
	minHeader = bloomEnd
)

// linked checks that each header names the one before as its parent, and has the next number.
func linked(raw [][]byte) ([]header, error) {
	if len(raw) == 0 {
		return nil, fmt.Errorf("%w: no headers", ErrProof)
	}
	list := make([]header, len(raw))
	var last types.Header
	for i, r := range raw {
		list[i] = header{raw: r, hash: crypto.Keccak256Hash(r)}
		h, err := list[i].decode()
		if err != nil {
			return nil, fmt.Errorf("header %d: %w", i, err)
		}
		if i > 0 && h.ParentHash != list[i-1].hash {
			return nil, fmt.Errorf("%w: header %d, of block %d, has parent %v; the header before is of %v", ErrProof, i, h.Number,
				h.ParentHash, list[i-1].hash)
		}
		// Numbers grow by one along parents by Ethereum's rules; a chain in which they do not would answer for other blocks.
		if i > 0 && h.Number.Uint64() != last.Number.Uint64()+1 {
			return nil, fmt.Errorf("%w: header %d is of block %d, after block %d", ErrProof, i, h.Number, last.Number)
		}
		last = *h
	}
	return list, nil
}

// decode reads the header. One with fields that this version does not know is an error.
func (h header) decode() (*types.Header, error) {
	var out types.Header
	if len(h.raw) < minHeader || h.raw[0] != 0xf9 {
		return nil, fmt.Errorf("%w: %d bytes are no header", ErrProof, len(h.raw))
	}
	if err := rlp.DecodeBytes(h.raw, &out); err != nil {
		return nil, fmt.Errorf("%w: header %v: %w (one of a later fork needs a later version)", ErrProof, h.hash, err)
	}
	if out.Number == nil || !out.Number.IsInt64() { // and none that a count up to it would pass
		return nil, fmt.Errorf("%w: header %v: number %v", ErrProof, h.hash, out.Number)
	}
	return &out, nil
}

// bloom is the header's, without decoding the rest.
func (h header) bloom() []byte { return h.raw[bloomAt:bloomEnd] }

func encoded(list []*types.Header) ([][]byte, error) {
	raw := make([][]byte, len(list))
	for i, h := range list {
		var err error
		if raw[i], err = rlp.EncodeToBytes(h); err != nil {
			return nil, fmt.Errorf("encode header of block %d: %w", h.Number, err)
		}
	}
	return raw, nil
}

// at is the header of a block, known to be one of the chain's.
func (c *Chain) at(number uint64) (header, error) {
	if number < c.first || number > c.anchor.Number.Uint64() {
		return header{}, fmt.Errorf("block %d: %w: it holds blocks %d to %d", number, ErrMissing, c.first, c.anchor.Number)
	}
	return c.headers[number-c.first], nil
}
