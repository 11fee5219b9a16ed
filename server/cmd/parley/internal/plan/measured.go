package main

import (
	"fmt"
	"strconv"
	"strings"
)

// cost is microseconds of a processor: for doing something once, and for each message in it.
type cost struct{ once, each float64 }

func (c cost) of(messages int) float64 { return c.once + c.each*float64(messages) }

// through is the cost of which two points are known.
func through(n1, takes1, n2, takes2 float64) cost {
	each := (takes2 - takes1) / (n2 - n1)
	return cost{takes1 - n1*each, each}
}

// constants are what all is computed from.
type constants struct {
	redis commits // Redis
	node  commits // a node's committer, without what it does for members
	write cost    // to a member
	read  cost    // by a client
	wakes float64 // until a thread that sleeps is awake
}

// commits are what commits cost.
type commits struct {
	empty  float64
	alone  cost // a commit where there is no other node
	shared cost // a commit where there are
	other  cost // further, for each other node that is told of it, and when it is told
}

// of is what a commit costs with so many nodes, and what the others pay or make to be paid when they are told.
func (c commits) of(messages, nodes int) (commit, others float64) {
	if nodes == 1 {
		return c.alone.of(messages), 0
	}
	return c.shared.of(messages), float64(nodes-1) * c.other.of(messages)
}

// each is what a further message in a commit costs, with what it costs the others.
func (c commits) each(nodes int) float64 {
	if nodes == 1 {
		return c.alone.each
	}
	return c.shared.each + float64(nodes-1)*c.other.each
}

// table is one of a Markdown page.
type table struct {
	head []string
	rows [][]string
}

// tables finds those of a page.
func tables(page string) (found []table) {
	inside := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		switch {
		case !inside:
			found = append(found, table{head: cells})
			inside = true
		case !strings.HasPrefix(cells[0], "---"):
			last := &found[len(found)-1]
			last.rows = append(last.rows, cells)
		}
	}
	return found
}

// measured is the tables that the benchmark prints.
type measured struct{ loads, delays, commits table }

func readMeasured(page string) (m measured, err error) {
	for _, t := range tables(page) {
		switch head := strings.Join(t.head, " "); {
		case strings.HasPrefix(head, "workload in flight nodes messages a second"):
			m.loads = t
		case strings.HasPrefix(head, "workload nodes own node p50"):
			m.delays = t
		case strings.HasPrefix(head, "nodes messages a commit"):
			m.commits = t
		}
	}
	if m.loads.rows == nil || m.delays.rows == nil || m.commits.rows == nil {
		return m, fmt.Errorf("it has not all tables that BenchmarkNodes prints")
	}
	return m, nil
}

// value returns the number in a column, of the row that begins so; 0: there is none. What stands in brackets behind it does not count.
func (t table) value(column string, row ...string) float64 {
	for _, cells := range t.rows {
		if strings.Join(cells[:len(row)], "|") != strings.Join(row, "|") {
			continue
		}
		for i, head := range t.head {
			if head == column && i < len(cells) {
				text, _, _ := strings.Cut(cells[i], " ")
				n, _ := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
				return n
			}
		}
	}
	return 0
}

const (
	lobby     = "lobby of 1000"
	smallRoom = "room of 8"
)

// constants computes them. How long a thread takes to wake is that with which the simulation takes as long as was measured in the small room on
// one node; nothing else of the measured loads is used to fit anything.
func (m measured) constants() (c constants) {
	commits := func(column string) (c commits) {
		at := func(nodes, messages string) float64 { return m.commits.value(column, nodes, messages) }
		further := func(messages string) float64 { return (at("8", messages) - at("2", messages)) / 6 }
		c.empty, c.alone = at("2", "0"), through(1, at("1", "1"), 1000, at("1", "1000"))
		c.other = through(1, further("1"), 1000, further("1000"))
		c.shared = through(1, at("2", "1")-c.other.of(1), 1000, at("2", "1000")-c.other.of(1000))
		return c
	}
	c.redis, c.node = commits("Redis' µs a commit"), commits("the node's µs a commit")
	// With one message in flight each is written alone, with a thousand as many together as one script keeps.
	delivery := func(column string) cost {
		alone, together := m.loads.value(column, lobby, "1", "1")/1000, m.loads.value(column, lobby, "1000", "1")/1000
		once := (alone - together) / (1 - m.loads.value("scripts a message", lobby, "1000", "1"))
		return cost{once, alone - once}
	}
	c.write, c.read = delivery("nodes' ns a delivery"), delivery("clients' ns a delivery")
	c.wakes = fit(1000*m.delays.value("own node p50", smallRoom, "1"), func(wakes float64) float64 {
		c.wakes = wakes
		return closed(c, 1, 8, 1).own
	})
	return c
}

// fit finds the argument, from 0 to 1000, with which a function that grows comes to a value.
func fit(value float64, of func(float64) float64) float64 {
	low, high := 0.0, 1000.0
	for range 30 {
		if middle := (low + high) / 2; of(middle) < value {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
