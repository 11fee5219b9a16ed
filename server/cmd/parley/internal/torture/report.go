package torture

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// shownBreaches is how many breaches of a kind are shown with their evidence.
const shownBreaches = 10

// report writes what happened and what was found.
func (h *history) report(w io.Writer, breaches []Breach, excused int) {
	private, public, kept, unanswered := 0, 0, 0, 0
	refused := map[string]int{}
	for _, s := range h.messages {
		if s.to == lobby {
			public++
		} else {
			private++
		}
		switch {
		case s.kept():
			kept++
		case s.refused():
			refused[s.code]++
		default:
			unanswered++
		}
	}
	fmt.Fprintf(w, "  said       %d private messages and %d in the lobby\n", private, public)
	fmt.Fprintf(w, "  answers    %d kept, %s, %d never answered\n", kept, refusals(refused), unanswered)
	read, again, inLobby, sessions := h.deliveries()
	fmt.Fprintf(w, "  read       %d private messages, %d of them again; %d in the lobby; %d sessions\n", read, again, inLobby, sessions)
	fmt.Fprintf(w, "  closed     %s\n", h.closings())
	for _, f := range faults {
		if n := h.done[f]; n > 0 {
			fmt.Fprintf(w, "  %4d ×     %s\n", n, f)
		}
	}
	if excused > 0 {
		fmt.Fprintf(w, "  excused    %d refused messages that came back because the server ended before it could take them back\n", excused)
	}
	if len(breaches) == 0 {
		fmt.Fprintln(w, "No breach of the contract was found.")
		return
	}
	fmt.Fprintf(w, "THE CONTRACT WAS BROKEN, %d times:\n", len(breaches))
	listBreaches(w, breaches)
}

func refusals(refused map[string]int) string {
	if len(refused) == 0 {
		return "none refused"
	}
	total := 0
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(refused)) {
		total += refused[code]
		codes = append(codes, fmt.Sprintf("%s %d", code, refused[code]))
	}
	return fmt.Sprintf("%d refused (%s)", total, strings.Join(codes, ", "))
}

// deliveries counts what was read.
func (h *history) deliveries() (private, again, inLobby, sessions int) {
	had := map[string]bool{}
	for _, c := range h.logs {
		if !c.loggedIn.IsZero() {
			sessions++
		}
		for _, l := range c.lines {
			switch l.kind {
			case lobbyLine:
				inLobby++
			case privateLine:
				private++
				key := c.user + " " + l.seen.text
				if had[key] {
					again++
				}
				had[key] = true
			}
		}
	}
	return private, again, inLobby, sessions
}

// closings counts the last lines of connections by their words.
func (h *history) closings() string {
	count := map[string]int{}
	for _, c := range h.logs {
		if c.closing != "" {
			count[c.closing]++
		}
	}
	var all []string
	for _, word := range slices.Sorted(maps.Keys(count)) {
		all = append(all, fmt.Sprintf("%s %d", word, count[word]))
	}
	return strings.Join(all, ", ")
}

// listBreaches shows them by kind.
func listBreaches(w io.Writer, breaches []Breach) {
	byKind := map[Kind][]string{}
	for _, b := range breaches {
		byKind[b.Kind] = append(byKind[b.Kind], b.Evidence)
	}
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		all := byKind[kind]
		fmt.Fprintf(w, "  %s: %d\n", kind, len(all))
		for _, evidence := range all[:min(len(all), shownBreaches)] {
			fmt.Fprintf(w, "    %s\n", evidence)
		}
		if more := len(all) - shownBreaches; more > 0 {
			fmt.Fprintf(w, "    and %d more\n", more)
		}
	}
}
