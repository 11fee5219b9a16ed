package screen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
	"parley/protocol"
	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/session"
)

var evening = time.Date(2026, 11, 21, 20, 58, 0, 0, time.UTC)

// randomThread has lines of every kind.
func randomThread(r *rand.Rand, lines int) *session.Thread {
	t := &session.Thread{Name: "#tea", Room: true, Member: true, NewFrom: -1, Beginning: r.IntN(2) == 0}
	at, number := evening, int64(100)
	for range lines {
		number += 1 + int64(r.IntN(3))
		at = at.Add(time.Duration(r.IntN(3)) * time.Minute)
		t.Lines = append(t.Lines, randomLine(r, number, at))
	}
	return t
}

func randomLine(r *rand.Rand, number int64, at time.Time) session.Line {
	l := session.Line{Kind: session.Message, Number: number, At: at, From: []string{"bob", "alice", "小明", "Ольга", "aNameOfThirtyTwoBytesWhichIsLong"}[r.IntN(5)],
		Text: randomText(r, 30), ToMe: r.IntN(8) == 0}
	switch r.IntN(10) {
	case 0:
		l = session.Line{Kind: session.Gap, At: at, Until: at.Add(time.Minute)}
	case 1:
		l = session.Line{Kind: session.Notice, At: at, Text: randomText(r, 10)}
	case 2:
		reply, err := protocol.ParseReply([]byte("* join #tea carol"))
		if err != nil {
			panic(err)
		}
		l = session.Line{Kind: session.Event, Number: number, At: at, Reply: reply}
	case 3:
		l.Mine, l.ToMe, l.Fate, l.Why = true, false, session.Fate(r.IntN(4)), "because"
	case 4:
		l = session.Line{Kind: session.Echo, At: at, Text: "/who"}
	}
	return l
}

func styleFor(t *session.Thread, columns int) lineStyle {
	return newLineStyle(language.English, t, "alice", columns, evening.Add(time.Hour))
}

// allRows are all rows of a thread.
func allRows(t *session.Thread, columns int) (rows []string) {
	style := styleFor(t, columns)
	for i := range t.Lines {
		rows = append(rows, style.rows(t, i)...)
	}
	return rows
}

func TestNoRowIsTooWide(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		thread, columns := randomThread(r, 20), leastWidth+r.IntN(100)
		for _, row := range allRows(thread, columns) {
			if render.Width(row) > columns {
				t.Fatalf("in %d columns a row has %d: %q", columns, render.Width(row), row)
			}
		}
	}
}

// What is seen is always a part of all rows, in one piece: the end of them while nobody has scrolled.
func TestTalkShowsAPieceOfAllRows(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 15 {
		thread := randomThread(r, 1+r.IntN(40))
		columns, height := leastWidth+r.IntN(100), 1+r.IntN(40)
		all := allRows(thread, columns)
		style := styleFor(thread, columns)
		var p place
		for range 20 {
			k := newTalk(thread, style, p, height)
			from := 0
			for i := range k.index {
				from += len(style.rows(thread, i))
			}
			from += k.row
			if want := all[from:min(len(all), from+height)]; !slices.Equal(k.rows, want) {
				t.Fatalf("at %+v of %d rows, %d are seen:\n%s\nwant\n%s", p, len(all), len(k.rows), strings.Join(k.rows, "\n"), strings.Join(want, "\n"))
			}
			if !p.scrolled && from+len(k.rows) != len(all) {
				t.Fatalf("the newest row is not seen")
			}
			if k.first != (from == 0) || k.last != (from+height >= len(all)) {
				t.Fatalf("from %d of %d rows, %d high: first %v, last %v", from, len(all), height, k.first, k.last)
			}
			if len(k.rows) < min(height, len(all)) {
				t.Fatalf("%d rows of %d are seen, though there is room for %d", len(k.rows), len(all), height)
			}
			step, ended := 1+r.IntN(2*height), false
			if r.IntN(3) > 0 {
				p = k.up(step)
				if now := newTalk(thread, style, p, height); !now.first && rowsBefore(style, thread, now) != from-step {
					t.Fatalf("%d rows up from %d is %d", step, from, rowsBefore(style, thread, now))
				}
			} else if p, ended = k.down(step); ended {
				p = place{}
			} else if now := newTalk(thread, style, p, height); rowsBefore(style, thread, now) != from+step {
				t.Fatalf("%d rows down from %d is %d", step, from, rowsBefore(style, thread, now))
			}
		}
	}
}

func rowsBefore(style lineStyle, t *session.Thread, k talk) int {
	n := k.row
	for i := range k.index {
		n += len(style.rows(t, i))
	}
	return n
}

// A page of history in front of it, new lines behind it and other sizes do not move a scrolled screen from the message that it was at.
func TestScrolledScreenStaysAtItsMessage(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		thread := randomThread(r, 100)
		for i := range thread.Lines { // to know them apart
			thread.Lines[i].Text += fmt.Sprintf(" <%d>", i)
			thread.Lines[i].At = evening
		}
		at := 1 + r.IntN(60)
		p := placeOf(thread, at, 0)
		top := thread.Lines[at]
		older := randomThread(r, r.IntN(50))
		for i := range older.Lines {
			older.Lines[i].Number -= 100_000
		}
		thread.Lines = slices.Concat(older.Lines, thread.Lines, randomThread(r, 30).Lines)
		k := newTalk(thread, styleFor(thread, 60), p, 10)
		if got := thread.Lines[k.index]; got.Text != top.Text {
			t.Fatalf("the uppermost line was %q, and is %q", top.Text, got.Text)
		}
	}
}

func TestMessageRows(t *testing.T) {
	thread := &session.Thread{Name: "#tea", Room: true, NewFrom: -1}
	style := styleFor(thread, 40)
	style.names = 6
	for _, c := range []struct {
		line session.Line
		want []string
	}{
		{session.Line{From: "bob", Text: "good morning"}, []string{"20:58 bob    good morning"}},
		{session.Line{From: "bob", Text: "alice: there?", ToMe: true}, []string{"20:58»bob    alice: there?"}},
		{session.Line{From: "alice", Text: "yes", Mine: true, Fate: session.Sending}, []string{"20:58 alice  yes  … being sent"}},
		{session.Line{From: "alice", Text: "yes", Mine: true, Fate: session.Sending, At: style.now}, []string{"21:58 alice  yes"}},
		{session.Line{From: "alice", Text: "yes", Mine: true, Fate: session.Refused, Why: "You are muted in #tea."},
			[]string{"20:58 alice  yes", "             ✗ not sent: You are muted", "             in #tea."}},
		{session.Line{From: "somebodyWithALongName", Text: "one two three four"}, []string{"20:58 somebodyWithALongName one two", "             three four"}},
		{session.Line{From: "小明", Text: "一杯茶很好喝一杯茶很好喝一杯茶很好喝"}, []string{"20:58 小明   一杯茶很好喝一杯茶很好喝一", "             杯茶很好喝"}},
		{session.Line{Kind: session.Gap, Until: evening.Add(5 * time.Minute)}, []string{"── you were not connected from 20:58 to", "   21:03 ──"}},
		{session.Line{Kind: session.Notice, Text: "You are not in #tea any more, as it seems."}, []string{"20:58 · You are not in #tea any more, as", "        it seems."}},
	} {
		if c.line.At.IsZero() {
			c.line.At = evening
		}
		got := style.line(&c.line)
		for i := range got {
			got[i] = ansi.Strip(got[i])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v:\n%s\nwant\n%s", c.line, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// A long thread costs no more than a short one.
func BenchmarkTalk(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, lines := range []int{100, 50_000} {
		thread := randomThread(r, lines)
		for name, p := range map[string]place{"newest": {}, "scrolled": placeOf(thread, lines/2, 0)} {
			b.Run(fmt.Sprintf("%d lines/%s", lines, name), func(b *testing.B) {
				for b.Loop() {
					newTalk(thread, styleFor(thread, 150), p, 56)
				}
			})
		}
	}
}
