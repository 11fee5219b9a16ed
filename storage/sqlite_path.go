package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// realPath resolves the symbolic links of a path, even if the last one points to a file that does not exist yet. SQLite keeps its log
// beside the file itself and looks for it beside the name that it is given, so it must be given the real one.
func realPath(path string) (string, error) {
	if path == "" {
		return "", errors.New("the store has no file name: name one, as in sqlite:parley.db")
	}
	for range 40 { // as many as Linux follows
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err == nil {
			folder, err = filepath.Abs(folder)
		}
		if info, statErr := os.Stat(folder); err != nil || statErr != nil || !info.IsDir() {
			return "", fmt.Errorf("the directory %s for the store does not exist: create it, or name another file", filepath.Dir(path))
		}
		path = filepath.Join(folder, filepath.Base(path))
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // it is no link
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		path = target
	}
	return "", fmt.Errorf("the store %s is a symbolic link that leads nowhere: name another file", path)
}
