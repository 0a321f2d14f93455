package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/bundle"
)

// offlineStory is a whole story, with slashes, absences and exits, of which only bundles are left.
type offlineStory struct {
	t      *testing.T
	dir    string
	anchor string // hash of the bundles' anchor
}

// tellOffline makes the bundles of some eras, and ends the chain.
func tellOffline(t *testing.T, eras ...int) offlineStory {
	t.Helper()
	s := offlineStory{t: t, dir: t.TempDir()}
	told, end := tell(t)
	defer end()
	ask := func(words ...string) string {
		t.Helper()
		return told(exitOK, words...)
	}
	for _, e := range eras {
		text := ask("reward", "bundle", "--era", fmt.Sprint(e), "--out", s.path(e))
		if s.anchor = hashAfter(text, "anchor "); s.anchor == "" {
			t.Fatalf("no anchor:\n%s", text)
		}
	}
	t.Logf("era %d: %s", eras[0], ask("reward", "bundle", "--era", fmt.Sprint(eras[0]), "--out", s.file("again")))
	ask("reward", "compute", "--era", fmt.Sprint(eras[0]), "--out", s.file("distribution"))
	ask("reward", "compute", "--era", fmt.Sprint(eras[0]-1), "--out", s.file("before"))
	ask("reward", "bundle", "--era", fmt.Sprint(eras[0]), "--previous", s.file("before"), "--out", s.file("short"))
	last, _, _ := strings.Cut(strings.SplitN(ask("reward", "bundle", "--out", s.file("last")), "block ", 2)[1], ",")
	ask("reward", "bundle", "--era", fmt.Sprint(eras[0]), "--block", less(t, last), "--out", s.file("earlier"))
	return s
}

// less is the number before.
func less(t *testing.T, number string) string {
	t.Helper()
	var n uint64
	if _, err := fmt.Sscan(number, &n); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(n - 1)
}

// hashAfter is the first hash after a word.
func hashAfter(text, word string) string {
	_, rest, _ := strings.Cut(text, word)
	if i := strings.Index(rest, "0x"); i >= 0 && len(rest) >= i+66 {
		return rest[i : i+66]
	}
	return ""
}

func (s offlineStory) file(name string) string { return filepath.Join(s.dir, name) }
func (s offlineStory) path(era int) string     { return s.file(fmt.Sprintf("era-%d.bundle", era)) }

func (s offlineStory) read(path string) []byte {
	s.t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

func (s offlineStory) bundle(path string) bundle.Bundle {
	s.t.Helper()
	b, err := bundle.Decode(bytes.NewReader(s.read(path)), bundle.MaxPayload)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// verify runs the command on a file with these bytes; it is not to take anything from outside the file.
func (s offlineStory) verify(raw []byte, more ...string) (int, string) {
	s.t.Helper()
	path := s.file("candidate")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		s.t.Fatal(err)
	}
	code, stdout, stderr := call(s.t, append([]string{"reward", "verify", "--bundle", path}, more...)...)
	return code, stdout + stderr
}

// refuse wants a bundle refused, for a reason.
func (s offlineStory) refuse(name string, b bundle.Bundle, reason string, more ...string) {
	s.t.Helper()
	var raw bytes.Buffer
	if err := b.Encode(&raw); err != nil {
		s.t.Fatal(err)
	}
	if code, text := s.verify(raw.Bytes(), more...); code != exitError || !strings.Contains(text, reason) {
		s.t.Errorf("%s: exit %d, want %d and %q:\n%s", name, code, exitError, reason, text)
	}
}

// TestRewardBundle: what a bundle proves is what the chain had, without the chain; and nothing in it can be changed,
// left out or cut off.
func TestRewardBundle(t *testing.T) {
	t.Parallel()
	s := tellOffline(t, 3, 0, 1)
	for _, name := range []string{s.path(3), s.path(0), s.path(1), s.file("again"), s.file("short"), s.file("last")} {
		if code, text := s.verify(s.read(name), "--block-hash", s.anchor); code != exitOK || !strings.Contains(text, "ok ") || strings.Contains(text, "DIFFERS") {
			t.Errorf("%s: exit %d:\n%s", name, code, text)
		}
	}
	whole := s.read(s.path(3))
	if !bytes.Equal(whole, s.read(s.file("again"))) || !bytes.Equal(whole, s.read(s.file("short"))) {
		t.Error("two bundles of one commit and anchor differ")
	}
	if code, text := s.verify(s.read(s.file("earlier"))); code != exitOK || hashAfter(text, "anchor ") == s.anchor {
		t.Errorf("an earlier anchor: exit %d:\n%s", code, text)
	}
	if code, text := s.verify(s.read(s.file("earlier")), "--block-hash", s.anchor); code != exitError || !strings.Contains(text, "its anchor is block") {
		t.Errorf("another anchor: exit %d:\n%s", code, text)
	}
	if code, text := s.verify(whole, "--middleware", "0x00000000000000000000000000000000000000aa"); code != exitError {
		t.Errorf("another Middleware: exit %d:\n%s", code, text)
	}
	if code, text := s.verify(whole, "--era", "4"); code != exitError {
		t.Errorf("another era: exit %d:\n%s", code, text)
	}
	if code, text := s.verify(whole, "--max-size", "0"); code != exitError || !strings.Contains(text, "--max-size") {
		t.Errorf("larger than may be: exit %d:\n%s", code, text)
	}
	if code, text := s.verify(whole, "--block-hash", "0x12"); code != exitUsage {
		t.Errorf("half a hash: exit %d:\n%s", code, text)
	}
	if code, stdout, stderr := call(t, "reward", "verify", "--block-hash", s.anchor); code != exitUsage {
		t.Errorf("a hash without a bundle: exit %d:\n%s%s", code, stdout, stderr)
	}
	s.files(whole)
	s.parts()
	s.damage(whole)
}

// files compares distribution files with what a bundle proves.
func (s offlineStory) files(whole []byte) {
	if code, text := s.verify(whole, "--file", s.file("distribution")); code != exitOK {
		s.t.Errorf("the right file: exit %d:\n%s", code, text)
	}
	d, err := reward.Decode(s.read(s.file("distribution")))
	if err != nil {
		s.t.Fatal(err)
	}
	liar := enrich(s.t, &d)
	raw, err := d.Encode()
	if err == nil {
		err = os.WriteFile(s.file("lie"), raw, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if code, text := s.verify(whole, "--file", s.file("lie")); code != exitError || !strings.Contains(text, "account "+liar.Account.String()+" has") {
		s.t.Errorf("one unit more: exit %d:\n%s", code, text)
	}
}

// parts leaves out and changes one part after another.
func (s offlineStory) parts() {
	whole := s.bundle(s.path(3))
	for i := range whole.Receipts {
		b := whole
		b.Receipts = slices.Delete(slices.Clone(b.Receipts), i, i+1)
		s.refuse("without the receipts of a block", b, fmt.Sprintf("receipts of block %d", whole.Receipts[i].Number))
		b.Receipts = slices.Clone(whole.Receipts)
		b.Receipts[i].List = b.Receipts[i].List[:len(b.Receipts[i].List)-1]
		s.refuse("without the last receipt of a block", b, "have root")
	}
	for i := 0; i < len(whole.Nodes); i += 9 {
		b := whole
		b.Nodes = slices.Delete(slices.Clone(b.Nodes), i, i+1)
		s.refuse("without a node", b, "missing in the bundle")
	}
	for i := range whole.Codes {
		b := whole
		b.Codes = slices.Delete(slices.Clone(b.Codes), i, i+1)
		s.refuse("without a code", b, "missing in the bundle")
	}
	for i, h := range whole.Holders {
		if len(h.Accounts) == 0 {
			continue
		}
		b := whole
		b.Holders = slices.Clone(b.Holders)
		b.Holders[i].Accounts = h.Accounts[1:]
		s.refuse("without a staker", b, "holders of")
		b.Holders = slices.Delete(slices.Clone(whole.Holders), i, i+1)
		s.refuse("without a vault's stakers", b, "missing in the bundle")
	}
	b := whole
	b.Headers = b.Headers[1:]
	s.refuse("without the first header", b, "the headers begin with block")
	b.Headers = slices.Delete(slices.Clone(whole.Headers), 7, 8)
	s.refuse("without a header", b, "has parent")
	b.Headers = whole.Headers[:len(whole.Headers)-1]
	s.refuse("without the last header", b, "the last header is of block")
	b.Anchor = s.bundle(s.file("earlier")).Anchor
	s.refuse("with the anchor one earlier", b, "missing in the bundle")
	s.refuse("with the anchor one earlier, which is known", b, "its anchor is block", "--block-hash", s.anchor)
	b = whole
	b.ChainID++
	s.refuse("of another chain id", b, "DIFFERS")
	b = whole
	b.ToEra++
	s.refuse("of other eras", b, "the bundle says eras")
	d, err := reward.Decode(whole.Previous)
	if err != nil {
		s.t.Fatal(err)
	}
	enrich(s.t, &d)
	b = whole
	if b.Previous, err = d.Encode(); err != nil {
		s.t.Fatal(err)
	}
	s.refuse("with one unit more before", b, "distribution of the commit before")
	b.Previous = nil
	s.refuse("without what was before", b, "distribution of the commit before")
	first := s.bundle(s.path(0))
	first.Previous = whole.Previous
	s.refuse("with something before the first", first, "nothing was paid before")
}

// damage flips single bits, of the file and of what is compressed in it, and cuts it off.
func (s offlineStory) damage(whole []byte) {
	right := s.bundle(s.path(3))
	payload, err := right.Payload()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Logf("a payload of %d bytes in a file of %d", len(payload), len(whole))
	head := whole[:len("ROSTER-BUNDLE")+2]
	const samples = 120
	for i := range samples {
		at := i * len(payload) / samples
		flipped := slices.Clone(payload)
		flipped[at] ^= 1 << (i % 8)
		if code, text := s.verify(append(slices.Clone(head), zip(s.t, flipped)...)); code != exitError {
			s.t.Errorf("bit %d of byte %d of the payload flipped: exit %d:\n%s", i%8, at, code, text)
		}
	}
	for i := range samples {
		at := i * len(whole) / samples
		if i < 40 { // the head, byte by byte
			at = i
		}
		flipped := slices.Clone(whole)
		flipped[at] ^= 1 << (i % 8)
		code, text := s.verify(flipped)
		if code == exitError && strings.Contains(text, "not a bundle") {
			continue
		}
		// gzip does not say which bits it ignores: then the payload must be the same.
		if b, err := bundle.Decode(bytes.NewReader(flipped), bundle.MaxPayload); err != nil || !same(b, payload) {
			s.t.Errorf("bit %d of byte %d flipped: exit %d:\n%s", i%8, at, code, text)
		}
	}
	for _, n := range []int{0, 5, 14, 15, 20, 30, 1000, len(whole) / 2, len(whole) - 9, len(whole) - 1} {
		if code, text := s.verify(whole[:n]); code != exitError || !strings.Contains(text, "not a bundle") {
			s.t.Errorf("cut after %d bytes: exit %d:\n%s", n, code, text)
		}
	}
	if code, text := s.verify(append(slices.Clone(whole), 0)); code != exitError || !strings.Contains(text, "something follows") {
		s.t.Errorf("with a byte more: exit %d:\n%s", code, text)
	}
}

func same(b bundle.Bundle, payload []byte) bool {
	have, err := b.Payload()
	return err == nil && bytes.Equal(have, payload)
}

func zip(t *testing.T, raw []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err == nil {
		_, err = io.Copy(z, bytes.NewReader(raw))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
