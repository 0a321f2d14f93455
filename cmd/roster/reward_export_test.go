package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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
func many(t *testing.T) (operators, stakers []reward.Balance) {
	for i := range 3000 {
		h := core.Keccak([]byte{byte(i >> 8), byte(i)})
		leaf := reward.Balance{Account: core.Address{byte(i >> 8), byte(i), 19: h[0]}, Amount: decimal(t, strings.Repeat("9", 1+i%38))}
		if i%3 == 0 {
			operators = append(operators, leaf)
		}
		stakers = append(stakers, leaf)
	}
	return operators, stakers
}

// balances are lists as columns.
func balances(t *testing.T, operators, stakers []reward.Balance) (b reward.Balances) {
	var errs [2]error
	b.Operators, errs[0] = reward.NewAmounts(operators)
	b.Stakers, errs[1] = reward.NewAmounts(stakers)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestExportParquet: the file has what the JSON has, to the last digit, and is the same bytes each time.
func TestExportParquet(t *testing.T) {
	operators, stakers := many(t)
	for name, b := range map[string]reward.Balances{"many": balances(t, operators, stakers), "none": {}} {
		path := filepath.Join(t.TempDir(), "leaves.parquet")
		if err := writeWhole(path, func(w io.Writer) error { return export(w, "parquet", b) }); err != nil {
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

// TestExportParquetRefused: what does not fit is refused, and leaves what was there.
func TestExportParquetRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leaves.parquet")
	if err := os.WriteFile(path, []byte("good"), 0o600); err != nil {
		t.Fatal(err)
	}
	operators, stakers := many(t)
	stakers[2500].Amount = decimal(t, "1"+strings.Repeat("0", 38))
	if err := writeWhole(path, func(w io.Writer) error { return export(w, "parquet", balances(t, operators, stakers)) }); err == nil || !strings.Contains(err.Error(), stakers[2500].Account.String()) {
		t.Errorf("%v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if raw, _ := os.ReadFile(path); err != nil || len(entries) != 1 || string(raw) != "good" {
		t.Errorf("%d files are left, and what was there is %q (%v)", len(entries), raw, err)
	}
}
