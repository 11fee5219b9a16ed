package typed

import "testing"

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
		got, secret := Masked(c.line)
		if got != c.want || secret != (c.line != c.want) {
			t.Errorf("Masked(%q) = %q, %v; want %q", c.line, got, secret, c.want)
		}
	}
}

func TestPasswordsAsked(t *testing.T) {
	for line, want := range map[string]int{
		"/login alice": 1, "/LOGIN alice": 1, "#t /register alice": 1, "/passwd": 2,
		"/login alice secret": 0, "/login": 0, "login alice": 0, "hello": 0, "/who": 0,
	} {
		if got := PasswordsAsked(line); got != want {
			t.Errorf("PasswordsAsked(%q) = %d, want %d", line, got, want)
		}
	}
}
