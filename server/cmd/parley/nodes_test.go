package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/commands"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestNodeLine(t *testing.T) {
	n := storage.Node{
		Self: storage.Self{Address: "chat1:8888", Version: "parley/1.0"}, ID: "n1", Format: 5, Started: time.Unix(1_800_000_000, 0),
		Accounts: 2, Sessions: 3, Silent: 1234 * time.Millisecond,
	}
	want := "n1\tchat1:8888\tversion=parley/1.0\tformat=5\tsince=2027-01-15T08:00:00Z\taccounts=2\tsessions=3\tsilent=1.2s"
	if line := nodeLine(&n); line != want {
		t.Errorf("%q, want %q", line, want)
	}
}

func TestServerNamesItself(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		serve serveCommand
		want  string
	}{
		{serveCommand{Listen: []string{"127.0.0.1:9000", ":9001"}}, host + ":9000"},
		{serveCommand{Listen: []string{":8888"}}, host + ":8888"},
		{serveCommand{Listen: []string{"unix:/run/parley/chat"}}, host + ":/run/parley/chat"},
		{serveCommand{Listen: []string{":8888"}, Node: "chat1"}, "chat1"},
	} {
		if self, err := c.serve.self(); err != nil || self.Address != c.want || self.Version != commands.Version {
			t.Errorf("%+v, not %s: %v", self, c.want, err)
		}
	}
	for _, bad := range []string{"two words", " ", "a\tb", "a "} {
		if self, err := (&serveCommand{Node: bad}).self(); err == nil {
			t.Errorf("%q is taken for %+v", bad, self)
		}
	}
}

func TestNodesOfSQLite(t *testing.T) {
	store := "sqlite:" + t.TempDir() + "/chat.db"
	if out, ok := operateOn(t, store, "", "nodes"); ok || !strings.Contains(out, "there is no store at") {
		t.Error(out)
	}
	startKillable(t, store)
	if out, ok := operateOn(t, store, "", "nodes"); !ok || !strings.Contains(out, "never other nodes") {
		t.Error(out)
	}
}

// TestNodesOfRedis has nodes come, go in order, and die.
func TestNodesOfRedis(t *testing.T) {
	store := "unix://" + storagetest.StartRedis(t).Socket()
	lists := func(nodes ...string) {
		t.Helper()
		pattern := ""
		for _, n := range nodes {
			pattern += fmt.Sprintf(`\S+\t%s\tversion=\S+\tformat=\d+\tsince=\S+Z\t`+"accounts=%s\n", n[:2], n[3:])
		}
		listed := regexp.MustCompile("^" + pattern + "$")
		var out string
		if !comesTrue(func() (ok bool) {
			out, ok = operateOn(t, store, "", "nodes")
			return ok && listed.MatchString(out)
		}) {
			t.Fatalf("%q, want %q", out, pattern)
		}
	}
	one := startKillable(t, store, "--node", "n1")
	lists(`n1 0\tsessions=0\tsilent=0\.\ds`)
	dialAs(t, one.address, "alice")
	two := startKillable(t, store, "--node", "n2")
	dialAs(t, two.address, "bob")
	p := dial(t, two.address)
	p.says("/login bob %s", aPassword)
	p.hears(`\+ login bob .*`)
	lists(`n1 1\tsessions=1\tsilent=0\.\ds`, `n2 1\tsessions=2\tsilent=0\.\ds`)
	two.kill()
	lists(`n1 1\tsessions=1\tsilent=0\.\ds`)
	one.terminates()
	if out, ok := operateOn(t, store, "", "nodes"); !ok || out != "no server runs on this store\n" {
		t.Error(out)
	}
}
