package bundle

import (
	"bytes"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// blobs are bytes by their Keccak hash, which proves them to whoever knows the hash. asked tells those that were needed.
type blobs map[common.Hash]*blob

type blob struct {
	raw   []byte
	asked bool
}

// add keeps bytes under their hash.
func (b blobs) add(raw []byte) {
	if hash := crypto.Keccak256Hash(raw); b[hash] == nil {
		b[hash] = &blob{raw: raw}
	}
}

// find returns the bytes with this hash.
func (b blobs) find(hash common.Hash) ([]byte, bool) {
	found, ok := b[hash]
	if !ok {
		return nil, false
	}
	found.asked = true
	return found.raw, true
}

// Has implements ethdb.KeyValueReader, for trie.VerifyProof.
func (b blobs) Has(key []byte) (bool, error) { return b[common.BytesToHash(key)] != nil, nil }

// Get implements ethdb.KeyValueReader.
func (b blobs) Get(key []byte) ([]byte, error) {
	raw, ok := b.find(common.BytesToHash(key))
	if !ok {
		return nil, ErrMissing
	}
	return raw, nil
}

// used are those that were asked for, by ascending hash.
func (b blobs) used() [][]byte {
	var hashes []common.Hash
	for hash, x := range b {
		if x.asked {
			hashes = append(hashes, hash)
		}
	}
	slices.SortFunc(hashes, func(x, y common.Hash) int { return bytes.Compare(x[:], y[:]) })
	list := make([][]byte, len(hashes))
	for i, hash := range hashes {
		list[i] = b[hash].raw
	}
	return list
}
