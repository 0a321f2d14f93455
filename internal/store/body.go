package store

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

// key is who emits what: an address and a first topic, if there is one.
type key struct {
	address core.Address
	topic   core.Hash
	none    bool // no topic at all, which is not topic zero
}

func keyOf(l *types.Log) key {
	if len(l.Topics) == 0 {
		return key{address: core.Address(l.Address), none: true}
	}
	return key{address: core.Address(l.Address), topic: core.Hash(l.Topics[0])}
}

// first is the topic as it is stored.
func (k key) first() []byte {
	if k.none {
		return []byte{}
	}
	return k.topic[:]
}

// maxKeys is how many keys are kept in memory, about 80 bytes each.
const maxKeys = 1 << 16

// keyCache remembers numbers of keys.
type keyCache map[key]int64

func (c *keyCache) put(k key, id int64) {
	if *c == nil || len(*c) >= maxKeys {
		*c = keyCache{}
	}
	(*c)[k] = id
}

// appendBody appends what a log's row has no columns for: the transaction's hash, its place in the block as a varint,
// the number of topics after the first (one byte), those topics, the data.
func appendBody(body []byte, l *types.Log) []byte {
	body = append(body, l.TxHash[:]...)
	body = binary.AppendUvarint(body, uint64(l.TxIndex))
	rest := l.Topics[min(1, len(l.Topics)):]
	body = append(body, byte(len(rest)))
	for _, topic := range rest {
		body = append(body, topic[:]...)
	}
	return append(body, l.Data...)
}

// readBody fills in what appendBody wrote; the log has its key's topic already. The log keeps none of body.
func readBody(l *types.Log, body []byte) error {
	if len(body) < common.HashLength {
		return fmt.Errorf("%w: log %d of block %d has %d bytes", ErrCorrupt, l.Index, l.BlockNumber, len(body))
	}
	l.TxHash = common.Hash(body[:common.HashLength])
	body = body[common.HashLength:]
	place, n := binary.Uvarint(body)
	if n <= 0 || len(body) == n || len(body)-n-1 < int(body[n])*common.HashLength {
		return fmt.Errorf("%w: log %d of block %d is cut off", ErrCorrupt, l.Index, l.BlockNumber)
	}
	l.TxIndex = uint(place)
	topics := int(body[n])
	body = body[n+1:]
	for ; topics > 0; topics-- {
		l.Topics = append(l.Topics, common.Hash(body[:common.HashLength]))
		body = body[common.HashLength:]
	}
	l.Data = append([]byte{}, body...)
	return nil
}
