package main

import (
	"fmt"
	"strings"
	"testing"
)

// What arrives is a stream: where the network cuts it means nothing, and CR LF and LF may be mixed.
const chatter = "/register tess correct horse\r\n/ping größe\n\n#a.1 /who\r\nhello\n\r\n/whoo\r\n//shrug\n#b /quit\r\n"

var chatterAnswers = []string{
	`\* hello .*`,
	`\+ register tess`,
	`\+ ping: größe`,
	`#a\.1 = user tess idle=\d+ sessions=1`,
	`#a\.1 \+ who 1`,
	`\+ all \d+`,
	`- \* unknown-command whoo: .*`,
	`\+ all \d+`,
	`#b \+ quit`,
	`! bye: .*`,
}

func TestPieces(t *testing.T) {
	for _, size := range []int{len(chatter), 1, 2, 3, 7, 40} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			p := dial(t, startApp(t))
			for rest := chatter; rest != ""; {
				piece := rest[:min(size, len(rest))]
				rest = rest[len(piece):]
				p.sends(piece)
			}
			matches(t, p.rest(), chatterAnswers...)
		})
	}
}

// TestCutAnywhere sends a line in two pieces, cut at every place, the second when the server has had time for the first:
// another connection was answered meanwhile.
func TestCutAnywhere(t *testing.T) {
	address := startApp(t)
	p, clock := dial(t, address), dial(t, address)
	const line = "#tag /ping grün und größer\r\n"
	for i := 1; i < len(line); i++ {
		p.sends(line[:i])
		clock.says("/ping %d", i)
		clock.hears(fmt.Sprintf(`\+ ping: %d`, i))
		p.sends(line[i:])
		p.hears(`#tag \+ ping: grün und größer`)
	}
}

func TestHundredCommandsInOnePacket(t *testing.T) {
	p := dialAs(t, startApp(t, "--message-rate", "unlimited"), "tess")
	commands := []struct {
		line    string
		answers []string
	}{
		{"/ping %d", []string{`\+ ping: \d+`}},
		{"/who", []string{`= user tess idle=\d+ sessions=1`, `\+ who 1`}},
		{"/all number %d", []string{`\+ all \d+`}},
		{"/msg tess number %d", []string{`\+ msg tess \d+ sent=1`}},
		{"/nothing", []string{`- \* unknown-command nothing: .*`}},
	}
	var packet strings.Builder
	var want []string
	for i := range 100 {
		command := commands[i%len(commands)]
		fmt.Fprintf(&packet, "#%d %s\n", i, strings.ReplaceAll(command.line, "%d", fmt.Sprint(i)))
		for _, answer := range command.answers {
			want = append(want, fmt.Sprintf("#%d %s", i, answer))
		}
	}
	p.sends(packet.String() + "/quit\n")
	var answers strings.Builder
	messages := 0
	for line := range strings.Lines(p.rest()) {
		if strings.HasPrefix(line, "* msg tess ") {
			messages++
		} else {
			answers.WriteString(line)
		}
	}
	matches(t, answers.String(), append(want, `\+ quit`, `! bye: .*`)...)
	if messages != 20 {
		t.Errorf("%d of 20 messages to herself came", messages)
	}
}
