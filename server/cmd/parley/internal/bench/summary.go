package bench

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
)

// plan says in a sentence what is done.
func (r *run) plan() string {
	whom := "to the lobby"
	switch {
	case r.Private:
		whom = "each to its partner"
	case r.Rooms > 0:
		whom = fmt.Sprintf("each to its own of %d rooms", r.Rooms)
	}
	pace := fmt.Sprintf("%d at a time", r.Window)
	if !math.IsInf(r.Rate, 1) {
		pace = fmt.Sprintf("%s messages a second in all", humanize.Ftoa(r.Rate))
	}
	if r.Objects {
		pace += ", as JSON"
	}
	return fmt.Sprintf("%d of %d clients send %s, %s, for %s", r.Senders, r.Clients, whom, pace, r.Length)
}

// WriteSummary writes the result for a person.
func (t *Result) WriteSummary(w io.Writer) error {
	fmt.Fprintf(w, "%s\n%s\n\n", t.Plan, t.verdict())
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	count := func(what string, n int64, perSecond float64) {
		fmt.Fprintf(tab, "%s\t%s\t%s a second\t\n", what, humanize.Comma(n), humanize.Comma(int64(perSecond)))
	}
	count("messages", t.Messages, t.PerSec)
	count("deliveries", t.Deliveries, t.DeliveriesPerSec)
	if err := tab.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	fmt.Fprintf(tab, "milliseconds from sending\tp50\tp90\tp99\tmax\t\n")
	t.Answer.row(tab, "to the answer (+)")
	t.Delivery.row(tab, "to a reader")
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, line := range t.remarks() {
		fmt.Fprintf(w, "\n%s\n", line)
	}
	return nil
}

func (l Latency) row(w io.Writer, what string) {
	fmt.Fprintf(w, "%s\t%.3g\t%.3g\t%.3g\t%.3g\t\n", what, l.P50, l.P90, l.P99, l.Max)
}

// verdict is the first thing to read.
func (t *Result) verdict() string {
	switch {
	case t.OK:
		return "Every message arrived exactly once and in order."
	case t.Messages == 0:
		return "No message was kept; nothing is known."
	}
	var wrong []string
	for _, w := range []struct {
		n    int64
		what string
	}{
		{t.Lost, "lost"}, {t.Doubled, "doubled"}, {t.Reordered, "out of order"}, {t.Forbidden, "delivered though refused or not for this reader"},
		{t.Damaged, "damaged"}, {t.Unanswered, "messages not answered"},
	} {
		if w.n > 0 {
			wrong = append(wrong, humanize.Comma(w.n)+" "+w.what)
		}
	}
	if len(wrong) == 0 {
		return "NOT GOOD: connections were lost."
	}
	return "NOT GOOD: " + strings.Join(wrong, ", ") + "."
}

// remarks are what must be known to understand the figures.
func (t *Result) remarks() (lines []string) {
	if t.Limited {
		lines = append(lines, limitedHint)
	}
	for _, code := range slices.Sorted(maps.Keys(t.Refused)) {
		lines = append(lines, fmt.Sprintf("%s messages were refused: %s. Nobody was to receive them.", humanize.Comma(t.Refused[code]), code))
	}
	for _, word := range slices.Sorted(maps.Keys(t.Closed)) {
		lines = append(lines, fmt.Sprintf("%s connections ended before the test did: %s.", humanize.Comma(t.Closed[word]), word))
	}
	return lines
}
