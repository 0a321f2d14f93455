package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/fleet"
)

// The tutorials in docs/tutorial-*.md are run here, as they stand there.
//
//   - A ```sh block is run by sh, in a folder with bin/roster in it. Variables stay for the blocks after it. It must end with 0,
//     or as <!-- exit: N --> before it says. Only a block `make build` is not run: this is what it built.
//   - A ```text block after it is what it prints: each line, with any number for a number, any hex for 0x…, anything for … within a
//     line, and any lines for a line that is … alone.
//   - <!-- background --> before a block: it is left running. `bin/roster devnet` is then started here, with its flags, for its clock is
//     this test's; bin/roster node as it is.
//   - <!-- wait: WHAT --> is where the reader waits, and the test lets blocks pass: see wait.
//   - Ports 8545, 9635 and 30310 may be taken on this machine: free ones stand in their place.
//
// What it does not understand fails.

// insteadOfTests has this binary be roster.
const insteadOfTests = "ROSTER_INSTEAD_OF_TESTS"

func TestMain(m *testing.M) {
	if os.Getenv(insteadOfTests) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// fleetBlock is how many seconds lie between two blocks of nodes in one process: fewer blocks make an era shorter to wait for.
const fleetBlock core.Time = 3

// reader follows tutorials, on one network after another.
type reader struct {
	t     *testing.T
	dir   string
	net   *devnet.Network
	set   core.SetID
	fleet *fleet.Fleet // nil: a plain devnet
	nodes []*syncBuffer
	api   string // host:port in the place of 127.0.0.1:9635
	seen  int    // commits of rewards that were activated by the last wait
}

func TestTutorials(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"curator"}, {"network"}, {"operator"}, {"staker", "auditor"}} {
		t.Run(strings.Join(names, " and "), func(t *testing.T) {
			r := &reader{t: t, dir: t.TempDir()}
			binary, err := os.Executable()
			if err == nil {
				err = os.Mkdir(filepath.Join(r.dir, "bin"), 0o700)
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(r.dir, "bin", "roster"), fmt.Appendf(nil, "#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", insteadOfTests, binary), 0o700)
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, name := range names {
				all := tutorial(t, name)
				if i > 0 { // eras are long: who comes second finds the same network as it was left
					all = r.sameNetwork(name, names[0], all)
				}
				for _, p := range all {
					r.follow(name, p)
				}
			}
		})
	}
}

// sameNetwork leaves the start of a network out that is the one that runs.
func (r *reader) sameNetwork(name, before string, all []piece) []piece {
	r.t.Helper()
	start := func(all []piece) (int, string) {
		for i, p := range all {
			if p.background {
				return i, p.code
			}
		}
		return -1, ""
	}
	_, old := start(tutorial(r.t, before))
	i, code := start(all)
	if i < 0 || code != old {
		r.t.Fatalf("tutorial-%s.md starts %q, tutorial-%s.md %q: they share a network here", name, code, before, old)
	}
	for i++; i < len(all) && all[i].wait != ""; i++ { // what the reader waits for is there
	}
	return all[i:]
}

func (r *reader) follow(name string, p piece) {
	r.t.Helper()
	at := fmt.Sprintf("tutorial-%s.md:%d", name, p.line)
	began := time.Now()
	var text string
	switch {
	case p.wait != "":
		if err := r.wait(p.wait); err != nil {
			r.t.Fatalf("%s: wait: %s: %v%s", at, p.wait, err, r.logs())
		}
	case p.code == "make build":
	case p.background && strings.HasPrefix(p.code, "bin/roster devnet"):
		text = r.start(p)
	case p.background:
		text = r.leave(p)
	default:
		text = r.run(at, p)
	}
	if said := differs(p.want, text); p.shown && said != "" {
		r.t.Errorf("%s: %s\n\nAll of it:\n%s", at, said, text)
	}
	r.t.Logf("%s: %.1f s\n%s", at, time.Since(began).Seconds(), text)
}

// start starts the network that a tutorial's command line describes, and returns what the command says.
func (r *reader) start(p piece) string {
	r.t.Helper()
	c, f := devnetCommand()
	if err := c.ParseFlags(strings.Fields(p.code)[2:]); err != nil || c.Flags().NArg() > 0 {
		r.t.Fatalf("%s: %v", p.code, err)
	}
	if err := f.check(); err != nil {
		r.t.Fatalf("%s: %v", p.code, err)
	}
	r.api = freePort(r.t)
	f.http, f.file, f.blockTime = "127.0.0.1:0", filepath.Join(r.dir, f.file), time.Hour
	if f.dashboard != "" {
		f.dashboard = r.api
	}
	ctx, stop := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	out := &syncBuffer{}
	c.SetContext(ctx)
	c.SetOut(out)
	if f.nodes > 0 {
		o := f.fleet(r.t.TempDir(), out)
		o.BlockTime = fleetBlock
		nodes, err := fleet.Start(ctx, o)
		if err != nil {
			r.t.Fatal(err)
		}
		r.fleet, r.net, r.set = nodes, nodes.Network, nodes.Set()
		go func() { ended <- f.driveFleet(c, nodes) }()
		r.t.Cleanup(func() { stop(); <-ended; _ = nodes.Close() })
	} else {
		ready, err := devnet.StartReady(ctx, devnet.Options{Seed: "roster devnet " + strconv.FormatUint(f.seed, 10), Listen: f.http})
		if err != nil {
			r.t.Fatal(err)
		}
		r.net, r.set = ready.Network, ready.Set
		go func() { ended <- f.serve(ctx, ready, out) }()
		r.t.Cleanup(func() { stop(); <-ended; _ = ready.Close() })
	}
	last := "Ctrl-C."
	if f.dashboard != "" {
		last = "See it in a browser: "
	}
	r.until("the network", func() bool { return strings.Contains(out.String(), last) })
	return out.String()
}

// script is a block, with what the blocks before it set.
func (r *reader) script(p piece) *exec.Cmd {
	code := strings.NewReplacer("127.0.0.1:9635", r.api, "localhost:9635", r.api).Replace(p.code)
	c := exec.CommandContext(r.t.Context(), "sh", "-c", "[ ! -f .set ] || . ./.set\nset -ae\ntrap 'export -p > .set' EXIT\n"+code)
	if p.background { // the process itself, to be ended; and it sets nothing
		c = exec.CommandContext(r.t.Context(), "sh", "-c", ". ./.set\nexec "+code)
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	}
	c.Dir = r.dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "ROSTER_HTTP_LISTEN=" + r.api, "ROSTER_PEERS_LISTEN=127.0.0.1:0", "ROSTER_POLL=50ms"}
	return c
}

// run runs a block while blocks are made for whoever sends, and returns what it prints.
func (r *reader) run(at string, p piece) string {
	r.t.Helper()
	if r.net == nil {
		return r.finish(at, p)
	}
	if strings.Contains(p.code, "curl") {
		if _, err := exec.LookPath("curl"); err != nil {
			r.t.Logf("%s: not run: %v", at, err)
			return strings.Join(p.want, "\n")
		}
		r.until("the API", r.current)
	}
	ctx, stop := context.WithCancel(r.t.Context())
	mined := make(chan error, 1)
	go func() { mined <- r.net.Mine(ctx, time.Hour) }()
	defer func() {
		stop()
		if err := <-mined; err != nil {
			r.t.Error(err)
		}
	}()
	return r.finish(at, p)
}

func (r *reader) finish(at string, p piece) string {
	r.t.Helper()
	c := r.script(p)
	text, err := c.CombinedOutput()
	if code := c.ProcessState.ExitCode(); code != p.exit {
		r.t.Fatalf("%s: exit %d (%v), want %d\n%s\n%s%s", at, code, err, p.exit, p.code, text, r.logs())
	}
	return string(text)
}

// leave starts a command that does not end, and returns what it says until it answers.
func (r *reader) leave(p piece) string {
	r.t.Helper()
	c, log := r.script(p), &syncBuffer{}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Process.Signal(os.Interrupt); _ = c.Wait() })
	r.nodes = append(r.nodes, log)
	r.until("the node", r.current)
	return log.String()
}

func (r *reader) logs() (text string) {
	for _, log := range r.nodes {
		text += "\n" + log.String()
	}
	return text
}

// current reports whether the API answers, of the newest block.
func (r *reader) current() bool {
	response, err := http.Get("http://" + r.api + "/v1/network")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var n client.Network
	return json.NewDecoder(response.Body).Decode(&n) == nil && n.AsOf.Block >= r.net.Block()
}

// until waits for what happens by itself, two minutes at the most.
func (r *reader) until(what string, is func() bool) {
	r.t.Helper()
	for range 2400 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.t.Fatalf("%s does not come%s", what, r.logs())
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
