package chain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// Entry is where Roster is on one chain.
type Entry struct {
	Middleware common.Address `json:"middleware"`
	Programs   common.Address `json:"programs"`
	// FirstBlock is that of the Middleware's deployment.
	FirstBlock uint64 `json:"firstBlock"`
}

// Book says where Roster is, by chain id. The built-in one is empty: Roster is deployed nowhere yet.
type Book map[uint64]Entry

// LoadBook reads a book from a JSON file: an object of entries by chain id, as
//
//	{"1": {"middleware": "0x…", "programs": "0x…", "firstBlock": 23000000}}
//
// Programs and firstBlock may be left out: without the first a node knows of no programs, without the second it looks for
// logs from block 0 on. A word that is none of these is an error, and so is an entry without a Middleware. An empty path
// is the built-in one.
func LoadBook(path string) (Book, error) {
	if path == "" {
		return Book{}, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("read the book of addresses: %w", err)}
	}
	var b Book
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err = d.Decode(&b); err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b)) {
		if err == nil && b[id].Middleware == (common.Address{}) {
			err = fmt.Errorf("chain %d: no middleware", id)
		}
	}
	if err != nil {
		return nil, &Error{User, fmt.Errorf("read the book of addresses %s: %w", path, err)}
	}
	return b, nil
}

// On returns the entry of a chain.
func (b Book) On(chainID uint64) (Entry, error) {
	e, known := b[chainID]
	if !known {
		return e, &Error{User, fmt.Errorf("no addresses for chain %d: give the Middleware's, or a book that has them", chainID)}
	}
	return e, nil
}
