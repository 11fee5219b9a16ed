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

// report tells what was done, and what that proves.
func (l *ledger) report(w io.Writer, breaches []Breach, forgiven int) {
	private, public, kept, unanswered := 0, 0, 0, 0
	refused := map[string]int{}
	for _, s := range l.sent {
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
	all, again, inLobby := l.deliveries()
	fmt.Fprintf(w, "  read       %d private messages, %d of them again; %d in the lobby; %d sessions\n", all, again, inLobby, len(l.sittings))
	for _, f := range faults {
		if n := l.did[f]; n > 0 {
			fmt.Fprintf(w, "  %4d ×     %s\n", n, f)
		}
	}
	if forgiven > 0 {
		fmt.Fprintf(w, "  excused    %d refused messages that a kill of the server brought back before the store could take them back\n", forgiven)
	}
	if len(breaches) == 0 {
		fmt.Fprintln(w, "The contract was kept: no private message that was acknowledged is missing, none has two numbers,")
		fmt.Fprintln(w, "every order is that of /history, and nothing refused was delivered.")
		return
	}
	fmt.Fprintf(w, "THE CONTRACT WAS BROKEN, %d times:\n", len(breaches))
	accuse(w, breaches)
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
func (l *ledger) deliveries() (all, again, inLobby int) {
	had := map[string]bool{}
	for _, s := range l.sittings {
		inLobby += len(s.lobby)
		for _, m := range s.private {
			key := s.who + " " + m.text
			if had[key] {
				again++
			}
			had[key] = true
			all++
		}
	}
	return all, again, inLobby
}

// accuse shows the breaches by kind.
func accuse(w io.Writer, breaches []Breach) {
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
