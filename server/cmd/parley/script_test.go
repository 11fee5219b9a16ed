package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A script is a conversation as a file of testdata tells it; testdata/README.md says how to read and write one.
type script struct {
	name   string // of the file
	flags  []string
	steps  []step
	outage bool // the store hangs in it: it is played on a Redis of its own
	asText bool // it can't be played in JSON
}

// step is one line of a script.
type step struct {
	line int    // in the file
	who  string // a connection's name, SERVER, STORE or OPERATOR
	verb string // C, S, C raw, S raw, END, CLOSE, HALF, QUIET, FROM; restart; hangs, answers; user, room
	many int    // how often it is said
	text string // behind the colon, or the flags of a restart, or the words behind parley user or parley room, or an address
}

var (
	saidStep  = regexp.MustCompile(`^(\w+) ([CS](?: raw)?)(?: x(\d+))?:(?: (.*))?$`)
	doneStep  = regexp.MustCompile(`^(\w+) (END|CLOSE|HALF|QUIET)$`)
	storeStep = regexp.MustCompile(`^(STORE) (hangs|answers)$`)
	// where a page shows the number of a message or an invitation: in an answer, an event, a row, and to ask for others
	shownNumber = regexp.MustCompile(`( (?:before|after|more)=|C: /since |S: (?:#\S+ )?(?:\+ all|\+ announce|\+ msg \S+|\* msg \S+|` +
		`= all \S+|= msg \S+|= say \S+ \S+|= thread \S+|[=*] invite \S+ \S+) )([1-9]\d*)`)
	shownLast    = regexp.MustCompile(` (last|upto)=\d+`) // it need not be that of a message
	shownSession = regexp.MustCompile(`(= session |\+ end |C: /end )(\d+)`)
	shownTime    = regexp.MustCompile(`((?:at|since|created)(?:=|":"))\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	shownToken   = regexp.MustCompile(`(\+ token |= token |/revoke |\+ revoke |token=)([0-9a-f]{8})\b`)
	shownSecret  = regexp.MustCompile(`\bparley_([A-Z2-7]{26})\b`)
	shownMember  = regexp.MustCompile(`("number":)([1-9]\d*)`) // in an object
	shownUpTo    = regexp.MustCompile(`("last":|"upto":)\d+`)
	shownUntil   = regexp.MustCompile(`(until[= ])\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

	fromStep  = regexp.MustCompile(`^(\w+) (FROM) (\S+)$`)
	operated  = regexp.MustCompile(`^(OPERATOR) (user|room) (.+)$`)
	restarted = regexp.MustCompile(`^(SERVER) (restart)(?: (.*))?$`)
)

// parseScript reads a conversation. Text outside of it, as in a manual, is left out by the caller, who keeps its lines.
func parseScript(name string, lines []string) (*script, error) {
	s := &script{name: name}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		if flags, ok := strings.CutPrefix(line, "FLAGS "); ok && len(s.steps) == 0 {
			s.flags = strings.Fields(flags)
			continue
		}
		if strings.HasPrefix(line, "TEXT only: ") && len(s.steps) == 0 {
			s.asText = true
			continue
		}
		st, ok := parseStep(line)
		if !ok {
			return nil, fmt.Errorf("%s:%d: this is no line of a conversation: %s", name, i+1, line)
		}
		st.line = i + 1
		s.outage = s.outage || st.who == "STORE"
		s.steps = append(s.steps, st)
	}
	return s, nil
}

func parseStep(line string) (step, bool) {
	if m := saidStep.FindStringSubmatch(line); m != nil {
		many := 1
		if m[3] != "" {
			many, _ = strconv.Atoi(m[3])
		}
		return step{who: m[1], verb: m[2], many: many, text: m[4]}, true
	}
	for _, form := range []*regexp.Regexp{doneStep, storeStep} {
		if m := form.FindStringSubmatch(line); m != nil {
			return step{who: m[1], verb: m[2]}, true
		}
	}
	for _, form := range []*regexp.Regexp{restarted, operated, fromStep} {
		if m := form.FindStringSubmatch(line); m != nil {
			return step{who: m[1], verb: m[2], text: m[3]}, true
		}
	}
	return step{}, false
}

// chatBlocks blanks out all lines but those of the ```chat blocks, so that the rest is one conversation with the line
// numbers of the page. A page shows messages with numbers and times as they look; in the conversation these become {n812}, {time} and
// the like.
func chatBlocks(page string) []string {
	lines := strings.Split(page, "\n")
	in := false
	for i, line := range lines {
		switch {
		case line == "```chat":
			in, lines[i] = true, ""
		case strings.HasPrefix(line, "```"):
			in, lines[i] = false, ""
		case !in:
			lines[i] = ""
		default:
			lines[i] = shownNumber.ReplaceAllString(lines[i], "$1{n$2}")
			lines[i] = shownLast.ReplaceAllString(lines[i], " $1={last}")
			lines[i] = shownSession.ReplaceAllString(lines[i], "$1{s$2}")
			lines[i] = shownTime.ReplaceAllString(lines[i], "$1{time}")
			lines[i] = shownToken.ReplaceAllString(lines[i], "$1{w$2}")
			lines[i] = shownSecret.ReplaceAllString(lines[i], "{w$1}")
			lines[i] = shownUpTo.ReplaceAllString(lines[i], "$1{last}")
			lines[i] = shownMember.ReplaceAllString(lines[i], "$1{n$2}")
			lines[i] = shownUntil.ReplaceAllString(lines[i], "$1{until}")
		}
	}
	return lines
}
