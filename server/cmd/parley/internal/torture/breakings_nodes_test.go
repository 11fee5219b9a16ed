package torture

import (
	"fmt"
	"strings"
	"time"
)

// nodeBreakings break what is promised about many nodes. One server is reached in two ways, each of which clients take for a node; the second is broken.
var nodeBreakings = []breaking{
	{name: "no breach between two nodes", nodes: 2},
	{name: "pushed to one node only", want: Skipped, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if name := nameOfText(l.text); w.node == 1 && l.is("*", "all") && len(name)%2 == 0 {
				t.breaks(name)
				return nil
			}
			return []string{l.line}
		}},
	{name: "a private message pushed to one node only", want: NotLive, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if w.node == 1 && l.is("*", "msg") && !strings.Contains(l.line, " at=") {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "a feed cut too early", want: Skipped, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if w.node == 1 && l.is("*") && time.Now().UnixMilli()%1000 < 200 {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "a number given twice", want: Twice, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("+", "all") {
				return []string{l.line}
			}
			last := t.kept["last"]
			t.kept["last"] = []string{l.words[2]}
			if w.node == 1 && len(last) > 0 {
				t.breaks(last[0])
				return []string{strings.Replace(l.line, l.words[2], last[0], 1)}
			}
			return []string{l.line}
		}},
	{name: "a dead node's presence kept", want: Who, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if w.node == 1 && l.is("=", "user") {
				t.breaks(l.words[2])
				return []string{strings.Replace(l.line, "sessions=", "sessions=9", 1)}
			}
			return []string{l.line}
		}},
	{name: "who is on another node not listed", want: Who, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if w.node == 1 && l.is("=", "user") && !l.is("=", "user", w.account) {
				t.breaks(l.words[2])
				return nil
			}
			return []string{l.line}
		}},
	{name: "somebody listed twice", want: Who, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if w.node == 1 && l.is("=", "user") {
				t.breaks(l.words[2])
				return []string{l.line, l.line}
			}
			return []string{l.line}
		}},
	{name: "unsure, kept, and not shown to its author", want: Skipped, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "all") && t.sometimes(9) {
				t.breaks(said(w.requests[l.tag]))
				return []string{l.tag + " - all unsure: Nobody knows."}
			}
			return []string{l.line}
		}},
	{name: "unsure, kept, and no copy", want: NotLive, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && len(l.words) > 4 && t.sometimes(5) {
				t.breaks(said(w.requests[l.tag]))
				return []string{fmt.Sprintf("%s - msg unsure: Nobody knows.", l.tag)}
			}
			return []string{l.line}
		}},
	{name: "thrown out for no reason", want: Outcast, nodes: 2,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("!") {
				t.breaks(w.account)
				return []string{"! resync: Come again."}
			}
			return []string{l.line}
		}},
}
