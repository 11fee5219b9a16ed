package torture

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/server/internal/testenv"
)

// The seeds are fixed so that the tests are the same for everybody; make torture takes new ones.

func TestSQLite(t *testing.T) {
	tortureParley(t, Options{Store: onSQLite, Nodes: 1, Shards: 4, Length: 8 * time.Second, Clients: 10}, killNode)
}

func TestRedis(t *testing.T) {
	needRedis(t)
	tortureParley(t, Options{Store: plainRedis, Nodes: 1, Shards: 4, Length: 8 * time.Second, Clients: 10}, killNode, stallRedis)
}

func TestNodes(t *testing.T) {
	needRedis(t)
	tortureParley(t, Options{Store: plainRedis, Nodes: 3, Shards: 1, Length: 12 * time.Second, Clients: 12}, killNode, stopNode, buryNode, stallRedis)
}

func TestSentinel(t *testing.T) {
	needRedis(t)
	tortureParley(t, Options{Store: withSentinel, Nodes: 3, Shards: 1, Length: 12 * time.Second, Clients: 12}, killNode, stopNode, buryNode, killPrimary)
}

func needRedis(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		testenv.Skip(t, "redis-server is not installed; .ci/install does it")
	}
}

// tortureParley tortures a parley for a short time. What is named must have been done.
func tortureParley(t *testing.T, o Options, faults ...fault) {
	if testing.Short() {
		t.Skip("it takes many seconds")
	}
	t.Parallel()
	binary, err := parley()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var told strings.Builder
	o.Binary, o.Seed, o.Out = binary, 1, &told
	err = Run(ctx, o)
	t.Log("\n" + told.String())
	if err != nil {
		t.Fatal(err)
	}
	done := []string{fmt.Sprintf("%d with TLS", o.Clients/4), "No breach of the contract was found"}
	for _, f := range faults {
		done = append(done, string(f))
	}
	if !strings.Contains(told.String(), "nobody can be cut off") {
		done = append(done, "slow-reader", "3 with a PROXY header")
	}
	for _, what := range done {
		if !strings.Contains(told.String(), what) {
			t.Errorf("it does not say: %s", what)
		}
	}
}
