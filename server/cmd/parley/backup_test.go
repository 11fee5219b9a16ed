package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/server/cmd/parley/internal/backup"
	"parley/storage"
	"parley/storage/storagetest"
)

// recordsOf reads a backup.
func recordsOf(t *testing.T, path string) (records []*storage.Record) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := backup.NewReader(file)
	if err == nil {
		err = r.Each(func(one *storage.Record) error {
			records = append(records, one)
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// keeps is a digest of all that a store keeps.
func keeps(t *testing.T, store string) (d storage.Digest) {
	t.Helper()
	if err := storage.Dump(t.Context(), store, zap.NewNop(), d.Add); err != nil {
		t.Fatal(err)
	}
	return d
}

func digestOf(t *testing.T, records []*storage.Record) (d storage.Digest) {
	t.Helper()
	for _, r := range records {
		if err := d.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// refuses runs one of the operator's commands, which must fail and say this.
func refuses(t *testing.T, store, says string, args ...string) {
	t.Helper()
	if out, ok := operateOn(t, store, "", args...); ok || !strings.Contains(out, says) {
		t.Errorf("parley %q says %q, not %q", args, out, says)
	}
}

// TestRestoreUnderAServer: people come back to what was there when the backup was made.
func TestRestoreUnderAServer(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		file := filepath.Join(t.TempDir(), "backup")
		register(t, address, "bob")
		register(t, address, "mallory")
		alice := dialAs(t, address, "alice")
		alice.says("/msg bob see you")
		alice.hears(`\+ msg bob \d+ .*`)
		alice.says("/all before")
		alice.hears(`\+ all \d+`)
		operates(t, store, "is banned", "user", "ban", "mallory")
		operates(t, store, "has ", "backup", file)

		bob := dial(t, address)
		bob.says("/login bob %s", aPassword)
		bob.hears(`\+ login bob waiting=1 last=\d+`)
		alice.says("/all after")
		alice.hears(`\+ all \d+`)
		bob.hears(`\* all alice: after`)
		operates(t, store, "is not banned any more", "user", "unban", "mallory")
		register(t, address, "carol")

		refuses(t, store, "the store has 4 accounts already", "restore", file)
		operates(t, store, "the store has the backup of ", "restore", "--replace", file)
		for _, p := range []*plain{alice, bob} {
			p.hears(`! resync: .*`)
		}
		alice, bob = dial(t, address), dial(t, address)
		bob.says("/login bob %s", aPassword)
		bob.hears(`\+ login bob waiting=1 last=\d+`)
		alice.says("/login alice %s", aPassword)
		alice.hears(`\+ login alice waiting=0 last=\d+`)
		alice.says("/history")
		alice.hears(`= all alice \d+ \S+: before`)
		alice.hears(`\+ history .*`)
		if strings.Contains(alice.heard.String(), "after") {
			t.Errorf("the history has\n%s", alice.heard.String())
		}
		alice.says("/all again")
		bob.hears(`\* all alice: again`)
		other := dial(t, address)
		other.says("/login mallory %s", aPassword)
		other.hears(`- login banned: .*`)
		other.says("/login carol %s", aPassword)
		other.hears(`- login bad-credentials: .*`)
	})
}

// TestBackupUnderLoad: what is in a backup was there at one moment. Who says one thing after the other, in one room and then in another, has all of
// them in it up to some point, which is not before the backup began.
func TestBackupUnderLoad(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store, "--message-rate", "unlimited")
		var said [3]atomic.Int64
		stop, ended := make(chan struct{}), make(chan error, len(said))
		for i := range said {
			p := dialAs(t, address, fmt.Sprintf("talker%d", i))
			p.says("/join #one")
			p.hears(`\+ join #one .*`)
			p.says("/join #two")
			p.hears(`\+ join #two .*`)
			go func() { ended <- p.alternates(&said[i], stop) }()
		}
		for n := range 3 {
			var least [len(said)]int64
			for i := range said {
				before := said[i].Load()
				if !comesTrue(func() bool { return said[i].Load() > before+10 }) {
					t.Fatal("nobody talks")
				}
				least[i] = said[i].Load()
			}
			file := filepath.Join(t.TempDir(), fmt.Sprint("backup", n))
			operates(t, store, "has ", "backup", file)
			wantOneMoment(t, recordsOf(t, file), least[:])
			if n == 2 {
				other := "sqlite:" + filepath.Join(t.TempDir(), "other.db")
				operates(t, other, "the store has the backup of ", "restore", file)
				if keeps(t, other) != digestOf(t, recordsOf(t, file)) {
					t.Error("what was restored is something else")
				}
			}
		}
		close(stop)
		for range said {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}

// alternates says numbers, the even ones in the one room and the odd ones in the other, and counts those that were kept.
func (p *plain) alternates(said *atomic.Int64, stop <-chan struct{}) error {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		room := []string{"#one", "#two"}[n%2]
		if _, err := fmt.Fprintf(p.conn, "/msg %s %d\n", room, n); err != nil {
			return err
		}
		_ = p.conn.SetReadDeadline(time.Now().Add(soon))
		for kept := "+ msg " + room + " "; ; {
			line, err := p.in.ReadString('\n')
			if err != nil || strings.HasPrefix(line, "- ") {
				return fmt.Errorf("message %d is answered %q, %v", n, line, err)
			}
			if strings.HasPrefix(line, kept) {
				break
			}
		}
		said.Add(1)
	}
}

// wantOneMoment looks at the numbers that each has said, as far back as the histories of both rooms go. Before that some may be swept and others not yet.
func wantOneMoment(t *testing.T, records []*storage.Record, least []int64) {
	t.Helper()
	rooms, from := map[storage.ID][]int64{}, int64(0)
	for _, r := range records {
		if m := r.Message; m != nil {
			rooms[m.Room] = append(rooms[m.Room], m.Number)
		}
	}
	for _, numbers := range rooms {
		slices.Sort(numbers)
		from = max(from, numbers[max(0, len(numbers)-1000)])
	}
	said := map[string]map[int64]bool{}
	for _, r := range records {
		if m := r.Message; m != nil && m.Number >= from {
			var n int64
			fmt.Sscan(m.Text, &n)
			if said[m.FromName] == nil {
				said[m.FromName] = map[int64]bool{}
			}
			said[m.FromName][n] = true
		}
	}
	for i := range least {
		numbers := said[fmt.Sprintf("talker%d", i)]
		first, last := int64(1<<62), int64(-1)
		for n := range numbers {
			first, last = min(first, n), max(last, n)
		}
		if int64(len(numbers)) != last-first+1 || last+1 < least[i] {
			t.Errorf("talker%d has %d messages from %d to %d, and had said %d before", i, len(numbers), first, last, least[i])
		}
	}
}

// smallBackup makes a store with an account, and a backup of it.
func smallBackup(t *testing.T) (store, file string) {
	t.Helper()
	dir := t.TempDir()
	store, file = "sqlite:"+filepath.Join(dir, "parley.db"), filepath.Join(dir, "backup")
	if out, ok := operate(t, store, aPassword, "add", "alice"); !ok {
		t.Fatal(out)
	}
	operates(t, store, "account 1, room 1, member 1", "backup", file)
	return store, file
}

// TestBackupsThatCanNotBeRestored are noticed before anything is changed.
func TestBackupsThatCanNotBeRestored(t *testing.T) {
	store, file := smallBackup(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before := keeps(t, store)
	lines := strings.SplitAfter(gunzip(t, whole), "\n")
	lines = lines[:len(lines)-1]
	damaged := append([]byte{}, whole...)
	damaged[len(damaged)-6] ^= 1 // in the checksum of gzip
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"empty":   {nil, "it is no backup of parley"},
		"text":    {[]byte("hello, hello, hello, hello"), "it is no backup of parley"},
		"foreign": {gzipped(t, `{"name":"something"}`+"\n"), "it is no backup of parley"},
		"newer":   {gzipped(t, `{"parley":"backup","version":2,"made":"someday","by":"9.0","how":"better"}`+"\n"), "it was made by a newer parley: use that one"},
		"half":    {whole[:len(whole)/2], "it is cut short"},
		"short":   {whole[:len(whole)-9], "it is cut short"},
		"endless": {gzipped(t, lines[:len(lines)-1]...), "it is cut short"},
		"damaged": {damaged, "it is damaged"},
		"missing": {gzipped(t, append(lines[:2:2], lines[3:]...)...), "it is damaged: it has 3 records, and its last line says 4"},
		"changed": {gzipped(t, strings.Replace(strings.Join(lines, ""), "alice", "alicf", 1)), "what it holds does not fit its digest"},
		"unknown": {gzipped(t, strings.Replace(strings.Join(lines, ""), `"last"`, `"more":1,"last"`, 1)), "record 1 can't be read"},
		"longer":  {gzipped(t, append(lines, "{}\n")...), "something follows its last line"},
	} {
		bad := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(bad, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		refuses(t, store, c.says, "restore", "--replace", bad)
		if keeps(t, store) != before {
			t.Fatalf("after %s the store holds something else", name)
		}
	}
	refuses(t, store, "no such file", "restore", "--replace", file+".nothing")
}

func TestBackupNeverReplacesAFileUnasked(t *testing.T) {
	store, file := smallBackup(t)
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("its mode is %v, %v", info.Mode(), err)
	}
	refuses(t, store, "there is a file "+file+" already", "backup", file)
	write(t, file+".part", "what a backup that was killed has left") // for all to read
	operates(t, store, "has ", "backup", "--force", file)
	if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(file + ".part"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the part is still there: %v", err)
	}
	f, err := backup.Create(file, "test", true)
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, store, "another backup is being written", "backup", "--force", file)
	f.Discard()
	refuses(t, "sqlite:"+file+".nothing", "there is no store at", "backup", file+".2")
	if _, err := os.Stat(file + ".2.part"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a part is left: %v", err)
	}
}

// TestBackupOntoAFullDisk: here the largest file that there may be is small.
func TestBackupOntoAFullDisk(t *testing.T) {
	store, file := smallBackup(t)
	operates(t, store, "message 20,000", "restore", "--replace", bigBackup(t, 20_000))
	shell := exec.Command("sh", "-c", `ulimit -f 100; exec "$0" backup --force "$1"`, os.Args[0], file)
	shell.Env = append(os.Environ(), asProgram+"=1", "PARLEY_STORE="+store)
	if out, err := shell.CombinedOutput(); err == nil || !strings.Contains(string(out), "file too large") {
		t.Errorf("it says %q, %v", out, err)
	}
	if got := recordsOf(t, file); len(got) != 4 {
		t.Errorf("the old backup has %d records", len(got))
	}
	if sizeOf(file+".part") > 0 {
		t.Error("a part is left")
	}
}

// bigBackup writes a backup with many messages.
func bigBackup(t *testing.T, messages int64) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "big")
	f, err := backup.Create(file, "test", false)
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(time.Now().UnixMilli()).UTC()
	records := []*storage.Record{
		{State: &storage.StateRecord{Last: 10 + messages}},
		{Account: &storage.AccountRecord{ID: 2, Key: "alice", Name: "alice", Created: at}},
		{Room: &storage.RoomRecord{ID: 1, Key: "#lobby", Name: "#lobby", Look: "#lobby", Created: at}},
		{Member: &storage.MemberRecord{Account: 2, Room: 1, Since: 2, Read: 2}},
	}
	for n := range messages {
		records = append(records, &storage.Record{Message: &storage.MessageRecord{Number: 10 + n, At: at, From: 2, FromName: "alice", Room: 1, Text: strings.Repeat("x", 1000)}})
	}
	for _, r := range records {
		if err := f.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := f.Finish(false); err != nil {
		t.Fatal(err)
	}
	return file
}

// killed runs an operator's command and kills it with -9 when something holds.
func killed(t *testing.T, store string, when func() bool, args ...string) {
	t.Helper()
	command := exec.Command(os.Args[0], args...)
	command.Env = append(os.Environ(), asProgram+"=1", "PARLEY_STORE="+store)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if !comesTrue(when) {
		t.Error("it never came that far")
	}
	_ = command.Process.Kill()
	if err := command.Wait(); err == nil {
		t.Fatal("it was done before it was killed")
	}
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func TestKilledRestoreAndBackupLeaveNothingHalf(t *testing.T) {
	store, file := smallBackup(t)
	path := strings.TrimPrefix(store, "sqlite:")
	big := bigBackup(t, 100_000)
	before := keeps(t, store)
	killed(t, store, func() bool { return sizeOf(path+"-wal") > 1<<20 }, "restore", "--replace", big)
	if keeps(t, store) != before {
		t.Fatal("the store holds something else")
	}
	operates(t, store, "message 100,000", "restore", "--replace", big)
	whole := keeps(t, store)
	other := file + ".other"
	killed(t, store, func() bool { return sizeOf(other+".part") > 0 }, "backup", other)
	if sizeOf(other) > 0 {
		t.Error("there is a backup that is not whole")
	}
	operates(t, store, "message 100,000", "backup", other)
	if digestOf(t, recordsOf(t, other)) != whole {
		t.Error("the backup has something else")
	}
}

// TestCopyAndPipe: a store goes through a pipe, and one of the other kind comes out.
func TestCopyAndPipe(t *testing.T) {
	store, _ := smallBackup(t)
	before := keeps(t, store)
	redis := "unix://" + storagetest.StartRedis(t).Socket()
	dir := t.TempDir()
	back, piped := "sqlite:"+filepath.Join(dir, "back.db"), "sqlite:"+filepath.Join(dir, "piped.db")
	operates(t, "", "copied 4 records", "copy", "--from", store, "--to", redis)
	refuses(t, "", "the store has 1 account already", "copy", "--from", store, "--to", redis)
	operates(t, "", "copied 4 records", "copy", "--from", store, "--to", redis, "--replace")
	operates(t, "", "copied 4 records", "copy", "--from", redis, "--to", back)
	shell := exec.Command("sh", "-c", fmt.Sprintf(`"$0" backup --store %s - | "$0" restore --store %s -`, back, piped), os.Args[0])
	shell.Env = append(os.Environ(), asProgram+"=1")
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, one := range []string{redis, back, piped} {
		if keeps(t, one) != before {
			t.Errorf("%s holds something else", one)
		}
	}
	refuses(t, "", "name both stores", "copy", "--from", store)
	refuses(t, "", "the two stores are the same", "copy", "--from", store, "--to", store)
	refuses(t, "", "there is no store at", "copy", "--from", "sqlite:"+filepath.Join(dir, "nothing.db"), "--to", back, "--replace")
	if keeps(t, back) != before {
		t.Error("a copy of nothing has changed it")
	}
	none := filepath.Join(dir, "none.db")
	refuses(t, "", "there is no store at", "copy", "--from", "sqlite:"+filepath.Join(dir, "nothing.db"), "--to", "sqlite:"+none)
	if _, err := os.Stat(none); err == nil {
		t.Error("a copy of nothing has made a store")
	}
}

// TestInterruptedBeforeTheEnd presses Ctrl-C while the backup is still being read from standard input, which does not end.
func TestInterruptedBeforeTheEnd(t *testing.T) {
	command := exec.Command(os.Args[0], "restore", "--store", "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), "-")
	command.Env = append(os.Environ(), asProgram+"=1")
	in, err := command.StdinPipe()
	if err == nil {
		err = command.Start()
	}
	if err == nil {
		_, err = in.Write(make([]byte, 1<<20)) // more than a pipe holds, so it is being read
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = command.Process.Signal(os.Interrupt)
	late := time.AfterFunc(soon, func() { _ = command.Process.Kill() })
	if _, err := command.Process.Wait(); err != nil || !late.Stop() {
		t.Errorf("it went on: %v", err)
	}
}

// TestInterruptedRestoreSaysSo presses Ctrl-C in the middle.
func TestInterruptedRestoreSaysSo(t *testing.T) {
	store, _ := smallBackup(t)
	path := strings.TrimPrefix(store, "sqlite:")
	before := keeps(t, store)
	var said strings.Builder
	command := exec.Command(os.Args[0], "restore", "--replace", bigBackup(t, 100_000))
	command.Env = append(os.Environ(), asProgram+"=1", "PARLEY_STORE="+store)
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if !comesTrue(func() bool { return sizeOf(path+"-wal") > 1<<20 }) {
		t.Error("it never came that far")
	}
	_ = command.Process.Signal(os.Interrupt)
	err := command.Wait()
	if err == nil || said.String() != "parley: interrupted: the store is as it was\n" {
		t.Errorf("it ends with %v and says %q", err, said.String())
	}
	if keeps(t, store) != before {
		t.Error("the store holds something else")
	}
}
