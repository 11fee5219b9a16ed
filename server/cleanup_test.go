package server

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// deadline is how long a test waits for what must happen. It is long, because only a failure waits for it.
const deadline = 30 * time.Second

// within fails the test when f does not return.
func within(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(deadline):
		t.Fatalf("not seen: %s\n%s", what, stacks())
	}
}

// eventually fails the test when a condition does not come true.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for begin := time.Now(); !condition(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > deadline {
			t.Fatalf("not seen: %s", what)
		}
	}
}

// resources are what a server could leave behind.
type resources struct{ goroutines, descriptors int }

func countResources() resources {
	return resources{runtime.NumGoroutine() - parked(), len(descriptorsOpen())}
}

// parked counts the goroutines that evloop has parked for good.
func parked() (n int) {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1)
	_, all, _ := strings.Cut(b.String(), "\n")         // behind the title
	for alike := range strings.SplitSeq(all, "\n\n") { // "7 @ 0x1 0x2", then a line for each function
		if strings.Contains(alike, "evloop.park+") {
			count := 0
			_, _ = fmt.Sscanf(alike, "%d @", &count)
			n += count
		}
	}
	return n
}

// check waits until no more is left than there was before.
func (before resources) check(t testing.TB) {
	t.Helper()
	var now resources
	for begin := time.Now(); time.Since(begin) < deadline; time.Sleep(time.Millisecond) {
		now = countResources()
		if now.goroutines <= before.goroutines && now.descriptors <= before.descriptors {
			return
		}
	}
	t.Errorf("left behind: %+v before, %+v now\n%v\n%s", before, now, descriptorsOpen(), stacks())
}

// descriptorsOpen lists the descriptors of this process with what they are.
func descriptorsOpen() []string {
	const dir = "/proc/self/fd"
	entries, _ := os.ReadDir(dir)
	var list []string
	for _, e := range entries {
		if what, err := os.Readlink(dir + "/" + e.Name()); err == nil {
			list = append(list, fmt.Sprintf("%s %s", e.Name(), what))
		}
	}
	return list
}

func stacks() []byte {
	b := make([]byte, 1<<20)
	return b[:runtime.Stack(b, true)]
}
