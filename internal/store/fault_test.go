package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gear-tech/roster/core"
)

// node is what a process has open.
type node struct {
	store   *Store
	journal *Journal
}

func openNode(t testing.TB, folder string, options ...Option) (node, error) {
	s, err := Open(t.Context(), filepath.Join(folder, "node.db"), options...)
	if err != nil {
		return node{}, err
	}
	j, err := OpenJournal(t.Context(), filepath.Join(folder, "journal.db"), ours(5), options...)
	if err != nil {
		s.Close()
		return node{}, err
	}
	return node{s, j}, nil
}

func (n node) close(t testing.TB) { must(t, errors.Join(n.store.Close(), n.journal.Close())) }

func (n node) dump(t testing.TB) string { return dump(t, n.store.db) + dump(t, n.journal.db) }

// script is a piece of a node's life, in steps that can be repeated, as a node does: it looks at the cursor and goes
// on from there.
func script(t testing.TB) []func(node) error {
	advance := func(to Position, branch byte, more ...Vault) func(node) error {
		return func(n node) error {
			from, _, err := n.store.Cursor(t.Context())
			if err != nil || from == to {
				return err
			}
			return n.store.Advance(t.Context(), from, to, logsOf(branch, from.Number+1, to.Number, 7), more)
		}
	}
	late := func(n node) error { // reads older logs, too
		from, _, err := n.store.Cursor(t.Context())
		if err != nil || from == at(0, 30) {
			return err
		}
		return n.store.Advance(t.Context(), from, at(0, 30), append(logsOf(0, 1, 30, 9), logsOf(0, 5, 9, 9)...), []Vault{{core.Address{2}, nil}})
	}
	sign := func(s Slot) func(node) error {
		return func(n node) error { return n.journal.Sign(t.Context(), s, core.Hash{1}) }
	}
	return []func(node) error{
		func(n node) error { return n.store.Bind(t.Context(), 1, core.Address{1}) },
		advance(at(0, 20), 0, Vault{core.Address{1}, []byte("{}")}),
		func(n node) error { return n.store.PutElection(t.Context(), electionOf(0, 1, 5)) },
		late,
		func(n node) error { return n.store.PutElection(t.Context(), electionOf(0, 2, 50)) },
		func(n node) error { return n.store.PutFact(t.Context(), "alarm", []byte("half")) },
		func(n node) error { return n.store.Rewind(t.Context(), at(0, 20)) },
		advance(at(1, 28), 1),
		sign(BatchSlot(0, 5, 1)),
		sign(RewardsSlot(0, 5, 0, 1, core.Hash{})),
		func(n node) error {
			raw, err := n.journal.Export(t.Context())
			if err != nil {
				return err
			}
			return n.journal.Import(t.Context(), raw)
		},
	}
}

// clean runs the script without a fault. It returns the state before it and after each step, and at each stage of a
// commit its name and the step in which it was, -1 for the opening.
func clean(t *testing.T) (states, stages []string, steps []int) {
	step := -1
	n, err := openNode(t, t.TempDir(), WithCommitHook(func(stage string) error {
		stages, steps = append(stages, stage), append(steps, step)
		return nil
	}))
	must(t, err)
	defer n.close(t)
	states = append(states, n.dump(t))
	for i, do := range script(t) {
		step = i
		must(t, do(n))
		states = append(states, n.dump(t))
	}
	return states, stages, steps
}

// The fault matrix: at every commit a failure before it, a failure that is reported although it was done, and a
// process killed before and after it. Then a restart: the state is the one before or the one after, as it must be,
// and going on gives the same end.
func TestFaultMatrix(t *testing.T) {
	states, stages, steps := clean(t)
	fault := errors.New("fault")
	for i, stage := range stages {
		t.Run(fmt.Sprintf("%02d %s fails", i, stage), func(t *testing.T) {
			folder, seen := t.TempDir(), -1
			hook := WithCommitHook(func(string) error {
				if seen++; seen == i {
					return fault
				}
				return nil
			})
			n, err := openNode(t, folder, hook)
			for step, do := range script(t) {
				if err != nil {
					break
				}
				if err = do(n); err == nil {
					continue
				}
				if step != steps[i] {
					t.Fatalf("it failed in step %d, not %d", step, steps[i])
				}
				n.close(t)
			}
			if !errors.Is(err, fault) {
				t.Fatalf("error %v", err)
			}
			resume(t, folder, states, stage, steps[i])
		})
		t.Run(fmt.Sprintf("%02d %s kills", i, stage), func(t *testing.T) {
			folder := t.TempDir()
			child := childProcess(t, folder, "script", i)
			var status *exec.ExitError
			if err := child.Run(); !errors.As(err, &status) || status.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("the child was not killed: %v", err)
			}
			resume(t, folder, states, stage, steps[i])
		})
	}
}

// resume restarts after a fault in a step, and compares with the states of a run without one.
func resume(t *testing.T, folder string, states []string, stage string, step int) {
	t.Helper()
	n, err := openNode(t, folder)
	must(t, err)
	defer n.close(t)
	want := states[step+1] // that of the step, or of the opening
	if step >= 0 && strings.HasSuffix(stage, ":before") {
		want = states[step]
	}
	if n.dump(t) != want {
		t.Fatalf("after the restart the state is neither that before nor after as it must be")
	}
	for _, do := range script(t)[max(step, 0):] {
		must(t, do(n))
	}
	if n.dump(t) != states[len(states)-1] {
		t.Error("the end is another one")
	}
}

// childProcess is this test binary, running only TestChild.
func childProcess(t *testing.T, folder, what string, number int) *exec.Cmd {
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), "ROSTER_TEST_CHILD="+what, "ROSTER_TEST_FOLDER="+folder, "ROSTER_TEST_NUMBER="+strconv.Itoa(number))
	return child
}

// TestChild is what the children of other tests run: "script" until it kills itself at a stage, "loop" until it is
// killed.
func TestChild(t *testing.T) {
	folder := os.Getenv("ROSTER_TEST_FOLDER")
	number, _ := strconv.Atoi(os.Getenv("ROSTER_TEST_NUMBER"))
	switch os.Getenv("ROSTER_TEST_CHILD") {
	case "script":
		seen := -1
		n, err := openNode(t, folder, WithCommitHook(func(string) error {
			if seen++; seen == number {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return nil
		}))
		must(t, err)
		for _, do := range script(t) {
			must(t, do(n))
		}
	case "loop":
		n, err := openNode(t, folder)
		must(t, err)
		for {
			from, _, err := n.store.Cursor(t.Context())
			must(t, err)
			to := at(0, from.Number+loopBlocks)
			must(t, n.store.Advance(t.Context(), from, to, logsOf(0, from.Number+1, to.Number, 20), nil))
			must(t, n.journal.Sign(t.Context(), BatchSlot(0, 5, to.Number), to.Hash))
			fmt.Println(to.Number) // on disk by now
		}
	default:
		t.Skip("for other tests")
	}
}

const loopBlocks = 20

// A process is killed while it writes as fast as it can, again and again, at no moment in particular. What it said was
// stored is there, nothing is there in part, and no digest is another one.
func TestKilledAnywhere(t *testing.T) {
	folder := t.TempDir()
	reached, said := uint64(0), map[uint64]bool{}
	for round := range 12 {
		child := childProcess(t, folder, "loop", 0)
		out, err := child.StdoutPipe()
		must(t, err)
		must(t, child.Start())
		lines := bufio.NewScanner(out)
		for count := 0; lines.Scan(); count++ { // also what it said before it died
			if n, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				reached, said[n] = max(reached, n), true
			}
			if count == 7*round%11 {
				must(t, child.Process.Kill())
			}
		}
		child.Wait()
		n, err := openNode(t, folder)
		must(t, err)
		last, _, err := n.store.Cursor(t.Context())
		must(t, err)
		if last != at(0, last.Number) || last.Number < reached || last.Number > reached+loopBlocks {
			t.Fatalf("round %d: the cursor is at %v, the child said %d", round, last, reached)
		}
		same(t, fmt.Sprint("round ", round), stored(t, n.store), logsOf(0, 1, last.Number, 20))
		for number := uint64(loopBlocks); number <= last.Number; number += loopBlocks {
			// A child that died between its two writes did not sign, nor does the next, which starts after it.
			have, ok, err := n.journal.Signed(t.Context(), BatchSlot(0, 5, number))
			if err != nil || (ok && have != at(0, number).Hash) || (said[number] && !ok) {
				t.Errorf("round %d: batch %d: %v, %s, %v", round, number, ok, have, err)
			}
		}
		n.close(t)
	}
	if len(said) < 12 {
		t.Errorf("the children said only %d things", len(said))
	}
}
