package page

import (
	"bytes"
	"fmt"
	"html"
	"time"

	"parley/server/internal/ops/history"
)

// render writes the page. html/template would add more to the program than all of this package.
func render(h *history.History) []byte {
	var b bytes.Buffer
	b.WriteString(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>parley</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="uplot/uPlot.min.css">
<link rel="stylesheet" href="style.css">
<noscript><meta http-equiv="refresh" content="10"></noscript>
<script src="uplot/uPlot.iife.min.js" defer></script>
<script src="app.js" defer></script>
</head>
<body>
`)
	header(&b, h)
	b.WriteString("<main>\n")
	for i := range history.Plots {
		card(&b, h, &history.Plots[i])
	}
	b.WriteString("</main>\n")
	table(&b, h)
	b.WriteString("</body>\n</html>\n")
	return b.Bytes()
}

// header has what is most important: whether all is well.
func header(b *bytes.Buffer, h *history.History) {
	since, fails := h.Outage()
	state, banner := "The store works", ""
	switch {
	case fails:
		state = "The store fails"
		banner = "The store has failed since " + clock(since) + " UTC. Nothing can be said meanwhile. The log says why."
	case history.Last(h.Column(history.StoreOK)) == nil:
		state = "No values yet: the first come within seconds"
	}
	fmt.Fprintf(b, `<header>
<h1>parley</h1>
<p id="version">%s</p>
<p id="state"%s>%s</p>
<p id="up">%s</p>
<p id="time">%s UTC</p>
</header>
`, html.EscapeString(h.Version), flag("bad", fails), state, up(h), clock(h.Now))
	fmt.Fprintf(b, "<p id=\"banner\" role=\"alert\"%s>%s</p>\n", flag("hidden", !fails), banner)
}

func flag(name string, set bool) string {
	if set {
		return " " + name
	}
	return ""
}

// up is for how long there have been samples, which is for how long the server has run.
func up(h *history.History) string {
	if len(h.Samples) == 0 {
		return "Started just now"
	}
	minutes := (h.Now - h.At(0)) / 60
	if minutes >= 59 {
		return "Up for an hour or more"
	}
	return fmt.Sprintf("Up for %d min", minutes)
}

// clock is the time of day.
func clock(unix int64) string { return time.Unix(unix, 0).UTC().Format("15:04:05") }

// card has the last values of a plot. The script draws the plot into it, and finds there what it must know for that.
func card(b *bytes.Buffer, h *history.History, p *history.Plot) {
	fmt.Fprintf(b, "<section id=\"%s\" data-unit=\"%s\" data-divisor=\"%g\">\n<h2>%s</h2>\n<ul>\n", p.Name, p.Unit, p.Divisor, p.Title)
	for _, line := range p.Lines {
		value := p.Number(history.Last(h.Column(line.Series)))
		fmt.Fprintf(b, "<li data-series=\"%s\"><b>%s</b> %s", line.Series, value, p.Unit)
		if line.Title != "" {
			fmt.Fprintf(b, " <span>%s</span>", line.Title)
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ul>\n<div class=\"plot\"></div>\n</section>\n")
}
