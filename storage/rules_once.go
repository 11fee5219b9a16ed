package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// once looks for an earlier message of the same key. If there is one, the verdict has what its author was told, and nothing must be kept
// again; otherwise it returns the record that keepOnce must keep with the message, if the message is kept. It comes before all other rules: what
// was kept is kept, even if its author may not say it any more.
func (r *rules) once(p *person, ask *Ask, verdict *Verdict) (*onceRecord, error) {
	if ask.Once == nil {
		return nil, nil
	}
	if p.guest {
		return nil, ErrGuest
	}
	digest := onceDigest(ask)
	first, err := r.loadOnce(p.id, ask.Once.Key)
	switch {
	case err != nil:
		return nil, err
	case first == nil, r.at.Sub(first.At) >= OnceTime: // the key is free
	case first.Digest != digest:
		return nil, ErrOnceMismatch
	default:
		verdict.Repeat = &first.Said
		return nil, nil
	}
	if err := r.roomForOnce(p, first); err != nil {
		return nil, err
	}
	return &onceRecord{Account: p.id, Key: ask.Once.Key, At: r.at, Digest: digest, Said: ask.Once.Said}, nil
}

// keepOnce keeps what once has returned, together with its message: the number of that, and the name of the recipient or the room.
func (r *rules) keepOnce(p *person, o *onceRecord, number int64, toName string) error {
	o.Number, o.ToName = number, toName
	p.onces++
	return r.keep(nil, o)
}

// roomForOnce returns nil if an account may use one more key. It removes what has ended: the earlier use of the same key, if there was one, or all
// keys that are so old if there would be too many.
func (r *rules) roomForOnce(p *person, earlier *onceRecord) (err error) {
	if p.onces < 0 {
		if p.onces, err = r.countOnces(p.id); err != nil {
			return err
		}
	}
	until := r.at.Add(-OnceTime)
	switch {
	case p.onces >= r.limits.Onces && p.oncesEnded.Before(until):
		p.oncesEnded = until
		_, err = r.dropOnces(p.id, until)
	case earlier != nil:
		err = r.dropOnce(earlier)
	}
	if err == nil && p.onces >= r.limits.Onces {
		err = ErrTooMany
	}
	return err
}

// dropOnces removes the keys of an account, or with 0 of all accounts, that are not newer than a time. More reports whether some may be left.
func (r *rules) dropOnces(account ID, until time.Time) (more bool, err error) {
	ended, err := r.endedOnces(account, until)
	for i := range ended {
		if err == nil {
			err = r.dropOnce(&ended[i])
		}
	}
	return len(ended) == maxEndedOnces, err
}

// dropOnce removes a key that has ended.
func (r *rules) dropOnce(o *onceRecord) error {
	if p := r.persons[o.Account]; p != nil && p.onces > 0 {
		p.onces--
	}
	return r.keep(o, nil)
}

// onceDigest tells messages of the same key apart.
func onceDigest(ask *Ask) string {
	sum := sha256.Sum256(append([]byte(ask.To+"\x00"), ask.Text...))
	return hex.EncodeToString(sum[:])
}
