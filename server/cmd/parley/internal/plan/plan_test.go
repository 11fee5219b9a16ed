package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../../../../../"

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(root + "docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPageHasThePlan sees that the page says what follows from the measured tables in it.
func TestPageHasThePlan(t *testing.T) {
	is := page(t)
	want, err := planned(is)
	if err != nil {
		t.Fatal(err)
	}
	if is != want {
		t.Error("docs/scale.md has other tables than `make plan` writes there")
	}
}

// TestCommandsOfThePageExist looks for the targets of make, and for the benchmarks.
func TestCommandsOfThePageExist(t *testing.T) {
	makefile, err := os.ReadFile(root + "Makefile")
	if err != nil {
		t.Fatal(err)
	}
	text := page(t)
	targets := regexp.MustCompile(`(?m)^    make (\S+)|`+"`make (\\S+?)`").FindAllStringSubmatch(text, -1)
	for _, m := range targets {
		if target := m[1] + m[2]; !strings.Contains(string(makefile), "\n"+target+":") {
			t.Errorf("there is no make %s", target)
		}
	}
	benchmarks := regexp.MustCompile(`-bench (\w+)\S* .*(\./\S+)`).FindAllStringSubmatch(text, -1)
	for _, m := range benchmarks {
		files, err := filepath.Glob(root + m[2] + "/*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || strings.Contains(string(source), "\nfunc Benchmark"+m[1]+"(")
		}
		if !found {
			t.Errorf("there is no benchmark %s in %s", m[1], m[2])
		}
	}
	if len(targets) == 0 || len(benchmarks) == 0 {
		t.Error("the page names no commands")
	}
}

var example = constants{
	redis: commits{empty: 5, shared: cost{20, 1}, other: cost{3, 0.5}},
	node:  commits{empty: 7, shared: cost{30, 2}, other: cost{4, 1}},
	write: cost{2, 0.1}, wakes: 10,
}

// TestSimulatedWay adds up by hand what one message takes.
func TestSimulatedWay(t *testing.T) {
	s := &simulation{constants: example, nodes: 2, members: 10, net: 50}
	s.start()
	s.send(s.all[0], 0, 1)
	s.run(10_000)
	toRedis := 10 + 2 + 10 + 50 + 10 + (20 + 1 + 3 + 0.5) // the loop wakes and reads, the committer and Redis wake; the script
	own := toRedis + 50 + 10 + (30 + 2) + 10 + 10*2.1     // the committer and the loop wake; the writes
	other := toRedis + 50 + 10 + 10 + 50 + 10 + 5 + 50 + 10 + (7 + 4 + 1) + 10 + 10*2.1
	if len(s.own) != 1 || len(s.other) != 1 || !near(s.own[0], own) || !near(s.other[0], other) {
		t.Errorf("it takes %v and %v, and not %v and %v", s.own, s.other, own, other)
	}
}

func near(a, b float64) bool { return a-b < 1e-6 && b-a < 1e-6 }

// TestSimulationLosesNothing has many authors send in bursts, and counts what each node hears.
func TestSimulationLosesNothing(t *testing.T) {
	s := &simulation{constants: example, nodes: 4, members: 250, cores: 2}
	s.start()
	heard := 0
	s.client = &thread{next: s.readAll}
	s.heard = func(all []*message) { heard += len(all) }
	for i := range 100 {
		s.send(s.all[i%4], i, 10)
		s.run(float64(i) * 100)
	}
	s.run(1e6)
	if heard != 1000 || s.said != 1000 || s.kept >= 1000 {
		t.Errorf("%d of 1000 messages were heard by all, and %d were kept in %d commits", heard, s.said, s.kept)
	}
	for _, n := range s.all {
		if n.committing || n.reading || len(n.feed) > 0 {
			t.Error("a node has not come to rest")
		}
	}
}

// TestSimulationMeetsTheWall sees that what is asked for beyond what Redis carries is not carried.
func TestSimulationMeetsTheWall(t *testing.T) {
	wall, what := example.wall(4, 1)
	if o := open(example, 4, 1, 0.5*wall, 0); what != "Redis' core" || o.second < 0.45*wall || o.second > 0.55*wall {
		t.Errorf("of half of %v, where %s is full, %v are carried", wall, what, o.second)
	}
	if o := open(example, 4, 1, 1.5*wall, 0); o.second > 1.05*wall || o.redis < 0.99 {
		t.Errorf("beyond %v %v are carried, with Redis busy for %v", wall, o.second, o.redis)
	}
}
