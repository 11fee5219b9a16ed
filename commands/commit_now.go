package commands

import "time"

// While one message is all there is to do, it takes longer to wake the committer for it, and then the loop, than to keep it. So a loop that has
// nothing else to do takes the committer's place for a moment.

// mostNow is how many asks a loop has the store keep. More of them are worth the way to the committer, and the loop goes on meanwhile.
const mostNow = 2

// CommitNow is Commit for a loop that has little to do, that of the shard in this place. If the committer is idle, little was asked for, and the store
// can keep it at once, that is done here, and CommitNow returns true: what is for the shard's sessions was left to it. The store decides how long this
// may take at most: see storage.Store.
func (c *Chat) CommitNow(shard int) bool {
	if c.committer.commitNow(shard) {
		return true
	}
	c.Commit()
	return false
}

func (k *committer) commitNow(shard int) bool {
	if !k.committing.TryLock() {
		return false
	}
	defer k.committing.Unlock()
	if k.begun != nil || k.pending() {
		return false
	}
	q := k.takeFew()
	if q == nil {
		return false
	}
	k.fill(q)
	at := time.Now()
	if !k.store.CommitNow(&k.batch) {
		k.begun = q
		return false
	}
	k.fanout.loop = shard
	k.finish(q, nil, time.Since(at))
	k.fanout.loop = noLoop
	return true
}

// takeFew is take for a few asks that are messages, and what has reached clients.
func (k *committer) takeFew() *queue {
	k.mu.Lock()
	defer k.mu.Unlock()
	asks := k.next.asks
	if len(asks) == 0 || len(asks) > mostNow {
		return nil
	}
	for i := range asks {
		if asks[i].command == nil || !asks[i].command.Pipelined {
			return nil
		}
	}
	return k.swap()
}
