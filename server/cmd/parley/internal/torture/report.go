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
func (h *history) report(w io.Writer, breaches []Breach) {
	kept, notSure, unanswered := 0, 0, 0
	said := map[string]int{}
	refused := map[string]int{}
	for _, s := range h.messages {
		said[placeOf(s.to)]++
		switch {
		case s.kept():
			kept++
		case s.refused():
			refused[s.code]++
		case s.code == unsure:
			notSure++
		default:
			unanswered++
		}
	}
	fmt.Fprintf(w, "  said       %s\n", counts(said))
	fmt.Fprintf(w, "  answers    %d kept, %s, %d unsure, %d never answered\n", kept, refusals(refused), notSure, unanswered)
	read, again, sessions := h.deliveries()
	fmt.Fprintf(w, "  read       %s; %d private ones again; %d sessions\n", counts(read), again, sessions)
	fmt.Fprintf(w, "  changes    %s\n", h.changed())
	fmt.Fprintf(w, "  closed     %s\n", h.closings())
	for _, f := range faults {
		if n := h.done[f]; n > 0 {
			fmt.Fprintf(w, "  %4d ×     %s\n", n, f)
		}
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
func (h *history) deliveries() (read map[string]int, again, sessions int) {
	read = map[string]int{}
	had := map[string]bool{}
	for _, c := range h.logs {
		if !c.loggedIn.IsZero() {
			sessions++
		}
		for _, l := range c.lines {
			switch l.kind {
			case lobbyLine:
				read[inLobby]++
			case roomLine:
				read[inRooms]++
			case privateLine:
				read[toOne]++
				key := c.user + " " + l.seen.text
				if had[key] {
					again++
				}
				had[key] = true
			}
		}
	}
	return read, again, sessions
}

// changed counts the changes that were done, and those that were refused.
func (h *history) changed() string {
	count, refused := map[doing]int{}, 0
	for _, ch := range h.changes {
		switch {
		case ch.done():
			count[ch.do]++
		case ch.code != "":
			refused++
		}
	}
	return fmt.Sprintf("%d joins, %d leaves, %d invitations, %d kicks; %d were refused", count[join], count[leave], count[invite], count[kick], refused)
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
