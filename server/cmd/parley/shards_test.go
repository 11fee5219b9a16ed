package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestShardsOnCores(t *testing.T) {
	for cores, want := range map[int]int{1: 1, 2: 1, 3: 1, 4: 2, 7: 3, 8: 4, 16: 8, 128: 8} {
		if got := shards(0).on(cores); got != want {
			t.Errorf("auto is %d on %d cores, want %d", got, cores, want)
		}
		if got := shards(5).on(cores); got != 5 {
			t.Errorf("5 is %d on %d cores", got, cores)
		}
	}
}

func TestShardsAsText(t *testing.T) {
	for text, want := range map[string]shards{"auto": 0, "1": 1, "12": 12} {
		var s shards
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want || s.String() != text {
			t.Errorf("%s is %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"0", "-1", "", "many", "Auto", "1.5"} {
		if err := new(shards).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestShardsAreShown: in the log and by /stats one sees what was chosen.
func TestShardsAreShown(t *testing.T) {
	for flag, want := range map[string]int{"auto": shards(0).on(cores), "3": 3} {
		store := "sqlite:" + t.TempDir() + "/parley.db"
		k := startKillable(t, store, "--shards", flag)
		if says := fmt.Sprintf(`"msg":"started","shards":%d,"cores":%d`, want, cores); !strings.Contains(k.log.String(), says) {
			t.Errorf("the log does not say %s:\n%s", says, k.log)
		}
		alice := dialAs(t, k.address, "alice")
		operates(t, store, "is an operator now", "user", "role", "alice", "operator")
		alice.asksUntil("/stats", "+ stats 9")
		alice.says("/stats")
		alice.hears(fmt.Sprintf("= stat shards=%d: Event loops.", want))
	}
}

// TestShardsNeedDescriptors: what is kept for several loops is the same in the default and with the default's settings, and more than there may be is refused.
func TestShardsNeedDescriptors(t *testing.T) {
	for loops, want := range map[int]int{1: ownDescriptors, 4: ownDescriptors + 3*(loopDescriptors+2*listenDescriptors)} {
		o := serveCommand{Shards: shards(loops), Listen: []string{":1", "unix:/a", "127.0.0.1:2"}}
		if got := o.descriptorsKept(); got != want {
			t.Errorf("%d loops keep %d descriptors, want %d", loops, got, want)
		}
	}
	o := serveCommand{Listen: []string{":8888"}}
	if most, err := connections(count(unlimitedCount), o.descriptorsKept()); err != nil || most != defaultConnections() {
		t.Errorf("by default %d, %v; said to be %d", most, err, defaultConnections())
	}
	o.Shards = shards(descriptorLimit() / loopDescriptors)
	for _, chosen := range []count{count(unlimitedCount), 1} {
		if most, err := connections(chosen, o.descriptorsKept()); err == nil || !strings.Contains(err.Error(), "fewer --shards") {
			t.Errorf("%v connections with more loops than descriptors: %d, %v", chosen, most, err)
		}
	}
}
