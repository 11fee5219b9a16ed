package link

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
		if got, err := Resolve(c.address, c.secure); err != nil || got != c.want {
			t.Errorf("Resolve(%q, %v) = %q, %v; want %q", c.address, c.secure, got, err, c.want)
		}
	}
	for _, bad := range []string{"host:http", "host:0", "host:70000", "a:b:c", "two words", "[::1", "http://host"} {
		if got, err := Resolve(bad, false); err == nil {
			t.Errorf("Resolve(%q) = %q, want an error", bad, got)
		}
	}
}
