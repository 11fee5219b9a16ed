package irc

import (
	"strings"
	"testing"
)

// People with other clients would see formatting codes, so they are taken out of all that somebody says.
func TestFormattingCodesAreTakenOut(t *testing.T) {
	w := in(t, "batch")
	const red = "\x02\x0304red\x0f"
	w.want("TOPIC #tea :"+red, "> topic #tea red")
	w.want("TOPIC #tea :\x02", "> topic #tea -")
	w.want("PART #tea :"+red, "> leave #tea red")
	w.want("KICK #tea bob :"+red, "> kick #tea bob red")
	w.want("AWAY :"+red, "> away red")
	w.want("SETNAME :"+red, "> profile red")
	w.want("QUIT :"+red, "> quit red")
	w = newTalk(t, false)
	w.say("PASS alice:wonderland", "NICK alice", "USER a 0 * :"+red)
	if w.client.real != "red" {
		t.Errorf("it is called %q", w.client.real)
	}
}

// A client can't know how long a reason may be. What it loses is no message.
func TestLongReasonsAreCut(t *testing.T) {
	w := in(t, "batch")
	long, kept := strings.Repeat("é", 151), strings.Repeat("é", 150)
	w.want("PART #tea :"+long, "> leave #tea "+kept)
	w.want("PART #tea :x"+long, "> leave #tea x"+strings.Repeat("é", 149))
	w.want("KICK #tea bob :"+long, "> kick #tea bob "+kept)
	w.want("AWAY :"+long, "> away "+kept)
	w.want("TOPIC #tea :"+long, "> topic #tea "+long)
	w.want("QUIT :"+long, "> quit "+kept)
}

func TestRealNamesThatAreNone(t *testing.T) {
	w := in(t, "batch")
	w.want("SETNAME : ", "FAIL SETNAME INVALID_REALNAME :A real name has at least one character")
	w.want("SETNAME :"+strings.Repeat("x", 301), "FAIL SETNAME INVALID_REALNAME :A real name has at most 300 bytes")
	w.want("SETNAME :a\tb", "FAIL SETNAME INVALID_REALNAME :The text holds the character U+0009…")
}
