package gas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Row is one number of the table: gas, or for a contract's code bytes.
type Row struct {
	// Row names it; the part before the first dot is the subject.
	Row string `json:"row"`
	// Gas that the receipt of the transaction says under Osaka rules, all included.
	Gas uint64 `json:"gas,omitempty"`
	// Bytes of deployed code.
	Bytes uint64 `json:"bytes,omitempty"`
	// AtMost is what Gas or Bytes may be; 0 for no limit.
	AtMost uint64 `json:"atMost,omitempty"`
	// Amsterdam is the gas of the same transaction under Amsterdam rules, which have no limit here.
	Amsterdam uint64 `json:"amsterdam,omitempty"`
	// Measured says how.
	Measured string `json:"measured"`
}

// Over returns by how much the row exceeds its limit, 0 when it keeps it.
func (r Row) Over() uint64 {
	if have := max(r.Gas, r.Bytes); r.AtMost != 0 && have > r.AtMost {
		return have - r.AtMost
	}
	return 0
}

// String shows the numbers.
func (r Row) String() string {
	if r == (Row{}) {
		return "nothing"
	}
	number := fmt.Sprintf("%s: %d gas", r.Row, r.Gas)
	if r.Bytes != 0 {
		number = fmt.Sprintf("%s: %d bytes", r.Row, r.Bytes)
	}
	if r.AtMost != 0 {
		number += fmt.Sprintf(", at most %d", r.AtMost)
	}
	if r.Amsterdam != 0 {
		number += fmt.Sprintf(", Amsterdam %d", r.Amsterdam)
	}
	return number
}

// Table is the whole table, in the order in which it is shown.
type Table []Row

// Row returns the row of this name.
func (t Table) Row(name string) (Row, bool) {
	i := slices.IndexFunc(t, func(r Row) bool { return r.Row == name })
	if i < 0 {
		return Row{}, false
	}
	return t[i], true
}

// Read reads a table from a file; one that does not exist is an empty table.
func Read(path string) (Table, error) {
	content, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read gas table: %w", err)
	}
	var t Table
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&t); err != nil {
		return nil, fmt.Errorf("read gas table %s: %w", path, err)
	}
	return t, nil
}

// Write writes a table to a file, and makes its directory if need be: one row on a line, so that a diff shows the rows that moved.
func (t Table) Write(path string) error {
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, r := range t {
		line, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("write gas table: row %s: %w", r.Row, err)
		}
		out.WriteString("  ")
		out.Write(line)
		if i+1 < len(t) {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write gas table: %w", err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write gas table: %w", err)
	}
	return nil
}
