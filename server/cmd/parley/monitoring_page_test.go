package main

import (
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const monitoring = "../../../docs/monitoring.md"

// TestMetricsAreExplained: the page has every metric of our own, and none that there is not; and every value of their labels but for the codes, which
// the manual has.
func TestMetricsAreExplained(t *testing.T) {
	page, err := os.ReadFile(monitoring)
	if err != nil {
		t.Fatal(err)
	}
	w := startWatched(t, "sqlite:"+t.TempDir()+"/parley.db")
	_, text := w.get("/metrics")
	var there []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (parley_\S+) `).FindAllStringSubmatch(text, -1) {
		there = append(there, m[1])
	}
	told := firstCells(string(page), "Prometheus", "(?m)^\\| `(parley_[a-z_]+)`")
	if !slices.IsSorted(there) {
		t.Errorf("not sorted: %q", there)
	}
	same(t, "metrics", there, told)
	for _, m := range regexp.MustCompile(`(?m)^(parley_[a-z_]+)\{(\w+)="([^"]*)"\}`).FindAllStringSubmatch(text, -1) {
		name, label, value := m[1], m[2], m[3]
		row := regexp.MustCompile("(?m)^\\| `" + name + "`.*$").FindString(string(page))
		isCode := label == "code" || name == "parley_connections_closed_total" && value != "client"
		if label != "le" && (!strings.Contains(row, "`"+label+"`") || !isCode && !strings.Contains(row, "`"+value+"`")) {
			t.Errorf("the page does not explain %s", m[0])
		}
	}
}

// TestMonitoringExamples runs the examples of the page that can be run, and asks for every path of its table.
func TestMonitoringExamples(t *testing.T) {
	need(t, "curl", "go")
	page, err := os.ReadFile(monitoring)
	if err != nil {
		t.Fatal(err)
	}
	_ = exec.Command("go", "tool", "pprof", "-h").Run() // the first time it is built, which takes its time
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	example := regexp.MustCompile(`(?m)^    parley serve (--ops localhost:8890)$`).FindStringSubmatch(string(page))
	if example == nil {
		t.Fatal("the page does not say how to begin")
	}
	here := func(text string) string { return strings.ReplaceAll(text, "localhost:8890", "localhost:"+port) }
	k := startKillable(t, "sqlite:"+t.TempDir()+"/parley.db", strings.Fields(here(example[1]))...)
	w := &watched{killable: k, ops: k.log.told(t, "listening for operators")}
	w.says("/readyz", 200, "ok\n")
	for _, command := range regexp.MustCompile(`(?m)^    (curl|go) .*$`).FindAllString(string(page), -1) {
		printed, err := start(t, append(os.Environ(), "PPROF_TMPDIR="+t.TempDir()), "", "sh", "-c", here(strings.TrimSpace(command))).end()
		if err != nil || !strings.Contains(printed, "ok\n") && !strings.Contains(printed, "flat%") {
			t.Errorf("%s: %v\n%s", command, err, printed)
		}
	}
	paths := regexp.MustCompile("(?m)^\\| `(/[a-z./]+)`").FindAllStringSubmatch(string(page), -1)
	if len(paths) < 5 {
		t.Fatalf("the table has only %q", paths)
	}
	for _, path := range paths {
		if status, body := w.get(path[1]); status != 200 {
			t.Errorf("%s: %d %s", path[1], status, body)
		}
	}
}
