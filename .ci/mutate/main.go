// Command mutate shows that the tests notice when the code is wrong. mutations.txt lists changes that break something on purpose. Each is
// made alone, in a copy of the working tree, and the test that it names must fail:
//
//	go run ./.ci/mutate             # all of them
//	go run ./.ci/mutate password    # those with this word in their title
//
// It ends with status 1 if a change does not fit the code any more, does not compile, or is not noticed.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const list = ".ci/mutate/mutations.txt"

func main() {
	failed, err := run(strings.ToLower(strings.Join(os.Args[1:], " ")))
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
	if failed > 0 {
		fmt.Printf("mutate: %d failed\n", failed)
		os.Exit(1)
	}
}

// run tries the changes with that word in their title and returns how many failed.
func run(word string) (failed int, err error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return 0, err
	}
	all, err := parse(string(text))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", list, err)
	}
	tree, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(tree)
	if err := copyTree(tree); err != nil {
		return 0, err
	}
	all = slices.DeleteFunc(all, func(m *mutation) bool { return !strings.Contains(strings.ToLower(m.title), word) })
	if len(all) == 0 {
		return 0, fmt.Errorf("no title in %s has %q in it", list, word)
	}
	unchanged := runUnchanged(tree, all)
	for _, m := range all {
		problem := m.passed(unchanged[m.pkg])
		if problem == "" {
			problem = m.try(tree)
		}
		if problem == "" {
			fmt.Printf("ok    %s\n", m.title)
			continue
		}
		failed++
		fmt.Printf("FAIL  %s\n      %s\n", m.title, problem)
	}
	return failed, nil
}

// copyTree copies the working tree, without what git ignores.
func copyTree(to string) error {
	files, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for _, name := range strings.Split(strings.TrimRight(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // removed, and not committed yet
		}
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, text, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// runUnchanged runs the named tests on the code as it is: those of a package together, since building them takes the time. It returns
// what the tests of each package printed.
func runUnchanged(tree string, all []*mutation) map[string]string {
	names := map[string][]string{}
	for _, m := range all {
		if !slices.Contains(names[m.pkg], m.topTest()) {
			names[m.pkg] = append(names[m.pkg], m.topTest())
		}
	}
	printed := map[string]string{}
	for pkg, tests := range names {
		printed[pkg], _ = runTests(tree, pkg, "^("+strings.Join(tests, "|")+")$", "10m") // what failed stands in what they printed
	}
	return printed
}

// passed looks for the named test in what the tests of its package printed, and returns what is wrong.
func (m *mutation) passed(printed string) string {
	switch {
	case strings.Contains(printed, "--- PASS: "+m.name+" ("):
		return ""
	case strings.Contains(printed, "--- FAIL: "+m.name+" ("):
		return fmt.Sprintf("%s fails without any change:\n%s", m.test(), tail(printed))
	case strings.Contains(printed, "[build failed]"):
		return "does not compile without any change:\n" + tail(printed)
	}
	return fmt.Sprintf("%s does not exist, or was skipped", m.test())
}

// try makes the change and takes it back. It returns what is wrong.
func (m *mutation) try(tree string) string {
	file := filepath.Join(tree, m.file)
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	changed, err := m.apply(string(text))
	if err != nil {
		return err.Error()
	}
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		return err.Error()
	}
	defer os.WriteFile(file, text, 0o644)
	// Each part of the name must fit as a whole.
	out, err := runTests(tree, m.pkg, "^"+strings.ReplaceAll(m.name, "/", "$/^")+"$", "1m")
	switch {
	case err == nil:
		return fmt.Sprintf("not noticed by %s", m.test())
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		return fmt.Sprintf("does not compile:\n%s", tail(out))
	case !strings.Contains(out, "--- FAIL: "+m.topTest()) && !crashed(out):
		return fmt.Sprintf("another thing than %s failed:\n%s", m.test(), tail(out))
	}
	return ""
}

// crashed reports whether the test ended the process, or did not end in time.
func crashed(out string) bool {
	return strings.Contains(out, "panic: ") || strings.Contains(out, "fatal error: ")
}

func runTests(tree, pkg, pattern, timeout string) (out string, err error) {
	goTool := os.Getenv("GO")
	if goTool == "" {
		goTool = "go"
	}
	command := exec.Command(goTool, "test", "-v", "-vet=off", "-ldflags=-s -w", // which links faster
		"-count=1", "-timeout="+timeout, "-run", pattern, pkg)
	command.Dir = tree
	printed, err := command.CombinedOutput()
	return string(printed), err
}

// tail is the end of what a test printed.
func tail(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return "      | " + strings.Join(lines[max(0, len(lines)-15):], "\n      | ")
}
