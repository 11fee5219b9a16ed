package storage

import (
	"errors"
	"testing"

	"parley/storage/storagetest"
)

// TestReplicaIsNotRead asks a Redis that has come back as a replica, as Sentinels that have not noticed yet have a client do.
func TestReplicaIsNotRead(t *testing.T) {
	sentinels := storagetest.StartSentinels(t, 1)
	replica := sentinels.KillPrimary()
	sentinels.Return(replica)
	for _, test := range []struct {
		redis *storagetest.Redis
		want  error
	}{{sentinels.Primary(), nil}, {replica, errReplica}} {
		options := *test.redis.Client.Options()
		options.OnConnect = requirePrimary
		client := redisAddress{Options: &options}
		connection := client.client(1)
		if err := connection.Ping(t.Context()).Err(); !errors.Is(err, test.want) {
			t.Errorf("got %v, want %v", err, test.want)
		}
		connection.Close()
	}
}
