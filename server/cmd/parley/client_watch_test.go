package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatchMissesNothingAndRepeatsNothing has the client of the Chinese manual print what is said while its connection is cut now and then. In the end it
// is killed when it has nothing to do, more is said than one answer to /since holds, and it is started again.
func TestWatchMissesNothingAndRepeatsNothing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	address := startProgram(t, "--message-rate", "unlimited")
	cutter := startCutter(t, address)
	home := botHome(t, cutter.address())
	settle(t, address, home, "ann", "watch")
	program := build(t, home, "watch.go")
	ann := loginAs(t, address, "ann")
	var want strings.Builder
	says := func(many int) {
		for range many {
			to := []string{"#desk", "#lobby", "watch"}[random.IntN(3)]
			text := fmt.Sprint("消息 ", strings.Count(want.String(), "\n"))
			ann.says("/msg %s %s", to, text)
			ann.hears(`\+ msg ` + to + ` .*`)
			if to == "watch" {
				to = "ann" // that is how the reader calls it
			}
			fmt.Fprintln(&want, to, "ann", text)
		}
	}
	says(3)
	watch := startAt(t, home, program)
	prints := func(before string) string {
		t.Helper()
		read := func() string { return before + withoutLog(watch.out.String()) }
		if !comesTrue(func() bool { return read() == want.String() }) {
			t.Fatalf("it prints\n%s\nand should print\n%s\nin all:\n%s", read(), want.String(), watch.out.String())
		}
		return read()
	}
	for range 12 {
		says(1 + random.IntN(10))
		cutter.cut(random.IntN(900))
	}
	before := prints("")
	last := func() string {
		number, _ := os.ReadFile(filepath.Join(home, "watch.number"))
		return string(number)
	}
	ann.says("/since 0 200")
	ann.hears(`\+ since .*`)
	if !comesTrue(func() bool { return strings.HasSuffix(ann.heard.String(), " upto="+last()+"\r\n") }) {
		t.Fatalf("it has not saved what it has dealt with: %s, and ann has read\n%s", last(), ann.heard.String())
	}
	watch.kill()
	<-watch.ended
	says(60)
	watch = startAt(t, home, program)
	prints(before)

	self := loginAs(t, address, "watch")
	self.says("/passwd\n%s\nbattery staple", aPassword)
	self.hears(`\+ passwd`)
	if out, err := watch.end(); err == nil || !strings.Contains(out, "The password of this account was changed.") {
		t.Errorf("it ended with %v and said %s", err, out)
	}
}

// withoutLog leaves out the lines that package log has written.
func withoutLog(printed string) string {
	var out strings.Builder
	for line := range strings.Lines(printed) {
		if !strings.HasPrefix(line, "20") {
			out.WriteString(line)
		}
	}
	return out.String()
}
