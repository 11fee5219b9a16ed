package storage

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// quiet keeps the Redis client from writing to stderr: what it would say reaches us as an error anyway.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(quiet{}) }

// errOlderServer says that the store can't be brought to our format while a server uses it in another.
var errOlderServer = errors.New("a server of an older version is using it")

// modeError says that this Redis is not a single one: it is part of a cluster, or a Sentinel.
type modeError struct{ mode string }

func (e modeError) Error() string { return "Redis runs in " + e.mode + " mode" }

// evictsError says that Redis would throw messages away when its memory is full.
type evictsError struct{ policy string }

func (e evictsError) Error() string {
	return fmt.Sprintf("Redis may throw messages away (its maxmemory-policy is %s)", e.policy)
}

// checkRights asks at the start for what a node needs only later: to ring others, to hear them, and to wait for replicas.
func checkRights(ctx context.Context, client *redis.Client, replicas int) error {
	const nobody = keyPrefix + "rights"
	if err := client.Publish(ctx, nobody, "").Err(); err != nil {
		return err
	}
	subscription := client.Subscribe(ctx, nobody)
	defer subscription.Close()
	if _, err := subscription.Receive(ctx); err != nil {
		return err
	}
	if replicas == 0 {
		return nil
	}
	return client.Wait(ctx, 0, time.Millisecond).Err()
}

// describeRedis turns an error of opening the store into a sentence that says what to do. The address is as redisAddress.Shown has it.
func describeRedis(address string, err error) error {
	var evicts evictsError
	var mode modeError
	var newer newerError
	var network *net.OpError
	said := strings.Join(strings.Fields(err.Error()), " ")
	switch {
	case errors.As(err, &evicts):
		return fmt.Errorf("%w: run redis-cli CONFIG SET maxmemory-policy noeviction, and put it in redis.conf", err)
	case errors.As(err, &mode) && mode.mode == "sentinel":
		return fmt.Errorf("there is a Sentinel at %s, no Redis: write %s://HOST:%s/MASTER/0", address, sentinelScheme, sentinelPort)
	case errors.As(err, &mode):
		return fmt.Errorf("the Redis at %s runs in %s mode, but parley needs a single one that holds all keys: name a Redis without cluster-enabled", address, mode.mode)
	case errors.Is(err, errOlderServer):
		return fmt.Errorf("an older parley server is using the Redis at %s: stop it first, or use its own version of this command", address)
	case errors.Is(err, errRestoring):
		return fmt.Errorf("the Redis at %s can't be used yet: %w", address, err)
	case errors.As(err, &newer):
		return fmt.Errorf("the Redis at %s was written by a newer parley (%w): start that one, or name another database", address, err)
	}
	if why := describeTLS(err); why != "" {
		return fmt.Errorf("TLS with the Redis at %s fails (%s): %s", address, said, why)
	}
	if strings.HasPrefix(said, "redis: all sentinels") {
		return describeSentinels(address, err, said)
	}
	switch {
	case hasCode(said, "WRONGPASS", "NOAUTH", "ERR AUTH", "ERR invalid password"):
		return fmt.Errorf("the Redis at %s refuses the user or the password: correct them in the address", address)
	case hasCode(said, "NOPERM", "ERR The user executing the script", "ERR ACL failure"):
		return fmt.Errorf("the Redis user lacks rights at %s (%s): give it ~%s* &%s* and the commands that docs/operations.md lists", address, said, keyPrefix, keyPrefix)
	case hasCode(said, "LOADING"):
		return fmt.Errorf("the Redis at %s is still loading its data: try again in a moment", address)
	case hasCode(said, "READONLY"):
		return fmt.Errorf("the Redis at %s is a replica that can't be written: name the primary", address)
	case hasCode(said, "NOREPLICAS"):
		return fmt.Errorf("the Redis at %s has fewer replicas than its min-replicas-to-write asks for: start them", address)
	case hasCode(said, "OOM"):
		return fmt.Errorf("the memory of the Redis at %s is used up: raise its maxmemory", address)
	case hasCode(said, "ERR DB index"):
		return fmt.Errorf("the Redis at %s does not have a database of that number: name another one", address)
	case hasCode(said, "ERR SELECT is not allowed in cluster mode"):
		return describeRedis(address, modeError{"cluster"})
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("the Redis at %s hangs up: if it speaks TLS, begin the address with rediss://; if it asks for certificates of clients, set its tls-auth-clients to no", address)
	case errors.As(err, &network), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no Redis answers at %s (%s): start it, or correct the address", address, said)
	}
	return fmt.Errorf("the Redis at %s can't be used: %s", address, said)
}

// describeSentinels says why no Sentinel has named the primary. One that has answered says more than those that can't be reached.
func describeSentinels(address string, err error, said string) error {
	master := strings.TrimPrefix(address, "sentinel ")
	switch {
	case hasWord(said, "WRONGPASS", "NOAUTH", "ERR AUTH", "ERR invalid password"):
		return fmt.Errorf("the Sentinels of %s refuse the user or the password: correct sentinel_user= and sentinel_password= in the address", master)
	case errors.Is(err, redis.Nil):
		return fmt.Errorf("the Sentinels do not know %s: correct the name of the primary in the address, as their sentinel.conf has it", master)
	}
	return fmt.Errorf("no Sentinel of %s answers (%s): start them, or correct the address", master, said)
}

// describeTLS says what to do if it was TLS that failed; it is empty if it was not.
func describeTLS(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var certificate *tls.CertificateVerificationError
	var network *net.OpError
	switch {
	case errors.As(err, &authority):
		return "name the file of its authority's certificate by ca=FILE"
	case errors.As(err, &name):
		return "give it a certificate for the name that the address has"
	case errors.As(err, &certificate):
		return "renew its certificate"
	case errors.As(err, &network) && network.Op == "remote error": // an alert
		return "if it asks for certificates of clients, set its tls-auth-clients to no"
	}
	return ""
}

// hasWord reports whether an error holds one of these.
func hasWord(said string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(said, word) })
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
