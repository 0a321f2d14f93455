package chain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/chain"
)

// TestBook: a file in place of the built-in book, and what is none.
func TestBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := "0x00000000000000000000000000000000000000a1"
	write(`{"1": {"middleware": "` + at + `", "firstBlock": 7}, "5": {"middleware": "` + at + `", "programs": "` + at + `"}}`)
	b, err := chain.LoadBook(path)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := b.On(1); err != nil || e != (chain.Entry{Middleware: common.HexToAddress(at), FirstBlock: 7}) {
		t.Errorf("%+v (%v)", e, err)
	}
	if _, err := b.On(2); chain.KindOf(err) != chain.User || !strings.Contains(err.Error(), "chain 2") {
		t.Error(err)
	}
	for _, text := range []string{"", "[]", "{} {}", `{"x": {}}`, `{"1": {}}`, `{"1": {"middelware": "` + at + `"}}`, `{"1": {"middleware": "0x12"}}`} {
		write(text)
		if _, err := chain.LoadBook(path); err == nil || chain.KindOf(err) != chain.User || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := chain.LoadBook(path + "x"); chain.KindOf(err) != chain.User {
		t.Error(err)
	}
	if b, err := chain.LoadBook(""); err != nil || len(b) != 0 {
		t.Errorf("the built-in book has %d entries, and Roster is deployed nowhere (%v)", len(b), err)
	}
}
