package executor

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
)

var domain = batch.Domain{ChainID: 1337, Router: core.Address{9}}

// said is a signed message of a committee's member.
func said(keys []*bls.SecretKey, index int, m Message) Message {
	m.Index = index
	m.Signature = keys[index].Sign(m.Digest(domain), bls.Statement)
	return m
}

func about(number uint64, state byte) Message {
	return Message{Era: 1, Batch: &batch.Batch{Number: number, EndBlock: 5, StateRoot: core.Hash{state}}}
}

// TestPool: what is good is kept once; what contradicts it convicts, once; what nobody honest sends is refused; what is of
// another era or number is nobody's fault; and nothing makes the pool grow beyond its bounds.
func TestPool(t *testing.T) {
	c, keys := committeeOf(t, 4)
	p := NewPool(domain)
	p.Serve(0, []Committee{c}, 5, 10)
	stranger := said(keys, 1, about(7, 1))
	stranger.Index = 2
	outside := said(keys, 1, about(7, 1))
	outside.Index = 9
	foreign := said(keys, 1, about(7, 1))
	foreign.Era = 2
	for i, x := range []struct {
		m    Message
		want Verdict
	}{
		{said(keys, 0, about(7, 1)), Accept}, {said(keys, 0, about(7, 1)), Ignore}, {said(keys, 1, about(7, 1)), Accept},
		{stranger, Reject}, {outside, Reject}, {foreign, Ignore}, {said(keys, 0, about(4, 1)), Ignore}, {said(keys, 0, about(11, 1)), Ignore},
		{said(keys, 0, about(7, 2)), Accept}, {said(keys, 0, about(7, 3)), Ignore}, // two are enough
	} {
		if got := p.Add(x.m); got != x.want {
			t.Errorf("message %d: %v, want %v", i, got, x.want)
		}
	}
	if n := len(p.Signatures(about(7, 1))); n != 2 {
		t.Errorf("%d signatures, want 2", n)
	}
	if others := p.Others(about(7, 1)); len(others) != 1 || others[0].Index != 0 {
		t.Errorf("others: %v", others)
	}
	if found := p.Contradictions(0); len(found) != 1 || found[0].First.Index != 0 || len(p.Contradictions(0)) != 0 {
		t.Errorf("contradictions: %v", found)
	}
	for i := range uint64(1000) { // rewards of slots that are made up
		m := Message{Era: 1, Rewards: &batch.Rewards{Era: 1, ToEra: core.Era(i)}}
		p.Add(said(keys, 3, m))
	}
	if n := len(p.slots); n > mostRewards+1 {
		t.Errorf("%d slots are kept", n)
	}
	if v := p.Add(said(keys, 2, Message{Era: 1, Rewards: &batch.Rewards{Era: 1, ToEra: 77777}})); v != Accept {
		t.Errorf("someone who made nothing up is not heard: %v", v)
	}
	heard := p.Rewards(0, 1)
	if len(heard) != mostRewards+1 || heard[0].Index != 2 || heard[0].Rewards.ToEra != 77777 || heard[1].Index != 3 || len(p.Rewards(0, 2)) != 0 {
		t.Errorf("%d statements about rewards", len(heard))
	}
	p.Serve(0, nil, 5, 10)
	if len(p.slots) != 0 {
		t.Errorf("%d slots of a set that does not serve any more", len(p.slots))
	}
}

// TestFlood: one who signs two batches of every number there is gets a bounded place, one conviction, and nobody else's
// place; when the window has gone on it is heard again.
func TestFlood(t *testing.T) {
	c, keys := committeeOf(t, 2)
	p := NewPool(domain)
	p.Serve(0, []Committee{c}, 0, 1<<40)
	for i := range uint64(400) {
		p.Add(said(keys, 0, about(i+1, 1)))
		p.Add(said(keys, 0, about(i+1, 2)))
	}
	if n := len(p.slots); n != mostBatches {
		t.Errorf("%d slots are kept, want %d", n, mostBatches)
	}
	if n := len(p.Contradictions(0)); n != 1 {
		t.Errorf("%d contradictions, want 1", n)
	}
	if v := p.Add(said(keys, 1, about(399, 1))); v != Accept {
		t.Errorf("the other one is not heard: %v", v)
	}
	p.Serve(0, []Committee{c}, 300, 1<<40)
	if v := p.Add(said(keys, 0, about(398, 1))); v != Accept {
		t.Errorf("not heard after the window has gone on: %v", v)
	}
}

// TestMessages: what is encoded is read back; any other bytes are refused.
func TestMessages(t *testing.T) {
	_, keys := committeeOf(t, 1)
	for _, m := range []Message{
		{Era: 3, Round: 2, Batch: &batch.Batch{Set: 1, Number: 7, PreviousHash: core.Hash{1}, EndBlock: 9, EndBlockHash: core.Hash{2}, StateRoot: core.Hash{3}, MessagesRoot: core.Hash{4}}},
		{Era: 3, Rewards: &batch.Rewards{Set: 1, Era: 3, FromEra: 4, ToEra: 5, PreviousRoots: core.Hash{1}, OperatorsRoot: core.Hash{2}, StakersRoot: core.Hash{3}, DistributionHash: core.Hash{4}}},
	} {
		m = said(keys, 0, m)
		data := m.Encode()
		back, err := DecodeMessage(data)
		if err != nil || !bytes.Equal(back.Encode(), data) || back.Digest(domain) != m.Digest(domain) {
			t.Errorf("%v: %v", back, err)
		}
		for n := range data {
			if _, err := DecodeMessage(data[:n]); !errors.Is(err, ErrMessage) {
				t.Fatalf("%d bytes of %d: %v", n, len(data), err)
			}
		}
		if _, err := DecodeMessage(append(data, 0)); !errors.Is(err, ErrMessage) {
			t.Error("a byte too many")
		}
	}
}
