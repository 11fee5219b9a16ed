package storage

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// sqliteStore keeps everything in one SQLite file.
//
// The writer makes all changes and reads accounts and inboxes, on a connection of its own: it has a goroutine, so that whoever waits for it can give
// up; CommitNow does without that. A few readers, each with its own connection, read history; they show only what the writer has confirmed.
type sqliteStore struct {
	path   string // symbolic links resolved: SQLite looks for its log beside the file
	sync   syncMode
	limits atomic.Pointer[Limits]
	shared bool
	outage outage
	lock   *sqliteLock
	record *sqliteRecord

	jobs  chan *job
	reads chan *readJob
	stop  chan struct{}
	done  sync.WaitGroup

	threads   threads
	confirmed atomic.Int64 // the highest number that the readers show
	writing   sync.Mutex   // guards the writer
	writer    *sqliteWriter
	work      *commitWork // of the last Commit, used again by the next
	clock     func() time.Time
}

// SetLimits is Store's.
func (s *sqliteStore) SetLimits(limits Limits) { s.limits.Store(&limits) }

const sqliteReaders = 2

// How long a server waits for the lock, and how often it tries.
const (
	lockWait = time.Second
	lockPoll = 10 * time.Millisecond
)

var errClosed = errors.New("the store is closed")

func openSQLite(address string, limits Limits, log *zap.Logger, shared bool) (Store, error) {
	s, err := newSQLite(address, limits, log, shared)
	if err != nil {
		return nil, err
	}
	if err := s.begin(); err != nil {
		s.lock.close()
		return nil, err
	}
	s.start()
	return s, nil
}

// newSQLite opens the files of a store, but not with SQLite yet.
func newSQLite(address string, limits Limits, log *zap.Logger, shared bool) (*sqliteStore, error) {
	file, sync, err := readSQLiteAddress(address)
	if err != nil {
		return nil, err
	}
	path, err := realPath(file)
	if err != nil {
		return nil, err
	}
	s := &sqliteStore{
		path: path, sync: sync, shared: shared,
		outage: outage{log: log.With(zap.String("store", "sqlite"), zap.String("file", path))},
		jobs:   make(chan *job), reads: make(chan *readJob), stop: make(chan struct{}),
		threads: threads{heads: map[Thread]head{}},
		work:    &commitWork{}, clock: time.Now,
	}
	s.limits.Store(&limits)
	if s.lock, err = openLock(path); err != nil {
		return nil, err
	}
	return s, nil
}

// begin makes the writer, and the file ready for it.
func (s *sqliteStore) begin() error {
	alone, err := s.takeLock()
	if err != nil {
		return err
	}
	if !alone && !s.shared {
		return heldElsewhere(s.path)
	}
	if s.record, err = readRecord(s.lock); err != nil {
		return err
	}
	s.writer = &sqliteWriter{store: s, roster: roster{}, dataVersion: noVersion}
	if err := s.writer.connectWriter(); err != nil {
		return describeSQLite(s.path, err)
	}
	s.writer.rules.keeper, s.writer.rules.shared = s.writer, s.shared
	s.writer.rules.out = func(e Event) { s.writer.work.events = append(s.writer.work.events, e) }
	s.writer.forget()
	if err := s.writer.begins(alone); err != nil {
		s.writer.db.close()
		return describeSQLite(s.path, err)
	}
	if s.shared {
		s.lock.release() // a server may start while an operator types a password
	}
	return nil
}

// start starts the goroutines.
func (s *sqliteStore) start() {
	s.confirmed.Store(s.writer.given)
	s.done.Add(1)
	go s.writer.serve()
	for range sqliteReaders {
		s.done.Add(1)
		go s.serveReads()
	}
}

// takeLock reports whether the lock is ours now. A server waits a little for it, since an operator's command that has found no server holds it
// for a moment.
func (s *sqliteStore) takeLock() (alone bool, err error) {
	for late := time.Now().Add(lockWait); ; time.Sleep(lockPoll) {
		alone, err = s.lock.take()
		if alone || err != nil || s.shared || time.Now().After(late) {
			return alone, err
		}
	}
}

// begins makes the file ready for use.
func (w *sqliteWriter) begins(alone bool) error {
	found, err := prepareFile(w.db, w.store.path, alone)
	if err != nil {
		return err
	}
	if found > 0 && found < sqliteVersion {
		w.store.outage.log.Info("the store was converted to a new format", zap.Int64("from", found))
	}
	if alone {
		if err := w.settleNumbers(found == 0); err != nil {
			return err
		}
	}
	if err := w.resume(); err != nil {
		return err
	}
	return w.ownWaiting()
}

func (s *sqliteStore) Close() error {
	close(s.stop)
	s.done.Wait()
	s.recordStop()
	s.lock.close()
	return nil
}
