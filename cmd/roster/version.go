package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print what this binary was built from",
		Example: "  roster version",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), version())
			return err
		},
	}
}

// version is the module's version and the commit, as Go's linker noted them.
func version() string {
	text, commit, dirty := "unknown", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		text = info.Main.Version
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = " " + s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = " (with changes)"
			}
		}
	}
	return fmt.Sprintf("roster %s%s%s, %s %s/%s", text, commit, dirty, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
