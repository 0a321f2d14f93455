package doctor

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

const (
	varaDecimals  = 12
	etherDecimals = 18
)

// Vara is an amount of wVARA base units in words: whole ones, and every decimal there is.
func Vara(a core.Amount) string { return decimal(a.ToBig(), varaDecimals) + " wVARA" }

// ether is an amount of wei in words.
func ether(wei *big.Int) string { return decimal(wei, etherDecimals) + " ETH" }

// decimal writes units of 10^-places exactly, without zeros at the end.
func decimal(n *big.Int, places int) string {
	text := n.String()
	if missing := places + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	whole, rest := text[:len(text)-places], strings.TrimRight(text[len(text)-places:], "0")
	if rest == "" {
		return whole
	}
	return whole + "." + rest
}

// Moment is a point in time in words, with how far it is from now.
func Moment(t, now core.Time) string {
	if t > maxMoment {
		return "never"
	}
	text := time.Unix(int64(t), 0).UTC().Format("2006-01-02 15:04:05 UTC")
	switch {
	case t > now:
		return text + " (in " + span(t-now) + ")"
	case t < now:
		return text + " (" + span(now-t) + " ago)"
	}
	return text + " (now)"
}

// maxMoment is the end of the year 9999: what lies behind it is no date any more.
const maxMoment core.Time = 253_402_300_799

// span is a duration in words: its two greatest units.
func span(d core.Time) string {
	switch {
	case d == era.Never:
		return "for ever"
	case d >= 86_400:
		return fmt.Sprintf("%d d %d h", d/86_400, d%86_400/3600)
	case d >= 3600:
		return fmt.Sprintf("%d h %d min", d/3600, d%3600/60)
	case d >= 60:
		return fmt.Sprintf("%d min %d s", d/60, d%60)
	}
	return fmt.Sprintf("%d s", d)
}

// name is an address as all our texts have it: lower-case hex.
func name(a common.Address) string { return core.Address(a).String() }

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
