package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"
)

// Dump calls each with everything that the store of a URL keeps, as it was at one moment: the state, then accounts, rooms, members, sanctions,
// invitations, blocks, tokens, keys of messages, and messages, those of one thread by number. Servers may be using the store, and go on. It changes
// nothing, and a store of an earlier format is refused. Guests go with their sessions, so neither they are dumped nor what hangs on them: only what
// they have said and what was said to them is.
//
// An error of each ends it and is returned. Other errors are one sentence for the operator. Each may keep the records that it gets.
func Dump(ctx context.Context, url string, log *zap.Logger, each func(*Record) error) error {
	isRedis, rest, err := kindOf(url)
	switch {
	case err != nil:
		return err
	case isRedis:
		return dumpRedis(ctx, url, log, each)
	}
	return dumpSQLite(ctx, rest, each)
}

// Load makes the store of a URL hold what next returns until io.EOF, in the order of Dump, in place of all that it holds. It happens whole or not
// at all: before the new takes the place of the old, it is read back and compared by Digest. The next number will be above all that were ever given
// by the store or where the dump is from, and above the time in microseconds. Servers may be using the store: they get ErrBuried from their next
// Commit, so their sessions end with `! resync`.
//
// An error of next ends it and is returned; nothing is changed then. Other errors are one sentence for the operator.
func Load(ctx context.Context, url string, log *zap.Logger, next func() (*Record, error)) error {
	isRedis, rest, err := kindOf(url)
	switch {
	case err != nil:
		return err
	case isRedis:
		return loadRedis(ctx, url, log, newChecker(next).next)
	}
	return loadSQLite(ctx, rest, log, newChecker(next).next)
}

// kindOf tells the kinds of stores apart. Rest is what follows the scheme.
func kindOf(url string) (isRedis bool, rest string, err error) {
	scheme, rest, ok := strings.Cut(url, ":")
	switch {
	case ok && scheme == "sqlite":
		return false, rest, nil
	case ok && slices.Contains([]string{"redis", "rediss", "unix", "redis+unix", sentinelScheme}, scheme):
		return true, rest, nil
	case ok:
		return false, "", fmt.Errorf("there is no store of the kind %q: use sqlite:FILE, redis://HOST:PORT/0, redis+sentinel://HOST:PORT/MASTER/0 or unix:///PATH.sock", scheme)
	}
	return false, "", errors.New("a store is named like sqlite:parley.db, redis://HOST:PORT/0 or unix:///PATH.sock")
}

// errDiffers says that what was read back after it was loaded is something else. It is our fault or the machine's.
var errDiffers = errors.New("what was written to the store is not what was read back: nothing was changed; please report this")
