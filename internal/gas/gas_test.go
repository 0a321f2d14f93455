package gas

import (
	"errors"
	"flag"
	"path/filepath"
	"testing"

	"github.com/gear-tech/roster/internal/devnet"
)

var update = flag.Bool("update", false, "write what is measured into contracts/snapshots/gas.json")

// snapshot is the committed table.
var snapshot = filepath.Join("..", "..", "contracts", "snapshots", "gas.json")

// TestGas measures every row and compares it with the committed table and with its limit.
func TestGas(t *testing.T) {
	if raceDetector {
		t.Skip("nothing here is concurrent enough for what it would cost")
	}
	committed, err := Read(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	chains := chains{newStories(devnet.Osaka, "Osaka"), newStories(devnet.Amsterdam, "Amsterdam"), map[error]bool{}}
	var table Table
	for _, row := range rows {
		want, known := committed.Row(row.Row)
		t.Run(row.Row, func(t *testing.T) {
			have, err := chains.measure(t.Context(), row)
			if errors.Is(err, errTold) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Log(have)
			if over := have.Over(); over > 0 {
				t.Errorf("%s: %d above its limit", have, over)
			}
			if have != want && !*update {
				t.Errorf("how: %s\nhave %s\nwant %s\nif what is measured is right: go test ./internal/gas -update", have.Measured, have, want)
			}
			want, known = have, true
		})
		if known {
			table = append(table, want)
		}
	}
	if *update && len(chains.told) == 0 {
		if err := table.Write(snapshot); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSnapshotHasNoOtherRows fails on a row of the file that nobody measures any more.
func TestSnapshotHasNoOtherRows(t *testing.T) {
	committed, err := Read(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range committed {
		if _, known := rows.Row(row.Row); !known && !*update {
			t.Errorf("nobody measures %s: go test ./internal/gas -update", row.Row)
		}
	}
}
