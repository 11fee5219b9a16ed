// Package torture proves that a parley server keeps its delivery contract, or finds where it does not.
//
// Clients talk to each other, in the lobby, and in rooms that they join and leave. Meanwhile nodes are killed, stopped and cut off from the store, the
// store is stalled, and clients are frozen and cut off, by a schedule made from a seed. What each client said, was told and has read is kept in a history; at the end the checker
// looks for breaches in it, and in nothing else.
package torture

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// The stores.
const (
	onSQLite     = "sqlite"
	plainRedis   = "redis"
	withSentinel = "redis+sentinel" // a primary, a replica and three sentinels
)

// Options say what to do.
type Options struct {
	Binary  string        // the parley to run
	Store   string        // sqlite, redis or redis+sentinel
	Nodes   int           // how many serve the store
	Shards  int           // event loops of each of them
	Length  time.Duration // of the trouble; what is read and checked afterwards takes some seconds more
	Clients int           // at least 2
	Seed    uint64
	Out     io.Writer // for what was done and found
}

// Run tortures nodes of its own. An error means that the contract was broken, or that nothing could be proven. Out has the evidence
// then, and names a directory with the data and the logs of the nodes, which is left.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "parley-torture")
	if err != nil {
		return err
	}
	breaches, err := o.run(ctx, dir)
	if err == nil && breaches == 0 {
		return os.RemoveAll(dir)
	}
	fmt.Fprintf(o.Out, "Everything that happened is in %s/diary.log, beside the data and the nodes' logs.\nThe same schedule again: --seconds %d --clients %d --seed %d --store %s --nodes %d --shards %d\n",
		dir, int(o.Length.Seconds()), o.Clients, o.Seed, o.Store, o.Nodes, o.Shards)
	if err == nil {
		err = fmt.Errorf("the delivery contract was broken %d times", breaches)
	}
	return err
}

// run leaves everything in the directory.
func (o Options) run(ctx context.Context, dir string) (breaches int, err error) {
	diary, err := os.Create(filepath.Join(dir, "diary.log"))
	if err != nil {
		return 0, err
	}
	defer diary.Close()
	buffered := bufio.NewWriter(diary)
	defer buffered.Flush()
	r := &run{history: newHistory(inboxSize, buffered)}
	defer r.close()
	if err := r.prepare(ctx, o, dir); err != nil {
		return 0, err
	}
	o.announce(r.network)
	events := schedule(o.Seed, setting{length: o.Length, clients: o.Clients, far: len(r.network.places), cables: r.network.cables(), store: o.Store, nodes: o.Nodes})
	if err := r.everything(ctx, events, o.Length); err != nil {
		listBreaches(o.Out, r.history.soFar())
		return 0, err
	}
	found := r.history.check()
	talked := r.history
	expired, err := r.expire(ctx)
	if err != nil {
		listBreaches(o.Out, append(found, r.history.soFar()...))
		return 0, err
	}
	found = append(found, expired...)
	talked.report(o.Out, found)
	return len(found), nil
}

func (o Options) announce(n *network) {
	fmt.Fprintf(o.Out, "parley torture: seed %d, %s of trouble, %d clients, store %s, nodes %d, shards %d\n", o.Seed, o.Length, o.Clients, o.Store, o.Nodes, o.Shards)
	kinds := map[way]int{}
	for i := range o.Clients {
		kinds[n.wayOf(i)]++
	}
	fmt.Fprintf(o.Out, "  clients    %d with TLS, %d with a PROXY header, %d with neither\n", kinds[secure], kinds[proxied], kinds[plain])
	if n.cables() {
		fmt.Fprintf(o.Out, "  network    %d clients in network namespaces, whose packets can be dropped\n", len(n.places))
		return
	}
	fmt.Fprintf(o.Out, "  network    loopback, %d clients behind a relay; nobody can be cut off (%s)\n", len(n.places), n.why)
}
