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

// TestConversations plays on both stores every file of testdata, and every page whose ```chat blocks show a conversation.
func TestConversations(t *testing.T) {
	var scripts []*script
	for _, pattern := range []string{"testdata/*.txt", "../../../docs/*.md", "../../../README.md"} {
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
	t.Run("sqlite", func(t *testing.T) {
		// A file does not hang, so conversations with an outage are for Redis.
		steady := slices.DeleteFunc(slices.Clone(scripts), func(s *script) bool { return s.outage })
		playAll(t, steady, func(t *testing.T, s *script) store {
			return store{url: "sqlite:" + filepath.Join(t.TempDir(), "parley.db")}
		})
	})
	t.Run("redis", func(t *testing.T) {
		var databases atomic.Int64
		redis := storagetest.StartRedis(t, "--databases", fmt.Sprint(len(scripts)))
		playAll(t, scripts, func(t *testing.T, s *script) store {
			if s.outage {
				own := storagetest.StartRedis(t)
				return store{own.URL(), own}
			}
			return store{url: fmt.Sprintf("unix://%s?db=%d", redis.Socket(), databases.Add(1)-1)}
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

func playAll(t *testing.T, scripts []*script, choose func(*testing.T, *script) store) {
	for _, s := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(s.name), filepath.Ext(s.name)), func(t *testing.T) {
			t.Parallel()
			play(t, s, choose(t, s))
		})
	}
}
