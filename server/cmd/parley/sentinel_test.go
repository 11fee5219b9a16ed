package main

import (
	"strings"
	"testing"

	"parley/storage/storagetest"
)

// TestSentinelsOfThePage follows the operators' page for Redis on three machines. Then the primary is killed: the chat goes on.
func TestSentinelsOfThePage(t *testing.T) {
	m := startMachine(t, func() {})
	if replica := m.file("redis", "redis-replica.conf"); replica != "replicaof 10.0.0.21 6379\n" {
		t.Errorf("the replicas have %q", replica)
	}
	redis := strings.ReplaceAll(m.file("redis", "redis.conf")+m.file("redis", "redis-replicated.conf"), "10.0.0.21", "127.0.0.1")
	sentinels := storagetest.StartSentinelsAs(t, 2, func(port, primary string) string {
		return strings.NewReplacer("port 26379", "port "+port, "10.0.0.21 6379", "127.0.0.1 "+primary, "10.0.0.21", "127.0.0.1",
			" 5000", " 1000", " 15000", " 1500").Replace(m.file("redis", "sentinel.conf"))
	}, options(redis)...)
	host, port, _ := strings.Cut(sentinels.Addrs()[0], ":")
	m.means("10.0.0.21,10.0.0.22,10.0.0.23", strings.Join(sentinels.Addrs(), ","), "-h 10.0.0.21 -p 26379", "-h "+host+" -p "+port)
	m.shell("install -d " + m.home + "/etc/parley")
	blocks := m.blocks("Redis on three machines: Sentinel")
	if says := m.shell(blocks[0]); !strings.HasPrefix(says, "OK 3 usable Sentinels.") {
		t.Errorf("the Sentinels say %q", says)
	}
	for _, block := range blocks[1:] {
		m.shell(block)
	}
	m.shell(m.here("systemctl enable --now parley@8882 parley@8883"))
	for _, node := range m.nodes {
		node.outage = true
	}
	m.startHAProxy()
	alice := dialAs(t, m.front, "alice")
	alice.says("/all before")
	alice.hears(`\+ all \d+`)
	sentinels.KillPrimary()
	alice.asksUntil("/all behind", "+ all")
	alice.says("/history")
	alice.hears(`= all alice .*: before`)
	alice.hears(`= all alice .*: behind`)
}
