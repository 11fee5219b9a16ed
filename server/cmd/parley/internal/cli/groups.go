package cli

import (
	"fmt"
	"strings"
)

// checkGroups says which flags of the command line do not fit together.
func checkGroups(flags []*Flag) error {
	for _, f := range flags {
		if f.Source != FromCommandLine {
			continue
		}
		if both := flagsOf(flags, func(o *Flag) bool { return o.only != "" && o.only == f.only && o.Source == FromCommandLine }); len(both) > 1 {
			return fmt.Errorf("only one of %s may be used", strings.Join(both, " and "))
		}
		if missing := flagsOf(flags, func(o *Flag) bool { return o.all != "" && o.all == f.all && o.Source != FromCommandLine }); len(missing) > 0 {
			return fmt.Errorf("--%s and %s must be used together", f.Name, strings.Join(missing, " and "))
		}
	}
	return nil
}

// flagsOf names the flags that are so.
func flagsOf(flags []*Flag, so func(*Flag) bool) (names []string) {
	for _, f := range flags {
		if so(f) {
			names = append(names, "--"+f.Name)
		}
	}
	return names
}
