package storage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// quiet keeps the Redis client from writing to stderr: what it would say reaches us as an error anyway.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(quiet{}) }

// redisOptions reads a URL. Its error does not quote it, since there may be a password in it.
func redisOptions(url string) (*redis.Options, error) {
	options, err := redis.ParseURL(strings.TrimPrefix(url, "redis+"))
	if err != nil {
		return nil, errors.New("the address of Redis can't be read: write redis://USER:PASSWORD@HOST:6379/0 or unix:///PATH.sock?db=0, " +
			"and special characters of a password as %XX")
	}
	options.MaxRetries = -1 // the client would send again without knowing whether the first try was done; retry takes that back first
	options.ContextTimeoutEnabled = true
	options.DialTimeout = time.Second
	options.DialerRetries = 1
	options.ReadTimeout = 3 * time.Second
	options.WriteTimeout = 3 * time.Second
	options.PoolSize = 10
	options.Protocol = 2
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options, nil
}

var (
	errOtherServer = errors.New("another parley server is using this Redis")
	errFormat      = errors.New("it was written by a newer parley")
	errEndless     = errors.New("the lease has no end")

	errOlderServer = errors.New("a server of an older version is using it")
)

// modeError says that this Redis is not a single one: it is part of a cluster, or a Sentinel.
type modeError struct{ mode string }

func (e modeError) Error() string { return "Redis runs in " + e.mode + " mode" }

// evictsError says that Redis would throw messages away when its memory is full.
type evictsError struct{ policy string }

func (e evictsError) Error() string {
	return fmt.Sprintf("Redis may throw messages away (its maxmemory-policy is %s)", e.policy)
}

// describeRedis turns an error of opening the store into a sentence that says what to do.
func describeRedis(address string, err error) error {
	var evicts evictsError
	var mode modeError
	var network *net.OpError
	said := err.Error()
	switch {
	case errors.As(err, &evicts):
		return fmt.Errorf("%w: run redis-cli CONFIG SET maxmemory-policy noeviction, and put it in redis.conf", err)
	case errors.As(err, &mode):
		return fmt.Errorf("the Redis at %s runs in %s mode, but parley needs a single one that holds all keys: name a Redis without cluster-enabled", address, mode.mode)
	case errors.Is(err, errOlderServer):
		return fmt.Errorf("an older parley server is using the Redis at %s: stop it first, or use its own version of this command", address)
	case errors.Is(err, errOtherServer):
		return fmt.Errorf("another parley server is using the Redis at %s: stop it first, or name another database", address)
	case errors.Is(err, errEndless):
		return fmt.Errorf("the Redis at %s has a key %s that never ends: if no parley server runs, delete it", address, leaseKey)
	case errors.Is(err, errFormat):
		return fmt.Errorf("the Redis at %s was written by a newer parley: start that one, or name another database", address)
	case hasCode(said, "WRONGPASS", "NOAUTH", "ERR AUTH", "ERR invalid password"):
		return fmt.Errorf("the Redis at %s refuses the user or the password: correct them in the address", address)
	case hasCode(said, "NOPERM", "ERR The user executing the script"):
		return fmt.Errorf("the Redis user lacks rights at %s (%s): give it the keys %s*, scripts and INFO", address, said, keyPrefix)
	case hasCode(said, "LOADING"):
		return fmt.Errorf("the Redis at %s is still loading its data: try again in a moment", address)
	case hasCode(said, "READONLY"):
		return fmt.Errorf("the Redis at %s is a replica that can't be written: name the primary", address)
	case hasCode(said, "OOM"):
		return fmt.Errorf("the memory of the Redis at %s is used up: raise its maxmemory", address)
	case hasCode(said, "ERR DB index"):
		return fmt.Errorf("the Redis at %s does not have a database of that number: name another one", address)
	case errors.As(err, &network), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no Redis answers at %s (%w): start it, or correct the address", address, err)
	}
	return fmt.Errorf("the Redis at %s can't be used: %w", address, err)
}

// hasCode reports whether an error of Redis begins with one of these words.
func hasCode(said string, codes ...string) bool {
	for _, code := range codes {
		if strings.HasPrefix(said, code) {
			return true
		}
	}
	return false
}
