package gas

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTableGoesThroughAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "snapshots", "gas.json")
	if empty, err := Read(path); err != nil || len(empty) != 0 {
		t.Fatalf("a file that does not exist: %v, %v", empty, err)
	}
	want := Table{{Row: "a", Gas: 1, AtMost: 2, Amsterdam: 3, Measured: "x"}, {Row: "b", Bytes: 4, Measured: "y"}}
	if err := want.Write(path); err != nil {
		t.Fatal(err)
	}
	have, err := Read(path)
	if err != nil || !slices.Equal(have, want) {
		t.Fatalf("have %v, %v; want %v", have, err, want)
	}
	if b, known := have.Row("b"); !known || b.Bytes != 4 {
		t.Errorf("row b: %v, %v", b, known)
	}
	if _, known := have.Row("c"); known {
		t.Error("row c is known")
	}
	if err := os.WriteFile(path, []byte(`[{"row":"a","gaz":1}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil {
		t.Error("an unknown field was read")
	}
}

func TestRowKnowsItsLimit(t *testing.T) {
	for _, c := range []struct {
		row  Row
		over uint64
	}{
		{Row{Gas: 10, AtMost: 10}, 0}, {Row{Gas: 11, AtMost: 10}, 1}, {Row{Gas: 11}, 0},
		{Row{Bytes: 12, AtMost: 10}, 2}, {Row{Gas: 9, AtMost: 10, Amsterdam: 100}, 0},
	} {
		if have := c.row.Over(); have != c.over {
			t.Errorf("%v is over by %d, want %d", c.row, have, c.over)
		}
	}
}
