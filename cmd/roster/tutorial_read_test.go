package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// piece is what a tutorial has its reader do: run commands, leave one running, or wait.
type piece struct {
	line       int
	code       string   // of the ```sh block
	want       []string // of the ```text block under it; nil: nothing is said about what is printed
	shown      bool     // there is such a block
	background bool
	exit       int
	wait       string // in place of code
}

var hint = regexp.MustCompile(`^<!-- ([a-z]+)(?:: (.*))? -->$`)

// readTutorial finds the pieces. What it does not understand is an error: a typing mistake must not become a block that nobody runs.
func readTutorial(text string) (all []piece, err error) {
	var next piece // what hints say of the next block
	fence, start := "", 0
	var inside []string
	for i, line := range strings.Split(text, "\n") {
		switch {
		case fence != "" && line == "```":
			switch last := len(all) - 1; fence {
			case "sh":
				next.line, next.code = start, strings.Join(inside, "\n")
				all, next = append(all, next), piece{}
			case "text":
				if last < 0 || all[last].shown || all[last].code == "" {
					return nil, fmt.Errorf("line %d: what is printed has no commands over it", start)
				}
				all[last].want, all[last].shown = inside, true
			}
			fence, inside = "", nil
		case fence != "":
			inside = append(inside, line)
		case line == "```sh" || line == "```text":
			fence, start = line[3:], i+2
		case strings.HasPrefix(line, "```"):
			return nil, fmt.Errorf("line %d: %s: want ```sh for what is run, ```text for what it prints", i+1, line)
		case strings.HasPrefix(line, "    ") && strings.Contains(line, "bin/roster"):
			return nil, fmt.Errorf("line %d: a command that no ```sh has around it is not run", i+1)
		case strings.HasPrefix(line, "<!--"):
			match := hint.FindStringSubmatch(line)
			if match == nil {
				return nil, fmt.Errorf("line %d: %s: want <!-- word --> or <!-- word: value -->", i+1, line)
			}
			switch match[1] {
			case "background":
				next.background = true
			case "exit":
				if next.exit, err = strconv.Atoi(match[2]); err != nil {
					return nil, fmt.Errorf("line %d: %w", i+1, err)
				}
			case "wait":
				all = append(all, piece{line: i + 1, wait: match[2]})
			default:
				return nil, fmt.Errorf("line %d: no hint is called %s", i+1, match[1])
			}
		}
	}
	if fence != "" {
		return nil, fmt.Errorf("line %d: the block does not end", start)
	}
	return all, nil
}

var token = regexp.MustCompile(`0x[0-9a-fA-F]*…?|[0-9]+(?:[.,][0-9]+)*|…|\s+`)

// pattern is what a shown line stands for: numbers and hex are any, … is anything, blanks are blanks.
func pattern(line string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	line, at := strings.TrimRight(line, " "), 0
	for _, span := range token.FindAllStringIndex(line, -1) {
		b.WriteString(regexp.QuoteMeta(line[at:span[0]]))
		switch text := line[span[0]:span[1]]; {
		case text == "…":
			b.WriteString(`.*`)
		case strings.HasPrefix(text, "0x"):
			b.WriteString(`0x[0-9a-fA-F]*…?`)
		case text[0] >= '0' && text[0] <= '9':
			b.WriteString(`[0-9]+(?:[.,][0-9]+)*`)
		default:
			b.WriteString(`\s+`)
		}
		at = span[1]
	}
	b.WriteString(regexp.QuoteMeta(line[at:]) + `\s*$`)
	return regexp.MustCompile(b.String())
}

// differs says where what was printed is not what is shown: line for line, but that a line of … alone stands for any number of them.
func differs(want []string, printed string) string {
	var have []string
	for line := range strings.SplitSeq(printed, "\n") {
		if strings.TrimSpace(line) != "" {
			have = append(have, line)
		}
	}
	at, gap := 0, false
	for _, line := range want {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if strings.TrimSpace(line) == "…" {
			gap = true
			continue
		}
		p := pattern(line)
		for gap && at < len(have) && !p.MatchString(have[at]) {
			at++
		}
		if at == len(have) {
			return fmt.Sprintf("it ends where the tutorial shows\n%s", line)
		}
		if !p.MatchString(have[at]) {
			return fmt.Sprintf("the tutorial shows\n%s\nand it prints\n%s", line, have[at])
		}
		at, gap = at+1, false
	}
	if at < len(have) && !gap {
		return "it prints more than the tutorial shows:\n" + have[at]
	}
	return ""
}

// TestTutorialReader: what the other test stands on can fail.
func TestTutorialReader(t *testing.T) {
	all, err := readTutorial("Say\n\n<!-- exit: 1 -->\n```sh\nA=1\nbin/roster x\n```\n\nwhich prints\n\n```text\none 1\n```\n<!-- wait: capture -->\n<!-- background -->\n```sh\nbin/roster y\n```\n")
	if err != nil || len(all) != 3 || all[0].exit != 1 || all[0].code != "A=1\nbin/roster x" || all[0].want[0] != "one 1" || all[1].wait != "capture" || !all[2].background {
		t.Errorf("%+v (%v)", all, err)
	}
	for _, text := range []string{"```\nx\n```", "```text\nx\n```", "```sh\nx", "<!-- wiat: capture -->", "<!-- exit: one -->", "    bin/roster x", "<!--background-->"} {
		if all, err := readTutorial(text); err == nil {
			t.Errorf("%q: %+v", text, all)
		}
	}
	for _, x := range []struct {
		want, printed string
		same          bool
	}{
		{"a 12 of 0xab… at 1.5", "a   7 of 0x1234 at 300\n\n", true},
		{"a 12", "b 12", false}, {"a", "a\nb", false}, {"a\n…", "a\nb", true}, {"…\nc", "a\nb\nc", true}, {"a\n…\nc", "a\nb", false},
		{"a … c", "a b c", true}, {"a … c", "a b d", false}, {"a", "", false}, {"…", "", true}, {"a\nc", "a\nb\nc", false}, {"(a)", "(a)", true},
	} {
		if said := differs(strings.Split(x.want, "\n"), x.printed); said == "" != x.same {
			t.Errorf("%q, %q: %q", x.want, x.printed, said)
		}
	}
}

// tutorial reads one of docs.
func tutorial(t *testing.T, name string) []piece {
	t.Helper()
	text, err := os.ReadFile("../../docs/tutorial-" + name + ".md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := readTutorial(string(text))
	if err != nil || len(all) == 0 {
		t.Fatalf("tutorial-%s.md: %d pieces (%v)", name, len(all), err)
	}
	return all
}
