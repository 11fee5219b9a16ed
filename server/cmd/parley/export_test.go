package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestExport: alice gets what there is of her, and nothing that others said in rooms or to each other.
func TestExport(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		register(t, address, "dan")
		alice, bob := dialAs(t, address, "alice"), dialAs(t, address, "bob")
		for _, step := range []struct {
			who          *plain
			says, answer string
		}{
			{alice, "/join #club", `\+ join #club .*`},
			{alice, "/msg #club mine", `\+ msg #club \d+`},
			{alice, "/invite #club dan", `\+ invite #club dan.*`},
			{alice, "/block dan", `\+ block dan`},
			{bob, "/msg alice for alice <3", `\+ msg alice \d+ .*`},
			{bob, "/msg dan for dan alone", `\+ msg dan \d+ .*`},
			{bob, "/all to everybody", `\+ all \d+`},
			{alice, "/msg bob for bob", `\+ msg bob \d+ .*`},
		} {
			step.who.says("%s", step.says)
			step.who.hears(step.answer)
		}
		operates(t, store, "parley_", "user", "token", "alice")
		const at = `"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"`
		out, ok := operateOn(t, store, "", "export", "ALICE")
		if !ok {
			t.Fatal(out)
		}
		want := []string{
			`{"account":{"id":\d+,"name":"alice","created":` + at + `}}`,
			`{"block":{"name":"dan"}}`,
			`{"invitation":{"room":"#club","from":"alice","to":"dan","at":` + at + `}}`,
			`{"message":{"number":\d+,"at":` + at + `,"from":"alice","to":"#club","text":"mine"}}`,
			`{"message":{"number":\d+,"at":` + at + `,"from":"alice","to":"bob","text":"for bob"}}`,
			`{"message":{"number":\d+,"at":` + at + `,"from":"bob","to":"alice","text":"for alice <3"(,"waiting":true)?}}`,
			`{"room":{"name":"#club","role":"owner"}}`,
			`{"room":{"name":"#lobby","role":"member"}}`,
			`{"token":{"id":"[0-9a-f]{8}","at":` + at + `,"until":` + at + `}}`,
		}
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		for _, pattern := range want {
			if !regexp.MustCompile(`(?m)^` + pattern + `$`).MatchString(out) {
				t.Errorf("there is no line %s in\n%s", pattern, out)
			}
		}
		if len(lines) != len(want) || !strings.HasPrefix(out, `{"account"`) {
			t.Errorf("it is\n%s", out)
		}
		refuses(t, store, "there is no account called nobody", "export", "nobody")
	})
}
