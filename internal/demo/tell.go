package demo

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/devnet"
)

// Out is where the story goes.
type Out struct {
	io.Writer
	// Color marks headings and results with terminal colours.
	Color bool
}

// The colours, as ECMA-48 says them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// teller prints the story. It remembers the first error of its writer: a story that nobody can read is over.
type teller struct {
	out   Out
	clock func() string
	names map[core.Address]string
	err   error
}

func newTeller(out Out, clock func() string) *teller {
	return &teller{out: out, clock: clock, names: map[core.Address]string{}}
}

func (t *teller) print(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.out, text)
	}
}

func (t *teller) paint(color, text string) string {
	if !t.out.Color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// heading starts a chapter.
func (t *teller) heading(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.print("\n" + t.paint(bold, text) + "\n" + t.paint(dim, strings.Repeat("─", utf8.RuneCountInString(text))) + "\n")
}

// say prints one happening with the clock before it.
func (t *teller) say(format string, args ...any) {
	t.print(t.paint(dim, fmt.Sprintf("%10s  ", t.clock())) + fmt.Sprintf(format, args...) + "\n")
}

// note prints a line that belongs to the one before.
func (t *teller) note(format string, args ...any) {
	t.print(strings.Repeat(" ", 14) + fmt.Sprintf(format, args...) + "\n")
}

// table prints rows in columns, the first row as a header. Columns of numbers, judged by the second row, are
// aligned to the right.
func (t *teller) table(rows ...[]string) {
	if len(rows) < 2 {
		return
	}
	widths, right := make([]int, len(rows[0])), make([]bool, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for i, cell := range rows[1] {
		right[i] = cell != "" && strings.Trim(cell, "0123456789."+thin) == ""
	}
	for n, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if right[i] {
				line.WriteString(pad + cell + "  ")
			} else {
				line.WriteString(cell + pad + "  ")
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 {
			text = t.paint(dim, text)
		}
		t.print(strings.Repeat(" ", 14) + text + "\n")
	}
}

// good, bad and key colour a word.
func (t *teller) good(text string) string { return t.paint(green, text) }
func (t *teller) bad(text string) string  { return t.paint(red, text) }
func (t *teller) key(text string) string  { return t.paint(cyan, text) }
func (t *teller) warn(text string) string { return t.paint(yellow, text) }

// call gives an address a name.
func (t *teller) call(a common.Address, name string) { t.names[core.Address(a)] = name }

// name returns what an address is called, or the address.
func (t *teller) name(a core.Address) string {
	if n, known := t.names[a]; known {
		return n
	}
	return a.String()
}

// nameOf is name for an address of go-ethereum's.
func (t *teller) nameOf(a common.Address) string { return t.name(core.Address(a)) }

// thin separates groups of three digits: a narrow space that does not break.
const thin = "\u202f"

// amount writes base units in wVARA, down to a thousandth, rounded down: 12 345.678. The record has them exactly.
func amount(a core.Amount) string {
	var whole, rest core.Amount
	whole.DivMod(&a, uint256.NewInt(devnet.VARA), &rest)
	text := group(whole.Dec())
	thousandths := rest.Uint64() / (devnet.VARA / 1_000)
	if thousandths > 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%03d", thousandths), "0")
	}
	return text
}

// wvara is amount with its unit.
func wvara(a core.Amount) string { return amount(a) + thin + "wVARA" }

// exact writes base units in wVARA with all its digits.
func exact(a core.Amount) string {
	var whole, rest core.Amount
	whole.DivMod(&a, uint256.NewInt(devnet.VARA), &rest)
	text := group(whole.Dec())
	if !rest.IsZero() {
		text += "." + strings.TrimRight(fmt.Sprintf("%012d", rest.Uint64()), "0")
	}
	return text
}

// group puts thin spaces between groups of three digits.
func group(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(thin)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// list joins words as one speaks them.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nobody"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// clockText writes a duration as minutes and seconds.
func clockText(seconds core.Time) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

// plural counts things: "1 batch", "2 batches".
func plural(n int, thing string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(thing, "ch"):
		thing += "es"
	default:
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
