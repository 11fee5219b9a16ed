package main

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// This file plays a conversation with the server's sentences in Chinese. Everything else must be as it is written.

// sentences are the lines that end in a sentence of the server: what stands before it, and the sentence.
var sentences = []*regexp.Regexp{
	regexp.MustCompile(`^((?:#\S+ )?= help \S+: /.*?) - (.+)$`),
	regexp.MustCompile(`^((?:#\S+ )?(?:[-!] .*?|\* prompt .*?|= limit .*?|= stat .*?|= help limits|\+ guest .*?)): (.+)$`),
}

// withoutSentence leaves the sentence out of a line, in whichever language.
func (p *player) withoutSentence(line string) string {
	for _, form := range sentences {
		if m := form.FindStringSubmatch(line); m != nil {
			return m[1]
		}
	}
	return line
}

// checkChinese sees that a line of the server that has a sentence has it in Chinese.
func (p *player) checkChinese(line string) {
	for _, form := range sentences {
		if m := form.FindStringSubmatch(line); m != nil && !isChinese(m[2]) {
			p.fail("this is not Chinese: %s", line)
		}
	}
}

func isChinese(sentence string) bool {
	return strings.ContainsFunc(sentence, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// useChinese has the server speak Chinese with somebody who was greeted.
func (p *player) useChinese(who *person) {
	p.send(who, "/lang zh\n")
	if got := p.readLine(who); !strings.HasPrefix(got, "+ lang zh: ") || !isChinese(got) {
		p.fail("/lang zh is answered by %s", got)
	}
	who.chinese = true
}

// What is left out of a line is its sentence, and nothing else.
func TestSentenceOfALine(t *testing.T) {
	p := &player{t: t}
	for line, want := range map[string]string{
		"#a1 - msg no-such-user nobody: There is: nobody.": "#a1 - msg no-such-user nobody",
		"! bye: See you.":                          "! bye",
		"* prompt password: Your password, please": "* prompt password",
		"= limit line=4096: Bytes of a line.":      "= limit line=4096",
		"= help who: /who [room] - Lists - who.":   "= help who: /who [room]",
		"= help rooms: /join /leave":               "= help rooms: /join /leave",
		"= help limits: what this server allows.":  "= help limits",
		"= stat memory=12MiB: Memory.":             "= stat memory=12MiB",
		"+ guest bob: You are a guest.":            "+ guest bob",
		"* all alice: - msg usage: so it says":     "* all alice: - msg usage: so it says",
		"= all alice 7 at=now: a - b":              "= all alice 7 at=now: a - b",
		"+ ping: ! bye: See you.":                  "+ ping: ! bye: See you.",
	} {
		if got := p.withoutSentence(line); got != want {
			t.Errorf("%q becomes %q", line, got)
		}
	}
}
