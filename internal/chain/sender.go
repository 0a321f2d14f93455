package chain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// MaxGas is the most gas a transaction may have (EIP-7825): 16,777,216.
const MaxGas uint64 = params.MaxTxGas

// Call is a transaction to be.
type Call struct {
	To    *common.Address // nil deploys Data
	Data  []byte
	Value *big.Int // wei, nil for none
	// Gas is the limit, at most MaxGas. With 0 the call is simulated on the pending block and gets what it
	// needs and a quarter more; a revert is then known before anything is sent.
	// Warning: with a limit given nothing is simulated. It serves calls that depend on others not yet mined.
	Gas uint64
}

// To is a call of a contract.
func To(contract common.Address, data []byte) Call { return Call{To: &contract, Data: data} }

// String names the call for an error's text.
func (c Call) String() string {
	if c.To == nil {
		return fmt.Sprintf("deployment of %d bytes", len(c.Data))
	}
	return fmt.Sprintf("%s to %v", method(c.Data), *c.To)
}

// Sender sends transactions of one account, in the order asked for. One Sender per account and process: it knows which
// nonces it gave away before the node does.
type Sender struct {
	client  Client
	signer  Signer
	from    common.Address
	chainID *big.Int
	wait    Waiter

	mu       sync.Mutex
	next     uint64               // the nonce after the last one sent
	inFlight map[common.Hash]bool // sent and not yet seen in a block
}

// NewSender makes a sender of a key in this process. The chain's id is an argument, so that no node can make us sign for
// another chain.
func NewSender(client Client, key *ecdsa.PrivateKey, chainID *big.Int, wait Waiter) *Sender {
	return NewSenderOf(client, NewKeySigner(key), chainID, wait)
}

// NewSenderOf makes a sender of any signer.
func NewSenderOf(client Client, signer Signer, chainID *big.Int, wait Waiter) *Sender {
	return &Sender{client: client, signer: signer, from: signer.Address(), chainID: chainID, wait: wait, inFlight: map[common.Hash]bool{}}
}

// From returns the signer's address.
func (s *Sender) From() common.Address { return s.from }

// Do sends a call and waits until it is in a block. A transaction that reverts there gives its receipt and the
// Revert, as far as it can be learnt afterwards.
func (s *Sender) Do(ctx context.Context, call Call) (*types.Receipt, error) {
	tx, err := s.Send(ctx, call)
	if err != nil {
		return nil, err
	}
	return s.Wait(ctx, tx)
}

// Deploy sends the bytecode with its packed constructor arguments and returns where the contract is.
func (s *Sender) Deploy(ctx context.Context, code []byte) (common.Address, *types.Receipt, error) {
	receipt, err := s.Do(ctx, Call{Data: code})
	if err != nil {
		return common.Address{}, receipt, err
	}
	return receipt.ContractAddress, receipt, nil
}

// Send simulates, signs and sends a call and does not wait for it.
// If the process dies here the transaction may be on its way: look for the nonce before sending again.
func (s *Sender) Send(ctx context.Context, call Call) (*types.Transaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, err := s.sign(ctx, call)
	if err != nil {
		return nil, fmt.Errorf("send %v: %w", call, err)
	}
	if err := s.client.SendTransaction(ctx, tx); err != nil {
		return nil, fmt.Errorf("send %v with nonce %d: %w", call, tx.Nonce(), classify(err))
	}
	s.next = tx.Nonce() + 1
	s.inFlight[tx.Hash()] = true
	return tx, nil
}

// Wait waits until a transaction is in a block.
func (s *Sender) Wait(ctx context.Context, tx *types.Transaction) (*types.Receipt, error) {
	receipt, err := s.wait.Wait(ctx, s.client, tx.Hash())
	if err != nil {
		return nil, fmt.Errorf("wait for %v with nonce %d: %w", tx.Hash(), tx.Nonce(), err)
	}
	s.mu.Lock()
	delete(s.inFlight, tx.Hash())
	s.mu.Unlock()
	if receipt.Status == types.ReceiptStatusSuccessful {
		return receipt, nil
	}
	call := Call{To: tx.To(), Data: tx.Data(), Value: tx.Value()}
	return receipt, fmt.Errorf("%v in block %v: %w", call, receipt.BlockNumber, s.why(ctx, tx, receipt))
}

// Forget makes the next nonce the node's again: after a reorganisation that lost what was in flight.
func (s *Sender) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = 0
	clear(s.inFlight)
}

// sign builds the transaction.
func (s *Sender) sign(ctx context.Context, call Call) (*types.Transaction, error) {
	gas, err := s.gas(ctx, call)
	if err != nil {
		return nil, err
	}
	nonce, err := s.client.PendingNonceAt(ctx, s.from)
	if err != nil {
		return nil, fmt.Errorf("read nonce of %v: %w", s.from, classify(err))
	}
	if len(s.inFlight) > 0 {
		nonce = max(nonce, s.next) // a node may not have counted what it just took
	}
	tip, err := s.client.SuggestGasTipCap(ctx)
	if err != nil {
		return nil, fmt.Errorf("read gas tip: %w", classify(err))
	}
	head, err := s.client.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", classify(err))
	}
	if head.BaseFee == nil {
		return nil, &Error{Fatal, fmt.Errorf("block %v has no base fee: the chain does not know EIP-1559", head.Number)}
	}
	feeCap := new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)) // outlives six full blocks
	return s.signer.SignTx(ctx, types.NewTx(&types.DynamicFeeTx{
		ChainID: s.chainID, Nonce: nonce, GasTipCap: tip, GasFeeCap: feeCap, Gas: gas,
		To: call.To, Value: call.Value, Data: call.Data,
	}), s.chainID)
}

// gas simulates the call on the pending block, which has the next block's number and time, and returns a limit:
// a quarter above what it needed, never above MaxGas.
func (s *Sender) gas(ctx context.Context, call Call) (uint64, error) {
	if call.Gas > MaxGas {
		return 0, &Error{User, fmt.Errorf("gas limit %d exceeds a transaction's %d", call.Gas, MaxGas)}
	}
	if call.Gas > 0 {
		return call.Gas, nil
	}
	need, err := Simulate(ctx, s.client, s.from, call, Pending)
	if err != nil {
		return 0, err
	}
	return min(need+need/4, MaxGas), nil
}

// why learns why a mined transaction failed, by calling it again on the block before its own. That is not
// exactly the state it ran on, so the answer may also be that it would have passed.
func (s *Sender) why(ctx context.Context, tx *types.Transaction, receipt *types.Receipt) error {
	if receipt.GasUsed == tx.Gas() {
		return &Error{Retry, fmt.Errorf("all %d gas used", tx.Gas())}
	}
	before := new(big.Int).Sub(receipt.BlockNumber, common.Big1)
	_, err := s.client.CallContract(ctx, ethereum.CallMsg{
		From: s.from, To: tx.To(), Value: tx.Value(), Data: tx.Data(), Gas: tx.Gas(),
	}, before)
	if err != nil {
		return classify(err)
	}
	return &Error{Retry, errors.New("reverted, though on the block before it would have passed")}
}

// Deployment is the data that deploys one of our contracts: its bytecode and its packed constructor arguments,
// nil for none.
func Deployment(contract *bind.MetaData, constructor []byte) []byte {
	return append(common.FromHex(contract.Bin), constructor...)
}
