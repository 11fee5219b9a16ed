package baseline

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// TestMain prints what the benchmarks have found, side by side.
func TestMain(m *testing.M) {
	if url := os.Getenv(servesStore); url != "" {
		serve(url)
	}
	if url := os.Getenv(servesTLS); url != "" {
		serveTLS(url)
	}
	// The server's loop and the load hold one of Go's processors each while they wait.
	runtime.GOMAXPROCS(runtime.NumCPU() + 2)
	status := m.Run()
	found.print()
	foundNodes.print()
	printCommits()
	os.Exit(status)
}

// figure is what one run of a benchmark has found.
type figure struct {
	second float64 // deliveries
	cpu    float64 // the server's nanoseconds for each of them
}

// figures are all of them.
type figures struct {
	workloads []string // in the order in which they came
	runs      map[string]map[string][]figure
}

var found = figures{runs: map[string]map[string][]figure{}}

// measure runs deliveries, which returns how many it has seen, as long as the benchmark wants.
func measure(b *testing.B, target, workload string, deliveries func() int) {
	measureBy(b, serverTime, target, workload, deliveries)
}

// measureBy is measure for a server whose time is known by cpu.
func measureBy(b *testing.B, cpuTime func() time.Duration, target, workload string, deliveries func() int) {
	b.ReportAllocs()
	credit, all := 0, 0
	var begin time.Time
	var cpu meter
	for b.Loop() {
		if all == 0 {
			begin, cpu = time.Now(), startMeter(cpuTime)
		}
		for ; credit == 0; all += credit {
			credit = deliveries()
		}
		credit--
	}
	f := figure{float64(all) / time.Since(begin).Seconds(), float64(cpu.stop()) / float64(all)}
	b.ReportMetric(f.second, "deliveries/s")
	b.ReportMetric(f.cpu, "server-ns/op")
	found.add(workload, target, f)
}

func (f *figures) add(workload, target string, found figure) {
	if f.runs[workload] == nil {
		f.workloads = append(f.workloads, workload)
		f.runs[workload] = map[string][]figure{}
	}
	f.runs[workload][target] = append(f.runs[workload][target], found)
}

// print writes the medians as a table that fits into a Markdown page.
func (f *figures) print() {
	if len(f.workloads) == 0 {
		return
	}
	f.table("deliveries a second (and how many times the baseline)", func(f figure) float64 { return f.second })
	f.table("ns of the server's processors for each delivery (and how many times the baseline)", func(f figure) float64 { return f.cpu })
}

func (f *figures) table(title string, value func(figure) float64) {
	fmt.Printf("\n%s\n\n", title)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "| workload")
	measured := slices.DeleteFunc(slices.Clone(pairTargets), func(t target) bool {
		return !slices.ContainsFunc(f.workloads, func(workload string) bool { return len(f.runs[workload][t.name]) > 0 })
	})
	for _, t := range measured {
		fmt.Fprintf(w, "\t| %s", t.name)
	}
	fmt.Fprintf(w, "\t|\n|---%s\t|\n", strings.Repeat("\t|---", len(measured)))
	for _, workload := range f.workloads {
		fmt.Fprintf(w, "| %s", workload)
		base := median(f.runs[workload]["baseline"], value)
		for _, t := range measured {
			runs := f.runs[workload][t.name]
			switch n := median(runs, value); {
			case len(runs) == 0:
				fmt.Fprint(w, "\t| ")
			case t.name == "baseline" || base == 0:
				fmt.Fprintf(w, "\t| %s", humanize.Comma(int64(n)))
			default:
				fmt.Fprintf(w, "\t| %s (%.2f)", humanize.Comma(int64(n)), n/base)
			}
		}
		fmt.Fprintf(w, "\t|\n")
	}
	w.Flush()
}

func median(runs []figure, value func(figure) float64) float64 {
	var values []float64
	for _, f := range runs {
		values = append(values, value(f))
	}
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}
