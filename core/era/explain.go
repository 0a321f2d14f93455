package era

import (
	"strconv"
	"strings"

	"github.com/gear-tech/roster/core"
)

// term is one summand of an inequality, or its right side: a name and its value in seconds.
type term struct {
	name  string
	value core.Time
}

// compare finds whether the sum of the terms is at most the limit.
func compare(reason core.Reason, sum []term, limit term) Finding {
	names, numbers := make([]string, len(sum)), make([]string, len(sum))
	need := core.Time(0)
	for i, part := range sum {
		names[i], numbers[i] = part.name, seconds(part.value)
		need = plus(need, part.value)
	}
	f := Finding{Reason: reason, Words: strings.Join(names, " + ") + " ≤ " + limit.name, Need: need, Have: limit.value}
	if len(sum) > 1 {
		f.Sum = strings.Join(numbers, " + ")
	}
	f.OK = need <= limit.value && need != Never
	return f
}

// String is the finding in words and numbers, on one line.
func (f Finding) String() string {
	var b strings.Builder
	if f.OK {
		b.WriteString("ok   ")
	} else {
		b.WriteString("FAIL ")
	}
	b.WriteString(f.Words + ": ")
	if f.Sum != "" {
		b.WriteString(f.Sum + " = ")
	}
	b.WriteString(seconds(f.Need))
	if f.OK {
		return b.String() + " ≤ " + seconds(f.Have) + " s, " + seconds(f.Have-f.Need) + " s to spare"
	}
	if f.Need == Never {
		return b.String() + " > " + seconds(f.Have) + " s"
	}
	return b.String() + " > " + seconds(f.Have) + " s, " + seconds(f.Need-f.Have) + " s too much"
}

// Explain renders findings as text, one to a line, each that fails followed by what it is for. The same
// findings give the same bytes.
func Explain(findings []Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(f.String() + "\n")
		if !f.OK {
			b.WriteString("     " + f.Code + ": " + f.Long + "\n")
		}
	}
	return b.String()
}

func seconds(t core.Time) string {
	if t == Never {
		return "never"
	}
	return strconv.FormatUint(uint64(t), 10)
}
