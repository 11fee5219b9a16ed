package torture

import (
	"strings"
	"time"
)

// breaking is a way to break a real server on the wire, and what the checker must name.
type breaking struct {
	name    string
	want    Kind
	request func(t *tamper, w *wire, l wireLine) []string
	answer  func(t *tamper, w *wire, l wireLine) []string
	all     bool // each that was broken must be named; otherwise one, since not all can be proven
	late    bool // only when the talking is over
	rare    bool // it does not happen often, so once is enough
	talking bool // only while users talk: afterwards they wait for each answer
	nodes   int  // in how many ways the server is reached; 0: in one
}

// sometimes is true for every so many calls.
func (t *tamper) sometimes(each int) bool {
	t.count++
	return t.count%each == 0
}

// nameOfText is the part of a text that no other has.
func nameOfText(text string) string {
	_, name, _ := strings.Cut(text, "~")
	name, _, _ = strings.Cut(name, "~")
	return "~" + name + "~"
}

// said is the text of a request.
func said(l wireLine) string { return nameOfText(l.line) }

var breakings = []breaking{
	{name: "no breach"},
	{name: "acknowledged and not kept", want: Lost, all: true,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("/msg") || isRoom(l.words[1]) || !t.sometimes(7) {
				return []string{l.line}
			}
			t.breaks(said(l))
			w.reply("%s + msg %s %d stored", l.tag, l.words[1], 1<<40+len(t.broken))
			return nil
		}},
	{name: "every tenth lobby event dropped", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") && t.sometimes(10) {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "the lobby never shown live", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "the first lobby event of each session dropped", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") && w.loggedIn {
				if w.count++; w.count == 1 {
					t.breaks(nameOfText(l.text))
					return nil
				}
			}
			return []string{l.line}
		}},
	{name: "no lobby event any more after some", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") {
				if w.count++; w.count > 4 {
					t.breaks(nameOfText(l.text))
					return nil
				}
			}
			return []string{l.line}
		}},
	{name: "lobby events in another order", want: Disorder, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("*", "all") {
				return []string{l.line}
			}
			w.held = append(w.held, l.line)
			if len(w.held) < 2 {
				return nil
			}
			t.breaks(nameOfText(w.held[0]))
			out := []string{w.held[1], w.held[0]}
			w.held = nil
			return out
		}},
	{name: "a private message twice", want: Repeated, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && t.sometimes(5) {
				t.breaks(nameOfText(l.text))
				return []string{l.line, l.line}
			}
			return []string{l.line}
		}},
	{name: "private messages never delivered live, and at the next login", want: NotLive,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && !strings.Contains(l.line, " at=") && !strings.Contains(l.line, " to=") {
				t.breaks(nameOfText(l.text))
				t.kept[w.account] = append(t.kept[w.account], strings.Replace(l.line, ": ", " at="+time.Now().UTC().Format(time.RFC3339)+": ", 1))
				return nil
			}
			return t.late(w, l)
		}},
	{name: "a private message held back to the next login", want: Disorder,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("*", "msg") || strings.Contains(l.line, " at=") || strings.Contains(l.line, " to=") {
				return t.late(w, l)
			}
			if len(w.held) > 0 { // this one overtakes it
				t.breaks(w.held[0])
				w.held = nil
			} else if t.sometimes(3) {
				w.held = []string{nameOfText(l.text)}
				t.kept[w.account] = append(t.kept[w.account], strings.Replace(l.line, ": ", " at="+time.Now().UTC().Format(time.RFC3339)+": ", 1))
				return nil
			}
			return []string{l.line}
		}},
	{name: "an answer swallowed", want: Unanswered, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if (l.is("+", "msg") || l.is("+", "all")) && t.sometimes(9) {
				t.breaks(said(w.requests[l.tag]))
				return nil
			}
			return []string{l.line}
		}, talking: true},
	{name: "the last answer swallowed", want: Unanswered,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "quit") {
				t.breaks("/quit")
				return nil
			}
			return []string{l.line}
		}},
	{name: "refused and kept", want: Refused, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && t.sometimes(9) {
				t.breaks(said(w.requests[l.tag]))
				return []string{l.tag + " - msg unavailable retry=1: Not now."}
			}
			return []string{l.line}
		}},
	{name: "an inbox said to be full", want: Groundless,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("/msg") || !t.sometimes(9) {
				return []string{l.line}
			}
			t.breaks(said(l))
			w.reply("%s - msg inbox-full %s: Full.", l.tag, l.words[1])
			return nil
		}},
	{name: "stored, though the recipient is there", want: Presence,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && len(l.words) > 4 && strings.HasPrefix(l.words[4], "sent=") {
				t.breaks(said(w.requests[l.tag]))
				return []string{strings.Replace(l.line, l.words[4], "stored", 1)}
			}
			return []string{l.line}
		}},
	{name: "sent to more than there are", want: Presence, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && len(l.words) > 4 {
				t.breaks(said(w.requests[l.tag]))
				return []string{strings.Replace(l.line, l.words[4], "sent=9", 1)}
			}
			return []string{l.line}
		}},
	{name: "the time of delivery instead of the time said", want: WrongTime, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && strings.HasPrefix(l.words[len(l.words)-1], "at=") {
				t.breaks(nameOfText(l.text))
				return []string{strings.Replace(l.line, l.words[len(l.words)-1], "at="+time.Now().Add(time.Hour).UTC().Format(time.RFC3339), 1)}
			}
			return []string{l.line}
		}},
	{name: "no time for what has waited", want: WrongTime,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && strings.HasPrefix(l.words[len(l.words)-1], "at=") {
				t.breaks(nameOfText(l.text))
				return []string{strings.Replace(l.line, " "+l.words[len(l.words)-1], "", 1)}
			}
			return []string{l.line}
		}},
	{name: "more said to wait than comes", want: Waiting,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "login") && !l.is("+", "login", w.account, "waiting=0") {
				t.breaks(w.account)
				return []string{l.line[:strings.Index(l.line, "waiting=")] + "waiting=20"}
			}
			return []string{l.line}
		}},
	{name: "history without some lines", want: Missing, late: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("=") && t.sometimes(9) {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "an answer that nothing waits for", want: Unanswered,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "ping") {
				t.breaks("ping")
				return []string{l.line, l.line}
			}
			return []string{l.line}
		}, late: true},
	{name: "an answer for somebody else", want: Stranger, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && t.sometimes(9) {
				t.breaks(said(w.requests[l.tag]))
				return []string{strings.Replace(l.line, "+ msg "+l.words[2], "+ msg nobody", 1)}
			}
			return []string{l.line}
		}, talking: true},
	{name: "a line that is none of the protocol", want: Stranger,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "login") {
				t.breaks("oops")
				return []string{l.line, "oops"}
			}
			return []string{l.line}
		}},
	{name: "one author's messages kept in another order", want: Disorder,
		request: exchangeRequests, answer: exchangeAnswers, talking: true},
}

// late adds what was kept back to what waits at a login.
func (t *tamper) late(w *wire, l wireLine) []string {
	if !l.is("+", "login") {
		return []string{l.line}
	}
	out := []string{l.line}
	out = append(out, t.kept[w.account]...)
	delete(t.kept, w.account)
	return out
}

// exchangeRequests sends a message to somebody behind the next one to the same, if one comes; exchangeAnswers puts the answers back into the order of the
// requests.
func exchangeRequests(t *tamper, w *wire, l wireLine) []string {
	if len(w.behind) == 0 {
		if l.is("/msg") {
			w.behind = []string{l.line}
			return nil
		}
		return []string{l.line}
	}
	first := cutLine(w.behind[0])
	w.behind = nil
	if !l.is("/msg", first.words[1]) {
		return []string{first.line, l.line}
	}
	t.breaks(said(l))
	t.kept[l.tag+w.account] = []string{first.tag}
	return []string{l.line, first.line}
}

func exchangeAnswers(t *tamper, w *wire, l wireLine) []string {
	key := l.tag + w.account
	if l.tag != "" && (l.is("+", "msg") || l.is("-", "msg")) {
		if first := t.kept[key]; len(first) > 0 {
			delete(t.kept, key)
			t.kept[first[0]+w.account+" behind"] = []string{l.line}
			return nil
		}
		if behind := t.kept[key+" behind"]; len(behind) > 0 {
			delete(t.kept, key+" behind")
			return []string{l.line, behind[0]}
		}
	}
	return []string{l.line}
}
