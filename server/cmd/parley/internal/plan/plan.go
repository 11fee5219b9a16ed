package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
)

// outcome is what a simulation has found.
type outcome struct {
	second         float64 // messages
	batch          float64 // messages of a commit
	redis, loop    float64 // parts of a processor
	own, own99     float64 // µs
	other, other99 float64
}

func (s *simulation) outcome() outcome {
	took := s.now - s.begin
	slices.Sort(s.own)
	slices.Sort(s.other)
	return outcome{
		second: float64(s.said) / took * 1e6, batch: float64(s.said) / float64(max(1, s.kept)),
		redis: s.redisBusy / took, loop: s.loopBusy / took / float64(s.nodes),
		own: percentile(s.own, 50), own99: percentile(s.own, 99), other: percentile(s.other, 50), other99: percentile(s.other, 99),
	}
}

func percentile(sorted []float64, p int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)*p/100]
}

// measuredCores are what the nodes, Redis and the clients share where it was measured.
const measuredCores = 2

// closed simulates what the benchmark does: four authors have so many messages in flight in all, on one machine.
func closed(c constants, nodes, members, inFlight int) outcome {
	const authors = 4
	s := &simulation{constants: c, nodes: nodes, members: members / nodes, cores: measuredCores}
	s.start()
	s.client = &thread{next: s.readAll}
	s.heard = func(all []*message) {
		var counts [authors]int
		for _, m := range all {
			if inFlight == 1 {
				counts[(m.author+1)%authors]++
			} else {
				counts[m.author]++
			}
		}
		for author, count := range counts {
			if count > 0 {
				s.send(s.all[author%nodes], author, count)
			}
		}
	}
	for i := range min(inFlight, authors) {
		s.send(s.all[i%nodes], i, max(1, inFlight/authors))
	}
	s.run(300e3)
	s.measure()
	s.run(1500e3)
	return s.outcome()
}

// open simulates so many messages a second that come at random, on nodes that have machines of their own.
func open(c constants, nodes, members int, rate, net float64) outcome {
	s := &simulation{constants: c, nodes: nodes, members: members, net: net}
	s.start()
	gap := 1e6 / rate
	var say func()
	say = func() {
		s.send(s.all[s.random.IntN(nodes)], 0, 1)
		s.after(s.random.ExpFloat64()*gap, say)
	}
	say()
	length := min(max(10_000*gap, 100e3), 10e6)
	s.run(length / 10)
	s.measure()
	s.run(length)
	return s.outcome()
}

const (
	between = 50.0 // µs from a node to Redis, or back, over a network
	round   = 50e3 // µs that a loop may take to write to all of its members
	full    = 1e6  // µs of a core in a second
)

// redisWall is how many messages a second fill Redis' core, where so many nodes must be told of each.
func (c constants) redisWall(nodes, batch int) float64 {
	commit, others := c.redis.of(batch, nodes)
	return full * float64(batch) / (commit + others)
}

// loopMembers is how many members of a node hear so many messages a second if its loop takes a round for all. While it writes, what it writes next
// gathers.
func (c constants) loopMembers(rate float64) float64 {
	return round / (c.write.once + c.write.each*math.Max(1, rate*round/1e6))
}

// wall is how many messages a second there can be at most, and what is full then.
func (c constants) wall(nodes, members int) (rate float64, what string) {
	rate, what = full/c.redis.each(nodes), "Redis' core"
	if loop := full / (c.write.each * float64(members)); loop < rate {
		rate, what = loop, "each loop's core"
	}
	if committer := full * float64(nodes) / c.node.each(nodes); committer < rate {
		rate, what = committer, "each committer's core"
	}
	return rate, what
}

// plan is what follows from what was measured, as the page has it.
func (m measured) plan() string {
	c := m.constants()
	var out strings.Builder
	section := func(title, text string, rows func(row func(cells ...any))) {
		fmt.Fprintf(&out, "### %s\n\n%s\n\n", title, text)
		w := tabwriter.NewWriter(&out, 0, 0, 1, ' ', 0)
		head := true
		rows(func(cells ...any) {
			for _, cell := range cells {
				if n, ok := cell.(float64); ok {
					cell = number(n)
				}
				fmt.Fprintf(w, "| %v\t", cell)
			}
			fmt.Fprint(w, "|\n")
			if head {
				fmt.Fprint(w, strings.Repeat("|---\t", len(cells))+"|\n")
			}
			head = false
		})
		w.Flush()
		fmt.Fprintln(&out)
	}
	section("The constants", "In µs of a processor, from the tables above.", func(row func(...any)) {
		row("what", "once", "for each message")
		for _, one := range []struct {
			who string
			commits
		}{{"Redis", c.redis}, {"a node's committer", c.node}} {
			row(one.who+": an empty commit", one.empty, "")
			row(one.who+": a commit of the only node", one.alone.once, one.alone.each)
			row(one.who+": a commit of one of several", one.shared.once, one.shared.each)
			row(one.who+": further, for each other node that is told", one.other.once, one.other.each)
		}
		row("a node's loop: a write to a member", c.write.once, c.write.each)
		row("until a thread that sleeps is awake", c.wakes, "")
	})
	section("What one Redis carries", "Messages a second that fill its core, by how many nodes must be told of each, and how many messages are in a commit.", func(row func(...any)) {
		batches := []int{1, 10, 100, 1000}
		cells := []any{"nodes"}
		for _, batch := range batches {
			cells = append(cells, fmt.Sprintf("%d a commit", batch))
		}
		row(cells...)
		for _, nodes := range []int{1, 2, 4, 8, 16, 32, 64} {
			cells := []any{nodes}
			for _, batch := range batches {
				cells = append(cells, c.redisWall(nodes, batch))
			}
			row(cells...)
		}
	})
	section("What one node carries", fmt.Sprintf("Members on one loop, where each hears so many messages a second, and a loop takes %.0f ms to write to all of them.", round/1000), func(row func(...any)) {
		row("messages a second", "members", "messages a write")
		for _, rate := range []int{1, 10, 100, 1000, 10_000} {
			rate := float64(rate)
			row(humanize.Comma(int64(rate)), c.loopMembers(rate), math.Max(1, rate*round/1e6))
		}
	})
	for _, members := range []int{1000, 10} {
		rate, what := c.wall(4, members)
		section(fmt.Sprintf("Four nodes, %d members on each who hear everything", members),
			fmt.Sprintf("The wall is at %s messages a second: %s is full. Milliseconds from sending to a member; Redis is %.0f µs away.", number(rate), what, between),
			func(row func(...any)) {
				row("of the wall", "messages a second", "a commit", "Redis' core", "a loop's core", "own node p50", "p99", "other node p50", "p99")
				for _, part := range []float64{0.01, 0.1, 0.25, 0.5, 0.75, 0.9} {
					o := open(c, 4, members, part*rate, between)
					row(percent(part), part*rate, o.batch, percent(o.redis), percent(o.loop), ms(o.own), ms(o.own99), ms(o.other), ms(o.other99))
				}
			})
	}
	section("The simulation beside what was measured", fmt.Sprintf("The same simulation with all threads, and those of the clients, on %d cores. Milliseconds are p50.", measuredCores), func(row func(...any)) {
		row("workload", "in flight", "nodes", "messages a second, measured", "simulated", "own node, measured", "simulated", "other node, measured", "simulated")
		for _, cells := range m.loads.rows {
			members := 8
			if cells[0] == lobby {
				members = 1000
			}
			inFlight, _ := strconv.Atoi(cells[1])
			nodes, _ := strconv.Atoi(cells[2])
			o := closed(c, nodes, members, inFlight)
			second := m.loads.value("messages a second", cells[:3]...)
			line := []any{cells[0], inFlight, nodes, second, fmt.Sprintf("%s (%.2f)", number(o.second), o.second/second), "", "", "", ""}
			if inFlight == 1 {
				line[5], line[6] = ms(1000*m.delays.value("own node p50", cells[0], cells[2])), ms(o.own)
				if nodes > 1 {
					line[7], line[8] = ms(1000*m.delays.value("other node p50", cells[0], cells[2])), ms(o.other)
				}
			}
			row(line...)
		}
	})
	return strings.TrimSpace(out.String())
}

func percent(part float64) string { return fmt.Sprintf("%.0f %%", 100*part) }

func ms(us float64) string { return fmt.Sprintf("%.2f", us/1000) }

// number writes as much of a number as is worth reading.
func number(n float64) string {
	switch {
	case n >= 1000:
		return humanize.Comma(int64(roundTo(n, 3)))
	case n >= 100:
		return fmt.Sprintf("%.0f", n)
	case n >= 10:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.2f", n)
}

// roundTo rounds to so many digits.
func roundTo(n float64, digits int) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(n))-float64(digits-1))
	return math.Round(n/unit) * unit
}
