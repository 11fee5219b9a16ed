package storage

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func fullDisk(d *sqliteDoctor) ([]string, error) {
	var disk unix.Statfs_t
	if err := unix.Statfs(d.path, &disk); err != nil {
		return nil, nil // some file systems do not say
	}
	if left := disk.Bavail * uint64(disk.Bsize); left < leastRoom {
		return []string{fmt.Sprintf("%d MiB are left", left>>20)}, nil
	}
	return nil, nil
}
