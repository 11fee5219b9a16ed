package protocol

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestParseIRC(t *testing.T) {
	long := strings.Repeat("x", 510-len("PING "))
	for line, want := range map[string]string{
		"PRIVMSG #tea :is it green?":             "PRIVMSG|#tea|is it green?",
		"privmsg bob hi":                         "PRIVMSG|bob|hi",
		"  PING   a  b ":                         "PING|a|b",
		":alice!a@b PART #tea":                   "PART|#tea",
		":alice":                                 "",
		"@a=b;c":                                 "",
		"":                                       "",
		"TOPIC #tea :":                           "TOPIC|#tea|",
		"USER a 0 * ::)":                         "USER|a|0|*|:)",
		"X a:b :c :d":                            "X|a:b|c :d",
		"X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 ": "X|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 ",
		"X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16": "X|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15 16",
		"PING " + long: "PING|" + long,
		"@" + strings.Repeat("t", 4094) + " PING x":     "PING|x",
		"@label=a1 PING x":                              "a1 PING|x",
		"@+typing=active;label=a\\sb;x PING x":          "a\\sb PING|x",
		"@label=a;label=b PING x":                       "b PING|x",
		"@label= PING x":                                "PING|x",
		"@label=\x1b[2J PING x":                         "PING|x",
		"@label=" + strings.Repeat("a", 64) + " PING x": strings.Repeat("a", 64) + " PING|x",
		"@label=" + strings.Repeat("a", 65) + " PING x": "PING|x",
		"@labels=a PING x":                              "PING|x",
	} {
		m, err := ParseIRC([]byte(line))
		if got := shownMessage(&m); err != nil || got != want {
			t.Errorf("%q is read as %q, %v, not %q", line, got, err, want)
		}
	}
	for _, line := range []string{"PING " + long + "x", "@" + strings.Repeat("t", 4095) + " PING x", "@" + strings.Repeat("t", 5000)} {
		if _, err := ParseIRC([]byte(line)); err != errIRCTooLong {
			t.Errorf("a line of %d bytes is %v", len(line), err)
		}
	}
}

// shownMessage is a message in one word: its label, its command and its parameters.
func shownMessage(m *IRCMessage) string {
	parts := []string{string(m.Command)}
	for i := range m.Len() {
		parts = append(parts, string(m.Param(i)))
	}
	if m.Param(m.Len()) != nil {
		return "a parameter too many"
	}
	return strings.TrimPrefix(string(m.Label)+" "+strings.Join(parts, "|"), " ")
}

func TestAppendIRC(t *testing.T) {
	for _, c := range []struct {
		params []string
		want   string
	}{
		{nil, ":irc.parley X"},
		{[]string{"a", "b"}, ":irc.parley X a b"},
		{[]string{"a", "b c"}, ":irc.parley X a :b c"},
		{[]string{"a", ""}, ":irc.parley X a :"},
		{[]string{"", ":a", "a b", ":c"}, ":irc.parley X ? ?a a?b ::c"},
		{[]string{"a:", "\x1b[2J\r\nQUIT"}, ":irc.parley X a: :\uFFFD[2J\uFFFD\uFFFDQUIT"},
		{[]string{strings.Repeat("ä", 300)}, ":irc.parley X :" + strings.Repeat("ä", (510-len(":irc.parley X :"))/2)},
	} {
		if got := string(AppendIRC([]byte("before\r\n"), IRCServer, "X", c.params...)); got != "before\r\n"+c.want+"\r\n" {
			t.Errorf("%q is written as %q", c.params, got)
		}
	}
}

func TestMaskMatches(t *testing.T) {
	for mask, words := range map[string][2]string{ // those that fit, and those that do not
		"alice": {"alice Alice", "alic alicee"},
		"*":     {"a alice", ""},
		"a*e":   {"alice ae", "alic lice"},
		"?l*":   {"alice Al", "l lal"},
		"*li*e": {"alice lie", "alic"},
		"ÄR?":   {"äre ärä", "are"},
		"**":    {"a", ""},
		"#*":    {"#tea", "tea"},
	} {
		for i, want := range []bool{true, false} {
			for _, word := range strings.Fields(words[i]) {
				if maskMatches([]byte(mask), word) != want {
					t.Errorf("that %s fits the mask %s is %v", word, mask, !want)
				}
			}
		}
	}
}

func TestISupport(t *testing.T) {
	tokens := ISupport(IRCLimits{Name: 32, Note: 300, Rooms: 100, Bans: 1000, Watches: 200, History: 200, Targets: 4, Modes: 10, Guests: true})
	for _, want := range []string{"CASEMAPPING=rfc7613", "CHANLIMIT=#:100", "PREFIX=(qov)~@+", "CHANMODES=b,,,imnst", "NICKLEN=32", "CHANNELLEN=33",
		"MAXLIST=b:1000", "MONITOR=200", "MODES=10", "CHATHISTORY=200", "MSGREFTYPES=msgid,timestamp", "BOT=B", "UTF8ONLY", "WHOX", "EXTBAN=,m"} {
		if !slices.Contains(tokens, want) {
			t.Errorf("there is no %s among %q", want, tokens)
		}
	}
	none := math.MaxInt
	tokens = ISupport(IRCLimits{Rooms: none, Bans: none, Watches: none, Targets: none})
	for _, want := range []string{"CHANLIMIT=#:", "MONITOR"} {
		if !slices.Contains(tokens, want) {
			t.Errorf("there is no %s among %q", want, tokens)
		}
	}
	for _, token := range tokens {
		if strings.HasPrefix(token, "MAXLIST") || strings.Contains(token, "ACCOUNTREQUIRED") || !isIRCWord(token) {
			t.Errorf("there is %q", token)
		}
	}
}
