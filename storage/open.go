package storage

import (
	"context"
	"fmt"
	"math"

	"go.uber.org/zap"
)

// Open opens the store that a URL names, for the one server that may use it:
//
//	sqlite:PATH                               one file, made when it is missing; ?sync=full may follow: see syncMode
//	redis://[user:password@]host:port/db      Redis; rediss:// for TLS
//	unix://[user:password@]/path/to.sock?db=N Redis on a unix socket; redis+unix:// says the same
//	redis+sentinel://[user:password@]host:port,host:port,host:port/master/db
//	                                          the Redis that Sentinels name as the primary
//
// These may follow after a '?', as may the options of go-redis: ca=FILE (in PEM) is the authority that has signed the certificates;
// replicas=N has a change acknowledged when so many replicas have it. Of Sentinels: tls=true; sentinel_user= and sentinel_password= if they
// have their own.
//
// It returns by the deadline of ctx. A Redis may be opened by many servers at a time; each is a node, and says who it is. An error is one
// sentence for the operator, and never holds the password.
func Open(ctx context.Context, url string, limits Limits, self Self, log *zap.Logger) (Store, error) {
	return open(ctx, url, limits, self, log, false)
}

// OpenShared opens a store beside the server that may be using it, as an operator's command does. It may not commit Say, Enter or Feed: the
// server hands the events of all others on with its next Commit. Nothing expires meanwhile: that is left to the server. It lists no history.
// Limits may be empty: who asks on the command line is not bound by them.
func OpenShared(ctx context.Context, url string, limits Limits, log *zap.Logger) (Store, error) {
	limits.Keep = math.MaxInt64
	return open(ctx, url, limits, Self{}, log, true)
}

func open(ctx context.Context, url string, limits Limits, self Self, log *zap.Logger, shared bool) (Store, error) {
	isRedis, rest, err := kindOf(url)
	switch {
	case err != nil:
		return nil, err
	case isRedis:
		return openRedis(ctx, url, limits, self, log, shared)
	}
	return openSQLite(rest, limits, log, shared)
}

// unavailable says why the store could not do it.
func unavailable(cause error) error {
	return fmt.Errorf("%w: %w", ErrUnavailable, cause)
}

// unsure says why it is not known whether the store has done it.
func unsure(cause error) error {
	return fmt.Errorf("%w: %w", ErrUnsure, cause)
}
