package main

import (
	"strings"
	"testing"
)

// TestAnswersAfterTheEnd sends everything in one packet and the end right behind it: every answer comes, and then the end.
func TestAnswersAfterTheEnd(t *testing.T) {
	const everybody = `(?:= user .*\r\n)+\+ who \d+`
	tests := []struct {
		name string
		sent string // NAME is a name of the test's own
		want []string
	}{
		{"nothing", "", nil},
		{"a quick command", "/ping x\n", []string{`\+ ping: x`}},
		{"a quick command without an end", "/ping x", []string{`\+ ping: x`}},
		{"a slow command", "/register NAME correct horse\n", []string{`\+ register NAME`}},
		{"a slow command without an end", "/register NAME correct horse", []string{`\+ register NAME`}},
		{"slow, slow, quick", "/register NAME correct horse\n/who\n/ping x",
			[]string{`\+ register NAME`, everybody, `\+ ping: x`}},
		{"a slow one as the last, without an end", "/register NAME correct horse\n/ping x\n/who",
			[]string{`\+ register NAME`, `\+ ping: x`, everybody}},
		{"a command without an end that does not exist", "/register NAME correct horse\n/whoo",
			[]string{`\+ register NAME`, `- \* unknown-command whoo: .*`}},
		{"a message without an end", "/register NAME correct horse\n/msg ann hi", []string{`\+ register NAME`, `\+ msg ann \d+ stored`}},
		{"an answer to a prompt without an end", "/register NAME\ncorrect horse", []string{`\* prompt password: .*`, `\+ register NAME`}},
		{"a line without an end that is not UTF-8", "#t /ping \xc3", []string{`#t - \* bad-utf8: .*`}},
		{"half a line end", "#t /ping x\r", []string{`#t - \* bad-char: .*`}},
		{"a line without an end that is too long", "/ping " + strings.Repeat("x", 5000), []string{`- \* line-too-long: .*`}},
		{"what comes after /quit", "/quit\n/ping x", []string{`\+ quit`, `! bye: .*`}},
	}
	address := startApp(t)
	register(t, address, "ann")
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := "tess" + string(rune('a'+i))
			p := dial(t, address)
			p.sends(strings.ReplaceAll(tt.sent, "NAME", name))
			p.ends()
			want := []string{`\* hello .*`}
			for _, line := range tt.want {
				want = append(want, strings.ReplaceAll(line, "NAME", name))
			}
			matches(t, p.rest(), want...)
		})
	}
}

// TestSaidAfterTheEnd has the last line, which has no end, said in the lobby.
func TestSaidAfterTheEnd(t *testing.T) {
	for _, said := range []string{"hello", "/all hello"} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			address := startApp(t)
			ann := dialAs(t, address, "ann")
			tess := dialAs(t, address, "tess")
			tess.sends(said)
			tess.ends()
			matches(t, tess.rest(), `\+ all \d+`)
			ann.hears(`\* all tess: hello`)
		})
	}
}

// TestEndDuringACommand ends the input while a password is being checked: the command has begun when the answer to what
// was sent before it is here, and takes far longer than the end.
func TestEndDuringACommand(t *testing.T) {
	address := startApp(t)
	register(t, address, "tess")
	for range 5 {
		p := dial(t, address)
		p.sends("/ping x\n#in /login tess correct horse\n#who /who\n")
		p.hears(`\+ ping: x`)
		p.ends()
		matches(t, p.rest(), `#in \+ login tess waiting=0 last=\d+`, `#who = user tess idle=\d+ sessions=\d+`, `#who \+ who 1`)
	}
}

// TestHundredCommandsAndTheEnd has a hundred slow answers outstanding when the input ends.
func TestHundredCommandsAndTheEnd(t *testing.T) {
	p := dialAs(t, startApp(t), "tess")
	p.sends(strings.TrimSuffix(strings.Repeat("/who\n", 100), "\n"))
	p.ends()
	if answers := strings.Count(p.rest(), "+ who 1\r\n"); answers != 100 {
		t.Errorf("%d answers of 100 came", answers)
	}
}
