package demo

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gear-tech/roster/core"
)

// told is a story that was told, with its text and its facts.
type told struct {
	record Record
	facts  facts
	text   string
	err    error
}

// tell tells a story and reads its facts again.
func tell(t testing.TB, o Options) told {
	t.Helper()
	var text bytes.Buffer
	s, err := Start(t.Context(), o, "", false, Out{Writer: &text})
	if err != nil {
		return told{err: err}
	}
	defer s.Close()
	var x told
	if x.record, x.err = s.Tell(t.Context()); x.err == nil {
		x.facts, x.err = readFacts(t.Context(), s.s.Roster)
	}
	x.text = text.String()
	return x
}

// least is the smallest story there is.
func least() Options {
	return Options{Operators: 7, Vaults: 7, Stakers: 7, Sets: 1, Eras: 5, Seed: 1}
}

// leastTold is told once for all tests that only look at it.
var leastTold struct {
	sync.Once
	told
}

func tellLeast(t testing.TB) told {
	t.Helper()
	leastTold.Do(func() { leastTold.told = tell(t, least()) })
	if leastTold.err != nil {
		t.Fatal(leastTold.err, "\n", leastTold.text)
	}
	return leastTold.told
}

// TestStory: the default story has every scene, every check holds, and the record says so.
func TestStory(t *testing.T) {
	t.Parallel()
	x := tell(t, DefaultOptions())
	if x.err != nil {
		t.Fatal(x.err, "\n", x.text)
	}
	r := x.record
	for _, c := range append(checks(), check{name: checkScenes}) {
		if !r.Checks[c.name] {
			t.Errorf("check %s does not hold: %s", c.name, r.Failures[c.name])
		}
	}
	for _, name := range Scenes() {
		if !slices.ContainsFunc(r.Scenes, func(s Scene) bool { return s.Name == name }) {
			t.Errorf("scene %s did not take place", name)
		}
	}
	if len(r.Scenes) != len(Scenes()) {
		t.Errorf("%d scenes noted, of %d that are named", len(r.Scenes), len(Scenes()))
	}
	if strings.Contains(x.text, "\x1b") {
		t.Error("colours on something that is no terminal")
	}
	for _, name := range []string{"Ada", "Harbour", "Felix", "Mallory"} {
		if !strings.Contains(x.text, name) {
			t.Errorf("nobody says %q", name)
		}
	}
	checkRecord(t, r)
}

// checkRecord looks for what the issue promises of a record, in its numbers.
func checkRecord(t *testing.T, r Record) {
	t.Helper()
	challenged, statuses := 0, map[string]int{}
	for _, e := range r.Elections {
		if e.Challenged {
			challenged++
		}
		if len(e.Executors) > 0 && e.ProposeGas == 0 {
			t.Errorf("set %d, era %d: no gas for its proposal", e.Set, e.Era)
		}
	}
	if challenged != 2 {
		t.Errorf("%d elections were challenged, want 2", challenged)
	}
	for _, s := range r.Slashes {
		statuses[s.Offence+" "+s.Status]++
		if executed := s.Executed != "0"; executed != (s.Status == "executed") {
			t.Errorf("slash %+v: executed %s, status %s", s, s.Executed, s.Status)
		}
	}
	for _, want := range []string{"equivocation executed", "equivocation vetoed", "wrong result executed"} {
		if statuses[want] == 0 {
			t.Errorf("no slash is %q: %v", want, statuses)
		}
	}
	absent, late := 0, 0
	for _, b := range r.Batches {
		absent += b.Total - b.Signers
		late += b.Late
	}
	if absent == 0 || late == 0 {
		t.Errorf("%d absent and %d late signers", absent, late)
	}
	if want := r.Options.Sets * r.Options.Eras; len(r.Rewards) != want {
		t.Errorf("%d rewards, want one for each of %d sets and %d eras", len(r.Rewards), r.Options.Sets, r.Options.Eras)
	}
	roles := map[string]bool{}
	for _, c := range r.Claims {
		roles[c.Role] = true
	}
	if !roles["operator"] || !roles["staker"] {
		t.Errorf("claims only of %v", roles)
	}
}

// TestSameSeedSameRecord: the same options give the same bytes, and another seed another record.
func TestSameSeedSameRecord(t *testing.T) {
	t.Parallel()
	write := func(r Record) string {
		var b bytes.Buffer
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	one, again := tellLeast(t), tell(t, least())
	if again.err != nil {
		t.Fatal(again.err)
	}
	if write(one.record) != write(again.record) {
		t.Error("two runs with one seed have two records")
	}
	if one.text != again.text {
		t.Error("two runs with one seed tell two stories")
	}
	var read map[string]json.RawMessage
	if err := json.Unmarshal([]byte(write(one.record)), &read); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"seed", "checks", "elections", "batches", "rewards", "claims", "slashes", "scenes"} {
		if len(read[key]) == 0 {
			t.Errorf("the record has no %q", key)
		}
	}
}

// TestOtherCasts: neither the lottery nor the size decides whether the story can be told.
func TestOtherCasts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("tells two stories")
	}
	for _, o := range []Options{
		{Operators: 7, Vaults: 9, Stakers: 12, Sets: 3, Eras: 5, Seed: 2},
		{Operators: 12, Vaults: 14, Stakers: 20, Sets: 1, Eras: 5, Seed: 0},
	} {
		if x := tell(t, o); x.err != nil {
			t.Errorf("%+v: %v\n%s", o, x.err, x.text)
		}
	}
}

// TestWriterFails: a story that nobody can read is an error, not a success.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), least(), "", false, Out{Writer: broken{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Tell(t.Context()); err == nil || !strings.Contains(err.Error(), io.ErrClosedPipe.Error()) {
		t.Errorf("told to nobody: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestScenesNameTheirEra: each scene is noted with the era in which it took place.
func TestScenesNameTheirEra(t *testing.T) {
	t.Parallel()
	x := tellLeast(t)
	for _, s := range x.record.Scenes {
		if s.Era >= core.Era(x.record.Options.Eras+epilogue) || s.At == 0 {
			t.Errorf("scene %+v", s)
		}
	}
}
