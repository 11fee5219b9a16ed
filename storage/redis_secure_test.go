package storage_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap"

	"parley/internal/testca"
	"parley/storage"
	"parley/storage/storagetest"
)

// keeps opens a store, which must keep a message.
func keeps(t *testing.T, url string) {
	t.Helper()
	c := open(t, url, generous)
	defer c.Close()
	c.register("Alice")
	c.post("alice", "#lobby", "kept")
	lines, _ := c.lobbyHistory(0, 1)
	wantLines(t, lines, "Alice: kept")
	c.remove("alice")
}

// refused wants a store refused in one sentence that has these words and no secret.
func refused(t *testing.T, url, words string) {
	t.Helper()
	store, err := storage.Open(soon(t), url, generous, storage.Self{}, zap.NewNop())
	if err == nil {
		store.Close()
		t.Errorf("%s was opened", url)
		return
	}
	if said := err.Error(); !strings.Contains(said, words) || strings.Contains(said, "s3cret") || strings.ContainsAny(said, "\n\r") {
		t.Errorf("%s is told %q, not %q", url, said, words)
	}
}

func TestRedisWithAPassword(t *testing.T) {
	server := storagetest.StartRedisTCP(t)
	server.Client.ConfigSet(t.Context(), "requirepass", "r%ght/s3cret")
	keeps(t, "redis://:r%25ght%2Fs3cret@"+server.Addr()+"/0")
	refused(t, "redis://:wrong-s3cret@"+server.Addr()+"/0", "refuses the user or the password")
	refused(t, "redis://"+server.Addr()+"/0", "refuses the user or the password")
}

// TestRedisWithTLS has a Redis whose certificate an authority has signed that only its owner knows.
func TestRedisWithTLS(t *testing.T) {
	ca := testca.New(t)
	certFile, keyFile := ca.Issue("redis.example")
	server := storagetest.StartRedisTLS(t, certFile, keyFile)
	plain := storagetest.StartRedisTCP(t)
	own := "?ca=" + ca.File()
	keeps(t, "rediss://"+server.Addr()+"/0"+own)
	refused(t, "rediss://:s3cret@"+server.Addr()+"/0", "name the file of its authority's certificate by ca=FILE")
	refused(t, "rediss://"+server.Addr()+"/0?ca="+testca.New(t).File(), "name the file of its authority's certificate by ca=FILE")
	_, port, _ := strings.Cut(server.Addr(), ":")
	refused(t, "rediss://localhost:"+port+"/0"+own, "give it a certificate for the name that the address has")
	refused(t, "rediss://"+plain.Addr()+"/0"+own, "no Redis answers")
	refused(t, "redis://"+server.Addr()+"/0", "if it speaks TLS, begin the address with rediss://")
	server.Client.ConfigSet(t.Context(), "tls-auth-clients", "yes")
	refused(t, "rediss://"+server.Addr()+"/0"+own, "set its tls-auth-clients to no")
}

// TestRedisUserWithoutARight takes from a user who may do everything what a node needs.
func TestRedisUserWithoutARight(t *testing.T) {
	server := storagetest.StartRedisTCP(t)
	for _, test := range []struct{ rights, words string }{
		{"~* &other:*", "&parley:*"},
		{"~other:* &parley:*", "~parley:*"},
		{"~* &* -wait", "'wait' command"},
		{"~* &* -publish", "'publish' command"},
		{"~* &* -subscribe", "'subscribe' command"},
		{"~* &* -evalsha", "'evalsha' command"},
		{"~* &* -hmget", "docs/operations.md"},
		{"~* &* -info", "'info' command"},
	} {
		server.Client.Do(t.Context(), "ACL", "DELUSER", "parley")
		rule := []any{"ACL", "SETUSER", "parley", "on", ">s3cret", "+@all"}
		for right := range strings.FieldsSeq(test.rights) {
			rule = append(rule, right)
		}
		if err := server.Client.Do(t.Context(), rule...).Err(); err != nil {
			t.Fatal(err)
		}
		refused(t, "redis://parley:s3cret@"+server.Addr()+"/0?replicas=1", "lacks rights")
		refused(t, "redis://parley:s3cret@"+server.Addr()+"/0?replicas=1", test.words)
	}
}

// TestRedisUserThatMayNotCopy may serve, as before there were dumps, and keeps others from dumping.
func TestRedisUserThatMayNotCopy(t *testing.T) {
	server := storagetest.StartRedisTCP(t)
	if err := server.Client.Do(t.Context(), "ACL", "SETUSER", "parley", "on", ">s3cret", "+@all", "-copy", "~*", "&*").Err(); err != nil {
		t.Fatal(err)
	}
	url := "redis://parley:s3cret@" + server.Addr() + "/0"
	store, err := storage.Open(soon(t), url, generous, storage.Self{Address: "host:8888"}, nop)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	wantWords(t, dumpError(t, url, nil), "lacks rights", "'copy' command")
	wantWords(t, dumpError(t, server.URL(), nil), "host:8888", "COPY")
}

func TestRedisThatCannotBeWritten(t *testing.T) {
	primary := storagetest.StartRedisTCP(t)
	keeps(t, primary.URL())
	_, port, _ := strings.Cut(primary.Addr(), ":")
	replica := storagetest.StartRedisTCP(t, "--replicaof", "127.0.0.1 "+port)
	refused(t, replica.URL(), "is a replica that can't be written: name the primary")
	primary.Client.ConfigSet(t.Context(), "min-replicas-to-write", "9")
	refused(t, primary.URL(), "fewer replicas than its min-replicas-to-write asks for")
	cluster := storagetest.StartRedisTCP(t, "--cluster-enabled", "yes")
	refused(t, "redis://"+cluster.Addr()+"/0", "runs in cluster mode")
	refused(t, "redis://"+cluster.Addr()+"/1", "runs in cluster mode")
}

// TestRedisUserOfThePage has the rights that the operators' page gives: they are enough, also to convert older stores, and for each command in the scripts.
func TestRedisUserOfThePage(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^user parley on >SECRET (.*)$`).FindStringSubmatch(string(page))
	if line == nil {
		t.Fatal("the page has no user")
	}
	rule := []any{"ACL", "SETUSER", "parley", "on", ">s3cret"}
	for right := range strings.FieldsSeq(line[1]) {
		rule = append(rule, right)
	}
	for name, server := range map[string]*storagetest.Redis{
		"new":      storagetest.StartRedisTCP(t),
		"format 1": storagetest.StartRedisFrom(t, "testdata/format1.rdb"),
		"format 3": storagetest.StartRedisFrom(t, "testdata/format3.rdb"),
	} {
		if err := server.Client.Do(t.Context(), rule...).Err(); err != nil {
			t.Fatal(err)
		}
		store, err := storage.Open(soon(t), "unix://parley:s3cret@"+server.Socket()+"?db=0", generous, storage.Self{Address: "here"}, zap.NewNop())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		defer store.Close()
		if _, err := store.Nodes(soon(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantHealthy(t, "unix://parley:s3cret@"+server.Socket()+"?db=0")
	}
	server := storagetest.StartRedisTCP(t)
	server.Client.Do(t.Context(), rule...)
	keeps(t, "redis://parley:s3cret@"+server.Addr()+"/3")
	load(t, "redis://parley:s3cret@"+server.Addr()+"/3", dumpOf(t, "redis://parley:s3cret@"+server.Addr()+"/3"))
	ward(t, "redis://parley:s3cret@"+server.Addr()+"/0")
	send(t, server, "DEL parley:looks")
	wantMended(t, "redis://parley:s3cret@"+server.Addr()+"/0", "looks")
	scripts, err := filepath.Glob("scripts/*.lua")
	if err != nil || len(scripts) == 0 {
		t.Fatal(err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`call\('([A-Z]+)'`).FindAllStringSubmatch(string(text), -1) {
			if said := dryRun(t, server, m[1]); said != "OK" {
				t.Errorf("%s: %s is answered %q", script, m[1], said)
			}
		}
	}
}

// dryRun asks whether the user parley may run a command. It needs as many arguments as the command has at least.
func dryRun(t *testing.T, server *storagetest.Redis, command string) string {
	t.Helper()
	info, err := server.Client.Do(t.Context(), "COMMAND", "INFO", command).Slice()
	if err != nil {
		t.Fatal(err)
	}
	arity := info[0].([]any)[1].(int64)
	args := []any{"ACL", "DRYRUN", "parley", command}
	for range max(arity, -arity) - 1 {
		args = append(args, "parley:x")
	}
	said, err := server.Client.Do(t.Context(), args...).Text()
	if err != nil {
		return err.Error()
	}
	return said
}
