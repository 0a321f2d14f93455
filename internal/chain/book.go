package chain

import (
	"encoding/json"
	"fmt"
	"os"

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
// An empty path is the built-in one.
func LoadBook(path string) (Book, error) {
	if path == "" {
		return Book{}, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("read the book of addresses: %w", err)}
	}
	var b Book
	if err := json.Unmarshal(raw, &b); err != nil {
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
