package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkScenes is the name of the check that everything was shown: the only one that is about the story itself.
const checkScenes = "scenes"

// verdict is how a check ended.
type verdict struct {
	name, words string
	err         error // nil: it holds
}

// judge runs all checks.
func judge(f facts, scenes []Scene) []verdict {
	var list []verdict
	for _, c := range checks() {
		list = append(list, verdict{c.name, c.words, c.of(f)})
	}
	return append(list, verdict{checkScenes, "the story showed everything it is for", checkStory(scenes)})
}

// checkStory finds the scenes that did not take place.
func checkStory(have []Scene) error {
	var lacking []string
	for _, want := range Scenes() {
		if !slices.ContainsFunc(have, func(x Scene) bool { return x.Name == want }) {
			lacking = append(lacking, want)
		}
	}
	if len(lacking) > 0 {
		return fmt.Errorf("not seen: %s", strings.Join(lacking, ", "))
	}
	return nil
}

// conclude reads the chain, prints the checks and returns the record; ErrChecks when one failed.
func (s *story) conclude(ctx context.Context) (Record, error) {
	f, err := readFacts(ctx, s.Roster)
	if err != nil {
		return Record{}, err
	}
	r := f.record()
	if err := s.label(ctx, &r); err != nil {
		return r, err
	}
	s.tell.heading("Checked, from the chain alone")
	for _, v := range judge(f, s.scenes) {
		r.enter(v)
		if v.err == nil {
			s.tell.note("%s    %s", s.tell.good("ok"), v.words)
			continue
		}
		s.tell.note("%s  %s", s.tell.bad("FAIL"), v.words)
		s.tell.note("      %v", v.err)
	}
	return r, r.err()
}

// enter puts a verdict into the record.
func (r *Record) enter(v verdict) {
	r.Checks[v.name] = v.err == nil
	if v.err != nil {
		r.Failures[v.name] = v.err.Error()
	}
}

// Failed returns the names of the checks that failed, sorted.
func (r Record) Failed() []string { return slices.Sorted(maps.Keys(r.Failures)) }

// err is ErrChecks with the names when a check failed.
func (r Record) err() error {
	if names := r.Failed(); len(names) > 0 {
		return fmt.Errorf("%w: %s", ErrChecks, strings.Join(names, ", "))
	}
	return nil
}

// label adds what tells one run from another, and who is who.
func (s *story) label(ctx context.Context, r *Record) error {
	o := s.options
	r.Seed, r.Options = o.Seed, RecordOptions{o.Operators, o.Vaults, o.Stakers, o.Sets, o.Eras}
	r.Scenes, r.Addresses, r.Times, r.ChainID = s.scenes, s.Roster.At, RecordTimes(s.Roster.Times), s.Roster.ChainID
	r.Block, r.Now = s.Block(), s.Now()
	r.Names = map[string]string{}
	for a, n := range s.tell.names {
		r.Names[a.String()] = n
	}
	for _, x := range s.cast.sets {
		p, err := s.Roster.Parameters(ctx, x.id, s.Roster.Times.Capture(0), s.Block())
		if err != nil {
			return err
		}
		r.Parameters = append(r.Parameters, RecordParameters(p))
	}
	return nil
}
