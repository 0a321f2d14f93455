package doctor

import (
	"fmt"
	"io"
	"strings"
)

// marks stand in front of each line of a table.
var marks = map[Severity]string{OK: "ok  ", CannotTell: "?   ", Finding: "FAIL"}

// Table writes the report for people: a line per check, and below what is wrong what is there, what is needed and
// what to do. The error is the writer's.
func (r Report) Table(w io.Writer) error {
	width := 0
	for _, c := range r.Checks {
		width = max(width, len(c.Name))
	}
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%s  %-*s  ", marks[c.Severity], width, c.Name)
		if c.Subject != "" {
			b.WriteString(c.Subject + ": ")
		}
		b.WriteString(c.Text + "\n")
		if c.Severity == OK {
			continue
		}
		detail := func(label, text string) {
			if text != "" {
				fmt.Fprintf(&b, "%*s%-6s%s\n", width+8, "", label, wrap(text, width+14))
			}
		}
		detail("code", c.Code)
		detail("have", c.Have)
		detail("need", c.Need)
		if c.By != 0 {
			detail("by", Moment(c.By, r.Time))
		}
		detail("do", c.Do)
	}
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// summary is the last line.
func (r Report) summary() string {
	findings, unknown := len(r.Findings()), len(r.Unknown())
	text := plural(len(r.Checks), "check") + ": "
	switch {
	case findings+unknown == 0:
		return text + "everything is as it should be."
	case unknown == 0:
		return text + plural(findings, "finding") + "."
	case findings == 0:
		return text + fmt.Sprintf("nothing was found, but %d could not be made.", unknown)
	}
	return text + plural(findings, "finding") + fmt.Sprintf(", and %d could not be made.", unknown)
}

// lineWidth is how wide a table is.
const lineWidth = 120

// wrap breaks a text into lines, the ones after the first indented.
func wrap(text string, indent int) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case indent+length+1+len(word) > lineWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			length = 0
		default:
			b.WriteString(" ")
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	return b.String()
}
