package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Check says what would keep a server from opening the store that a URL names, as far as that can be seen without opening it: a server may be using it, and
// nothing is made, converted or locked. For SQLite it looks at the file, for Redis it asks for all that it needs. An error is as Open's.
func Check(ctx context.Context, url string) error {
	isRedis, path, err := kindOf(url)
	switch {
	case err != nil:
		return err
	case isRedis:
		return checkRedis(ctx, url)
	}
	return checkSQLite(path)
}

func checkSQLite(path string) error {
	path, err := realPath(path)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if unix.Access(filepath.Dir(path), unix.W_OK|unix.X_OK) != nil {
			return fmt.Errorf("the store %s can't be made: this user may not write into its directory", path)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("the store %s can't be written: %w", path, errors.Unwrap(err))
	}
	defer file.Close()
	begin := make([]byte, len(fileHeading))
	if n, err := io.ReadFull(file, begin); n > 0 && (err != nil || !bytes.Equal(begin, fileHeading)) {
		return fmt.Errorf("the file %s is no store: name another one", path)
	}
	return nil
}

func checkRedis(ctx context.Context, url string) error {
	address, err := readRedisAddress(url)
	if err != nil {
		return err
	}
	client := address.client(1)
	defer client.Close()
	if _, err = checkServer(ctx, client); err == nil {
		err = checkRights(ctx, client, address.Replicas)
	}
	if err != nil {
		return describeRedis(address.Shown, err)
	}
	return nil
}
