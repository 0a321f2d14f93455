package chain

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

func TestPollWaitsForTheReceipt(t *testing.T) {
	p := &provider{}
	receipt, err := Poll(time.Microsecond).Wait(t.Context(), p, common.Hash{1})
	if err != nil || receipt.TxHash != (common.Hash{1}) || p.trials != 3 {
		t.Errorf("receipt %v, error %v after %d trials; want the third", receipt, err, p.trials)
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Poll(time.Hour).Wait(ctx, &provider{}, common.Hash{1})
	if !errors.Is(err, context.Canceled) || KindOf(err) != Retry {
		t.Errorf("error %v of kind %v, want a cancelled context to retry", err, KindOf(err))
	}
}

func TestPollGivesUpOnFatalErrors(t *testing.T) {
	p := &provider{fail: answer{code: -32601, text: "the method does not exist"}}
	if _, err := Poll(time.Hour).Wait(t.Context(), p, common.Hash{1}); KindOf(err) != Fatal || err == nil {
		t.Errorf("error %v, want a fatal one", err)
	}
}

// A transaction that a block leaves out is reported, not waited for.
func TestDriveMinesOnce(t *testing.T) {
	blocks := 0
	drive := Drive{Mine: func(context.Context) error { blocks++; return nil }}
	if _, err := drive.Wait(t.Context(), &provider{}, common.Hash{1}); KindOf(err) != Fatal || err == nil || blocks != 1 {
		t.Errorf("error %v after %d blocks, want a fatal one after 1", err, blocks)
	}
}
