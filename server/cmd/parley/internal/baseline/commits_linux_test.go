package baseline

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkNodesCommits measures what a commit of so many messages to the lobby takes, with so many nodes that all have members there: of Redis,
// and of the node without its clients. The nodes are in this process and commit in turn, so each is told by a commit what the others have
// committed since its last. One operation is a round: each for a fifth of a second.
func BenchmarkNodesCommits(b *testing.B) {
	rings := make([]*ring, len(commitNodes))
	for i, nodes := range commitNodes {
		rings[i] = newRing(b, nodes)
	}
	for b.Loop() {
		for _, messages := range commitMessages {
			for i, r := range rings {
				at := [2]int{i, messages}
				foundCommits[at] = append(foundCommits[at], r.measure(messages))
			}
		}
	}
}

const commitTime = time.Second / 5

var (
	commitNodes    = []int{1, 2, 4, 8}
	commitMessages = []int{0, 1, 64, 1000}
)

// ring is some nodes that commit in turn.
type ring struct {
	b        *testing.B
	redis    *storagetest.Redis
	stores   []storage.Store
	accounts []storage.ID // of each node one
	batches  []storage.Batch
	heard    int // messages
}

func newRing(b *testing.B, nodes int) *ring {
	b.Helper()
	r := &ring{b: b, redis: storagetest.StartRedis(b), batches: make([]storage.Batch, nodes)}
	for i := range nodes {
		store, err := openStore(r.redis.URL())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { must(b, store.Close()) })
		r.stores = append(r.stores, store)
		made := storage.Batch{At: time.Now(), Asks: []storage.Ask{{
			Kind: storage.Create, Begins: &storage.Session{From: "127.0.0.1", Client: "bench", Since: time.Now()},
			New: &storage.Account{Key: name(i), Name: name(i), Hash: "x", Created: time.Now()},
		}}}
		if err := store.Commit(b.Context(), &made); err != nil || made.Verdicts[0].Err != nil {
			b.Fatal(err, made.Verdicts)
		}
		r.accounts = append(r.accounts, made.Verdicts[0].Account)
	}
	return r
}

// commitFigure is what a commit takes of the processors, in microseconds.
type commitFigure struct{ redis, node float64 }

func (r *ring) measure(messages int) commitFigure {
	r.commit(0) // so that the first does not hear what belongs to another measurement
	r.heard = 0
	commits, begin := 0, time.Now()
	redis, node := redisTime(r.b, r.redis), ownTime()
	for ; commits < len(r.stores) || time.Since(begin) < commitTime; commits += len(r.stores) {
		r.commit(messages)
	}
	redis, node = redisTime(r.b, r.redis)-redis, ownTime()-node
	r.commit(0)
	if want := commits * messages * len(r.stores); r.heard != want {
		r.b.Errorf("%d nodes were told %d messages, and not %d", len(r.stores), r.heard, want)
	}
	return commitFigure{redis.Seconds() * 1e6 / float64(commits), node.Seconds() * 1e6 / float64(commits)}
}

// commit has each node commit so many messages.
func (r *ring) commit(messages int) {
	for i, store := range r.stores {
		batch := &r.batches[i]
		batch.At, batch.Asks = time.Now(), batch.Asks[:0]
		for range messages {
			batch.Asks = append(batch.Asks, storage.Ask{Kind: storage.Say, Account: r.accounts[i], To: storage.LobbyName, Text: commitText})
		}
		if err := store.Commit(context.Background(), batch); err != nil {
			r.b.Fatal(err)
		}
		for i := range batch.Events {
			if batch.Events[i].Kind == storage.Message {
				r.heard++
			}
		}
	}
}

var commitText = bytes.Repeat([]byte("x"), textSize)

func ownTime() time.Duration {
	var all unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &all)
	return time.Duration(all.Utime.Nano() + all.Stime.Nano())
}

// foundCommits are the figures of all rounds, by the place of the number of nodes in commitNodes, and the messages.
var foundCommits = map[[2]int][]commitFigure{}

// printCommits writes the medians as a table that fits into a Markdown page.
func printCommits() {
	if len(foundCommits) == 0 {
		return
	}
	fmt.Printf("\nmedians of %d rounds\n\n", len(foundCommits[[2]int{}]))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprint(w, "| nodes\t| messages a commit\t| Redis' µs a commit\t| the node's µs a commit\t|\n|---\t|---\t|---\t|---\t|\n")
	for i, nodes := range commitNodes {
		for _, messages := range commitMessages {
			var redis, node []float64
			for _, f := range foundCommits[[2]int{i, messages}] {
				redis, node = append(redis, f.redis), append(node, f.node)
			}
			fmt.Fprintf(w, "| %d\t| %d\t| %.1f\t| %.1f\t|\n", nodes, messages, middle(redis), middle(node))
		}
	}
	w.Flush()
}
