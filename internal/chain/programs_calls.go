package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var erc20 = bindings.NewWrappedVara()

// Outgoing is a message that a batch sends, with its place in the batch's messages, as Programs takes it.
type Outgoing = bindings.OutgoingMessage

// UploadCodeCalls upload a code, chunk by chunk, in order; the code exists once all of one sender's are mined.
func UploadCodeCalls(at Addresses, code []byte) []Call {
	chunks := Chunks(code)
	id := CodeID(chunks)
	calls := make([]Call, len(chunks))
	for i, c := range chunks {
		calls[i] = To(at.Programs, programs.PackUploadCode(id, uint32(i), uint32(len(chunks)), c))
	}
	return calls
}

// ProgramID is the id of the program that a creator makes of a code with a salt: keccak256(abi.encode(set, codeId,
// creator, salt)) (Programs).
func ProgramID(set core.SetID, codeID core.Hash, creator core.Address, salt core.Hash) core.Hash {
	s := Number(set).FillBytes(make([]byte, 32))
	return core.Keccak(s, codeID[:], make([]byte, 12), creator[:], salt[:])
}

// CreateProgramCall creates a program of a code that exists, with its first message (at most 32 KiB) and value, wVARA
// base units below 2^128. Programs takes the value and the fee from the sender, who has approved it.
func CreateProgramCall(at Addresses, set core.SetID, codeID, salt core.Hash, init []byte, value core.Amount) Call {
	return To(at.Programs, programs.PackCreateProgram(Number(set), codeID, salt, init, Big(value)))
}

// SendMessageCall sends a message (at most 32 KiB) and value, wVARA base units below 2^128, to a program. Programs takes
// the value and the fee from the sender, who has approved it.
func SendMessageCall(at Addresses, program core.Hash, payload []byte, value core.Amount) Call {
	return To(at.Programs, programs.PackSendMessage(program, payload, Big(value)))
}

// ReplyCall answers a message that a batch sent, once, by its destination; the rest is as with SendMessageCall. The
// proof is the message's in the positional tree of the batch's leaves (core/merkle).
func ReplyCall(at Addresses, m Outgoing, proof []core.Hash, payload []byte, value core.Amount) Call {
	return To(at.Programs, programs.PackReply(m, words(proof), payload, Big(value)))
}

// DeliverCall hands a message to its destination, a contract, after its value where that was not claimed; once, by
// anyone.
func DeliverCall(at Addresses, m Outgoing, proof []core.Hash) Call {
	return To(at.Programs, programs.PackDeliver(m, words(proof)))
}

// ClaimCall pays a message's value to its destination; once, by anyone.
func ClaimCall(at Addresses, m Outgoing, proof []core.Hash) Call {
	return To(at.Programs, programs.PackClaim(m, words(proof)))
}

// ApproveProgramsCall lets Programs take fees and values from the sender.
func ApproveProgramsCall(at Addresses) Call {
	return To(at.Token, erc20.PackApprove(at.Programs, Big(*new(core.Amount).SetAllOne())))
}

// ProgramsApproved reports whether Programs may take from an account whatever it asks for.
func (r *Roster) ProgramsApproved(ctx context.Context, account core.Address) (bool, error) {
	allowed, err := Read(ctx, r.Client, r.At.Token, nil, erc20.PackAllowance(common.Address(account), r.At.Programs), erc20.UnpackAllowance)
	if err != nil {
		return false, err
	}
	return allowed.BitLen() > 200, nil
}
