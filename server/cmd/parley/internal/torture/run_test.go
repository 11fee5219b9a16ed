package torture

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/server/internal/testenv"
)

// The seeds are fixed so that the tests are the same for everybody; make torture takes new ones.

func TestSQLite(t *testing.T) { tortureParley(t, "sqlite", "kill -9 of the server") }

func TestRedis(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		testenv.Skip(t, "redis-server is not installed; .ci/install does it")
	}
	tortureParley(t, "redis", "kill -9 of the server", "stall of Redis")
}

// tortureParley tortures a parley for a short time. What is named must have been done.
func tortureParley(t *testing.T, store string, done ...string) {
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
	err = Run(ctx, Options{Binary: binary, Store: store, Length: 8 * time.Second, Clients: 10, Seed: 1, Out: &told})
	t.Log("\n" + told.String())
	if err != nil {
		t.Fatal(err)
	}
	done = append(done, "2 with TLS", "No breach of the contract was found")
	if !strings.Contains(told.String(), "nobody can be cut off") {
		done = append(done, "slow-reader", "3 with a PROXY header")
	}
	for _, what := range done {
		if !strings.Contains(told.String(), what) {
			t.Errorf("it does not say: %s", what)
		}
	}
}
