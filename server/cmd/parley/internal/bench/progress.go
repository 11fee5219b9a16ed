package bench

import (
	"context"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
)

// eachSecond calls f every second, with the number of seconds, until stop is called. F does not run any more when stop returns.
func (r *run) eachSecond(f func(second int)) (stop func()) {
	ticker := time.NewTicker(time.Second)
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for second := 1; ; second++ {
			select {
			case <-ticker.C:
				f(second)
			case <-done:
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		ticker.Stop()
		close(done)
		running.Wait()
	})
}

// watch shows how it goes until ctx ends.
func (r *run) watch(ctx context.Context) {
	r.say("%s\n", r.plan())
	var kept, received int64
	warned := false
	stop := r.eachSecond(func(second int) {
		k, n := r.accepted(), r.received()
		r.say("  %4d s %12s messages/s %14s deliveries/s\n", second, humanize.Comma(k-kept), humanize.Comma(n-received))
		kept, received = k, n
		if r.limited.Load() && !warned {
			warned = true
			r.say("%s\n", limitedHint)
		}
	})
	<-ctx.Done()
	stop()
}

const limitedHint = "The server limits the messages of a session, and the senders go at that pace.\nTo measure the server itself, start it with --message-rate unlimited."
