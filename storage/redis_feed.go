package storage

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A feed holds what other nodes have done, an entry for each run: "STEP BASE VERSION REFUSED", and in lines of their own
//
//	R PLACE MILLISECONDS ROOM ROOM-NAME AUTHOR AUTHOR-NAME LENGTH TEXT      a message in a room
//	P PLACE MILLISECONDS AUTHOR AUTHOR-NAME TO TO-NAME LENGTH TEXT          a private one
//	E PLACE JSON                                                            another event; the place 0: it has no number
//	T ...                                                                   what the rules must forget; see touch
//	H ACCOUNT NAME ROOMS GUEST                                              it has come; each room with its role: ID:ROLE
//	G ACCOUNT NAME ROOMS REASON                                             it has gone; see reasonWord
//
// The number of an event is the BASE and its PLACE. REFUSED are the places of messages that found a full inbox. VERSION is that after the run.
type feedEntry struct {
	step, base, version int64
	refused             map[int64]bool
	body                string
}

var errFeed = errors.New("what is on a feed in Redis can't be read")

func entryOf(text string) (e feedEntry, err error) {
	head, body, _ := strings.Cut(text, "\n")
	words := strings.Split(head, " ")
	if len(words) != 4 {
		return e, errFeed
	}
	e = feedEntry{step: numberOf(words[0]), base: numberOf(words[1]), version: numberOf(words[2]), body: body}
	if words[3] != "" {
		e.refused = map[int64]bool{}
		for place := range strings.SplitSeq(words[3], ",") {
			e.refused[numberOf(place)] = true
		}
	}
	return e, nil
}

// feedBody is written by the node whose run it is.
type feedBody struct{ text []byte }

// event adds an event whose numbers and ids may be new ones of the run.
func (f *feedBody) event(e *Event) error {
	place := int64(0)
	if e.Number != 0 {
		place = e.Number - newNumbers
	}
	if e.Kind != Message {
		unnumbered := *e
		unnumbered.Number, unnumbered.Ask = 0, -1
		text, err := encodeEvent(&unnumbered)
		f.text = fmt.Appendf(f.text, "E %d %s\n", place, text)
		return err
	}
	kind, to := byte('P'), e.To
	if e.Thread.IsRoom() {
		kind, to = 'R', e.Thread.A
	}
	f.text = append(f.text, kind)
	for _, number := range [...]int64{place, e.At.UnixMilli()} {
		f.number(number)
	}
	if kind == 'R' {
		f.number(int64(to))
		f.word(e.ToName)
	}
	f.number(int64(e.From))
	f.word(e.FromName)
	if kind == 'P' {
		f.number(int64(to))
		f.word(e.ToName)
	}
	f.number(int64(len(e.Text)))
	f.text = append(f.text, ' ')
	f.text = append(append(f.text, e.Text...), '\n')
	return nil
}

func (f *feedBody) number(n int64) { f.text = strconv.AppendInt(append(f.text, ' '), n, 10) }

func (f *feedBody) word(word string) { f.text = append(append(f.text, ' '), word...) }

// read hands on what the entry holds.
func (e *feedEntry) read(event func(Event), touched func(touch)) error {
	r := feedReader{rest: e.body}
	for r.rest != "" {
		switch kind := r.word(); kind {
		case "R", "P":
			one, place := r.message(kind == "R")
			if !e.refused[place] {
				one.Number = e.base + place
				event(one)
			}
		case "E":
			place := r.number()
			one, err := decodeEvent(r.line())
			if err != nil {
				return errFeed
			}
			e.settle(&one, place)
			event(one)
		case "T":
			one, ok := touchOf(r.line())
			if !ok {
				return errFeed
			}
			one.renumber(e.base)
			touched(one)
		case "H", "G":
			one, err := presenceEvent(kind + " " + r.line())
			if err != nil {
				return err
			}
			event(one)
		default:
			return errFeed
		}
		if r.bad {
			return errFeed
		}
	}
	return nil
}

// settle gives an event the numbers that its run was given.
func (e *feedEntry) settle(one *Event, place int64) {
	if place != 0 {
		one.Number = e.base + place
	}
	one.renumber(e.base)
}

// feedReader takes a body apart.
type feedReader struct {
	rest string
	bad  bool
}

func (r *feedReader) word() string {
	word, rest, ok := strings.Cut(r.rest, " ")
	r.rest, r.bad = rest, r.bad || !ok
	return word
}

func (r *feedReader) number() int64 {
	n, err := strconv.ParseInt(r.word(), 10, 64)
	r.bad = r.bad || err != nil
	return n
}

func (r *feedReader) line() string {
	line, rest, _ := strings.Cut(r.rest, "\n")
	r.rest = rest
	return line
}

// text takes so many bytes, and the end of the line.
func (r *feedReader) text(length int64) string {
	if length < 0 || int64(len(r.rest)) <= length || r.rest[length] != '\n' {
		r.rest, r.bad = "", true
		return ""
	}
	text := r.rest[:length]
	r.rest = r.rest[length+1:]
	return text
}

func (r *feedReader) message(inRoom bool) (e Event, place int64) {
	place = r.number()
	e = Event{Kind: Message, At: time.UnixMilli(r.number()).UTC(), Ask: -1}
	if inRoom {
		e.Thread, e.ToName = RoomThread(ID(r.number())), r.word()
		e.From, e.FromName = ID(r.number()), r.word()
	} else {
		e.From, e.FromName = ID(r.number()), r.word()
		e.To, e.ToName = ID(r.number()), r.word()
		e.Thread = PairThread(e.From, e.To)
	}
	e.Text = []byte(r.text(r.number()))
	return e, place
}

// presenceEvent reads "H ACCOUNT NAME ROOMS GUEST" or "G ACCOUNT NAME ROOMS REASON", the rooms with commas.
func presenceEvent(line string) (Event, error) {
	words := strings.Split(line, " ")
	if len(words) != 5 {
		return Event{}, errFeed
	}
	e := Event{Kind: Here, To: idOf(words[1]), ToName: words[2], Change: &Change{}, Ask: -1}
	if words[0] == "G" {
		e.Kind = Gone
		reason, err := url.QueryUnescape(words[4])
		if err != nil {
			return Event{}, errFeed
		}
		if reason != "" {
			e.Text = []byte(reason)
		}
	} else {
		e.Change.Guest = words[4] == "1"
	}
	if words[3] == "" {
		return e, nil
	}
	for room := range strings.SplitSeq(words[3], ",") {
		id, role, hasRole := strings.Cut(room, ":")
		e.Change.Rooms = append(e.Change.Rooms, idOf(id))
		if hasRole {
			e.Change.Roles = append(e.Change.Roles, Role(numberOf(role)))
		}
	}
	return e, nil
}

// reasonWord writes a reason as one word, so that no sign of it can be mistaken for a part of a line.
func reasonWord(reason string) string { return url.QueryEscape(reason) }
