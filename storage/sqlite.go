package storage

import (
	"context"
	"errors"
	"os"
	"sync"

	"go.uber.org/zap"
)

// sqliteStore keeps everything in one SQLite file.
//
// One goroutine, the writer, does all that changes the file and all that concerns accounts and inboxes; it has a connection of its
// own. History is read by a few readers, each with its own connection, who see only what the writer has confirmed.
type sqliteStore struct {
	path   string
	limits Limits
	shared bool
	outage outage
	file   os.FileInfo // the file that was opened; if another one lies there, ours was taken away
	lock   *os.File    // nil when shared

	jobs  chan *job
	reads chan *readJob
	stop  chan struct{}
	done  sync.WaitGroup

	chains chains
	writer *sqliteWriter
	work   *commitWork // of the last Commit, used again by the next
}

const sqliteReaders = 2

var errClosed = errors.New("the store is closed")

func openSQLite(path string, limits Limits, log *zap.Logger, shared bool) (Store, error) {
	s := &sqliteStore{
		path: path, limits: limits, shared: shared,
		outage: outage{log: log.With(zap.String("store", "sqlite"), zap.String("file", path))},
		jobs:   make(chan *job), reads: make(chan *readJob), stop: make(chan struct{}),
		chains: chains{heads: map[string]head{}},
		work:   &commitWork{},
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	if !shared {
		lock, err := lockFile(path)
		if err != nil {
			return nil, err
		}
		s.lock = lock
	}
	if err := s.start(); err != nil {
		s.unlock()
		return nil, describeSQLite(path, err)
	}
	return s, nil
}

// start opens the connections and starts the goroutines that use them.
func (s *sqliteStore) start() error {
	db, err := connectSQLite(s.path)
	if err != nil {
		return err
	}
	if err := prepareFile(db, s.path); err != nil {
		db.close()
		return err
	}
	if s.file, err = os.Stat(s.path); err != nil {
		db.close()
		return err
	}
	s.writer = &sqliteWriter{store: s, db: db, inboxes: map[string]*inbox{}}
	if !s.shared {
		if err := s.writer.recoverChains(); err != nil {
			db.close()
			return err
		}
	}
	s.done.Add(1)
	go s.writer.serve()
	for range sqliteReaders {
		s.done.Add(1)
		go s.serveReads()
	}
	return nil
}

func (s *sqliteStore) Close() error {
	close(s.stop)
	s.done.Wait()
	s.unlock()
	return nil
}

func (s *sqliteStore) unlock() {
	if s.lock != nil {
		s.lock.Close() // lets go of the flock; the file stays, since removing it would let two servers hold it
	}
}

func (s *sqliteStore) Lobby(ctx context.Context, before int64, limit int) ([]Message, bool, error) {
	return s.history(ctx, lobbyThread, before, limit)
}

func (s *sqliteStore) Conversation(ctx context.Context, a, b string, before int64, limit int) ([]Message, bool, error) {
	return s.history(ctx, threadOf(a, b), before, limit)
}
