package client

import (
	"fmt"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// Amount is an amount of base units, a decimal string in JSON.
type Amount core.Amount

// MarshalText writes it in decimal.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a decimal number below 2^256.
func (a *Amount) UnmarshalText(text []byte) error {
	n, err := uint256.FromDecimal(string(text))
	if err != nil {
		return fmt.Errorf("amount %q: want a decimal number of base units", text)
	}
	*a = Amount(*n)
	return nil
}

// String is the amount in decimal.
func (a Amount) String() string {
	n := core.Amount(a)
	return n.Dec()
}

// AsOf says of which moment an answer is: everything in it is of one block.
type AsOf struct {
	Block uint64    `json:"block" doc:"number of the newest block that the node has looked at"`
	Hash  core.Hash `json:"hash" doc:"its hash"`
	Time  core.Time `json:"time" doc:"its timestamp, Unix seconds"`
	Final uint64    `json:"final" doc:"number of the newest final block; elections, stakes and lists are as of it"`
}

// Problem is the answer to what cannot be answered (RFC 9457, application/problem+json).
type Problem struct {
	Type   string `json:"type,omitempty" doc:"about:blank: the code says what it is"`
	Title  string `json:"title,omitempty" doc:"the HTTP status in words"`
	Status int    `json:"status,omitempty" doc:"the HTTP status"`
	Code   string `json:"code" doc:"what is wrong, stable" enum:"bad_request,not_found,not_kept,not_yet,too_large,busy,starting,failed"`
	Detail string `json:"detail" doc:"what is wrong, the value, and what to do"`
}

// Error implements error.
func (p *Problem) Error() string { return fmt.Sprintf("%s (%s)", p.Detail, p.Code) }

// Reason is why something is as it is (docs/reasons.md).
type Reason struct {
	Noun  string `json:"noun" doc:"what it is said of: election, slash, reward, era, check"`
	Code  string `json:"code" doc:"stable, unique among those of a noun"`
	Short string `json:"short" doc:"in a few words"`
	Long  string `json:"long" doc:"what the rule is, and what to do"`
}

// Reasons are all that there are.
type Reasons struct {
	Items []Reason `json:"items"`
}

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems, whatever a client accepts.
func (p *Problem) ContentType(string) string { return "application/problem+json" }
