package main

import (
	"path/filepath"
	"strings"
	"testing"

	"parley/storage/storagetest"
)

// TestScreenServerKilled: the server dies and comes back. There is a line where nothing could be heard, each message is shown once, and the
// line that was being typed is still there.
func TestScreenServerKilled(t *testing.T) {
	t.Parallel()
	server := startKillable(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	front := startCutter(t, server.address)
	moveIn(t, server.address, "tess", "#tea")
	ann := resident(t, server.address, "ann", "#tea")
	ann.tells("#lobby", "before")
	w := openAs(t, "killed", small, front.address(), "tess")
	w.sees("before")
	w.enters("said before")
	ann.hears(`\* all tess: said before`)
	w.types("not sent yet")
	front.refuse()
	server.kill()
	w.looks("away", "not sent yet", "was lost")
	w.presses("Enter") // it is not taken
	w.looks("away", "not sent yet")
	server.start()
	front.leadTo(server.address)
	front.accepts(t)
	ann = server.entersAs("ann")
	ann.tells("#lobby", "while you were away")
	ann.tells("#tea", "tess: here, too")
	w.looksAlways("back", "while you were away", "not sent yet")
	w.presses("Enter")
	ann.hears(`\* all tess: not sent yet`)
	w.presses("M-2")
	w.looks("tea", "here, too")
	w.presses("M-1")
	w.looks("lobby", "not sent yet")
	screen := w.visible()
	for _, once := range []string{"ann  before", "said before", "while you were away", "not sent yet"} {
		if n := strings.Count(screen, " "+once+"\n"); n != 1 {
			t.Errorf("%q is shown %d times:\n%s", once, n, screen)
		}
	}
}

// TestScreenAnswerLost: the connection breaks when the server has a message and before it has said so. It is said once.
func TestScreenAnswerLost(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	ann := dialAs(t, address, "ann")
	front := startCutter(t, address)
	w := openAs(t, "answer-lost", small, front.address(), "tess")
	w.sees("#lobby", "connected")
	front.mute()
	w.enters("did you get this?")
	ann.hears(`\* all tess: did you get this\?`)
	w.looks("sending", "did you get this?")
	front.cut(0)
	ann.tells("#lobby", "yes")
	w.looks("known", "yes")
	w.enters("good")
	ann.hears(`\* all tess: good`)
	if n := strings.Count(ann.heard.String(), "did you get this?"); n != 1 {
		t.Errorf("it was said %d times:\n%s", n, ann.heard.String())
	}
}

// TestScreenRefused: what the server does not take is shown at the message, and so is why.
func TestScreenRefused(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	ann.says("/join #tea")
	ann.hears(`\+ join #tea .*`)
	moveIn(t, address, "tess", "#tea")
	w := openAs(t, "refused", small, address, "tess")
	w.sees("#tea")
	w.presses("M-2")
	ann.says("/room #tea quiet")
	ann.hears(`\+ room #tea quiet`)
	w.sees("quiet")
	w.enters("may I?")
	w.looksAlways("quiet", "✗ not sent: #tea is quiet")
	ann.says("/room #tea open")
	ann.hears(`\+ room #tea open`)
	ann.says("/mute #tea tess enough for now")
	ann.hears(`\+ mute #tea tess.*`)
	w.sees("enough for now")
	w.enters("and now?")
	w.looks("muted", "You are muted")
	w.presses("M-1")
	w.pastes(strings.Repeat("long ", 500))
	w.presses("Enter")
	w.looks("too-long", "2000")
	w.presses("C-u")
	w.enters("short")
	ann.hears(`\* all tess: short`)
	w.enters("login ann secret word")
	w.looks("need-slash", "/login")
	w.presses("C-u")
	ann.says("/kick #tea tess go home")
	ann.hears(`\+ kick #tea tess`)
	w.presses("M-2")
	w.looks("kicked", "ann took you out of #tea: go home")
	w.enters("may I still speak?")
	w.looks("not-in-room", "✗ not sent: You are not in #tea")
}

// TestScreenStoreAway: the store does not answer for a while. What was not kept is said to be so, and Up brings it back.
func TestScreenStoreAway(t *testing.T) {
	t.Parallel()
	redis := storagetest.StartRedis(t)
	server := startKillable(t, redis.URL(), "--store-timeout", "1s")
	server.outage = true
	moveIn(t, server.address, "tess")
	ann := dialAs(t, server.address, "ann")
	w := openAs(t, "store", small, server.address, "tess")
	w.sees("begins here")
	redis.Stop()
	w.enters("is this kept?")
	w.looksAlways("refused", "✗ not sent")
	redis.Cont()
	ann.asksUntil("/history", "history 0")
	w.presses("Up", "Enter")
	ann.hears(`\* all tess: is this kept\?`)
	w.enters("good")
	ann.hears(`\* all tess: good`)
	w.looks("back", "good")
}
