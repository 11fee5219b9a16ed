package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"text/tabwriter"

	"parley/commands"
)

type versionCommand struct{}

// Run says what this program is, a name and a value a line.
func (versionCommand) Run() error {
	built := map[string]string{"vcs.revision": "unknown", "vcs.time": "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			built[s.Key] = s.Value
		}
	}
	if built["vcs.modified"] == "true" {
		built["vcs.revision"] += "+dirty"
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintf(table, "parley\t%s\n", commands.Version)
	fmt.Fprintf(table, "protocol\t%s\n", commands.Version)
	fmt.Fprintf(table, "commit\t%s\n", built["vcs.revision"])
	fmt.Fprintf(table, "committed\t%s\n", built["vcs.time"])
	fmt.Fprintf(table, "go\t%s\n", runtime.Version())
	fmt.Fprintf(table, "platform\t%s/%s\n", runtime.GOOS, runtime.GOARCH)
	return table.Flush()
}
