package core

// Reason says why something was refused, skipped or not elected, as data: programs compare the code,
// people read the texts, and docs/reasons.md is generated from the tables of reasons (each package has its
// own, returned by its Reasons function in a fixed order).
type Reason struct {
	// Code is stable: lower-case words joined by underscores, unique within its package, never reused.
	Code string
	// Short is a few words for a table or a log line, without values.
	Short string
	// Long is one or more sentences: what the rule is, and what to do about it.
	Long string
}
