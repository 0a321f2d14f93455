package main

import (
	"bytes"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
)

// many are balances with amounts of every length that Parquet holds, and more rows than the writer takes at once.
func many(t *testing.T) (b reward.Balances) {
	for i := range 3000 {
		h := core.Keccak([]byte{byte(i >> 8), byte(i)})
		leaf := reward.Balance{Account: core.Address{byte(i >> 8), byte(i), 19: h[0]}, Amount: decimal(t, strings.Repeat("9", 1+i%38))}
		if i%3 == 0 {
			b.Operators = append(b.Operators, leaf)
		}
		b.Stakers = append(b.Stakers, leaf)
	}
	return b
}

// TestExportParquet: the file has what the JSON has, to the last digit, and is the same bytes each time.
func TestExportParquet(t *testing.T) {
	for name, b := range map[string]reward.Balances{"many": many(t), "none": {}} {
		path := filepath.Join(t.TempDir(), "leaves.parquet")
		if err := exportFile(path, "parquet", b); err != nil {
			t.Fatal(err)
		}
		have, err := parquet.ReadFile[columns](path)
		if err != nil {
			t.Fatal(err)
		}
		var text, again bytes.Buffer
		if err := export(&text, "json", b); err != nil {
			t.Fatal(err)
		}
		var want []row
		if err := json.Unmarshal(text.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if len(have) != len(want) {
			t.Fatalf("%s: %d rows, want %d", name, len(have), len(want))
		}
		for i, w := range want {
			if h := have[i]; h.Role != string(w.Role) || h.Account != w.Account.String() || new(big.Int).SetBytes(h.Amount[:]).String() != w.Amount {
				t.Errorf("%s: row %d: %v, want %v", name, i, h, w)
			}
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := export(&again, "parquet", b); err != nil || !bytes.Equal(again.Bytes(), raw) {
			t.Errorf("%s: the same leaves are other bytes (%v)", name, err)
		}
		file, err := parquet.OpenFile(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if by := file.Metadata().CreatedBy; by != "roster version 1(build 0)" && by != "roster version 1 (build 0)" {
			t.Errorf("created by %q", by)
		}
		if s := file.Schema().String(); !strings.Contains(s, "amount (DECIMAL(38,0))") || !strings.Contains(s, "account (STRING)") {
			t.Errorf("%s", s)
		}
	}
}

// TestExportParquetRefused: what does not fit is refused, and leaves no file.
func TestExportParquetRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leaves.parquet")
	b := many(t)
	b.Stakers[2500].Amount = decimal(t, "1"+strings.Repeat("0", 38))
	if err := exportFile(path, "parquet", b); err == nil || !strings.Contains(err.Error(), b.Stakers[2500].Account.String()) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file is left")
	}
}
