package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gear-tech/roster/core"
)

// slots are all unlike each other, in the journal's order.
func slots() []Slot {
	return []Slot{
		BatchSlot(0, 5, 1), BatchSlot(0, 5, 2), RewardsSlot(0, 5, 0, 3, core.Hash{}), RewardsSlot(0, 5, 1, 3, core.Hash{}),
		RewardsSlot(0, 5, 1, 3, core.Hash{1}), RewardsSlot(0, 5, 1, 4, core.Hash{}), BatchSlot(0, 6, 1), BatchSlot(1, 5, 1),
	}
}

// There is one digest per slot, ever, and it outlives the process.
func TestSign(t *testing.T) {
	path := place(t, "journal.db")
	j := openJournal(t, path, 5)
	if !j.Created() || j.SafeEra() != 5 {
		t.Errorf("created %v, safe era %d", j.Created(), j.SafeEra())
	}
	for i, s := range slots() {
		if _, ok, err := j.Signed(t.Context(), s); ok || err != nil {
			t.Errorf("%s was signed before: %v", s, err)
		}
		must(t, j.Sign(t.Context(), s, core.Hash{byte(i)}))
	}
	for range 2 {
		for i, s := range slots() {
			must(t, j.Sign(t.Context(), s, core.Hash{byte(i)}))
			err := j.Sign(t.Context(), s, core.Hash{99})
			conflict := (*Conflict)(nil)
			if !errors.As(err, &conflict) || *conflict != (Conflict{s, core.Hash{byte(i)}, core.Hash{99}}) || !strings.Contains(err.Error(), s.String()) {
				t.Errorf("%s: another digest: %v", s, err)
			}
			if have, ok, err := j.Signed(t.Context(), s); have != (core.Hash{byte(i)}) || !ok || err != nil {
				t.Errorf("%s: %s, %v, %v", s, have, ok, err)
			}
		}
		must(t, j.Close())
		j = openJournal(t, path, 1000) // there is one: the safe era is the old one
		if j.Created() || j.SafeEra() != 5 {
			t.Errorf("created %v, safe era %d", j.Created(), j.SafeEra())
		}
	}
}

// A new journal does not sign for eras in which one before it may have signed, whatever the set or the kind.
func TestJournalLost(t *testing.T) {
	path := place(t, "journal.db")
	j := openJournal(t, path, 5)
	must(t, j.Sign(t.Context(), BatchSlot(0, 7, 1), core.Hash{1}))
	must(t, j.Close())
	must(t, os.Remove(path))
	j = openJournal(t, path, 8)
	for _, s := range []Slot{BatchSlot(0, 7, 1), BatchSlot(0, 0, 1), BatchSlot(9, 7, 9), RewardsSlot(0, 7, 0, 1, core.Hash{})} {
		err := j.Sign(t.Context(), s, core.Hash{2})
		if !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "signs from era 8 on") || !strings.Contains(err.Error(), s.String()) {
			t.Errorf("%s: %v", s, err)
		}
		if _, ok, _ := j.Signed(t.Context(), s); ok {
			t.Errorf("%s was noted", s)
		}
	}
	must(t, j.Sign(t.Context(), BatchSlot(0, 8, 2), core.Hash{2}))
	must(t, j.Close())
	must(t, os.Truncate(path, 0)) // lost in another way
	if j = openJournal(t, path, 10); !j.Created() || j.SafeEra() != 10 {
		t.Errorf("created %v, safe era %d", j.Created(), j.SafeEra())
	}
}

// What asks for the safe era is asked only for a new journal; when it does not know, there is none.
func TestJournalWithoutSafeEra(t *testing.T) {
	path := place(t, "journal.db")
	o, unknown := ours(0), errors.New("no chain")
	for _, o.SafeEra = range []func(context.Context) (core.Era, error){nil, func(context.Context) (core.Era, error) { return 0, unknown }} {
		if _, err := OpenJournal(t.Context(), path, o); err == nil || (o.SafeEra != nil && !errors.Is(err, unknown)) {
			t.Errorf("opened: %v", err)
		}
	}
	must(t, openJournal(t, path, 3).Close())
	for _, o.SafeEra = range []func(context.Context) (core.Era, error){nil, func(context.Context) (core.Era, error) { return 0, unknown }} {
		j, err := OpenJournal(t.Context(), path, o)
		must(t, err)
		must(t, j.Close())
	}
}

func TestJournalOfAnother(t *testing.T) {
	path := place(t, "journal.db")
	must(t, openJournal(t, path, 0).Close())
	for i, change := range []func(*JournalOptions){
		func(o *JournalOptions) { o.ChainID++ }, func(o *JournalOptions) { o.Router[0]++ }, func(o *JournalOptions) { o.Key[0]++ },
	} {
		o := ours(0)
		change(&o)
		if _, err := OpenJournal(t.Context(), path, o); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), path) {
			t.Errorf("change %d: %v", i, err)
		}
	}
	j := openJournal(t, path, 0)
	if _, err := OpenJournal(t.Context(), path, ours(0)); !errors.Is(err, ErrLocked) {
		t.Errorf("a second process: %v", err)
	}
	must(t, j.Close())
}

// A slot that no statement has is refused, and so is a number that SQLite does not keep.
func TestSlotCheck(t *testing.T) {
	j := openJournal(t, place(t, "journal.db"), 0)
	for _, s := range []Slot{
		{}, {Kind: "vote"}, {Kind: Batch, To: 1}, {Kind: Batch, Previous: core.Hash{1}}, {Kind: Rewards, Number: 1},
		BatchSlot(math.MaxUint64, 0, 0), BatchSlot(0, math.MaxUint64, 0), BatchSlot(0, 0, math.MaxUint64),
		RewardsSlot(0, 0, 0, math.MaxUint64, core.Hash{}),
	} {
		if err := j.Sign(t.Context(), s, core.Hash{1}); err == nil {
			t.Errorf("%s was signed", s)
		}
	}
}

// A changed byte anywhere is found when the journal is opened, also where SQLite sees nothing wrong; the file stays.
func TestJournalCorrupted(t *testing.T) {
	for _, change := range []string{
		"UPDATE slots SET digest = zeroblob(32) WHERE number = 2", "UPDATE slots SET number = 77 WHERE number = 2",
		"UPDATE slots SET sum = zeroblob(8) WHERE number = 2", "UPDATE identity SET safe_era = 0", "DELETE FROM identity",
	} {
		path := place(t, "journal.db")
		j := openJournal(t, path, 5)
		for _, s := range slots() {
			must(t, j.Sign(t.Context(), s, core.Hash{1}))
		}
		_, err := j.db.Exec(change)
		must(t, err)
		if strings.Contains(change, "slots SET digest") {
			if err := j.Sign(t.Context(), BatchSlot(0, 5, 2), core.Hash{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("signed what was changed meanwhile: %v", err)
			}
		}
		must(t, j.Close())
		refused(t, change, path)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"header": func(raw []byte) []byte { copy(raw, "something else"); return raw },
		"half":   func(raw []byte) []byte { return raw[:len(raw)/2/4096*4096] },
		"noise":  func(raw []byte) []byte { copy(raw[len(raw)-4096:], bytes.Repeat([]byte{0xa5}, 4096)); return raw },
	} {
		path := place(t, "journal.db")
		j := openJournal(t, path, 5)
		for n := range uint64(200) {
			must(t, j.Sign(t.Context(), BatchSlot(0, 5, n), core.Hash{1}))
		}
		must(t, j.Close())
		raw, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, damage(raw), 0o600))
		refused(t, name, path)
	}
}

func refused(t *testing.T, name, path string) {
	t.Helper()
	before, err := os.ReadFile(path)
	must(t, err)
	_, err = OpenJournal(t.Context(), path, ours(100))
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "do not sign") {
		t.Errorf("%s: %v", name, err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Errorf("%s: the file was changed", name)
	}
}

// Everything signed is in the one file at once: a copy of it alone has it.
func TestJournalIsOneFile(t *testing.T) {
	path, copied := place(t, "journal.db"), place(t, "copy.db")
	j := openJournal(t, path, 0)
	for n := range uint64(50) {
		must(t, j.Sign(t.Context(), BatchSlot(0, 5, n), core.Hash{byte(n)}))
		raw, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(copied, raw, 0o600))
		c, err := OpenJournal(t.Context(), copied, ours(0))
		must(t, err)
		if have, ok, err := c.Signed(t.Context(), BatchSlot(0, 5, n)); have != (core.Hash{byte(n)}) || !ok || err != nil {
			t.Errorf("batch %d: %v, %v", n, ok, err)
		}
		must(t, c.Close())
	}
}

// Of many goroutines that want to sign different things for one slot, one may.
func TestSignRace(t *testing.T) {
	j := openJournal(t, place(t, "journal.db"), 0)
	var group sync.WaitGroup
	var signed atomic.Int32
	for i := range 20 {
		group.Go(func() {
			err := j.Sign(t.Context(), BatchSlot(0, 1, 1), core.Hash{byte(i)})
			if err == nil {
				signed.Add(1)
			} else if !errors.As(err, new(*Conflict)) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	group.Wait()
	if signed.Load() != 1 {
		t.Errorf("%d signed", signed.Load())
	}
}

func export1(t *testing.T, j *Journal) []byte {
	t.Helper()
	raw, err := j.Export(t.Context())
	must(t, err)
	return raw
}

// An export says everything, the same in whatever order it was signed, and a new journal takes it.
func TestExportImport(t *testing.T) {
	a, b := openJournal(t, place(t, "a.db"), 5), openJournal(t, place(t, "b.db"), 5)
	all := slots()
	for i, s := range all {
		must(t, a.Sign(t.Context(), s, core.Hash{byte(i)}))
		last := len(all) - 1 - i
		must(t, b.Sign(t.Context(), all[last], core.Hash{byte(last)}))
	}
	raw := export1(t, a)
	if !bytes.Equal(raw, export1(t, b)) {
		t.Error("two exports of the same differ")
	}
	var content struct{ Slots []map[string]any }
	must(t, json.Unmarshal(raw, &content))
	if len(content.Slots) != len(all) || content.Slots[1]["number"] != 2.0 || content.Slots[0]["kind"] != "batch" {
		t.Errorf("%s", raw)
	}
	path := place(t, "c.db")
	c := openJournal(t, path, 9)
	for range 2 {
		must(t, c.Import(t.Context(), raw))
		if c.SafeEra() != 9 {
			t.Errorf("safe era %d", c.SafeEra())
		}
		for i, s := range all {
			must(t, c.Sign(t.Context(), s, core.Hash{byte(i)})) // what is known to be signed can be signed again
			if err := c.Sign(t.Context(), s, core.Hash{99}); !errors.As(err, new(*Conflict)) {
				t.Errorf("%s: %v", s, err)
			}
		}
		if err := c.Sign(t.Context(), BatchSlot(0, 8, 1), core.Hash{1}); !errors.Is(err, ErrUnsafe) {
			t.Errorf("era 8: %v", err)
		}
		must(t, c.Close())
		c = openJournal(t, path, 0)
	}
	// The later safe era of both.
	must(t, b.Import(t.Context(), export1(t, c)))
	if b.SafeEra() != 9 {
		t.Errorf("safe era %d", b.SafeEra())
	}
	if err := b.Sign(t.Context(), BatchSlot(0, 8, 1), core.Hash{1}); !errors.Is(err, ErrUnsafe) {
		t.Errorf("era 8: %v", err)
	}
}

// One slot with another digest refuses the whole import.
func TestImportConflicts(t *testing.T) {
	a, b := openJournal(t, place(t, "a.db"), 5), openJournal(t, place(t, "b.db"), 3)
	for _, s := range slots() {
		must(t, a.Sign(t.Context(), s, core.Hash{1}))
	}
	for _, s := range slots()[3:5] {
		must(t, b.Sign(t.Context(), s, core.Hash{2}))
	}
	before := dump(t, b.db)
	err := b.Import(t.Context(), export1(t, a))
	conflict := (*Conflict)(nil)
	if !errors.As(err, &conflict) || conflict.Slot != slots()[3] || !strings.Contains(err.Error(), slots()[4].String()) {
		t.Errorf("%v", err)
	}
	if dump(t, b.db) != before || b.SafeEra() != 3 {
		t.Error("something was imported")
	}
}

// What is not an export of this key and network, whole and unchanged, is refused.
func TestImportRefuses(t *testing.T) {
	a, b := openJournal(t, place(t, "a.db"), 5), openJournal(t, place(t, "b.db"), 5)
	for _, s := range slots() {
		must(t, a.Sign(t.Context(), s, core.Hash{0xab}))
	}
	raw := string(export1(t, a))
	other, err := OpenJournal(t.Context(), place(t, "other.db"), JournalOptions{ChainID: 2, SafeEra: ours(0).SafeEra})
	must(t, err)
	defer other.Close()
	swap := func(old, with string) string {
		if !strings.Contains(raw, old) {
			t.Fatalf("no %q in the export", old)
		}
		return strings.Replace(raw, old, with, 1)
	}
	before := dump(t, b.db)
	for name, data := range map[string]string{
		"nothing": "", "no JSON": "journal", "half": raw[:len(raw)/2], "more": raw + "{}", "empty object": "{}",
		"version": swap(`"version": 1`, `"version": 2`), "digest": swap("0xab00", "0xac00"), "era": swap(`"era": 5`, `"era": 4`),
		"safe era": swap(`"safeEra": 5`, `"safeEra": 0`), "unknown field": swap(`"version": 1`, `"version": 1, "note": ""`),
		"foreign": string(export1(t, other)), "kind": swap(`"kind": "batch"`, `"kind": "vote"`),
	} {
		if err := b.Import(t.Context(), []byte(data)); err == nil {
			t.Errorf("%s: it was imported", name)
		} else if name == "foreign" && !errors.Is(err, ErrForeign) || (name == "digest" || name == "safe era") && !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// With a right checksum, but not what Export writes.
	for name, change := range map[string]func(*export){
		"order":  func(e *export) { e.Slots[0], e.Slots[1] = e.Slots[1], e.Slots[0] },
		"double": func(e *export) { e.Slots[1] = e.Slots[0] },
		"slot":   func(e *export) { e.Slots[0].To = 1 },
	} {
		var e export
		must(t, json.Unmarshal([]byte(raw), &e))
		change(&e)
		e.Checksum, err = e.checksum()
		must(t, err)
		data, err := json.Marshal(e)
		must(t, err)
		if err := b.Import(t.Context(), data); err == nil || errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if dump(t, b.db) != before {
		t.Error("something was imported")
	}
}
