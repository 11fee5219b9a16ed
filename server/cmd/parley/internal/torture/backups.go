package torture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"parley/server/cmd/parley/internal/backup"
	"parley/storage"
)

// backups takes backups of the store while there is trouble. It is for one goroutine.
type backups struct {
	binary  string
	dir     string
	store   string
	home    string // the network namespace of the store
	history *history
	taken   int
	last    string // the file of the last one that was made
}

// backupLog is what a backup has.
type backupLog struct {
	file         string
	began, ended time.Time // before and after the command
	last         int64     // the last number that was given at its moment
	rooms        map[storage.ID]string
	accounts     map[storage.ID]string
	messages     []*storage.MessageRecord
}

// hurtBackup takes a backup, which may fail if the store can't be reached, or kills one.
func (r *run) hurtBackup(ctx context.Context, e event) error {
	if e.fault == takeBackup {
		if err := r.backups.take(ctx); err != nil && r.store == nil {
			return err
		}
		return nil
	}
	r.history.count(e.fault, e.lasts.String())
	ctx, cancel := context.WithTimeout(ctx, e.lasts)
	defer cancel()
	_, _ = r.backups.run(ctx, "backup", "--store", r.backups.store, filepath.Join(r.backups.dir, "killed.backup"), "--force")
	return nil
}

// lastBackup takes a backup when the trouble is over and everybody still talks. It waits until one that was killed is forgotten.
func (r *run) lastBackup(ctx context.Context) error {
	return within(ctx, time.Minute, func() error { return r.backups.take(ctx) })
}

// take takes a backup and notes what it has.
func (b *backups) take(ctx context.Context) error {
	b.taken++
	l := &backupLog{file: filepath.Join(b.dir, fmt.Sprintf("%d.backup", b.taken)), began: time.Now(),
		rooms: map[storage.ID]string{}, accounts: map[storage.ID]string{}}
	said, err := b.run(ctx, "backup", "--store", b.store, l.file)
	l.ended = time.Now()
	if err != nil {
		b.history.tell("backup %d fails: %s", b.taken, said)
		return fmt.Errorf("the backup fails: %s", said)
	}
	if err := l.read(); err != nil {
		return err
	}
	b.last = l.file
	b.history.backUp(l)
	return nil
}

// run runs a command of parley where the store is, and returns what it says.
func (b *backups) run(ctx context.Context, args ...string) (said string, err error) {
	var out strings.Builder
	c := command(b.binary, args...)
	c.Stdout, c.Stderr = &out, &out
	if err := inNetns(b.home, c.Start); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Process.Kill() })
	defer stop()
	err = c.Wait()
	return strings.TrimSpace(out.String()), err
}

// read reads the file.
func (l *backupLog) read() error {
	return eachRecord(l.file, func(r *storage.Record) error {
		switch {
		case r.State != nil:
			l.last = r.State.Last
		case r.Account != nil:
			l.accounts[r.Account.ID] = r.Account.Key
		case r.Room != nil:
			l.rooms[r.Room.ID] = r.Room.Key
		case r.Message != nil:
			l.messages = append(l.messages, r.Message)
		}
		return nil
	})
}

func eachRecord(path string, each func(*storage.Record) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	reader, err := backup.NewReader(file)
	if err != nil {
		return err
	}
	return reader.Each(each)
}

// backUp keeps a backup.
func (h *history) backUp(l *backupLog) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.backups = append(h.backups, l)
	h.done[takeBackup]++
	h.write("%s is taken: up to %d, %d messages", filepath.Base(l.file), l.last, len(l.messages))
}

// restoreLast restores the last backup into a new store of each kind. A backup of that must have the same records.
func (b *backups) restoreLast(ctx context.Context) error {
	fresh := &instance{name: "fresh", dir: b.dir, network: "unix", address: filepath.Join(b.dir, "fresh.sock")}
	fresh.arguments = []string{"--port", "0", "--unixsocket", fresh.address, "--save", ""}
	urls := []string{"sqlite:" + filepath.Join(b.dir, "fresh.db")}
	if _, err := exec.LookPath("redis-server"); err == nil {
		if err := fresh.start(ctx); err != nil {
			return err
		}
		defer fresh.kill()
		urls = append(urls, "unix://"+fresh.address+"?db=0")
	}
	want, err := digest(b.last)
	if err != nil {
		return err
	}
	for i, url := range urls {
		again := filepath.Join(b.dir, fmt.Sprintf("again-%d.backup", i))
		for _, args := range [][]string{{"restore", "--store", url, b.last}, {"backup", "--store", url, again}} {
			if said, err := b.run(ctx, args...); err != nil {
				b.history.notice(Breach{Backup, fmt.Sprintf("%s can't be restored: %s", b.last, said)})
				return nil
			}
		}
		got, err := digest(again)
		if err != nil {
			return err
		}
		if got != want {
			b.history.notice(Breach{Backup, fmt.Sprintf("%s has other records than %s, from which it was restored", again, b.last)})
		}
	}
	return nil
}

func digest(path string) (d storage.Digest, err error) {
	if path == "" {
		return d, errors.New("no backup was taken")
	}
	err = eachRecord(path, d.Add)
	return d, err
}
