package storage_test

import (
	"path/filepath"
	"testing"

	"parley/storage/storagetest"
)

// kind is one of the stores that must pass the suite.
type kind struct {
	name string
	url  func(tb testing.TB) string // of a new, empty store
}

var kinds = []kind{
	{"sqlite", func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "parley.db") }},
	{"redis", func(tb testing.TB) string { return storagetest.StartRedis(tb).URL() }},
}
