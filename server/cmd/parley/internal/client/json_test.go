package client

import (
	"io"
	"strings"
	"testing"
)

const (
	formatDone = `{"type":"done","command":"format","format":"json"}`
	loginDone  = `{"type":"done","command":"login","name":"ci","waiting":0,"last":7}`
	pingDone   = `{"type":"done","command":"ping","text":"x"}`
	notThere   = `{"type":"failed","command":"msg","code":"no-such-user","name":"eve","text":"There is no account called eve."}`
	bye        = `{"type":"end","code":"bye","text":"See you."}`
)

// acceptJSON greets a client that wants objects.
func (s *fakeServer) acceptJSON() {
	s.t.Helper()
	s.accept()
	s.exchange("/format json", formatDone)
}

func TestObjectsPassAsTheyAre(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, In: strings.NewReader(`{"do":"ping","text":"x"}` + "\nhello  there\n/go #tea\nagain\n")})
	s.acceptJSON()
	s.exchange(`{"do":"ping","text":"x"}`, `{"type":"event","event":"all","from":"bob","text":"! done"}`, pingDone)
	s.exchange("hello  there", `{"type":"done","command":"all","number":1}`)
	s.exchange("/go #tea", `{"type":"done","command":"go","room":"#tea"}`)
	s.exchange("again", `{"type":"done","command":"msg","to":"#tea","number":2}`) // not /msg #tea: a program says itself where
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, `{"type":"event","event":"all","from":"bob","text":"! done"}`+"\n"+pingDone+"\n"+
		`{"type":"done","command":"all","number":1}`+"\n"+`{"type":"done","command":"go","room":"#tea"}`+"\n"+
		`{"type":"done","command":"msg","to":"#tea","number":2}`+"\n", "")
}

func TestFailedObjectGoesOnAndFails(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, Send: []string{`{"do":"msg","to":"eve","text":"x"}`, "/ping x"}})
	s.acceptJSON()
	s.exchange(`{"do":"msg","to":"eve","text":"x"}`, notThere)
	s.exchange("/ping x", pingDone)
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitFailed, notThere+"\n"+pingDone+"\n", "")
}

func TestObjectPromptTakesTheNextLine(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, Send: []string{`{"do":"login","name":"ci"}`, `{"it is":"a password"}`, "/ping x"}})
	s.acceptJSON()
	s.exchange(`{"do":"login","name":"ci"}`, `{"type":"event","event":"prompt","what":"password","text":"Your password, please."}`)
	s.exchange(`{"it is":"a password"}`, loginDone)
	s.exchange("/ping x", pingDone)
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, `{"type":"event","event":"prompt","what":"password","text":"Your password, please."}`+"\n"+loginDone+"\n"+pingDone+"\n", "")
}

func TestObjectQuitEndsTheInput(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, Send: []string{`{"do":"quit"}`, "/never"}})
	s.acceptJSON()
	s.exchange(`{"do":"quit"}`, `{"type":"done","command":"quit"}`, bye)
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, `{"type":"done","command":"quit"}`+"\n"+bye+"\n", "")
}

func TestObjectsClosedByTheServer(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, Send: []string{"/ping x"}})
	s.acceptJSON()
	const end = `{"type":"end","code":"draining","text":"The server is restarting."}`
	s.exchange("/ping x", end)
	check(t, <-done, ExitFailed, end+"\n", "The server is restarting.")
}

// TestObjectsAreShownAtOnce: a program waits for the answer before it says more.
func TestObjectsAreShownAtOnce(t *testing.T) {
	s := listen(t)
	in, typed := io.Pipe()
	lines, out := io.Pipe()
	done := make(chan outcome, 1)
	go func() {
		var errs strings.Builder
		exit := Run(t.Context(), Options{Address: s.address(), JSON: true, In: in, Out: out, Err: &errs})
		done <- outcome{exit: exit, err: errs.String()}
	}()
	s.acceptJSON()
	io.WriteString(typed, "/ping x\n")
	s.exchange("/ping x", pingDone)
	got := make([]byte, len(pingDone)+1)
	if _, err := io.ReadFull(lines, got); err != nil || string(got) != pingDone+"\n" {
		t.Fatalf("standard output %q (%v)", got, err)
	}
	typed.Close()
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, "", "")
}

func TestServerWithoutJSON(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, Send: []string{"/ping x"}})
	s.accept()
	s.exchange("/format json", "- * unknown-command format: Did you mean /help?")
	check(t, <-done, ExitFailed, "", "does not write JSON")
}

func TestServerIsFullBeforeObjects(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), JSON: true, Send: []string{"/ping x"}})
	s.accept()
	s.exchange("/format json", "! full: Too many connections.")
	check(t, <-done, ExitFailed, "", "Too many connections.")
}

func TestLoginComesFirst(t *testing.T) {
	for _, c := range []struct {
		json                bool
		login, answer, want string
	}{
		{false, "+ login ci waiting=0 last=7", "+ ping: x", greeting + "+ login ci waiting=0 last=7\n+ ping: x\n"},
		{true, loginDone, pingDone, loginDone + "\n" + pingDone + "\n"},
	} {
		s := listen(t)
		done := start(t, Options{Address: s.address(), JSON: c.json, Name: "ci", Token: "parley_SECRET", Send: []string{"/ping x"}})
		if c.json {
			s.acceptJSON()
		} else {
			s.accept()
		}
		s.exchange("/login ci parley_SECRET", c.login)
		s.exchange("/ping x", c.answer)
		s.expectEnd()
		s.hangUp()
		check(t, <-done, ExitOK, c.want, "")
	}
}

// TestFailedLoginEndsIt: nothing else is sent, and the token is not shown.
func TestFailedLoginEndsIt(t *testing.T) {
	for _, refusal := range []string{"- login bad-credentials: The name or the password is wrong.", "! banned: The name or the password is wrong."} {
		s := listen(t)
		done := start(t, Options{Address: s.address(), Name: "ci", Token: "parley_SECRET", Send: []string{"/ping x"}})
		s.accept()
		s.exchange("/login ci parley_SECRET", refusal)
		s.expectEnd()
		got := <-done
		check(t, got, ExitFailed, "", "The name or the password is wrong.")
		if strings.Contains(got.err, "SECRET") {
			t.Errorf("the token is shown: %s", got.err)
		}
	}
}
