package chain

import (
	"context"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// Protocol is what a remote signer speaks.
type Protocol string

const (
	// Web3Signer is Consensys's: eth_signTransaction, which answers the raw transaction.
	Web3Signer Protocol = "web3signer"
	// Clef is go-ethereum's: account_signTransaction, which answers the raw transaction in an object.
	Clef Protocol = "clef"
)

// RemoteSigner signs with a key that is in another process. What comes back is checked: it must be the transaction that
// was asked for, and signed by the account.
type RemoteSigner struct {
	client   *rpc.Client
	name     string
	address  common.Address
	protocol Protocol
}

// signerTimeout is how long a signer may take, which may ask a human: what hangs must not stop all else for good.
const signerTimeout = time.Minute

// NewRemoteSigner makes a signer. The URL must be https, or of this machine: who can speak to the signer can spend.
func NewRemoteSigner(ctx context.Context, rawURL string, address common.Address, protocol Protocol) (*RemoteSigner, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return nil, &Error{User, fmt.Errorf("remote signer: the URL cannot be read: want https://host:port")}
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &Error{User, fmt.Errorf("remote signer %s: want https, or an address of this machine", Redact(rawURL))}
	}
	if protocol != Web3Signer && protocol != Clef {
		return nil, &Error{User, fmt.Errorf("remote signer %s: protocol %q: want web3signer or clef", Redact(rawURL), protocol)}
	}
	// Where the signer is, is the user's to say: what answers with another address is not followed there.
	door := &http.Client{Timeout: signerTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, err := rpc.DialOptions(ctx, rawURL, rpc.WithHTTPClient(door))
	if err != nil {
		return nil, &Error{User, fmt.Errorf("remote signer %s: cannot connect", Redact(rawURL))}
	}
	return &RemoteSigner{client, Redact(rawURL), address, protocol}, nil
}

// Address implements Signer.
func (s *RemoteSigner) Address() common.Address { return s.address }

// SignTx implements Signer.
func (s *RemoteSigner) SignTx(ctx context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	arguments := map[string]any{
		"from": s.address, "to": tx.To(), "gas": hexutil.Uint64(tx.Gas()), "nonce": hexutil.Uint64(tx.Nonce()),
		"maxFeePerGas": (*hexutil.Big)(tx.GasFeeCap()), "maxPriorityFeePerGas": (*hexutil.Big)(tx.GasTipCap()),
		"value": (*hexutil.Big)(tx.Value()), "data": hexutil.Bytes(tx.Data()), "chainId": (*hexutil.Big)(chainID),
	}
	raw, err := s.ask(ctx, arguments)
	if err != nil {
		return nil, fmt.Errorf("remote signer %s: %w", s.name, classify(redacted(err)))
	}
	signed := new(types.Transaction)
	if err := signed.UnmarshalBinary(raw); err != nil {
		return nil, &Error{Fatal, fmt.Errorf("remote signer %s: what it answers is no transaction: %w", s.name, err)}
	}
	signer := types.LatestSignerForChainID(chainID)
	if signer.Hash(signed) != signer.Hash(tx) {
		return nil, &Error{Fatal, fmt.Errorf("remote signer %s signed another transaction than the one asked for", s.name)}
	}
	if from, err := types.Sender(signer, signed); err != nil || from != s.address {
		return nil, &Error{Fatal, fmt.Errorf("remote signer %s signed with %v, want %v", s.name, from, s.address)}
	}
	return signed, nil
}

func (s *RemoteSigner) ask(ctx context.Context, arguments map[string]any) (hexutil.Bytes, error) {
	if s.protocol == Web3Signer {
		var raw hexutil.Bytes
		err := s.client.CallContext(ctx, &raw, "eth_signTransaction", arguments)
		return raw, err
	}
	var out struct {
		Raw hexutil.Bytes `json:"raw"`
	}
	err := s.client.CallContext(ctx, &out, "account_signTransaction", arguments)
	return out.Raw, err
}
