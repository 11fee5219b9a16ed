package baseline

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"parley/storage/storagetest"
)

// BenchmarkNodes has one, two and four nodes on one Redis, each a process of its own. A thousand members are spread evenly over them, and so
// are the four who speak: in the lobby, and in a room of eight, where no thousand writes hide what the way to another node takes. One
// operation is a round: each workload for two seconds at each number of nodes, in turns. The machine is shared by all, and by the clients.
func BenchmarkNodes(b *testing.B) {
	clusters := make([]*cluster, len(nodeCounts))
	for i, nodes := range nodeCounts {
		clusters[i] = startCluster(b, nodes)
	}
	for round := 0; b.Loop(); round++ {
		for _, w := range nodeWorkloads {
			for i := range clusters {
				at := (i + round) % len(clusters)
				foundNodes.add(w, at, clusters[at].measure(w))
			}
		}
	}
}

const (
	nodeMembers = 1000
	nodeRoom    = 8 // members of the room
	nodeTime    = 2 * time.Second
)

var nodeCounts = []int{1, 2, 4}

// nodeWorkload is who speaks to whom, with how many messages in flight in all.
type nodeWorkload struct{ members, inFlight int }

var nodeWorkloads = []nodeWorkload{{nodeMembers, 1}, {nodeMembers, 64}, {nodeMembers, 1000}, {nodeRoom, 1}}

func (w nodeWorkload) String() string {
	if w.members == nodeMembers {
		return "lobby of 1000"
	}
	return fmt.Sprintf("room of %d", w.members)
}

// cluster is some nodes on a Redis of their own, and their clients: the ith is at the node i modulo their number.
type cluster struct {
	*load
	nodes []process
	redis *storagetest.Redis
}

func startCluster(b *testing.B, nodes int) *cluster {
	b.Helper()
	c := &cluster{redis: storagetest.StartRedis(b)}
	var addresses []string
	for range nodes {
		c.nodes = append(c.nodes, startProcess(b, c.redis.URL()))
		addresses = append(addresses, c.nodes[len(c.nodes)-1].address)
	}
	c.load = connect(b, target{name: "redis", store: func(testing.TB) string { return c.redis.URL() }}, addresses, grouping{room: nodeRoom}, nodeMembers)
	return c
}

// nodeFigure is what one run at one number of nodes has found.
type nodeFigure struct {
	second     float64 // messages
	node       float64 // ns of the nodes' processors for each delivery
	redis      float64 // µs of Redis' processor for each message
	scripts    float64 // that Redis has run for each message
	clients    float64 // ns of the clients' processor for each delivery
	own, other delays
}

// delays are what messages took to reach listeners.
type delays []time.Duration

func (d delays) percentile(p int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[(len(d)-1)*p/100]
}

// measure runs a workload for a while. Every message must have reached everybody by then, in one order.
func (c *cluster) measure(w nodeWorkload) (f nodeFigure) {
	all := &rooms{load: c.load}
	command := "/all "
	if w.members == nodeRoom {
		command = "/msg " + roomName(0) + " "
	}
	all.open(c.peers[:w.members], speakers, max(1, w.inFlight/speakers), command)
	room := all.all[0]
	if w.inFlight == 1 {
		room.inTurn = true
		room.reaches = func(listener, author *peer) {
			if listener.number%len(c.nodes) == author.number%len(c.nodes) {
				f.own = append(f.own, time.Since(author.spoke))
			} else {
				f.other = append(f.other, time.Since(author.spoke))
			}
		}
	}
	begin, clients, nodes, redis, scripts := time.Now(), ownTime(), c.nodeTime(), redisTime(c.b, c.redis), redisScripts(c.b, c.redis)
	deliveries := 0
	for time.Since(begin) < nodeTime {
		deliveries += all.deliveries()
	}
	all.finish()
	took := time.Since(begin)
	deliveries += room.arrived
	messages := 0
	for _, p := range room.members[:speakers] {
		messages += p.sent
	}
	if want := messages * (w.members - 1); deliveries != want {
		c.b.Errorf("there were %d deliveries, and not %d", deliveries, want)
	}
	f.second = float64(messages) / took.Seconds()
	f.node = float64(c.nodeTime()-nodes) / float64(deliveries)
	f.redis = (redisTime(c.b, c.redis) - redis).Seconds() * 1e6 / float64(messages)
	f.clients = float64(ownTime()-clients) / float64(deliveries)
	f.scripts = (redisScripts(c.b, c.redis) - scripts) / float64(messages)
	return f
}

// nodeTime is what the nodes have taken of the processors.
func (c *cluster) nodeTime() (used time.Duration) {
	const tick = time.Second / 100 // the kernel counts in these
	for _, n := range c.nodes {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.pid))
		must(c.b, err)
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		for _, field := range fields[11:13] { // utime and stime
			ticks, err := strconv.Atoi(field)
			must(c.b, err)
			used += time.Duration(ticks) * tick
		}
	}
	return used
}

// redisTime is what Redis has taken of the processors, as it tells itself: to the microsecond.
func redisTime(b testing.TB, r *storagetest.Redis) time.Duration {
	b.Helper()
	var seconds float64
	redisInfo(b, r, "cpu", func(key, value string) {
		if key == "used_cpu_user" || key == "used_cpu_sys" {
			s, err := strconv.ParseFloat(value, 64)
			must(b, err)
			seconds += s
		}
	})
	return time.Duration(seconds * float64(time.Second))
}

// redisScripts is how many scripts Redis has run.
func redisScripts(b testing.TB, r *storagetest.Redis) (n float64) {
	b.Helper()
	redisInfo(b, r, "commandstats", func(key, value string) {
		if key == "cmdstat_evalsha" || key == "cmdstat_eval" {
			var calls float64
			_, err := fmt.Sscanf(value, "calls=%f,", &calls)
			must(b, err)
			n += calls
		}
	})
	return n
}

func redisInfo(b testing.TB, r *storagetest.Redis, section string, take func(key, value string)) {
	b.Helper()
	text, err := r.Client.Info(b.Context(), section).Result()
	must(b, err)
	for in := bufio.NewScanner(strings.NewReader(text)); in.Scan(); {
		if key, value, ok := strings.Cut(in.Text(), ":"); ok {
			take(key, value)
		}
	}
}

// nodeFigures are those of all rounds, by the place of their number of nodes in nodeCounts.
type nodeFigures map[nodeWorkload][][]nodeFigure

var foundNodes = nodeFigures{}

func (f nodeFigures) add(w nodeWorkload, at int, found nodeFigure) {
	if f[w] == nil {
		f[w] = make([][]nodeFigure, len(nodeCounts))
	}
	f[w][at] = append(f[w][at], found)
}

// print writes the medians as two tables that fit into a Markdown page.
func (f nodeFigures) print() {
	if len(f) == 0 {
		return
	}
	fmt.Printf("\nmedians of %d rounds (and of how many times it is with one node)\n\n", len(f[nodeWorkloads[0]][0]))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprint(w, "| workload\t| in flight\t| nodes\t| messages a second\t| nodes' ns a delivery\t| Redis' µs a message\t| scripts a message\t| clients' ns a delivery\t|\n|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|\n")
	for _, load := range nodeWorkloads {
		for i, nodes := range nodeCounts {
			cell := func(value func(nodeFigure) float64) string {
				n, times := f.compare(load, i, value)
				if nodes == 1 {
					return number(n)
				}
				return fmt.Sprintf("%s (%.2f)", number(n), times)
			}
			fmt.Fprintf(w, "| %v\t| %d\t| %d\t| %s\t| %s\t| %s\t| %s\t| %s\t|\n", load, load.inFlight, nodes,
				cell(func(f nodeFigure) float64 { return f.second }), cell(func(f nodeFigure) float64 { return f.node }),
				cell(func(f nodeFigure) float64 { return f.redis }), cell(func(f nodeFigure) float64 { return f.scripts }),
				cell(func(f nodeFigure) float64 { return f.clients }))
		}
	}
	w.Flush()
	fmt.Print("\nmilliseconds from sending to a member, one message in flight; medians of the rounds\n\n")
	fmt.Fprint(w, "| workload\t| nodes\t| own node p50\t| p99\t| other node p50\t| p99\t| other/own p50\t| p99\t|\n|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|\n")
	for _, load := range nodeWorkloads {
		if load.inFlight > 1 {
			continue
		}
		for i, nodes := range nodeCounts {
			value := func(of func(nodeFigure) float64) float64 { n, _ := f.compare(load, i, of); return n }
			own := func(p int) func(nodeFigure) float64 {
				return func(f nodeFigure) float64 { return f.own.percentile(p).Seconds() * 1000 }
			}
			other := func(p int) func(nodeFigure) float64 {
				return func(f nodeFigure) float64 { return f.other.percentile(p).Seconds() * 1000 }
			}
			ratio := func(p int) func(nodeFigure) float64 {
				return func(f nodeFigure) float64 { return other(p)(f) / own(p)(f) }
			}
			if nodes == 1 {
				fmt.Fprintf(w, "| %v\t| 1\t| %.2f\t| %.2f\t|\t|\t|\t|\t|\n", load, value(own(50)), value(own(99)))
				continue
			}
			fmt.Fprintf(w, "| %v\t| %d\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t|\n", load, nodes,
				value(own(50)), value(own(99)), value(other(50)), value(other(99)), value(ratio(50)), value(ratio(99)))
		}
	}
	w.Flush()
}

// compare returns the median of a value, and that of how many times the value of one node in the same round it is.
func (f nodeFigures) compare(w nodeWorkload, at int, value func(nodeFigure) float64) (n, times float64) {
	var values, ratios []float64
	for round, found := range f[w][at] {
		values = append(values, value(found))
		ratios = append(ratios, value(found)/value(f[w][0][round]))
	}
	return middle(values), middle(ratios)
}

func middle[T cmp.Ordered](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// number writes as much of a number as is worth reading.
func number(n float64) string {
	switch {
	case n >= 100:
		return humanize.Comma(int64(n + 0.5))
	case n >= 1:
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.3f", n)
}
