package chain

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// Whatever a provider allows, every block's logs come once and in order.
func TestLogsInAnyRange(t *testing.T) {
	for _, limit := range []uint64{1, 2, 3, 7, 999, 1000, 1 << 40} {
		for _, r := range [][2]uint64{{0, 0}, {5, 5}, {0, 999}, {17, 2017}, {math.MaxUint64 - 3, math.MaxUint64}} {
			p := &provider{limit: limit}
			logs, err := Logs(t.Context(), p, r[0], r[1], nil, nil)
			if err != nil {
				t.Fatalf("limit %d, blocks %v: %v", limit, r, err)
			}
			if want := r[1] - r[0] + 1; uint64(len(logs)) != want {
				t.Fatalf("limit %d, blocks %v: %d logs, want %d", limit, r, len(logs), want)
			}
			for i, l := range logs {
				if want := r[0] + uint64(i); l.BlockNumber != want {
					t.Fatalf("limit %d, blocks %v: log %d is of block %d, want %d", limit, r, i, l.BlockNumber, want)
				}
			}
		}
	}
}

func TestLogsOfNoBlocks(t *testing.T) {
	p := &provider{limit: 10}
	if logs, err := Logs(t.Context(), p, 5, 4, nil, nil); len(logs) != 0 || err != nil || len(p.asked) != 0 {
		t.Errorf("%d logs, error %v, asked %v; want nothing", len(logs), err, p.asked)
	}
}

// A refusal of a single block is an error, and so is a broken connection, at once.
func TestLogsGiveUp(t *testing.T) {
	tests := []struct {
		fail  error
		kind  Kind
		asked int
	}{
		{answer{code: -32601, text: "the method eth_getLogs does not exist"}, Fatal, 7}, // 100, 50, 25, 12, 6, 3, 1
		{io.ErrUnexpectedEOF, Retry, 1},
	}
	for _, test := range tests {
		p := &provider{fail: test.fail}
		_, err := Logs(t.Context(), p, 1, 100, nil, nil)
		if !errors.Is(err, test.fail) || KindOf(err) != test.kind || len(p.asked) != test.asked {
			t.Errorf("%v: error %v of kind %v after asking %v", test.fail, err, KindOf(err), p.asked)
		}
		if !strings.Contains(err.Error(), "blocks 1 to ") {
			t.Errorf("the error does not name the blocks: %v", err)
		}
	}
}
