package wasm

import (
	"fmt"
	"unicode/utf8"
)

// reader takes bytes apart, strictly: numbers in the forms that the specification allows, nothing past the end. The
// first failure sticks; what is read after it is zero.
type reader struct {
	bytes []byte
	at    int
	err   error
}

func (r *reader) fail(format string, values ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("byte %d: %s", r.at, fmt.Sprintf(format, values...))
	}
}

func (r *reader) done() bool { return r.err != nil || r.at >= len(r.bytes) }

func (r *reader) byte() byte {
	if r.err != nil {
		return 0
	}
	if r.at >= len(r.bytes) {
		r.fail("ends in the middle")
		return 0
	}
	r.at++
	return r.bytes[r.at-1]
}

// unsigned reads a LEB128 number of at most 32 bits.
func (r *reader) unsigned() uint32 {
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if v > 1<<32-1 {
				r.fail("number of more than 32 bits")
				return 0
			}
			return uint32(v)
		}
	}
	r.fail("number of more than 5 bytes")
	return 0
}

// signed reads a signed LEB128 number of 32 or 64 bits.
func (r *reader) signed(bits int) int64 {
	var v int64
	most := (bits + 6) / 7
	for i := range most {
		b := r.byte()
		v |= int64(b&0x7f) << (7 * i)
		if b >= 0x80 {
			continue
		}
		if i == most-1 {
			// The bits of the last byte that do not fit must repeat the sign.
			spare := bits - 7*i
			if high := int8(b<<1) >> spare; high != 0 && high != -1 {
				r.fail("number of more than %d bits", bits)
				return 0
			}
		}
		if shift := 7 * (i + 1); shift < 64 && b&0x40 != 0 {
			v |= -1 << shift
		}
		return v
	}
	r.fail("number of more than %d bytes", most)
	return 0
}

// take reads n bytes.
func (r *reader) take(n uint32) []byte {
	if r.err != nil {
		return nil
	}
	if uint64(n) > uint64(len(r.bytes)-r.at) {
		r.fail("%d bytes wanted, %d left", n, len(r.bytes)-r.at)
		return nil
	}
	r.at += int(n)
	return r.bytes[r.at-int(n) : r.at : r.at]
}

func (r *reader) name() string {
	raw := r.take(r.unsigned())
	if !utf8.Valid(raw) {
		r.fail("name is not UTF-8")
		return ""
	}
	return string(raw)
}

// count reads how many items follow, of at least one byte each.
func (r *reader) count(what string, most uint32) int {
	n := r.unsigned()
	if n > most {
		r.fail("%d %s, at most %d are allowed", n, what, most)
		return 0
	}
	if r.err == nil && int(n) > len(r.bytes)-r.at {
		r.fail("%d %s in %d bytes", n, what, len(r.bytes)-r.at)
		return 0
	}
	return int(n)
}

func appendUnsigned(out []byte, v uint64) []byte {
	for v >= 0x80 {
		out = append(out, byte(v)|0x80)
		v >>= 7
	}
	return append(out, byte(v))
}

func appendSigned(out []byte, v int64) []byte {
	for {
		b := byte(v & 0x7f)
		v >>= 7
		if v == 0 && b&0x40 == 0 || v == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}

func appendName(out []byte, name string) []byte {
	return append(appendUnsigned(out, uint64(len(name))), name...)
}
