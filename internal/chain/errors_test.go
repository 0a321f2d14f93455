package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/ethereum/go-ethereum/rpc"
)

func TestKinds(t *testing.T) {
	tests := []struct {
		err  error
		want Kind
	}{
		{answer{code: -32000, text: "insufficient funds for gas * price + value: balance 0"}, User},
		{answer{code: -32000, text: "nonce too low: next nonce 5, tx nonce 4"}, Retry},
		{answer{code: -32000, text: "replacement transaction underpriced"}, Retry},
		{answer{code: -32000, text: "INTERNAL_ERROR: max fee per gas less than block base fee"}, Retry},
		{answer{code: -32000, text: "header not found"}, Retry},
		{answer{code: -32000, text: "invalid sender"}, Fatal},
		{answer{code: -32601, text: "the method eth_call does not exist/is not available"}, Fatal},
		{answer{code: 3, text: "execution reverted", data: "0x"}, User},
		{answer{code: -32015, text: "VM execution error.", data: "Reverted 0x"}, Fatal}, // not said to be a revert
		{answer{code: -32015, text: "VM execution error: revert", data: "Reverted 0x"}, User},
		{answer{code: -32000, text: "execution reverted"}, User},
		{rpc.HTTPError{StatusCode: 429, Status: "429"}, Retry},
		{rpc.HTTPError{StatusCode: 503, Status: "503"}, Retry},
		{rpc.HTTPError{StatusCode: 401, Status: "401"}, Fatal},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, Retry},
		{io.ErrUnexpectedEOF, Retry},
		{context.DeadlineExceeded, Retry},
	}
	for _, test := range tests {
		got := classify(fmt.Errorf("call: %w", test.err))
		if KindOf(fmt.Errorf("above: %w", got)) != test.want {
			t.Errorf("%q is %v, want %v", test.err, KindOf(got), test.want)
		}
	}
	if classify(nil) != nil {
		t.Error("no error is an error")
	}
	if KindOf(errors.New("of nobody's making")) != Fatal {
		t.Error("an error without a kind is not fatal")
	}
}

// What was wrapped can still be found.
func TestErrorsUnwrap(t *testing.T) {
	if err := classify(fmt.Errorf("post: %w", context.Canceled)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not a cancelled context any more", err)
	}
}
