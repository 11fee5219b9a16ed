package storage_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// scriptMark is in all requests that change something.
const scriptMark = "parley:given-up:"

// TestLostAnswersAreMadeGood loses answers of Redis while both stores do random batches: each ask must be done once.
func TestLostAnswersAreMadeGood(t *testing.T) {
	for seed := range uint64(2) {
		proxy := startProxy(t, storagetest.StartRedis(t), scriptMark)
		m := newModel(t, seed, modelSizes["generous"], kinds[0].url(t), proxy.url())
		for range 60 {
			proxy.cuts.Store(int64(max(0, m.random.IntN(6)-3)))
			m.step(m.batch())
		}
	}
}

// TestRefusedAsksLeaveNoTrace refuses random batches because no answer of Redis arrives, and looks at all keys afterwards.
func TestRefusedAsksLeaveNoTrace(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, scriptMark)
	m := newModel(t, 1, modelSizes["generous"], kinds[0].url(t), proxy.url())
	redis := m.twins[1]
	for range 15 {
		for range 4 {
			m.step(m.batch())
		}
		redis.batch()
		before, shown := lastingKeys(t, server), redis.lists(rand.New(rand.NewPCG(1, 1)))
		b := storage.Batch{At: m.at}
		wishes := m.batch()
		for i := range wishes {
			b.Asks = append(b.Asks, redis.ask(&wishes[i]))
		}
		proxy.cuts.Store(math.MaxInt32)
		err := redis.Commit(shortly(t), &b)
		proxy.cuts.Store(0)
		for i, v := range b.Verdicts {
			if err == nil && v.Err == nil {
				t.Fatalf("%v is done", &wishes[i])
			}
		}
		if b := redis.batch(); len(b.Events) > 0 {
			t.Fatalf("got %+v", b.Events)
		}
		wantSameKeys(t, before, lastingKeys(t, server))
		if !slices.Equal(shown, redis.lists(rand.New(rand.NewPCG(1, 1)))) {
			t.Fatalf("something else is shown, after %v", wishes)
		}
	}
}

func wantSameKeys(t *testing.T, before, after map[string]string) {
	t.Helper()
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if before[key] != after[key] {
			t.Errorf("%s was %q and is %q", key, before[key], after[key])
		}
	}
}

// lastingKeys are all keys with what they hold, but for what may change without anybody noticing.
func lastingKeys(t *testing.T, server *storagetest.Redis) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, key := range server.Client.Keys(t.Context(), "*").Val() {
		switch kind := strings.SplitN(key, ":", 3)[1]; kind {
		case "lease", "state", "given-up", "aside", "told", "pairs":
			continue
		case "inbox", "thread":
			all[key] = strings.Join(server.Client.LRange(t.Context(), key, 0, -1).Val(), "|")
		case "empty", "blocks", "invited":
			members := server.Client.SMembers(t.Context(), key).Val()
			slices.Sort(members)
			all[key] = strings.Join(members, "|")
		case "ending", "tokens-ending", "onces-at":
			for _, z := range server.Client.ZRangeWithScores(t.Context(), key, 0, -1).Val() {
				all[key] += time.UnixMilli(int64(z.Score)).String() + z.Member.(string)
			}
		default:
			hash := server.Client.HGetAll(t.Context(), key).Val()
			delete(hash, "made") // the operations that did it
			delete(hash, "changed")
			for _, field := range slices.Sorted(maps.Keys(hash)) {
				all[key] += field + "=" + hash[field] + "|"
			}
		}
		if left := server.Client.PTTL(t.Context(), key).Val(); left > 0 && left < 2*time.Hour {
			delete(all, key) // it is on its way out
		}
	}
	return all
}
