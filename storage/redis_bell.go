package storage

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// bell rings when something comes into our feed while that is empty. A ring may be lost: the next heartbeat makes up for it.
type bell struct {
	channel string
	rung    chan struct{} // holds one
}

func newBell(process string) bell {
	return bell{bellPrefix + process, make(chan struct{}, 1)}
}

func (s *redisStore) Rung() <-chan struct{} {
	if s.shared {
		return nil
	}
	return s.bell.rung
}

// listen subscribes to the bell again and again, until ctx ends. It does not use the channel that the client offers, as that drops messages.
func (b *bell) listen(ctx context.Context, client *redis.Client) {
	for ctx.Err() == nil {
		b.listenOnce(ctx, client)
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func (b *bell) listenOnce(ctx context.Context, client *redis.Client) {
	subscription := client.Subscribe(ctx, b.channel)
	defer subscription.Close()
	stop := context.AfterFunc(ctx, func() { subscription.Close() })
	defer stop()
	for {
		// The first thing to come is that we are subscribed. It rings as well, since something may have come before.
		if _, err := subscription.Receive(ctx); err != nil {
			return
		}
		b.ring()
	}
}

func (b *bell) ring() {
	select {
	case b.rung <- struct{}{}:
	default:
	}
}
