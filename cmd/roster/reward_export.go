package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
)

// formats are what leaves can be exported as.
var formats = []string{"csv", "json", "parquet"}

func (f *rewardFlags) newExport() *cobra.Command {
	var format, file string
	c := &cobra.Command{
		Use: "export", Short: "Write every leaf of a commit as CSV, JSON or Parquet", Args: noArguments,
		Long: `export writes every leaf of a reward commit: role (operator or staker), account, and amount, cumulative and in base
units of wVARA; the operators first, each role ascending by account. CSV and JSON have amounts as decimal strings.
Parquet has them as DECIMAL(38,0), which DuckDB, pandas and Spark sum without rounding; an amount that has more digits
is refused. The same leaves are the same bytes.`,
		Example: `  roster reward export --devnet devnet.json > leaves.csv
  roster reward export --format parquet --out leaves.parquet --devnet devnet.json
  duckdb -c "select role, count(*), sum(amount) from 'leaves.parquet' group by role"`,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(formats, format) {
				return usage(c, fmt.Errorf("--format %s: want csv, json or parquet", format))
			}
			if format == "parquet" && file == "" && isTerminal(c.OutOrStdout()) {
				return usage(c, errors.New("--format parquet is not for a terminal: name a file with --out"))
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				p, err := f.paid(ctx, s)
				if err != nil {
					return err
				}
				if file == "" {
					return export(out, format, p.right.Balances)
				}
				return writeWhole(file, func(w io.Writer) error { return export(w, format, p.right.Balances) })
			})
		},
	}
	c.Flags().StringVar(&format, "format", "csv", "`csv`, json or parquet")
	c.Flags().StringVar(&file, "out", "", "`file` to write to; stdout when not given")
	f.withEra(c)
	return c
}

// row is a leaf, as it is exported.
type row struct {
	Role    reward.Role  `json:"role"`
	Account core.Address `json:"account"`
	Amount  string       `json:"amount"` // cumulative, base units of wVARA
}

// eachLeaf calls do for every leaf, in the order of an export, until it fails.
func eachLeaf(b reward.Balances, do func(reward.Role, core.Address, core.Amount) error) error {
	for l := range b.Operators.All() {
		if err := do(reward.AsOperator, l.Account, l.Amount); err != nil {
			return err
		}
	}
	for l := range b.Stakers.All() {
		if err := do(reward.AsStaker, l.Account, l.Amount); err != nil {
			return err
		}
	}
	return nil
}

func export(out io.Writer, format string, b reward.Balances) error {
	switch format {
	case "json":
		return exportJSON(out, b)
	case "parquet":
		return exportParquet(out, b)
	}
	w := csv.NewWriter(out)
	first := w.Write([]string{"role", "account", "amount"})
	err := eachLeaf(b, func(role reward.Role, account core.Address, amount core.Amount) error {
		return w.Write([]string{string(role), account.String(), amount.Dec()})
	})
	w.Flush()
	return errors.Join(first, err, w.Error())
}

// exportJSON writes a list of rows, one on a line, and keeps none.
func exportJSON(out io.Writer, b reward.Balances) error {
	w := bufio.NewWriter(out)
	before := "[\n  "
	err := eachLeaf(b, func(role reward.Role, account core.Address, amount core.Amount) error {
		one, err := json.Marshal(row{role, account, amount.Dec()})
		if err != nil {
			return err
		}
		if _, err = w.WriteString(before); err == nil {
			_, err = w.Write(one)
		}
		before = ",\n  "
		return err
	})
	if err != nil {
		return err
	}
	end := "\n]\n"
	if b.Operators.Len()+b.Stakers.Len() == 0 {
		end = "[]\n"
	}
	_, err = w.WriteString(end)
	return errors.Join(err, w.Flush())
}

// columns is a leaf in Parquet. DECIMAL's bytes are a signed number, big endian: of 38 digits none is negative in 16.
type columns struct {
	Role    string   `parquet:"role,dict"`
	Account string   `parquet:"account"`
	Amount  [16]byte `parquet:"amount,decimal(0:38)"`
}

const (
	// rowsAtOnce is how many rows are handed to the writer together.
	rowsAtOnce = 1024
	// rowsInGroup bounds what the writer keeps in memory.
	rowsInGroup = 128 << 10
)

// exportParquet writes the same bytes for the same leaves: no time, no version of ours, nothing of the machine.
func exportParquet(out io.Writer, b reward.Balances) error {
	w := parquet.NewGenericWriter[columns](out, parquet.CreatedBy("roster", "1", "0"), parquet.Compression(&parquet.Zstd),
		parquet.MaxRowsPerRowGroup(rowsInGroup))
	rows := make([]columns, 0, rowsAtOnce)
	flush := func() error {
		_, err := w.Write(rows)
		rows = rows[:0]
		return err
	}
	err := eachLeaf(b, func(role reward.Role, account core.Address, amount core.Amount) error {
		if !amount.Lt(&mostDecimal) {
			return fmt.Errorf("%s %s: amount %s has more than 38 digits: export as csv or json", role, account, amount.Dec())
		}
		word := amount.Bytes32()
		if rows = append(rows, columns{string(role), account.String(), [16]byte(word[16:])}); len(rows) < rowsAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return errors.Join(flush(), w.Close())
}

// mostDecimal is 10^38, the first number that DECIMAL(38,0) does not hold.
var mostDecimal = func() (n core.Amount) {
	if err := n.SetFromDecimal("1" + strings.Repeat("0", 38)); err != nil {
		panic(err)
	}
	return n
}()
