package commands

import (
	"strings"
	"testing"

	"parley/protocol"

	"parley/storage"
)

func TestRoomNames(t *testing.T) {
	for _, c := range []struct{ word, key, name string }{
		{"#tea", "#tea", "#tea"},
		{"#Tea", "#tea", "#Tea"},
		{"#ＴＥＡ", "#tea", "#TEA"},
		{"#чай", "#чай", "#чай"},
		{"#小明_-.2", "#小明_-.2", "#小明_-.2"},
		{"#help", "#help", "#help"}, // which no account may be called
		{"#" + strings.Repeat("a", protocol.MaxName), "#" + strings.Repeat("a", protocol.MaxName), "#" + strings.Repeat("a", protocol.MaxName)},
	} {
		order, err := roomOrder([]byte(c.word))
		if err != nil || order.Room != c.key || order.Name != c.name || order.Look == "" {
			t.Errorf("%s: %+v, %v", c.word, order, err)
		}
	}
	for _, word := range []string{
		"", "tea", "#", "##tea", "#9lives", "#a b", "#te\ta", "#te:a", "#te\u202ea", "#a\u0430", // a Cyrillic а
		"#" + strings.Repeat("a", protocol.MaxName+1), "#" + strings.Repeat("é", protocol.MaxName),
	} {
		if order, err := roomOrder([]byte(word)); err == nil {
			t.Errorf("%q is taken: %+v", word, order)
		}
	}
}

// TestLookAlikes: rooms that a reader would take for each other look the same, and others do not.
func TestLookAlikes(t *testing.T) {
	looks := func(word string) string {
		order, err := roomOrder([]byte(word))
		if err != nil {
			t.Fatal(word, err)
		}
		return order.Look
	}
	for _, pair := range [][2]string{
		{"#tea", "#TEA"}, {"#bobs", "#b0bs"}, {"#paypal", "#paypaI"}, {"#paypal", "#paypa1"}, {"#corner", "#comer"}, {"#pop", "#рор"},
	} {
		if looks(pair[0]) != looks(pair[1]) {
			t.Errorf("%s looks like %q, and %s like %q", pair[0], looks(pair[0]), pair[1], looks(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"#tea", "#ten"}, {"#tea", "#teas"}, {"#a.b", "#ab"}, {"#小", "#大"}, {"#go", "#no"}} {
		if looks(pair[0]) == looks(pair[1]) {
			t.Errorf("%s and %s look the same: %q", pair[0], pair[1], looks(pair[0]))
		}
	}
	// The stores have made the lobby with this look.
	if got := look(storage.LobbyName); got != storage.LobbyName {
		t.Errorf("the lobby looks like %q", got)
	}
	for _, word := range []string{"#Iobby", "#l0bby"} {
		if got := looks(word); got != storage.LobbyName {
			t.Errorf("%s looks like %q", word, got)
		}
	}
}
