package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"github.com/gear-tech/roster/core"
)

// signers answers as web3signer and as clef do, with a key of the devnet; how often each was asked is counted. What is asked for is read
// by go-ethereum's own types, which clef uses.
func signers(t *testing.T, secret []byte) (url string, asked map[string]*atomic.Int32) {
	t.Helper()
	key, err := crypto.ToECDSA(secret)
	if err != nil {
		t.Fatal(err)
	}
	asked = map[string]*atomic.Int32{"eth_signTransaction": {}, "account_signTransaction": {}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage
			Method string
			Params []apitypes.SendTxArgs
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil || len(call.Params) != 1 || asked[call.Method] == nil {
			t.Errorf("%+v: %v", call, err)
			return
		}
		asked[call.Method].Add(1)
		tx, err := call.Params[0].ToTransaction()
		if err != nil {
			t.Error(err)
			return
		}
		signed, err := types.SignTx(tx, types.LatestSignerForChainID((*big.Int)(call.Params[0].ChainID)), key)
		if err != nil {
			t.Error(err)
			return
		}
		raw, err := signed.MarshalBinary()
		if err != nil {
			t.Error(err)
		}
		answer := fmt.Sprintf("%q", hexutil.Encode(raw))
		if call.Method == "account_signTransaction" {
			answer = fmt.Sprintf(`{"raw":%s}`, answer)
		}
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, call.ID, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// TestSigner: an act, and a deployment, with the key in another process, by both protocols; with another key than --from's nothing is
// sent.
func TestSigner(t *testing.T) {
	t.Parallel()
	b := setTable(t, "signer")
	file, err := readDevnet(b.path)
	if err != nil {
		t.Fatal(err)
	}
	var secret []byte
	for _, a := range file.Accounts {
		if a.Name == "owner" {
			secret = a.PrivateKey
		}
	}
	url, asked := signers(t, secret)
	owner := core.Address(b.hand("owner").Sender.From()).String()
	b.says(exitOK, "", "1 wVARA free|in block", "set", "fund", "1wVARA", "--signer-url", url, "--from", owner, "--yes")
	if asked["eth_signTransaction"].Load() != 2 { // approve, fund
		t.Errorf("web3signer was asked %d times", asked["eth_signTransaction"].Load())
	}
	path := writeParameters(t, b, func(map[string]any) {})
	b.says(exitOK, "", "Deployed", "network", "deploy", "--parameters", path, "--ledger", "--signer-url", url, "--from", owner, "--yes")
	if asked["account_signTransaction"].Load() != 6 {
		t.Errorf("clef was asked %d times", asked["account_signTransaction"].Load())
	}
	b.says(exitError, "", "signed with", "set", "fund", "1wVARA", "--signer-url", url, "--from", core.Address(b.hand("staker 0").Sender.From()).String(), "--yes")
	b.says(exitUsage, "", "--from or ETH_FROM", "set", "fund", "1wVARA", "--signer-url", url)
}
