package doctor

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/gear-tech/roster/core"
)

// Schema is the version of a report as JSON. Fields may be added to one version; none changes its meaning.
const Schema = 1

// Severity is what a check came to.
type Severity uint8

// The severities.
const (
	OK         Severity = iota // as it should be
	CannotTell                 // it could not be looked at
	Finding                    // something is wrong
)

// String names the severity as JSON has it.
func (s Severity) String() string {
	return [...]string{"ok", "cannot_tell", "finding"}[min(s, Finding)]
}

// MarshalText writes the severity as String does.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for *s = OK; *s <= Finding; *s++ {
		if s.String() == string(text) {
			return nil
		}
	}
	return fmt.Errorf("read severity %q: want ok, cannot_tell or finding", text)
}

// Check is one thing that was looked at.
type Check struct {
	// Name says what was looked at: one of those in docs/doctor.md.
	Name string `json:"check"`
	// Subject is of what: an endpoint, a contract, a vault, an operator. Empty where there is only one.
	Subject  string   `json:"subject,omitempty"`
	Severity Severity `json:"severity"`
	// Code is the reason's (Reasons). Empty when the severity is OK.
	Code string `json:"code,omitempty"`
	// Text is the result in a few words and values.
	Text string `json:"text"`
	// Have and Need are values with their units, where they can be compared.
	Have string `json:"have,omitempty"`
	Need string `json:"need,omitempty"`
	// Do is what the rule is, and what to do.
	Do string `json:"do,omitempty"`
	// By is the last moment for it, 0 where there is none.
	By core.Time `json:"by,omitempty"`
}

// Report is the outcome of a run.
type Report struct {
	Schema int `json:"schema"`
	// Status is the worst that there is: a finding, else what could not be told, else OK.
	Status Severity `json:"status"`
	// ChainID, Block and Time are of the chain that was looked at and its newest block then; 0 when there was none.
	ChainID uint64    `json:"chainId"`
	Block   uint64    `json:"block"`
	Time    core.Time `json:"time"`
	Checks  []Check   `json:"checks"`
}

// Findings returns the checks that found something, in order.
func (r Report) Findings() []Check { return r.of(Finding) }

// Unknown returns the checks that could not be made, in order.
func (r Report) Unknown() []Check { return r.of(CannotTell) }

func (r Report) of(s Severity) []Check {
	var list []Check
	for _, c := range r.Checks {
		if c.Severity == s {
			list = append(list, c)
		}
	}
	return list
}

// JSON writes the report for machines.
func (r Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// ok notes that something is as it should be.
func (r *Report) ok(name, subject, format string, args ...any) {
	r.add(Check{Name: name, Subject: subject, Text: fmt.Sprintf(format, args...)})
}

// found notes a finding. Without a text it is the reason's own.
func (r *Report) found(why core.Reason, c Check) {
	c.Severity, c.Code = Finding, why.Code
	if c.Text == "" {
		c.Text = why.Short
	}
	if c.Do == "" {
		c.Do = why.Long
	}
	r.add(c)
}

// unknown notes that something could not be looked at.
func (r *Report) unknown(why core.Reason, name, subject, text string) {
	r.add(Check{Name: name, Subject: subject, Severity: CannotTell, Code: why.Code, Text: text, Do: why.Long})
}

func (r *Report) add(c Check) {
	r.Checks = append(r.Checks, c)
	r.Status = max(r.Status, c.Severity)
}
