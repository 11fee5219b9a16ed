package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// numbers are the message numbers that a conversation has met, the ids of sessions, and words such as tokens, by the name that it gave them.
type numbers struct {
	byName map[string]string
	last   int64
}

var (
	placeholder = regexp.MustCompile(`\{(?:time|until|idle|any|last|[nsw]\w*|[^{}]*\*\d+)\}`)
	repeated    = regexp.MustCompile(`^\{(.*)\*(\d+)\}$`)
)

// expand writes out what a line to be sent says in short: {n1}, and {x*20} for twenty times x.
func (n *numbers) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if m := repeated.FindStringSubmatch(p); m != nil {
			times, _ := strconv.Atoi(m[2])
			return strings.Repeat(m[1], times)
		}
		if known, ok := n.byName[strings.Trim(p, "{}")]; ok {
			return known
		}
		return p
	})
}

// match compares a line of the server with what the conversation says it is, and remembers the numbers in it.
func (n *numbers) match(got, want string) error {
	pattern, names := n.pattern(want)
	found := pattern.FindStringSubmatch(got)
	if found == nil {
		return fmt.Errorf("the line differs")
	}
	for i, name := range names {
		if err := n.meet(name, found[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// pattern makes a regular expression of a line. Names says what its groups are.
func (n *numbers) pattern(want string) (pattern *regexp.Regexp, names []string) {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	end := 0
	for _, at := range placeholder.FindAllStringIndex(want, -1) {
		b.WriteString(regexp.QuoteMeta(want[end:at[0]]))
		p := want[at[0]:at[1]]
		end = at[1]
		switch {
		case p == "{any}":
			b.WriteString(`.+`)
		case p == "{last}":
			b.WriteString(`\d+`)
		case p == "{idle}":
			b.WriteString(`(\d+)`)
			names = append(names, "idle")
		case p == "{time}" || p == "{until}":
			b.WriteString(`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)`)
			names = append(names, strings.Trim(p, "{}"))
		case n.expand(p) != p:
			b.WriteString(regexp.QuoteMeta(n.expand(p)))
		case p[1] == 'w':
			b.WriteString(`(\w+)`)
			names = append(names, strings.Trim(p, "{}"))
		default:
			b.WriteString(`([1-9]\d*)`)
			names = append(names, strings.Trim(p, "{}"))
		}
	}
	b.WriteString(regexp.QuoteMeta(want[end:]))
	return regexp.MustCompile(b.String() + "$"), names
}

// meet takes a value that was met for the first time. Message numbers grow in the order in which a conversation meets them, a time
// is about now, or else in the future, and seconds are few.
func (n *numbers) meet(name, value string) error {
	switch name {
	case "idle":
		if seconds, err := strconv.Atoi(value); err != nil || seconds > 3600 {
			return fmt.Errorf("it can't be %s seconds", value)
		}
		return nil
	case "time", "until":
		at, err := time.Parse(time.RFC3339, value)
		ago := time.Since(at)
		if now := ago >= -time.Second && ago <= time.Hour; err != nil || name == "time" && !now || name == "until" && ago > 0 {
			return fmt.Errorf("the time is not that of this conversation")
		}
		return nil
	}
	if known, ok := n.byName[name]; ok && known != value { // twice in one line
		return fmt.Errorf("{%s} is both %s and %s", name, known, value)
	}
	if name[0] == 's' || name[0] == 'w' {
		n.byName[name] = value
		return nil
	}
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil || number <= n.last && n.byName[name] != value {
		return fmt.Errorf("{%s} is %s, which is not greater than the number before it, %d", name, value, n.last)
	}
	n.byName[name], n.last = value, number
	return nil
}
