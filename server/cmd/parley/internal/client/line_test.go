package client

import "testing"

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		address string
		secure  bool
		want    string
	}{
		{"", false, "localhost:8888"},
		{"", true, "localhost:8889"},
		{"chat.example", false, "chat.example:8888"},
		{"chat.example", true, "chat.example:8889"},
		{"chat.example:7000", true, "chat.example:7000"},
		{":7000", false, "localhost:7000"},
		{"192.0.2.1", false, "192.0.2.1:8888"},
		{"::1", false, "[::1]:8888"},
		{"[::1]", true, "[::1]:8889"},
		{"[::1]:8888", true, "[::1]:8888"},
		{"fe80::1%lo", false, "[fe80::1%lo]:8888"},
	} {
		if got, err := resolve(c.address, c.secure); err != nil || got != c.want {
			t.Errorf("resolve(%q, %v) = %q, %v; want %q", c.address, c.secure, got, err, c.want)
		}
	}
	for _, bad := range []string{"host:http", "host:0", "host:70000", "a:b:c", "two words", "[::1", "http://host"} {
		if got, err := resolve(bad, false); err == nil {
			t.Errorf("resolve(%q) = %q, want an error", bad, got)
		}
	}
}

func TestPasswordsAreMasked(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"/login alice secret", "/login alice ********"},
		{"#a1 /Register alice two words", "#a1 /Register alice ********"},
		{"login alice secret", "login alice ********"},
		{"/passwd old new", "/passwd ********"},
		{"/login alice", "/login alice"},
		{"/msg bob login alice secret", "/msg bob login alice secret"},
		{"hello there you", "hello there you"},
		{"//login alice secret", "//login alice secret"},
	} {
		got, secret := masked(c.line)
		if got != c.want || secret != (c.line != c.want) {
			t.Errorf("masked(%q) = %q, %v; want %q", c.line, got, secret, c.want)
		}
	}
}

func TestPasswordsAsked(t *testing.T) {
	for line, want := range map[string]int{
		"/login alice": 1, "/LOGIN alice": 1, "#t /register alice": 1, "/passwd": 2,
		"/login alice secret": 0, "/login": 0, "login alice": 0, "hello": 0, "/who": 0,
	} {
		if got := passwordsAsked(line); got != want {
			t.Errorf("passwordsAsked(%q) = %d, want %d", line, got, want)
		}
	}
}
