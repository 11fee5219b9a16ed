// Package torture proves that a parley server keeps its delivery contract, or finds where it does not.
//
// Clients talk to each other and to all while the server is killed, the store stalled, and clients are frozen and cut off, all as a plan made from a
// seed has it. What each client was told and has read stands in a ledger; in the end the verdict is found from it alone.
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

// Options say what to do.
type Options struct {
	Binary  string        // the parley to run
	Store   string        // sqlite or redis
	Length  time.Duration // of the trouble; what heals and is read afterwards takes a few seconds more
	Clients int           // at least 2
	Seed    uint64
	Out     io.Writer // what is done and found is told here
}

// Run tortures a server of its own. An error means that the contract was broken, or that nothing could be proven; the evidence is in
// what was told, and the data and logs of the server stay where it says.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "parley-torture")
	if err != nil {
		return err
	}
	breaches, err := run(ctx, o, dir)
	if err == nil && breaches == 0 {
		return os.RemoveAll(dir)
	}
	fmt.Fprintf(o.Out, "Everything that happened is in %s/diary.log, beside the data and the server's log.\nThe same plan again: --seconds %d --clients %d --seed %d --store %s\n",
		dir, int(o.Length.Seconds()), o.Clients, o.Seed, o.Store)
	if err == nil {
		err = fmt.Errorf("the delivery contract was broken %d times", breaches)
	}
	return err
}

func run(ctx context.Context, o Options, dir string) (breaches int, err error) {
	diary, err := os.Create(filepath.Join(dir, "diary.log"))
	if err != nil {
		return 0, err
	}
	defer diary.Close()
	buffered := bufio.NewWriter(diary)
	defer buffered.Flush()
	w := &world{ledger: newLedger(buffered)}
	far := min(8, (o.Clients+1)/2)
	if w.network, err = newNetwork(far); err != nil {
		return 0, err
	}
	defer w.network.close()
	store := "sqlite:" + filepath.Join(dir, "parley.db")
	if o.Store == "redis" {
		if w.redis, err = startRedis(ctx, dir); err != nil {
			return 0, err
		}
		defer w.redis.close()
		store = w.redis.url()
	}
	server := &process{binary: o.Binary, dir: dir, store: store, network: w.network, ledger: w.ledger}
	if err := server.start(ctx); err != nil {
		return 0, err
	}
	defer server.stop()
	w.host = server
	w.people = newPeople(o.Clients, o.Seed, w.ledger, w.network, server)
	o.announce(w.network, far)
	events := plan(o.Seed, setting{length: o.Length, clients: o.Clients, far: far, cables: w.network.cables(), redis: w.redis != nil})
	if err := w.torment(ctx, events, o.Length); err != nil {
		accuse(o.Out, w.ledger.noticed())
		return 0, err
	}
	found, forgiven := w.ledger.verdict()
	w.ledger.report(o.Out, found, forgiven)
	return len(found), nil
}

func (o Options) announce(n *network, far int) {
	fmt.Fprintf(o.Out, "parley torture: seed %d, %s of trouble, %d clients, store %s\n", o.Seed, o.Length, o.Clients, o.Store)
	if n.cables() {
		fmt.Fprintf(o.Out, "  network    %d clients in network namespaces, whose packets can be dropped\n", far)
		return
	}
	fmt.Fprintf(o.Out, "  network    loopback, %d clients behind a proxy; nobody can be cut off (%s)\n", far, n.why)
}
