package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
	"golang.org/x/term"

	"parley/storage"
)

// moving counts the records that a command reads or writes, and shows that at a terminal. Everything but a result goes to standard error.
type moving struct {
	ctx     context.Context
	stop    context.CancelFunc
	began   time.Time
	records atomic.Int64
	shown   chan struct{} // closed when nothing is shown any more
}

// startMoving ends the context of what it returns when somebody presses Ctrl-C.
func startMoving() *moving {
	m := &moving{began: time.Now(), shown: make(chan struct{})}
	m.ctx, m.stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		close(m.shown)
		return m
	}
	go m.show()
	return m
}

func (m *moving) show() {
	defer close(m.shown)
	tick := time.NewTicker(time.Second / 4)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fmt.Fprintf(os.Stderr, "\r%s", m)
		case <-m.ctx.Done():
			fmt.Fprint(os.Stderr, "\r\x1b[K")
			return
		}
	}
}

// end ends it. Nothing else is shown then.
func (m *moving) end() {
	m.stop()
	<-m.shown
}

func (m *moving) String() string {
	n, seconds := m.records.Load(), time.Since(m.began).Seconds()
	return fmt.Sprintf("%s records in %.1f s (%s each second)", humanize.Comma(n), seconds, humanize.Comma(int64(float64(n)/max(seconds, 0.001))))
}

// together is how many records go from one goroutine to another at once.
const together = 128

// dump reads a store as ahead does.
func (m *moving) dump(store string) func() (*storage.Record, error) {
	return m.ahead(func(each func(*storage.Record) error) error { return storage.Dump(m.ctx, store, zap.NewNop(), each) })
}

// ahead runs in a goroutine of its own what gives each record. What it returns gives these one by one, and then io.EOF or the error.
func (m *moving) ahead(source func(each func(*storage.Record) error) error) func() (*storage.Record, error) {
	records := make(chan []*storage.Record, 8)
	var failed error // once the channel is closed
	go func() {
		defer close(records)
		var some []*storage.Record
		hand := func() error {
			select {
			case records <- some:
				some = nil
				return nil
			case <-m.ctx.Done():
				return m.ctx.Err()
			}
		}
		failed = source(func(r *storage.Record) error {
			if some = append(some, r); len(some) < together {
				return nil
			}
			return hand()
		})
		if failed == nil {
			failed = hand()
		}
	}()
	var some []*storage.Record
	return func() (*storage.Record, error) {
		for len(some) == 0 {
			more, open := <-records
			switch {
			case open:
				some = more
			case failed != nil:
				return nil, failed
			default:
				return nil, io.EOF
			}
		}
		r := some[0]
		some = some[1:]
		m.records.Add(1)
		return r, nil
	}
}

// load is storage.Load into a store that has no accounts, or may be replaced.
func (m *moving) load(store string, replace bool, next func() (*storage.Record, error)) error {
	if replace { // it may be one that can't be opened, since a restore into it was interrupted
		return storage.Load(m.ctx, store, zap.NewNop(), next)
	}
	count, err := countAccounts(m.ctx, store)
	switch {
	case err != nil:
		return err
	case count > 0:
		return fmt.Errorf("the store has %s already: save them with parley backup, then add --replace to put others in their place", accountsText(count))
	}
	return storage.Load(m.ctx, store, zap.NewNop(), next)
}

// countAccounts counts those that are no guests.
func countAccounts(ctx context.Context, store string) (count int, err error) {
	if file, ok := storage.SQLiteFile(store); ok {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return 0, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, operatorTime)
	defer cancel()
	opened, err := storage.OpenShared(ctx, store, storage.Limits{}, zap.NewNop())
	if err != nil {
		return 0, err
	}
	all, err := opened.Accounts(ctx)
	for _, a := range all {
		if !a.Guest {
			count++
		}
	}
	return count, errors.Join(err, opened.Close())
}

func accountsText(count int) string {
	if count == 1 {
		return "1 account"
	}
	return humanize.Comma(int64(count)) + " accounts"
}

// kindsText lists how many records there are of each kind.
func kindsText(kinds map[string]int) string {
	var parts []string
	for _, kind := range storage.RecordKinds[1:] {
		if n := kinds[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", kind, humanize.Comma(int64(n))))
		}
	}
	return strings.Join(parts, ", ")
}

// interrupted makes a sentence of Ctrl-C.
func interrupted(err error, outcome string) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted: " + outcome)
	}
	return err
}
