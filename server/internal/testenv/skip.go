// Package testenv says what a test may expect of the machine that it runs on.
package testenv

import (
	"os"
	"testing"
)

// Skip ends a test that this machine can't run; why is a sentence. Where CI=true is set everything that the tests need is
// installed, so a test that can't run there is a failure.
func Skip(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatal("this test must run where CI=true, but: " + why)
	}
	tb.Skip(why)
}
