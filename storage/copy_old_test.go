package storage_test

import (
	"path/filepath"
	"testing"

	"parley/storage/storagetest"
)

// TestCopiesOfOldStoresAreHealthy: what earlier versions have kept, such as messages of which it is not known who has said them, goes from Redis to SQLite
// and back.
func TestCopiesOfOldStoresAreHealthy(t *testing.T) {
	files, err := filepath.Glob("testdata/*.rdb")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			url := storagetest.StartRedisFrom(t, file).URL()
			open(t, url, forOldData()).Close() // which converts it
			before := dumpOf(t, url)
			for _, to := range []string{kinds[0].url(t), kinds[1].url(t)} {
				load(t, to, before)
				wantHealthy(t, to)
				after := dumpOf(t, to)
				if digestOf(t, after) != digestOf(t, before) {
					t.Errorf("%s holds something else", to)
				}
				before = after
			}
		})
	}
}
