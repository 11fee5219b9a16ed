// Package testenv is what the tests of all packages below server share: what they do where the machine lacks something they need.
package testenv

import (
	"os"
	"testing"
)

// Skip skips the test, or the benchmark, for a reason that lies in the machine: a program that is not installed, a thing that the
// kernel does not allow. Where the environment has CI=true, as under .ci/run, everything must be tested, so there the test fails. Skip
// does not return, and is to be called from the goroutine of the test.
func Skip(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatal("CI=true, so this must be tested: ", why)
	}
	tb.Skip(why)
}
