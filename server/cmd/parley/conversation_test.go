package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"parley/storage/storagetest"
)

const manual = "../../../docs/protocol.md"

// TestConversations plays on both stores every file of testdata, and every page whose ```chat blocks show a conversation: once in text, on SQLite as it is
// written and on Redis with the server's sentences in Chinese. In JSON it plays them once more, on SQLite where it can. What a line looks like does not hang
// on the store.
func TestConversations(t *testing.T) {
	var scripts []*script
	for _, pattern := range []string{"testdata/*.txt", "../../../docs/*.md", "../../../docs/*/*.md", "../../../README*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			if s := readScript(t, file); len(s.steps) > 0 {
				scripts = append(scripts, s)
			}
		}
	}
	in := func(way way) func(*testing.T, *script, store) {
		return func(t *testing.T, s *script, store store) { play(t, s, store, way) }
	}
	onSQLite(t, "sqlite", scripts, in(asWritten))
	onRedis(t, "redis-chinese", scripts, in(inChinese))
	scripts = slices.DeleteFunc(scripts, func(s *script) bool { return s.asText })
	onSQLite(t, "sqlite-json", scripts, in(inJSON))
	outages := slices.DeleteFunc(scripts, func(s *script) bool { return !s.outage })
	onRedis(t, "redis-json", outages, in(inJSON))
}

func onSQLite(t *testing.T, name string, scripts []*script, play func(*testing.T, *script, store)) {
	// A file does not hang, so conversations with an outage are for Redis.
	steady := slices.DeleteFunc(slices.Clone(scripts), func(s *script) bool { return s.outage })
	t.Run(name, func(t *testing.T) {
		playAll(t, steady, func(t *testing.T, s *script) {
			play(t, s, store{url: "sqlite:" + filepath.Join(t.TempDir(), "parley.db")})
		})
	})
}

func onRedis(t *testing.T, name string, scripts []*script, play func(*testing.T, *script, store)) {
	t.Run(name, func(t *testing.T) {
		var databases atomic.Int64
		redis := storagetest.StartRedis(t, "--databases", fmt.Sprint(len(scripts)))
		playAll(t, scripts, func(t *testing.T, s *script) {
			if s.outage {
				own := storagetest.StartRedis(t)
				play(t, s, store{own.URL(), own})
				return
			}
			play(t, s, store{url: fmt.Sprintf("unix://%s?db=%d", redis.Socket(), databases.Add(1)-1)})
		})
	})
}

func readScript(t *testing.T, file string) *script {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if strings.HasSuffix(file, ".md") {
		lines = chatBlocks(string(text))
	}
	s, err := parseScript(file, lines)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.steps) == 0 && (file == manual || strings.HasSuffix(file, ".txt")) {
		t.Fatalf("%s: there is no conversation in it", file)
	}
	return s
}

func playAll(t *testing.T, scripts []*script, play func(*testing.T, *script)) {
	for _, s := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(s.name), filepath.Ext(s.name)), func(t *testing.T) {
			t.Parallel()
			play(t, s)
		})
	}
}
