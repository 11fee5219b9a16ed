package main

import (
	"fmt"
	"runtime/debug"

	"parley/commands"
)

type versionCommand struct{}

func (versionCommand) Run() error {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				revision = " (" + s.Value[:12] + ")"
			}
		}
	}
	fmt.Printf("parley %s%s\n", commands.Version, revision)
	return nil
}
