package commands

import (
	"errors"
	"runtime"
	"runtime/debug"
	gometrics "runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/internal/language"
	"parley/protocol"
)

// MinPassword is the shortest password in bytes. Nothing else is asked of one.
const MinPassword = 8

// DefaultPassword is how passwords are hashed: argon2id with 19 MiB, two passes, one lane (OWASP Password Storage
// Cheat Sheet).
var DefaultPassword = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// patience is how long a login may wait for its turn to be hashed.
const patience = 5 * time.Second

// alwaysWait is how many may wait even on a slow machine, so that a small community can come back all at once.
const alwaysWait = 128

// cores are counted before anybody changes GOMAXPROCS.
var cores = runtime.GOMAXPROCS(0)

// Cores is how many processors the program may use: those of the machine, or fewer where its affinity or the limit of its cgroup says so.
func Cores() int { return cores }

// passwords hashes and compares, as many at a time as there are cores, and refuses when too many wait.
type passwords struct {
	params  *argon2id.Params
	slots   chan struct{}
	waiting atomic.Int64
	cost    atomic.Int64 // what one hash takes with the collection before it, in nanoseconds, smoothed
	nobody  string       // a hash of no account, compared with for an unknown name, so that this takes as long
	tidy    *time.Timer
	metrics *metrics

	left       atomic.Bool // a hash was made since garbage was collected
	collecting sync.Mutex  // is held while it is
}

func newPasswords(params *argon2id.Params, m *metrics) (*passwords, error) {
	p := &passwords{params: params, metrics: m, slots: make(chan struct{}, cores)}
	begin := time.Now()
	var err error
	p.nobody, err = argon2id.CreateHash("nobody knows this one", params)
	p.cost.Store(int64(time.Since(begin)))
	// Each hash leaves much garbage. When no more hashes come, the memory goes back to the system; what this first one has left goes at once.
	p.tidy = time.AfterFunc(0, debug.FreeOSMemory)
	return p, err
}

// hash makes the string to be stored for a new password.
func (p *passwords) hash(password string) (hash string, err error) {
	if err := weak(password); err != nil {
		return "", err
	}
	err = p.turn(func() (err error) {
		hash, err = argon2id.CreateHash(password, p.params)
		return err
	})
	return hash, err
}

func weak(password string) error {
	if len(password) < MinPassword {
		return protocol.Errorf(protocol.WeakPassword, "A password has at least %d bytes.", MinPassword)
	}
	return nil
}

// check compares a password with a stored hash. An empty hash takes the same time and never fits. If the stored hash was made with other
// parameters than new ones are, better is a new one to store in its place.
func (p *passwords) check(password, hash string) (fits bool, better string, err error) {
	known := hash != ""
	if !known {
		hash = p.nobody
	}
	used, err := parameters(hash)
	if err != nil {
		return false, "", err
	}
	err = p.turn(func() (err error) {
		fits, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	fits = fits && known && err == nil
	if fits && *used != *p.params {
		better, _ = p.hash(password)
	}
	return fits, better, err
}

// parameters reads how a stored hash was made. Parameters out of all bounds are an error, because argon2 would panic or take all memory.
func parameters(hash string) (*argon2id.Params, error) {
	used, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		return nil, err
	}
	if used.Iterations < 1 || used.Iterations > 100 || used.Parallelism < 1 || used.Memory > 1<<20 || used.KeyLength < 16 {
		return nil, errors.New("a stored password is damaged")
	}
	return used, nil
}

// turn runs f when a slot is free. It refuses at once if that would take too long.
func (p *passwords) turn(f func() error) error {
	waiting := p.waiting.Add(1)
	defer p.waiting.Add(-1)
	wait := time.Duration(waiting * p.cost.Load() / int64(cap(p.slots)))
	if waiting > alwaysWait && wait > patience {
		p.metrics.loginsBusy.Inc()
		return &protocol.Error{Code: protocol.Busy, Retry: int(wait / time.Second), Sentence: language.Say("Many are logging in just now. Please try again soon.")}
	}
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	begin := time.Now() // the next one waits for the collection, too
	p.collect()
	hashing := time.Now()
	err := f()
	p.left.Store(true)
	p.metrics.hashSeconds.Observe(time.Since(hashing).Seconds())
	p.cost.Store((31*p.cost.Load() + int64(time.Since(begin))) / 32)
	p.tidy.Reset(2 * time.Second)
	return err
}

// cheapToCollect is up to how many bytes with pointers in the heap the garbage of hashes is collected early. To go through them takes less time than
// a hash.
const cheapToCollect = 16 << 20

// collect frees what the hashes before have left. Go itself would let several times as much gather, since it takes the memory of those that are
// being made for data that stay. Where the heap is large the garbage is little beside it. No hash begins before the collection has ended, or
// there would be more at once than there are slots.
func (p *passwords) collect() {
	p.collecting.Lock()
	defer p.collecting.Unlock()
	if !p.left.Swap(false) {
		return
	}
	heap := []gometrics.Sample{{Name: "/gc/scan/heap:bytes"}}
	if gometrics.Read(heap); heap[0].Value.Uint64() <= cheapToCollect {
		runtime.GC()
	}
}
