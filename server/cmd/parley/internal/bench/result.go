package bench

import (
	"encoding/json"
	"io"
	"time"
)

// Result is what a load test has found. Its JSON is for programs: fields may be added, none changes its meaning.
type Result struct {
	OK       bool    `json:"ok"` // everything arrived exactly once and in order
	Plan     string  `json:"plan"`
	Address  string  `json:"address"`
	Clients  int     `json:"clients"`
	Senders  int     `json:"senders"`
	Private  bool    `json:"private"`
	Rooms    int     `json:"rooms"` // 0: all were in the lobby, or in pairs
	Size     int     `json:"size"`
	Objects  bool    `json:"json_lines"` // the clients spoke JSON
	Seconds  float64 `json:"seconds"`    // of sending
	Limited  bool    `json:"limited"`    // the server's --message-rate set the pace
	Messages int64   `json:"messages"`   // that the server said it keeps
	PerSec   float64 `json:"messages_per_second"`

	Deliveries       int64   `json:"deliveries"` // none counted twice
	DeliveriesPerSec float64 `json:"deliveries_per_second"`
	Answer           Latency `json:"answer_ms"`
	Delivery         Latency `json:"delivery_ms"`

	Lost       int64            `json:"lost"`       // deliveries of kept messages that never came
	Doubled    int64            `json:"doubled"`    // deliveries that came again
	Reordered  int64            `json:"reordered"`  // deliveries that came behind a later message of the same sender
	Forbidden  int64            `json:"forbidden"`  // deliveries of messages that were refused
	Damaged    int64            `json:"damaged"`    // deliveries with a text that was not sent so
	Unanswered int64            `json:"unanswered"` // messages without an answer
	Refused    map[string]int64 `json:"refused"`    // messages, by code; those that came too fast for --message-rate are not counted
	Closed     map[string]int64 `json:"closed"`     // connections that the server ended, by its closing word
}

// Latency is how long things took, in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (h *histogram) latency() Latency {
	ms := func(ns int64) float64 { return float64(ns/1000) / 1000 }
	return Latency{ms(h.quantile(0.5)), ms(h.quantile(0.9)), ms(h.quantile(0.99)), ms(h.most)}
}

// result finds it from what all clients have noted. They must have ended.
func (r *run) result() *Result {
	t := &Result{
		Plan: r.plan(), Address: r.Address, Clients: r.Clients, Senders: r.Senders, Private: r.Private, Rooms: r.Rooms, Size: r.Size, Objects: r.Objects,
		Seconds: r.sent.Round(time.Millisecond).Seconds(), Limited: r.limited.Load(), Messages: r.accepted(), Deliveries: r.received(),
		Refused: map[string]int64{}, Closed: map[string]int64{},
	}
	t.PerSec = float64(t.Messages) / r.sent.Seconds()
	t.DeliveriesPerSec = float64(t.Deliveries) / r.sent.Seconds()
	var answers, deliveries histogram
	for _, s := range r.senders {
		answers.merge(&s.toKeep)
		t.Unanswered += int64(s.outstanding())
		for code, n := range s.codes {
			t.Refused[code] += n
		}
	}
	for _, c := range r.clients {
		deliveries.merge(&c.arrival)
		t.Damaged += c.damaged
		if c.ended != "" {
			t.Closed[c.ended]++
		}
		r.judge(t, c)
	}
	t.Answer, t.Delivery = answers.latency(), deliveries.latency()
	t.OK = t.Messages > 0 && t.Lost+t.Doubled+t.Reordered+t.Forbidden+t.Damaged+t.Unanswered == 0 && len(t.Closed) == 0
	return t
}

// judge compares what a client has received with what it should have.
func (r *run) judge(t *Result, c *client) {
	for number, s := range r.senders {
		p := &c.ledger[number]
		t.Doubled += p.doubled
		t.Reordered += p.reordered
		if !r.reads(c.index, number) {
			t.Forbidden += int64(p.last) - p.gaps.count() // none of this was for it
			continue
		}
		missing := p.missing(s.sent - s.outstanding())
		refused := missing.common(s.refused)
		t.Lost += missing.count() - refused
		t.Forbidden += s.refused.count() - refused
	}
}

// WriteJSON writes the result as one JSON object on a line.
func (t *Result) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(t) }
