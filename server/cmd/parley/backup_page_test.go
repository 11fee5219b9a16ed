package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"parley/server/cmd/parley/internal/backup"
	"parley/storage"
	"parley/storage/storagetest"
)

const backupPage = "../../../docs/backup.md"

// backupHome is where the page of backups is followed, with directories of its own.
type backupHome struct {
	t    *testing.T
	home string
	here *strings.Replacer
	page []example
}

func startBackupHome(t *testing.T) *backupHome {
	need(t, "jq", "redis-server")
	home := homeWith(t, nil)
	for _, dir := range []string{"lib", "backups"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(home, "bin", "ssh"), "#!/bin/sh\nshift\nexec sh -c \"$*\"\n")
	here := strings.NewReplacer("/var/lib/parley/", home+"/lib/", "/var/backups/", home+"/backups/", "/tmp/", home+"/",
		"redis://localhost:6379/0", "unix://"+storagetest.StartRedis(t).Socket(), "/usr/local/bin/parley", home+"/bin/parley")
	return &backupHome{t, home, here, examples(t, backupPage, "localhost:8888")}
}

func (b *backupHome) store() string { return b.here.Replace("sqlite:/var/lib/parley/parley.db") }

// runs runs the examples of a kind, and returns what they print.
func (b *backupHome) runs(kind string) (printed string) {
	b.t.Helper()
	for _, e := range b.page {
		if e.kind == kind {
			printed += b.shell(e.text)
		}
	}
	return printed
}

// shell runs a line in the home.
func (b *backupHome) shell(line string) string {
	b.t.Helper()
	return runReader(b.t, b.home, "sh", "-ec", "cd '"+b.home+"'\n"+b.here.Replace(line))
}

func (b *backupHome) says(what, text, pattern string) {
	b.t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		b.t.Errorf("%s says %q, not %q", what, text, pattern)
	}
}

// TestBackupPage follows the page from its beginning to its end, beside a server.
func TestBackupPage(t *testing.T) {
	b := startBackupHome(t)
	address := startApp(t, "--store", b.store())
	alice := dialAs(t, address, "alice")
	alice.says("/all hello")
	alice.hears(`\+ all \d+`)
	b.runs("backup")
	if got := recordsOf(t, filepath.Join(b.home, "parley.gz")); digestOf(t, got) != keeps(t, b.store()) {
		t.Error("what came through the pipe is something else")
	}
	alice.says("/all later")
	alice.hears(`\+ all \d+`)
	before := keeps(t, b.store())
	b.runs("restore")
	alice.hears(`! resync: .*`)
	if keeps(t, b.store()) == before {
		t.Error("nothing was restored")
	}
	b.runs("copy")
	if keeps(t, b.here.Replace("redis://localhost:6379/0")) != keeps(t, b.store()) {
		t.Error("the copy is something else")
	}
	b.says("try", b.runs("try"), `(?m)^alice\t`)
	b.says("export", b.runs("export"), `^{"account":{"id":\d+,"name":"alice",.*\n{"room":{"name":"#lobby","role":"member"}}\n{"message":{.*"to":"#lobby","text":"hello"}}\n$`)
	b.says("look", b.runs("look"), `^{"parley":"backup","version":1,.*\n{"end":".*\n20\S+\talice\thello\n$`)
	tried := map[string]bool{"sh backup": true, "sh restore": true, "sh copy": true, "sh try": true, "sh export": true, "sh look": true,
		"ini parley-backup.service": true, "ini parley-backup.timer": true, "cron ": true}
	for _, e := range b.page {
		if !tried[e.language+" "+e.kind] {
			t.Errorf("nothing says how this is to be tried: %s", e.text)
		}
	}
}

// TestBackupEveryNight does what cron and systemd do.
func TestBackupEveryNight(t *testing.T) {
	need(t, "systemd-analyze")
	b := startBackupHome(t)
	register(t, startApp(t, "--store", b.store()), "alice")
	units := t.TempDir()
	for _, e := range b.page {
		var line string
		switch e.language {
		case "cron":
			line = strings.ReplaceAll(strings.SplitN(e.text, " ", 7)[6], `\%`, "%")
		case "ini":
			if err := os.WriteFile(filepath.Join(units, e.kind), []byte(e.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, command, found := strings.Cut(e.text, "ExecStart="); found {
				line = "PARLEY_STORE=sqlite:/var/lib/parley/parley.db " + strings.NewReplacer("$$", "$", "%%", "%").Replace(command)
			}
		}
		if line == "" {
			continue
		}
		b.shell(line)
		files, err := filepath.Glob(b.home + "/backups/parley-???.gz")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has made %v, %v", line, files, err)
		}
		for _, file := range files { // midnight may have come
			if digestOf(t, recordsOf(t, file)) != keeps(t, b.store()) {
				t.Errorf("%s has saved something else", line)
			}
			os.Remove(file)
		}
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", filepath.Join(units, "parley-backup.timer")).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd says: %v\n%s", err, out)
	}
}

// TestBackupPageHasTheForm: the tables have every line and field in their order, and none that there is not.
func TestBackupPageHasTheForm(t *testing.T) {
	page, err := os.ReadFile(backupPage)
	if err != nil {
		t.Fatal(err)
	}
	for heading, want := range map[string]map[string]string{
		"The file":                             formOf(reflect.TypeFor[storage.Record](), "header", reflect.TypeFor[backup.Header](), "end", reflect.TypeFor[backup.End]()),
		"Export: what there is about somebody": formOf(reflect.TypeFor[exported]()),
	} {
		_, section, _ := strings.Cut(string(page), "\n## "+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		found := map[string]string{}
		for _, row := range regexp.MustCompile("(?m)^\\| `?([a-z]+)`? \\| ([a-z0-9_` ]+) \\|").FindAllStringSubmatch(section, -1) {
			if row[1] != "line" {
				found[row[1]] = strings.ReplaceAll(row[2], "`", "")
			}
		}
		if !reflect.DeepEqual(found, want) {
			t.Errorf("under %q there is\n%v\nand should be\n%v", heading, found, want)
		}
	}
}

// formOf lists the fields of each member of a line, and of other lines.
func formOf(line reflect.Type, others ...any) map[string]string {
	form := map[string]string{}
	for i := range line.NumField() {
		form[jsonName(line.Field(i))] = fieldsOf(line.Field(i).Type.Elem())
	}
	for i := 0; i < len(others); i += 2 {
		form[others[i].(string)] = fieldsOf(others[i+1].(reflect.Type))
	}
	return form
}

func fieldsOf(one reflect.Type) string {
	var names []string
	for i := range one.NumField() {
		names = append(names, jsonName(one.Field(i)))
	}
	return strings.Join(names, " ")
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
