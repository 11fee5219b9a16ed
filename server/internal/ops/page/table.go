package page

import (
	"bytes"
	"fmt"

	"parley/server/internal/ops/history"
)

// table has a row for each minute, the newest first. The script hides it.
func table(b *bytes.Buffer, h *history.History) {
	b.WriteString("<div id=\"table\">\n<table>\n<caption>The last hour: the highest value of each minute (UTC)</caption>\n<thead>\n<tr><th></th>")
	for i := range history.Plots {
		p := &history.Plots[i]
		fmt.Fprintf(b, "<th colspan=\"%d\">%s</th>", len(p.Lines), p.Title)
	}
	b.WriteString("<th>Store</th></tr>\n<tr><th>Minute</th>")
	for i := range history.Plots {
		for _, line := range history.Plots[i].Lines {
			fmt.Fprintf(b, "<th>%s %s</th>", line.Title, history.Plots[i].Unit)
		}
	}
	b.WriteString("<th></th></tr>\n</thead>\n<tbody>\n")
	for end := len(h.Samples); end > 0; {
		begin := minute(h, end)
		row(b, h, begin, end)
		end = begin
	}
	b.WriteString("</tbody>\n</table>\n</div>\n")
}

// minute is the first of the samples before end that are of the same minute as the last of them.
func minute(h *history.History, end int) (begin int) {
	begin = end - 1
	for begin > 0 && h.At(begin-1)/60 == h.At(end-1)/60 {
		begin--
	}
	return begin
}

func row(b *bytes.Buffer, h *history.History, begin, end int) {
	fmt.Fprintf(b, "<tr><th>%s</th>", clock(h.At(begin))[:len("15:04")])
	for i := range history.Plots {
		p := &history.Plots[i]
		for _, line := range p.Lines {
			fmt.Fprintf(b, "<td>%s</td>", p.Number(highest(h.Column(line.Series)[begin:end])))
		}
	}
	if fails(h.Column(history.StoreOK)[begin:end]) {
		b.WriteString("<td class=\"bad\">fails</td></tr>\n")
	} else {
		b.WriteString("<td>works</td></tr>\n")
	}
}

func highest(column []*float64) (top *float64) {
	for _, v := range column {
		if v != nil && (top == nil || *v > *top) {
			top = v
		}
	}
	return top
}

// fails reports whether the store has failed at any time.
func fails(store []*float64) bool {
	for _, v := range store {
		if v != nil && *v == 0 {
			return true
		}
	}
	return false
}
