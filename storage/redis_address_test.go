package storage

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/testca"
)

func TestRedisAddress(t *testing.T) {
	for _, test := range []struct {
		url, addr, user, password, shown string
		db, replicas                     int
	}{
		{url: "redis://127.0.0.1:7000/3", addr: "127.0.0.1:7000", db: 3, shown: "127.0.0.1:7000"},
		{url: "redis://h?replicas=2", addr: "h:6379", replicas: 2, shown: "h:6379"},
		{url: "rediss://u:p%2Fw@[::1]:7000/1?skip_verify=true", addr: "[::1]:7000", user: "u", password: "p/w", db: 1, shown: "[::1]:7000"},
		{url: "unix:///a/b.sock?db=4&replicas=1", addr: "/a/b.sock", db: 4, replicas: 1, shown: "/a/b.sock"},
		{url: "redis+unix://:pw@/a/b.sock", addr: "/a/b.sock", password: "pw", shown: "/a/b.sock"},
	} {
		a, err := readRedisAddress(test.url)
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
			continue
		}
		o := a.Options
		if a.Failover != nil || o.Addr != test.addr || o.Username != test.user || o.Password != test.password || o.DB != test.db ||
			a.Replicas != test.replicas || a.Shown != test.shown || (o.TLSConfig != nil) != strings.HasPrefix(test.url, "rediss:") {
			t.Errorf("%s is %+v", test.url, a)
		}
		client := a.client(7)
		defer client.Close()
		if tuned := client.Options(); tuned.PoolSize != 7 || tuned.MaxRetries != 0 || tuned.Protocol != 2 || tuned.DialTimeout != time.Second || !tuned.DisableIdentity {
			t.Errorf("the client of %s has %+v", test.url, tuned)
		}
	}
}

func TestAddressOfSentinels(t *testing.T) {
	for _, test := range []struct {
		url, master, user, password string
		sentinels                   []string
		db                          int
		tls                         bool
	}{
		{url: "redis+sentinel://a/m", master: "m", sentinels: []string{"a:26379"}},
		{url: "redis+sentinel://u:p%40w@a:1,b,[::1]:3,[fe80::1]/my%2Fmaster/5?tls=true&replicas=1&client_name=c",
			master: "my/master", user: "u", password: "p@w", sentinels: []string{"a:1", "b:26379", "[::1]:3", "[fe80::1]:26379"}, db: 5, tls: true},
		{url: "redis+sentinel://:pw@127.0.0.1:1/m/0?tls=false", master: "m", password: "pw", sentinels: []string{"127.0.0.1:1"}},
	} {
		a, err := readRedisAddress(test.url + map[bool]string{true: "&", false: "?"}[strings.Contains(test.url, "?")] + "sentinel_user=su&sentinel_password=s%26p")
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
			continue
		}
		o := a.Failover
		if a.Options != nil || o.MasterName != test.master || o.Username != test.user || o.Password != test.password || o.DB != test.db ||
			!slices.Equal(o.SentinelAddrs, test.sentinels) || (o.TLSConfig != nil) != test.tls || a.Shown != "sentinel "+test.master ||
			o.SentinelUsername != "su" || o.SentinelPassword != "s&p" {
			t.Errorf("%s is %+v", test.url, o)
		}
		if o.TLSConfig != nil && o.TLSConfig.ServerName != "" {
			t.Errorf("all servers must be called %s", o.TLSConfig.ServerName)
		}
		client := a.client(7)
		defer client.Close()
		if tuned := client.Options(); tuned.PoolSize != 7 || tuned.MaxRetries != 0 || tuned.Protocol != 2 || tuned.DialTimeout != time.Second || !tuned.DisableIdentity {
			t.Errorf("the client of %s has %+v", test.url, tuned)
		}
	}
}

func TestBadAddressesOfRedis(t *testing.T) {
	ca := testca.New(t)
	certificate, _ := ca.Issue("localhost")
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ url, words string }{
		{"redis://u:s3cret@h:port/0", "can't be read: write redis://"},
		{"redis://u:s3c#ret@h/0", "can't be read: write redis://"},
		{"redis://u:s3cret@h/0?unknown=1", "can't be read: write redis://"},
		{"redis://u:s3cret@h/0?replicas=many", "must be a number"},
		{"redis://u:s3cret@h/0?replicas=-1", "must be a number"},
		{"redis://u:s3cret@h/0?tls=true", "belong to an address that begins with redis+sentinel://"},
		{"redis://u:s3cret@h/0?sentinel_password=s3cret", "belong to an address that begins with redis+sentinel://"},
		{"redis://u:s3cret@h/0?ca=" + certificate, "ca= needs TLS"},
		{"rediss://u:s3cret@h/0?ca=/nowhere.pem", "open /nowhere.pem: no such file"},
		{"rediss://u:s3cret@h/0?ca=" + empty, "holds no certificate in PEM"},
		{"redis+sentinel:u:s3cret@a:1/m", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@a:1,b:2", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@a:1,,b:2/m", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@/m", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@a:x/m", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@::1/m", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@a:1/m/x", "can't be read: write redis+sentinel://"},
		{"redis+sentinel://u:s3cret@a:1/m/0?tls=maybe", "tls= in the address of Redis must be true or false"},
		{"redis+sentinel://u:s3cret@a:1/m/0?unknown=1", "can't be read: write redis+sentinel://"},
	} {
		if _, err := readRedisAddress(test.url); err == nil || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "s3c") {
			t.Errorf("%s is told %v, not %q", test.url, err, test.words)
		}
	}
}
