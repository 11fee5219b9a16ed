package top

import (
	"fmt"
	"strings"
	"time"

	"parley/server/internal/ops/history"
)

// style is what a terminal can show.
type style struct{ unicode, colour bool }

// Columns of a row: its title, its value with the unit, the line of the last minutes, and the highest value in that.
const (
	titleWidth   = 26
	valueWidth   = 14
	highestWidth = 14
	minSpark     = 10
)

// view is what there is to show: h is nil until a server has answered, and err is why the last try has failed.
type view struct {
	address string
	h       *history.History
	err     error
}

// frame writes a view for a terminal of a size, a line each.
func (s style) frame(v view, width, height int) []string {
	lines := []string{s.head(v), s.state(v), ""}
	if v.h != nil {
		lines = append(lines, s.rows(v.h, width)...)
	}
	return lines[:min(len(lines), height)]
}

func (s style) head(v view) string {
	if v.h == nil {
		return s.paint(bold, "parley top") + "  " + v.address
	}
	return s.paint(bold, "parley "+v.h.Version) + "  " + v.address + "  " + time.Unix(v.h.Now, 0).Format("15:04:05")
}

// state says whether all is well.
func (s style) state(v view) string {
	if v.err != nil {
		return s.paint(alarm, capital(v.err.Error()))
	}
	if v.h == nil {
		return "Asking the server"
	}
	if since, fails := v.h.Outage(); fails {
		return s.paint(alarm, "The store has failed since "+time.Unix(since, 0).Format("15:04:05")+": nothing can be said, and the log says why")
	}
	if history.Last(v.h.Column(history.StoreOK)) == nil {
		return "No values yet: the first come within seconds"
	}
	return s.paint(good, "The store works")
}

// rows has one for each series.
func (s style) rows(h *history.History, width int) (lines []string) {
	room := max(width-1-titleWidth-valueWidth-highestWidth, minSpark) // the last column is left alone: what erases a line's rest would erase it
	shown := min(room, len(h.Samples))
	for i := range history.Plots {
		p := &history.Plots[i]
		for _, line := range p.Lines {
			column := h.Column(line.Series)
			last := column[len(column)-shown:]
			title, value := strings.TrimSpace(p.Title+" "+line.Title), s.plain(p.Number(history.Last(column)))+" "+p.Unit
			lines = append(lines, fmt.Sprintf("%-*s", titleWidth, title)+s.paint(bold, fmt.Sprintf("%-*s", valueWidth, value))+
				s.paint(blue, fmt.Sprintf("%*s", room, s.spark(last)))+s.paint(dim, fmt.Sprintf("%*s", highestWidth, "max "+s.plain(p.Number(highest(last))))))
		}
	}
	return append(lines, "", s.paint(dim, "The lines are the last "+(time.Duration(shown*h.Step)*time.Second).String()+"; q leaves"))
}

// plain writes what is not known in ASCII, if need be.
func (s style) plain(number string) string {
	if s.unicode {
		return number
	}
	return strings.ReplaceAll(number, "–", "-")
}

func highest(column []*float64) (top *float64) {
	for _, v := range column {
		if v != nil && (top == nil || *v > *top) {
			top = v
		}
	}
	return top
}

func capital(sentence string) string { return strings.ToUpper(sentence[:1]) + sentence[1:] }
