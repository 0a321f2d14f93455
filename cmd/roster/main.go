// Command roster is everything one does with Roster: a file for each noun.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes.
const (
	exitOK    = 0
	exitError = 1 // it was tried and did not work, or a check failed
	exitUsage = 2 // it was asked for wrongly, and nothing was tried; of doctor also: it cannot tell
)

// exitStatus is the exit code of a command that has said everything already.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with everything it touches as an argument; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var status exitStatus
	switch usage := (*usageError)(nil); {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "roster: %v\n", err)
		if usage.command != "" {
			fmt.Fprintf(stderr, "see: %s --help\n", usage.command)
		}
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "roster: interrupted")
		return exitError
	default:
		fmt.Fprintf(stderr, "roster: %v\n", advise(err))
		return exitError
	}
}

// advise adds what to do to errors of the machine that need it.
func advise(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: another process listens there; end it, or choose another port with --http", err)
	}
	return withAdvice(err)
}

// newRoot is the command tree.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "roster",
		Short: "Elects Gear.exe's Executors over Symbiotic restaking, pays and slashes them",
		Long: `Roster elects the Executors of Gear.exe: operators whose stake lies in Symbiotic vaults. Its
contracts and rules say who is elected, what they are paid, and what a lie costs them.

Start here:
  roster demo --once      a whole network in this process: elections, batches, rewards, slashes
  roster devnet           a network of the same contracts as a JSON-RPC endpoint, to build against
  roster node             a node: does everything that is due, until stopped`,
		Args:          noArguments,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(c, plainly(err)) })
	root.AddCommand(newDemo(), newDevnet(), newNode(), newDoctor(), newExecutor(), newJournal(), newElection(), newKeys(), newReward(), newOperator(), newStaker(), newBench(), newProgram(), newSlash(), newVault(), newNetwork(), newSet(), newDocs(), newVersion())
	root.AddCommand(topics()...)
	countedRight(root)
	return root
}

// countedRight makes too many or too few arguments what they are: a command that was called wrongly.
func countedRight(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if known := (*usageError)(nil); err == nil || errors.As(err, &known) {
				return err
			}
			return usage(c, fmt.Errorf("%w: want %s", err, c.Use))
		}
	}
	for _, child := range c.Commands() {
		countedRight(child)
	}
}

// plainly says what a flag wants where the library tells how it parsed it.
func plainly(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	want := map[string]string{
		"int": "a whole number", "uint64": "a whole number from 0", "duration": "a time with its unit, like 500ms or 2s",
	}[invalid.GetFlag().Value.Type()]
	if want == "" {
		return err
	}
	return fmt.Errorf("--%s %s: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
}

// usageError is a command that was called wrongly.
type usageError struct {
	err     error
	command string // whose help helps
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(c *cobra.Command, err error) error { return &usageError{err, c.CommandPath()} }

// noArguments refuses arguments: everything is a flag or a command.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !c.HasParent() {
		return usage(c, fmt.Errorf("unknown command %q; the commands are %s", args[0], commands(c)))
	}
	return usage(c, fmt.Errorf("%q: %s takes no arguments, only flags", args[0], c.CommandPath()))
}

// commands names all that there are.
func commands(root *cobra.Command) string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" && c.Name() != "completion" {
			names = append(names, c.Name())
		}
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
