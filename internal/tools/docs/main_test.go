package main

import (
	"bytes"
	"os"
	"regexp"
	"testing"
)

// TestFresh: what is committed is what would be generated.
func TestFresh(t *testing.T) {
	for _, d := range documents {
		have, err := os.ReadFile("../../../" + d.path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, d.text()) {
			t.Errorf("%s is stale: run make gen", d.path)
		}
	}
}

// TestReasons: codes are unique within their package and of one form; texts are there.
func TestReasons(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`)
	for _, table := range tables {
		seen := map[string]bool{}
		for _, r := range table.reasons {
			if !form.MatchString(r.Code) || seen[r.Code] {
				t.Errorf("%s: code %q is not lower-case words, or stands twice", table.name, r.Code)
			}
			seen[r.Code] = true
			if r.Short == "" || r.Long == "" {
				t.Errorf("%s: %s has no text", table.name, r.Code)
			}
		}
	}
}
