package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"parley/storage/storagetest"
)

const manual = "../../../docs/protocol.md"

// TestConversations plays every file of testdata, and the manual, on both stores.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	var scripts []*script
	for _, file := range append(files, manual) {
		scripts = append(scripts, readScript(t, file))
	}
	t.Run("sqlite", func(t *testing.T) {
		playAll(t, scripts, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "parley.db") })
	})
	t.Run("redis", func(t *testing.T) {
		var databases atomic.Int64
		redis := storagetest.StartRedis(t, "--databases", fmt.Sprint(len(scripts)))
		playAll(t, scripts, func(t *testing.T) string {
			return fmt.Sprintf("unix://%s?db=%d", redis.Socket(), databases.Add(1)-1)
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
	if len(s.steps) == 0 {
		t.Fatalf("%s: there is no conversation in it", file)
	}
	return s
}

func playAll(t *testing.T, scripts []*script, store func(*testing.T) string) {
	for _, s := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(s.name), filepath.Ext(s.name)), func(t *testing.T) {
			t.Parallel()
			play(t, s, store(t))
		})
	}
}
