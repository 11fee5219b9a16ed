package screen

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// What was typed for a room stays, although another session of the account has left it.
func TestDraftKeepsItsRoom(t *testing.T) {
	for what, see := range map[string]func(p *player){"shown": func(*player) {}, "not shown": func(p *player) { p.press("alt+1") }} {
		t.Run(what, func(t *testing.T) {
			p := enter(t, 80, 24)
			p.press("alt+2")
			p.write("half a thought")
			see(p)
			p.hear(p.m.servers[0], `{"type":"event","event":"leave","room":"#tea","name":"alice","number":2001}`)
			p.press("alt+2")
			p.sees("> half a thought")
			p.sees("You are not in #tea any more.")
			p.press("ctrl+u")
			p.fake.answers["leave"] = []object{{"type": "failed", "command": "leave", "code": "not-in-room", "room": "#tea", "text": "You are not in #tea."}}
			p.say("/leave")
			p.seesNot("2 #tea")
		})
	}
}

// Lines are not said into nowhere when their room has gone while somebody was asked about them.
func TestPastedForARoomThatHasGone(t *testing.T) {
	p := enter(t, 80, 24)
	p.press("alt+2")
	p.update(tea.PasteMsg{Content: "one\ntwo"})
	p.hear(p.m.servers[0], `{"type":"event","event":"leave","room":"#tea","name":"alice","number":2001}`)
	p.fake.answers["msg"] = []object{{"type": "failed", "command": "msg", "code": "not-in-room", "text": "You are not in #tea."}}
	p.write("y")
	p.press("alt+2")
	p.sees("one  ✗ not sent: You are not in #tea.")
}

// A password is neither mixed with what was typed in other rooms, nor seen when nobody asks for it any more.
func TestPasswordsAndDrafts(t *testing.T) {
	p := enter(t, 80, 24)
	s := p.m.servers[0]
	prompt := []object{{"type": "event", "event": "prompt", "what": "password", "text": "Your old password, please."}}
	p.fake.answers["passwd"], p.fake.answers["old"] = prompt, []object{}
	p.press("alt+2")
	p.write("half a thought")
	p.press("alt+1")
	p.say("/passwd")
	p.press("alt+2")
	p.seesNot("half a thought")
	p.write("old")
	p.press("enter")
	p.sees("> half a thought")
	if said := p.fake.heard[len(p.fake.heard)-1]["do"]; said != "old" {
		t.Errorf("the password was %q", said)
	}
	tag := ""
	for _, o := range p.fake.heard {
		if o["do"] == "passwd" {
			tag = o["tag"].(string)
		}
	}
	p.hear(s, with(prompt[0], object{"tag": tag, "text": "Your new password, please."}).line())
	p.sees("Your new password, please")
	p.write("new horse")
	p.lose(s)
	p.seesNot("horse")
	p.sees("> half a thought")
	p.press("ctrl+c")
	var out strings.Builder
	if p.m.remains(&out); !strings.Contains(out.String(), "half a thought") || strings.Contains(out.String(), "horse") {
		t.Errorf("what remains is %q", out.String())
	}
}
