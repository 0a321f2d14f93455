package chain_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/chain"
)

// TestRemoteSigner: both protocols give the transaction that was asked for, with the account's signature; anything else
// that comes back is refused.
func TestRemoteSigner(t *testing.T) {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("remote")))
	if err != nil {
		t.Fatal(err)
	}
	other, err := crypto.ToECDSA(crypto.Keccak256([]byte("other")))
	if err != nil {
		t.Fatal(err)
	}
	id := big.NewInt(1337)
	lie := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			ID     json.RawMessage
			Method string
			Params []struct {
				To                          common.Address
				Gas, Nonce                  hexutil.Uint64
				MaxFeePerGas                hexutil.Big
				MaxPriorityFeePerGas, Value hexutil.Big
				Data                        hexutil.Bytes
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			t.Error(err)
			return
		}
		p := call.Params[0]
		tx := &types.DynamicFeeTx{ChainID: id, Nonce: uint64(p.Nonce), Gas: uint64(p.Gas), To: &p.To, Value: (*big.Int)(&p.Value),
			GasFeeCap: (*big.Int)(&p.MaxFeePerGas), GasTipCap: (*big.Int)(&p.MaxPriorityFeePerGas), Data: p.Data}
		signer := key
		switch lie {
		case "another transaction":
			tx.Value = big.NewInt(1)
		case "another account":
			signer = other
		case "refuses":
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32000,"message":"denied"}}`, call.ID)
			return
		}
		raw, err := types.MustSignNewTx(signer, types.LatestSignerForChainID(id), tx).MarshalBinary()
		if err != nil {
			t.Error(err)
		}
		result := fmt.Sprintf("%q", hexutil.Encode(raw))
		if call.Method == "account_signTransaction" {
			result = fmt.Sprintf(`{"raw":%s}`, result)
		}
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, call.ID, result)
	}))
	defer server.Close()
	to := common.Address{1}
	tx := types.NewTx(&types.DynamicFeeTx{ChainID: id, Nonce: 7, Gas: 50_000, To: &to, GasFeeCap: big.NewInt(9), GasTipCap: big.NewInt(2), Data: []byte{1, 2}})
	for _, protocol := range []chain.Protocol{chain.Web3Signer, chain.Clef} {
		s, err := chain.NewRemoteSigner(t.Context(), server.URL+"/token", crypto.PubkeyToAddress(key.PublicKey), protocol)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := s.SignTx(t.Context(), tx, id)
		if err != nil || signed.Nonce() != 7 {
			t.Errorf("%s: %v (%v)", protocol, signed, err)
		}
		for _, lie = range []string{"another transaction", "another account", "refuses"} {
			if _, err := s.SignTx(t.Context(), tx, id); err == nil || strings.Contains(err.Error(), "token") {
				t.Errorf("%s, %s: %v", protocol, lie, err)
			}
		}
		lie = ""
	}
	elsewhere := httptest.NewServer(http.RedirectHandler(server.URL, http.StatusTemporaryRedirect))
	defer elsewhere.Close()
	s, err := chain.NewRemoteSigner(t.Context(), elsewhere.URL, crypto.PubkeyToAddress(key.PublicKey), chain.Web3Signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignTx(t.Context(), tx, id); err == nil {
		t.Error("followed to another address")
	}
	for _, url := range []string{"http://signer.example:9000", "nothing", "ftp://127.0.0.1"} {
		if _, err := chain.NewRemoteSigner(t.Context(), url, common.Address{}, chain.Clef); chain.KindOf(err) != chain.User || err == nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
