package backup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPartThatGotItsName: between opening the part of a backup and locking it, the backup that had it locked may end. Then it is that backup, and is not
// written to.
func TestPartThatGotItsName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "backup")
	first, err := Create(path, "test", false)
	if err != nil {
		t.Fatal(err)
	}
	part, err := os.OpenFile(path+".part", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	second := &File{path: path, part: part}
	if err := second.begin("test"); err == nil || !strings.Contains(err.Error(), "is being written") {
		t.Errorf("beside the first: %v", err)
	}
	if _, _, err := first.Finish(false); err != nil {
		t.Fatal(err)
	}
	if err := second.begin("test"); err == nil || !strings.Contains(err.Error(), "has been written") {
		t.Errorf("after the first: %v", err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := Check(file); err != nil {
		t.Errorf("the first one %v", err)
	}
}
