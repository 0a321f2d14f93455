package chain

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var programs = bindings.NewPrograms()

// The first topics of what Executors act on.
var (
	codeUploaded   = programs.GetABI().Events["CodeUploaded"].ID
	programCreated = programs.GetABI().Events["ProgramCreated"].ID
	messageSent    = programs.GetABI().Events["MessageSent"].ID
	replySent      = programs.GetABI().Events["ReplySent"].ID
)

// ProgramEvent is one event of Programs that Executors act on: exactly one of the four is there.
type ProgramEvent struct {
	Block uint64
	Index uint // of the log in its block

	Uploaded *CodeUploaded
	Created  *ProgramCreated
	Message  *ProgramMessage
	Reply    *ProgramReply
}

// CodeUploaded is Programs' event of this name: from here on the code exists, for all sets.
type CodeUploaded struct {
	CodeID   core.Hash
	Uploader core.Address
	Chunks   uint32
}

// ProgramCreated is Programs' event of this name: a program, and its first message.
type ProgramCreated struct {
	Set             core.SetID
	Program, CodeID core.Hash
	Creator         core.Address
	Salt            core.Hash
	Init            []byte
	Value           core.Amount // wVARA base units
}

// ProgramMessage is Programs' MessageSent.
type ProgramMessage struct {
	Set     core.SetID
	Program core.Hash
	Sender  core.Address
	Nonce   uint64 // of the program's messages, from 0
	Payload []byte
	Value   core.Amount // wVARA base units
}

// ProgramReply is Programs' ReplySent: the answer to a message that a batch of the set sent to the sender. The contract
// has checked that it did, not that there is such a program.
type ProgramReply struct {
	Set       core.SetID
	Program   core.Hash
	Sender    core.Address
	RepliedTo core.Hash // the id of that message
	Payload   []byte
	Value     core.Amount // wVARA base units
}

// ProgramEvents returns what Programs says in blocks from to to, both inclusive, of all sets, by block and log index.
func (r *Roster) ProgramEvents(ctx context.Context, from, to uint64) ([]ProgramEvent, error) {
	logs, err := Logs(ctx, r.Client, from, to, []common.Address{r.At.Programs},
		[][]common.Hash{{codeUploaded, programCreated, messageSent, replySent}})
	if err != nil {
		return nil, fmt.Errorf("read events of programs: %w", err)
	}
	list := make([]ProgramEvent, len(logs))
	for i := range logs {
		if list[i], err = programEvent(&logs[i]); err != nil {
			return nil, &Error{Fatal, fmt.Errorf("read log %d of block %d, by Programs: %w", logs[i].Index, logs[i].BlockNumber, err)}
		}
	}
	return list, nil
}

func programEvent(l *types.Log) (ProgramEvent, error) {
	e := ProgramEvent{Block: l.BlockNumber, Index: l.Index}
	if len(l.Topics) == 0 {
		return e, errShort
	}
	switch l.Topics[0] {
	case codeUploaded:
		u, err := programs.UnpackCodeUploadedEvent(l)
		if err != nil {
			return e, err
		}
		e.Uploaded = &CodeUploaded{CodeID: u.CodeId, Uploader: core.Address(u.Uploader), Chunks: u.Chunks}
	case programCreated:
		c, err := programs.UnpackProgramCreatedEvent(l)
		if err != nil {
			return e, err
		}
		e.Created = &ProgramCreated{Set: core.SetID(c.Set.Uint64()), Program: c.Program, CodeID: c.CodeId,
			Creator: core.Address(c.Creator), Salt: c.Salt, Init: c.Init, Value: Amount(c.Value)}
	case messageSent:
		m, err := programs.UnpackMessageSentEvent(l)
		if err != nil {
			return e, err
		}
		e.Message = &ProgramMessage{Set: core.SetID(m.Set.Uint64()), Program: m.Program, Sender: core.Address(m.Sender),
			Nonce: m.Nonce, Payload: m.Payload, Value: Amount(m.Value)}
	case replySent:
		a, err := programs.UnpackReplySentEvent(l)
		if err != nil {
			return e, err
		}
		e.Reply = &ProgramReply{Set: core.SetID(a.Set.Uint64()), Program: a.Program, Sender: core.Address(a.Sender),
			RepliedTo: a.RepliedTo, Payload: a.Payload, Value: Amount(a.Value)}
	default:
		return e, fmt.Errorf("topic %v is none of those asked for", l.Topics[0])
	}
	return e, nil
}

// Code returns the bytes of a code that exists at a block, false when it does not: the chunks of the uploader whom
// CodeUploaded names, of each the last one before that event, checked against the code's id. What was uploaded under
// this id by others, in another number of chunks, or afterwards is not looked at.
func (r *Roster) Code(ctx context.Context, codeID core.Hash, block uint64) ([]byte, bool, error) {
	id := []common.Hash{common.Hash(codeID)}
	uploaded, err := events(ctx, r, block, source[bindings.ProgramsCodeUploaded]{
		r.At.Programs, programs.GetABI(), "CodeUploaded", programs.UnpackCodeUploadedEvent}, id)
	if err != nil || len(uploaded) == 0 {
		return nil, false, err
	}
	done := uploaded[0]
	chunks, err := events(ctx, r, done.Raw.BlockNumber, source[bindings.ProgramsCodeChunk]{
		r.At.Programs, programs.GetABI(), "CodeChunk", programs.UnpackCodeChunkEvent},
		id, []common.Hash{common.BytesToHash(done.Uploader[:])})
	if err != nil {
		return nil, false, err
	}
	parts := make([][]byte, done.Chunks)
	for _, c := range chunks {
		later := c.Raw.BlockNumber == done.Raw.BlockNumber && c.Raw.Index > done.Raw.Index
		if c.Chunks == done.Chunks && c.Index < done.Chunks && !later {
			parts[c.Index] = c.Chunk
		}
	}
	if found := CodeID(parts); found != codeID {
		return nil, false, &Error{Retry, fmt.Errorf("read code %s at block %d: the %d chunks of %v that were found make %s",
			codeID, block, done.Chunks, done.Uploader, found)}
	}
	return slices.Concat(parts...), true, nil
}

// MaxChunk is the most bytes of one chunk of code (Programs).
const MaxChunk = 96 << 10

// Chunks cuts code into chunks as one uploads them. Another cut of the same code has another id.
func Chunks(code []byte) [][]byte { return slices.Collect(slices.Chunk(code, MaxChunk)) }

// CodeID is a code's name on chain: keccak256 of the hashes of its chunks, joined in order.
func CodeID(chunks [][]byte) core.Hash {
	var hashes []byte
	for _, c := range chunks {
		h := core.Keccak(c)
		hashes = append(hashes, h[:]...)
	}
	return core.Keccak(hashes)
}

// BatchGas is how much gas a batch uses before it leaves the rest of the queue to the next (protocol §6, batchGas).
func (r *Roster) BatchGas(ctx context.Context) (uint64, error) {
	return Read(ctx, r.Client, r.At.Programs, nil, programs.PackBATCHGAS(), programs.UnpackBATCHGAS)
}
