package commands

import (
	"strings"
	"testing"

	"parley/protocol"
	"parley/storage"
)

// does makes a request as a format does that may name hidden commands, and returns what is heard until its answer has ended.
func (v *visitor) does(command string, args ...string) string {
	v.room.t.Helper()
	v.waitForAnswers()
	q := protocol.Request{Form: v.room.chat.AnyForm(command)}
	for i, p := range q.Form.Params {
		if i < len(args) && args[i] != "" {
			q.SetArg(p.Name, []byte(args[i]))
		}
	}
	out, outcome := v.room.chat.Do(&v.session, &q, false, nil)
	v.hear(out)
	v.follow(outcome)
	if v.working {
		v.room.until("the end of a command", func() bool { return !v.working })
	}
	v.waitForAnswers()
	return v.took()
}

// wantDoes wants what is heard then to begin like this.
func (v *visitor) wantDoes(prefix, command string, args ...string) {
	v.room.t.Helper()
	if got := v.does(command, args...); !strings.HasPrefix(got, prefix) {
		v.room.t.Errorf("%s %q is answered %q, want %q", command, args, got, prefix)
	}
}

func TestVerifiedMayEnterOnce(t *testing.T) {
	r := newRoom(t)
	r.member("alice").leave()
	v := r.from("192.0.2.7")
	v.wantDoes("- enter login-required", "enter")
	v.wantDoes("+ verify name=alice\r\n", "verify", "ALICE", "correct horse")
	if v.session.Verified() != "alice" || v.session.LoggedIn() {
		t.Errorf("verified %q, logged in %v", v.session.Verified(), v.session.LoggedIn())
	}
	v.wantDoes("+ enter name=alice waiting=0", "enter")
	if v.session.Verified() != "" || !v.session.LoggedIn() {
		t.Errorf("verified %q, logged in %v", v.session.Verified(), v.session.LoggedIn())
	}
	v.wants("/logout", "+ logout")
	v.wantDoes("- enter login-required", "enter")
}

func TestWhatEndsAVerification(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	bob.leave()
	v := r.from("192.0.2.7")
	verified := func() {
		t.Helper()
		v.wantDoes("+ verify name=alice", "verify", "alice", "correct horse")
	}
	verified()
	v.wantDoes("- verify bad-credentials", "verify", "alice", "wrong horse")
	v.wantDoes("- enter login-required", "enter")
	verified()
	v.wantDoes("- verify bad-credentials", "verify", "nobody", "correct horse")
	v.wantDoes("- enter login-required", "enter")
	verified()
	v.wants("/login bob correct horse", "+ login bob")
	if v.session.Verified() != "" {
		t.Error("a login leaves it")
	}
	verified()
	v.wants("/logout", "+ logout")
	v.wantDoes("- enter login-required", "enter")
	verified()
	alice.says("/passwd\n")
	alice.says("correct horse\n")
	alice.says("another horse\n")
	v.wantDoes("- enter bad-credentials", "enter")
}

// TestVerifiedByToken: a token costs no hash, and is looked at once more when its owner enters.
func TestVerifiedByToken(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	_, secret, _ := strings.Cut(alice.asks("/token"), "parley_")
	secret, _, _ = strings.Cut("parley_"+secret, " ")
	v := r.from("192.0.2.7")
	v.wantDoes("+ verify name=alice\r\n", "verify", "alice", secret)
	v.wantDoes("+ enter name=alice", "enter")
	if v.session.token == "" {
		t.Error("the session does not know its token")
	}
	w := r.from("192.0.2.8")
	w.wantDoes("+ verify name=alice\r\n", "verify", "alice", secret)
	token := storage.Token{Hash: storage.TokenHash(secret)}
	r.store.set(func(m *memory) { delete(m.tokens, token.Hash) })
	w.wantDoes("- enter bad-credentials", "enter")
	w.wantDoes("- verify bad-credentials", "verify", "alice", secret)
	w.wantDoes("- verify bad-credentials", "verify", "nobody", secret)
}

// TestGuessesByVerify: wrong passwords are counted as those of a login are.
func TestGuessesByVerify(t *testing.T) {
	r := newRoom(t)
	r.member("alice").leave()
	v := r.from("192.0.2.7")
	for range Guesses {
		v.wantDoes("- verify bad-credentials", "verify", "alice", "wrong horse")
	}
	v.wantDoes("- verify rate-limited", "verify", "alice", "correct horse")
	v.wants("/login alice correct horse", "- login rate-limited")
}

// TestHiddenCommands: nobody can name them, and nothing tells of them.
func TestHiddenCommands(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	told := alice.says("/help\n/help rooms\n/help oneself\n/help bots\n")
	for _, c := range list() {
		if !c.Hidden {
			continue
		}
		alice.wants("/"+c.Name, "- * unknown-command "+c.Name)
		alice.wants("/help "+c.Name, "- help unknown-command")
		if strings.Contains(told, "/"+c.Name+" ") {
			t.Errorf("/help knows %s", c.Name)
		}
		for _, f := range Forms() {
			if f.Name == c.Name {
				t.Errorf("Forms has %s", c.Name)
			}
		}
	}
}
