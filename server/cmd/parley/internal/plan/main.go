// Plan computes what many nodes on one Redis carry, from what BenchmarkNodes and BenchmarkNodesCommits have measured: it reads their tables in a page,
// such as docs/scale.md, and writes its own in place of those that it has put there before.
package main

import (
	"fmt"
	"os"
	"strings"
)

const (
	begin = "<!-- What follows is written by `make plan`. -->\n"
	end   = "<!-- What was written by `make plan` ends here. -->\n"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "it needs the page: docs/scale.md")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	planned, err := planned(string(page))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(planned), 0o644)
}

// planned returns the page with its plan.
func planned(page string) (string, error) {
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("it does not say where the plan belongs: %q, %q", begin, end)
	}
	m, err := readMeasured(before)
	if err != nil {
		return "", err
	}
	return before + begin + "\n" + m.plan() + "\n\n" + end + after, nil
}
