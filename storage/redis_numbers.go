package storage

import "strconv"

// A run takes its numbers only in the script, when it is known which ones are free. Until then the rules work with numbers from here on, which no
// event ever has: the first new number of a run is newNumbers+1. In commands they are written so that the script puts the right ones in their place.
const newNumbers = int64(1) << 53

// numberText writes a number or an id as it stands in a command.
func numberText(n int64) string {
	if n > newNumbers {
		return "\x01" + strconv.FormatInt(n-newNumbers, 10) + "\x01"
	}
	return strconv.FormatInt(n, 10)
}

// given returns the number that the script has given in place of a new one of a run; base is the number before its first one.
func given(n, base int64) int64 {
	if n >= newNumbers {
		return n - newNumbers + base
	}
	return n
}

func givenID(id ID, base int64) ID { return ID(given(int64(id), base)) }

// renumber puts the numbers that were given in the place of new ones.
func (e *Event) renumber(base int64) {
	e.Number = given(e.Number, base)
	e.Thread.A, e.Thread.B = givenID(e.Thread.A, base), givenID(e.Thread.B, base)
	e.From, e.To = givenID(e.From, base), givenID(e.To, base)
}

// renumber does the same to a record, which the rules may remember.
func renumber(one record, base int64) {
	switch r := one.(type) {
	case *roomRecord:
		r.ID = givenID(r.ID, base)
	case *memberRecord:
		r.Room, r.Account = givenID(r.Room, base), givenID(r.Account, base)
		r.Since, r.Read = given(r.Since, base), given(r.Read, base)
	case *inviteRecord:
		r.Number, r.Room = given(r.Number, base), givenID(r.Room, base)
	case *sanctionRecord:
		r.Room = givenID(r.Room, base)
	}
}
