package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newDocs() *cobra.Command {
	c := &cobra.Command{Use: "docs", Short: "Write the manual: docs/cli.md, or pages for man", Args: noArguments,
		Example: "  roster docs man ~/.local/share/man/man1\n  roster docs cli > docs/cli.md",
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(&cobra.Command{Use: "cli", Short: "Write all commands and flags as Markdown", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return writeCLI(c.OutOrStdout()) },
	}, &cobra.Command{Use: "man DIR", Short: "Write a manual page for each command to a folder", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := undated()
			if err := doc.GenManTree(root, &doc.GenManHeader{Title: "ROSTER", Section: "1", Source: "roster"}, args[0]); err != nil {
				return fmt.Errorf("write manual pages to %s: %w", args[0], err)
			}
			fmt.Fprintf(c.OutOrStdout(), "Wrote the pages to %s: man %s/roster.1\n", args[0], args[0])
			return nil
		},
	})
	return c
}

// undated is the command tree as the manual has it, without the day; manual pages have the month.
func undated() *cobra.Command {
	root := newRoot()
	root.InitDefaultHelpCmd()
	root.DisableAutoGenTag = true
	return root
}

// writeCLI writes every command, those of a noun after it.
func writeCLI(out io.Writer) error {
	fmt.Fprint(out, `# Commands

Generated from cmd/roster by `+"`make gen`"+`; do not edit. `+"`roster COMMAND --help`"+` says the same, `+"`roster docs man DIR`"+` writes manual
pages, and `+"`roster completion SHELL`"+` a script that completes commands and flags in bash, fish, powershell or zsh.

`)
	writeTopics(out)
	return eachCommand(undated(), func(c *cobra.Command) error {
		link := func(name string) string {
			return "#" + strings.ReplaceAll(strings.TrimSuffix(name, ".md"), "_", "-")
		}
		return doc.GenMarkdownCustom(c, out, link)
	})
}

func eachCommand(c *cobra.Command, do func(*cobra.Command) error) error {
	if err := do(c); err != nil {
		return err
	}
	for _, child := range c.Commands() {
		if !child.IsAvailableCommand() || child.Name() == "help" || child.Name() == "completion" {
			continue
		}
		if err := eachCommand(child, do); err != nil {
			return err
		}
	}
	return nil
}
