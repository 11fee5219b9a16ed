package torture

import (
	"fmt"
	"strings"
	"time"
)

// roomBreakings break what is promised about rooms.
var roomBreakings = []breaking{
	{name: "what is said in a room dropped for one member", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "say") && t.sometimes(7) {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "what is said in a room shown behind the leaving", want: Overheard,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			switch {
			case l.is("*", "say"):
				key := w.account + l.words[2]
				before := t.kept[key]
				t.kept[key] = []string{l.line}
				return before
			case l.is("+", "leave"):
				key := w.account + l.words[2]
				for _, line := range t.kept[key] {
					t.breaks(nameOfText(line))
				}
				return append([]string{l.line}, t.kept[key]...)
			case l.is("+", "join"):
				delete(t.kept, w.account+l.words[2])
			}
			return []string{l.line}
		}, rare: true},
	{name: "what was said in a private room before shown at the joining", want: Overheard,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("/join", den) {
				w.held = t.kept[den]
			}
			return []string{l.line}
		},
		answer: func(t *tamper, w *wire, l wireLine) []string {
			t.keepDen(w, l, "* say %[1]s %[2]s: %[4]s")
			if l.is("+", "join", den) && len(w.held) > 0 {
				t.breaks(nameOfText(w.held[0]))
				return append([]string{l.line}, w.held...)
			}
			return []string{l.line}
		}, rare: true},
	{name: "what was said in a private room before in the history", want: Overheard,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			t.keepDen(w, l, "= say %[1]s %[2]s %[3]s at="+time.Now().UTC().Format(time.RFC3339)+": %[4]s")
			key := "before " + w.account
			if l.is("+", "join", den) {
				t.kept[key] = t.kept[den]
			}
			if request := w.requests[l.tag]; !l.is("=") || !request.is("/history", den) || len(t.kept[key]) == 0 {
				return []string{l.line}
			}
			t.breaks(nameOfText(t.kept[key][0]))
			row := l.tag + " " + t.kept[key][0]
			delete(t.kept, key)
			return []string{row, l.line}
		}, late: true},
	{name: "acknowledged in a room and not kept", want: Missing, all: true,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("/msg") || !isRoom(l.words[1]) || !t.sometimes(7) {
				return []string{l.line}
			}
			t.breaks(said(l))
			w.reply("%s + msg %s %d", l.tag, l.words[1], 1<<40+len(t.broken))
			return nil
		}},
	{name: "two messages of a room in another order", want: Disorder,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("*", "say") {
				return []string{l.line}
			}
			if len(w.held) == 0 {
				w.held = []string{l.line}
				return nil
			}
			first := w.held[0]
			w.held = nil
			if !cutLine(first).is("*", "say", l.words[2]) {
				return []string{first, l.line}
			}
			t.breaks(nameOfText(first))
			return []string{l.line, first}
		}},
	{name: "two rooms in another order", want: Disorder,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			switch {
			case l.is("*", "say") && len(w.held) == 0:
				w.held = []string{l.line}
				return nil
			case l.is("*", "all") && len(w.held) > 0:
				t.breaks(nameOfText(w.held[0]))
				out := []string{l.line, w.held[0]}
				w.held = nil
				return out
			}
			return []string{l.line}
		}},
	{name: "a joining that is not kept", want: Membership,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("/join") || l.is("/join", den) {
				return []string{l.line}
			}
			t.breaks(l.words[1])
			w.reply("%s + join %s members=1 here=1", l.tag, l.words[1])
			return nil
		}, talking: true},
	{name: "let in without an invitation", want: Membership,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("-", "join", "invite-only") {
				t.breaks(den)
				return []string{l.tag + " + join " + den + " members=2 here=2"}
			}
			return []string{l.line}
		}, talking: true},
	{name: "/since without some lines", want: Missing,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if request := w.requests[l.tag]; l.is("=", "say") && request.is("/since") && t.sometimes(9) {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}, late: true},
}

// keepDen keeps what was said first in the private room, in a form with the room, the author, the number and the text.
func (t *tamper) keepDen(w *wire, l wireLine, form string) {
	if l.is("+", "msg", den) && len(t.kept[den]) == 0 {
		request := w.requests[l.tag]
		_, text, _ := strings.Cut(request.line, den+" ")
		t.kept[den] = []string{fmt.Sprintf(form, den, w.account, l.words[3], text)}
	}
}
