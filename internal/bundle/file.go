package bundle

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/gear-tech/roster/core"
)

// The file, version 1: the magic, the version as two bytes big endian, then one gzip member (RFC 1952) whose content,
// the payload, is one RLP list. docs/bundle.md has every item. A bundle has exactly one payload; how well it is
// compressed says nothing.
const (
	magic   = "ROSTER-BUNDLE"
	version = 1
	// MaxPayload is how many bytes of payload are read when nothing else is said.
	MaxPayload = 512 << 20
)

// gzipHead are the first bytes of the member: no name, no time, no comment, so that nothing can hide there. The two that
// follow say how it was compressed and where.
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0}

// payload is Bundle as RLP has it.
type payload struct {
	ChainID              uint64
	Middleware           common.Address
	Set, FromEra, ToEra  uint64
	Anchor               common.Hash
	Headers              []rlp.RawValue
	Receipts             []Receipts
	Nodes, Codes         [][]byte
	Holders              []holders
	PreviousDistribution []byte
}

type holders struct {
	Vault    common.Address
	At       uint64
	Accounts []common.Address
}

// Payload returns the canonical bytes, uncompressed.
func (b Bundle) Payload() ([]byte, error) {
	p := payload{ChainID: b.ChainID, Middleware: b.Middleware, Set: uint64(b.Set), FromEra: uint64(b.FromEra), ToEra: uint64(b.ToEra),
		Anchor: b.Anchor, Receipts: b.Receipts, Nodes: b.Nodes, Codes: b.Codes, PreviousDistribution: b.Previous}
	for _, h := range b.Headers {
		p.Headers = append(p.Headers, h)
	}
	for _, h := range b.Holders {
		p.Holders = append(p.Holders, holders{h.Vault, uint64(h.At), h.Accounts})
	}
	raw, err := rlp.EncodeToBytes(p)
	if err != nil {
		return nil, fmt.Errorf("encode bundle: %w", err)
	}
	return raw, nil
}

// Encode writes the file.
func (b Bundle) Encode(w io.Writer) error {
	raw, err := b.Payload()
	if err != nil {
		return err
	}
	if _, err := w.Write(binary.BigEndian.AppendUint16([]byte(magic), version)); err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(raw)
	return errors.Join(err, z.Close())
}

// Decode reads a file whose payload has at most max bytes. It checks the form alone: order, lengths, that nothing is
// left over; Open checks what it proves. It allocates a small multiple of the payload, whatever counts inside claim.
// Errors: ErrFile, with what is wrong and where.
func Decode(r io.Reader, max int64) (Bundle, error) {
	raw, err := unpack(bufio.NewReader(r), max)
	if err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", ErrFile, err)
	}
	b, err := parse(raw)
	if err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return b, nil
}

func unpack(r *bufio.Reader, max int64) ([]byte, error) {
	head := make([]byte, len(magic)+2)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(magic)]) != magic {
		return nil, fmt.Errorf("starts with %q, want %q", head[:len(magic)], magic)
	}
	if v := binary.BigEndian.Uint16(head[len(magic):]); v != version {
		return nil, fmt.Errorf("version %d, this program reads version %d", v, version)
	}
	if member, err := r.Peek(len(gzipHead)); err != nil || !bytes.Equal(member, gzipHead) {
		return nil, fmt.Errorf("after the version comes %x, want %x: gzip without a name or a time", member, gzipHead)
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("read gzip: %w", err)
	}
	z.Multistream(false)
	// The list says how long it is: nothing longer is unpacked, and nothing that is no list.
	payload := bufio.NewReader(z)
	first, err := payload.Peek(1)
	if err != nil {
		return nil, fmt.Errorf("read gzip: %w: the file is cut short or damaged", err)
	}
	if first[0] < 0xc0 {
		return nil, fmt.Errorf("the payload begins with %#x: not an RLP list", first[0])
	}
	var raw bytes.Buffer
	n, err := raw.ReadFrom(io.LimitReader(payload, min(listSize(payload), max)+1))
	if err != nil {
		return nil, fmt.Errorf("read gzip, after %d bytes of payload: %w: the file is cut short or damaged", n, err)
	}
	if n > max {
		return nil, fmt.Errorf("the payload has more than %d bytes: raise --max-size if you expect that", max)
	}
	if _, err := r.ReadByte(); err != io.EOF {
		return nil, errors.New("something follows after the payload")
	}
	return raw.Bytes(), nil
}

// listSize is how many bytes the list has that comes next, as its head says; what follows after the greatest number that a
// file can have does not matter.
func listSize(r *bufio.Reader) int64 {
	head, _ := r.Peek(9) // a shorter list is there whole
	if head[0] <= 0xf7 {
		return 1 + int64(head[0]-0xc0)
	}
	width, size := int(head[0]-0xf7), int64(0)
	for _, b := range head[1:min(1+width, len(head))] {
		if size > 1<<48 {
			break
		}
		size = size<<8 | int64(b)
	}
	return 1 + int64(width) + size
}

// parse reads the payload. What it returns points into it.
func parse(raw []byte) (Bundle, error) {
	content, rest, err := rlp.SplitList(raw)
	if err != nil || len(rest) > 0 {
		return Bundle{}, fmt.Errorf("payload of %d bytes is not one RLP list", len(raw))
	}
	p := parser{rest: content}
	b := Bundle{}
	b.ChainID = p.number("chain id")
	b.Middleware = common.Address(p.fixed("Middleware", common.AddressLength))
	b.Set, b.FromEra, b.ToEra = core.SetID(p.number("set")), core.Era(p.number("fromEra")), core.Era(p.number("toEra"))
	b.Anchor = common.Hash(p.fixed("anchor", common.HashLength))
	p.list("headers", func(q *parser) { b.Headers = append(b.Headers, q.item("header", minHeader)) })
	p.list("receipts", func(q *parser) { b.Receipts = q.receipts(b.Receipts, len(b.Headers)) })
	b.Nodes = p.sorted("state nodes", minNode)
	b.Codes = p.sorted("codes", minCode)
	p.list("holders", func(q *parser) { b.Holders = q.holders(b.Holders) })
	b.Previous = p.bytes("previous distribution", 0)
	if p.err == nil && len(p.rest) > 0 {
		p.err = fmt.Errorf("%d bytes follow after the previous distribution", len(p.rest))
	}
	return b, p.err
}
