package storage_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestLostAnswersAreMadeGood loses answers of Redis while both stores do random batches: each ask must be done once. What was read is lost.
func TestLostAnswersAreMadeGood(t *testing.T) {
	for seed := range uint64(2) {
		proxy := startProxy(t, storagetest.StartRedis(t), storage.CommitMark)
		m := newModel(t, seed, modelSizes["generous"], kinds[0].url(t), proxy.url())
		m.unread = true
		for range 60 {
			proxy.cuts.Store(int64(max(0, m.random.IntN(6)-3)))
			m.step(m.batch())
		}
	}
}

// TestUnsureAsksAreDone has one ask after another be done without anybody knowing. Both stores must show the same afterwards, and have told it once.
func TestUnsureAsksAreDone(t *testing.T) {
	proxy := startProxy(t, storagetest.StartRedis(t), storage.CommitMark)
	m := newModel(t, 1, modelSizes["generous"], kinds[0].url(t), proxy.url())
	m.unread = true
	certain, unsure := m.twins[0], m.twins[1]
	for range 20 {
		for range 2 {
			m.step(m.batch())
		}
		wishes := m.batch()[:1]
		m.log = append(m.log, wishes[0].String())
		b := storage.Batch{At: m.at, Asks: []storage.Ask{certain.ask(&wishes[0])}}
		certain.commit(&b)
		certain.verdicts(wishes, &b)
		late := storage.Batch{At: m.at, Asks: []storage.Ask{unsure.ask(&wishes[0])}}
		unsure.wantUnsure(proxy, &late)
		late = storage.Batch{Events: unsure.read()}
		if wishes[0].Kind == storage.Create && b.Verdicts[0].Err == nil {
			unsure.ids[wishes[0].New.Key] = unsure.id(wishes[0].New.Key)
		}
		unsure.roomIDs()
		unsure.verdicts(nil, &late)
		if len(late.Events) != len(b.Events) {
			m.fail("got %+v, want %+v", late.Events, b.Events)
		}
		for i := range b.Events {
			want, got := certain.event(&b.Events[i]), unsure.event(&late.Events[i])
			if got != want || late.Events[i].Ask != -1 {
				m.fail("got %s, want %s", got, want)
			}
		}
		same := func(w *twin) []string { return w.lists(rand.New(rand.NewPCG(1, 1))) }
		if got, want := same(unsure), same(certain); !slices.Equal(got, want) {
			m.fail("got %q, want %q", got, want)
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
		case "state", "pairs", "nodes", "leases", "node", "feed", "read", "where", "online", "listening", "here", "away":
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
