package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/server/internal/testenv"
)

// TestPackages makes the packages, and has a person install, use, upgrade and remove them on a Debian machine that has nothing else.
func TestPackages(t *testing.T) {
	need(t, "mmdebstrap", "chroot", "lintian", "rpm", "man", "nc.openbsd")
	if os.Getuid() != 0 {
		testenv.Skip(t, "only root can make another system to install packages on")
	}
	debian := t.TempDir()
	made := make(chan error, 1)
	go func() { made <- exec.Command("mmdebstrap", "--variant=minbase", "bookworm", debian).Run() }() // while we build
	dir := checkout(t)
	does(t, dir, "make", "packages")
	if err := <-made; err != nil {
		t.Fatalf("no Debian system: %v", err)
	}
	p := &packages{t: t, dist: filepath.Join(dir, "dist"), root: debian, address: freeAddress(t)}
	for _, step := range []struct {
		name string
		do   func(p *packages)
	}{
		{"page", (*packages).page}, {"the same each time", (*packages).again}, {"lintian", (*packages).lintian},
		{"deb", (*packages).deb}, {"rpm", (*packages).rpm},
	} {
		t.Run(step.name, func(t *testing.T) {
			p.t = t
			step.do(p)
		})
	}
}

// packages are those of make packages, and a system to install them on.
type packages struct {
	t       *testing.T
	dist    string
	root    string // the system's
	address string // where the server listens when somebody has edited its configuration
}

// file is the one package of that name.
func (p *packages) file(pattern string) string {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.dist, pattern))
	if err != nil || len(found) != 1 {
		p.t.Fatalf("there are %q of %s", found, pattern)
	}
	return found[0]
}

// there runs a command on the system, and returns what it prints.
func (p *packages) there(command ...string) string {
	p.t.Helper()
	return does(p.t, p.root, append([]string{"chroot", p.root}, command...)...)
}

const packaging = sources + "/docs/packaging.md"

// page sees that there are the packages that the page names.
func (p *packages) page() {
	names := regexp.MustCompile(`parley[-_]\S+\.(deb|rpm)`).FindAllString(string(read(p.t, packaging)), -1)
	if len(names) < 2 {
		p.t.Errorf("the page names only %q", names)
	}
	for _, name := range names {
		p.file(name)
	}
}

// again makes the packages once more of the same programs.
func (p *packages) again() {
	var before [][]byte
	kinds := []string{"*_amd64.deb", "*_arm64.deb", "*.x86_64.rpm", "*.aarch64.rpm"}
	for _, kind := range kinds {
		before = append(before, read(p.t, p.file(kind)))
	}
	if err := os.RemoveAll(filepath.Join(p.dist, "files")); err != nil {
		p.t.Fatal(err)
	}
	does(p.t, p.dist, "../packaging/build")
	for i, kind := range kinds {
		if !bytes.Equal(before[i], read(p.t, p.file(kind))) {
			p.t.Errorf("%s is another one when it is made again", kind)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (p *packages) lintian() {
	arch, _ := native(p.t)
	does(p.t, p.dist, "lintian", "--allow-root", "--fail-on=error,warning", p.file("*_"+arch+".deb"))
}

// native is this machine's architecture, as the packages call it.
func native(t *testing.T) (deb, rpm string) {
	t.Helper()
	switch machine := does(t, "/", "uname", "-m"); machine {
	case "x86_64":
		return "amd64", machine
	case "aarch64":
		return "arm64", machine
	default:
		testenv.Skip(t, "there are no packages for this machine")
		return "", ""
	}
}

// dpkg has dpkg do something with a package.
func (p *packages) dpkg(action, file string) {
	p.t.Helper()
	does(p.t, p.root, "cp", file, filepath.Join(p.root, "package.deb"))
	p.there("dpkg", action, "/package.deb")
}

func (p *packages) deb() {
	arch, _ := native(p.t)
	p.dpkg("-i", p.file("*_"+arch+".deb"))
	p.isInstalled()
	if got := p.there("cat", "/etc/systemd/system/multi-user.target.wants/parley.service"); !strings.Contains(got, "ExecStart=") {
		p.t.Errorf("systemd would not start the service: %s", got)
	}
	p.has("/usr/share/zsh/vendor-completions/_parley", "#compdef parley")
	p.edit()
	p.serves("+ register ", "/register alice "+aPassword)

	p.dpkg("-i", p.newer(p.file("*_"+arch+".deb")))
	if got := p.there("dpkg-query", "-f", "${Version}", "-W", "parley"); !strings.HasSuffix(got, "+newer") {
		p.t.Errorf("after an upgrade the version is %s", got)
	}
	p.isPrivate()
	p.serves("+ login ", "/login alice "+aPassword) // it listens where the edited file says, and knows her

	p.there("dpkg", "-r", "parley")
	p.there("test", "-s", "/etc/parley/parley.toml", "-a", "-s", "/var/lib/parley/parley.db")
	p.there("dpkg", "-P", "parley")
	p.there("test", "!", "-e", "/etc/parley", "-a", "!", "-e", "/var/lib/parley", "-a", "!", "-e", "/usr/bin/parley")
}

// isInstalled sees that everything is where it belongs, and belongs to whom it should.
func (p *packages) isInstalled() {
	p.t.Helper()
	p.isPrivate()
	if got := p.there("getent", "passwd", "parley"); !regexp.MustCompile(`^parley:x:\d+:\d+:[^:]*:/var/lib/parley:\S*/nologin$`).MatchString(got) {
		p.t.Errorf("the account is %s", got)
	}
	if got := p.there("parley", "version"); !regexp.MustCompile(`(?m)^commit +[0-9a-f]{40}$`).MatchString(got) {
		p.t.Errorf("parley version prints %s", got)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `(/[^`]*)` \\|").FindAllStringSubmatch(string(read(p.t, packaging)), -1) {
		p.there("test", "-e", m[1])
	}
	p.has("/usr/lib/systemd/system/parley.service", string(read(p.t, sources+"/packaging/parley.service")))
	p.has("/usr/lib/sysusers.d/parley.conf", "u parley")
	p.has("/usr/share/bash-completion/completions/parley", "complete -o default -F")
	p.has("/usr/share/fish/vendor_completions.d/parley.fish", "complete -c parley")
	p.has("/usr/share/doc/parley/docs/operations.md", "# Operations")
	if got := does(p.t, p.root, "man", "-l", filepath.Join(p.root, "usr/share/man/man1/parley.1.gz")); !strings.Contains(got, "parley user role") {
		p.t.Errorf("the manual page is\n%s", got)
	}
}

// isPrivate sees that only the server and root can read what it keeps, and its configuration.
func (p *packages) isPrivate() {
	p.t.Helper()
	got := p.there("stat", "-c", "%a %U:%G", "/var/lib/parley", "/etc/parley/parley.toml")
	if want := "700 parley:parley\n640 root:parley"; got != want {
		p.t.Errorf("the directory and the configuration are\n%s\nwant\n%s", got, want)
	}
}

func (p *packages) has(file, text string) {
	p.t.Helper()
	if got := p.there("cat", file); !strings.Contains(got+"\n", text) {
		p.t.Errorf("%s has no %q:\n%s", file, text, got)
	}
}

// edit has the server listen somewhere else.
func (p *packages) edit() {
	p.t.Helper()
	p.there("sed", "-i", `s/^listen = .*/listen = ["`+p.address+`"]/`, "/etc/parley/parley.toml")
}

// serves starts the server as systemd does, and sees what it answers to a line from netcat. The server must end in order.
func (p *packages) serves(want, line string) {
	p.t.Helper()
	unit := p.there("cat", "/usr/lib/systemd/system/parley.service")
	start := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(unit)
	user := regexp.MustCompile(`(?m)^User=(.*)$`).FindStringSubmatch(unit)
	if start == nil || user == nil {
		p.t.Fatalf("the unit does not say what to run, or as whom:\n%s", unit)
	}
	args := append([]string{"--userspec=" + user[1] + ":" + user[1], p.root}, strings.Fields(start[1])...)
	startsAndAnswers(p.t, p.address, exec.Command("chroot", args...), want, line)
}

// startsAndAnswers starts a server, sees what it answers at an address to a line from netcat, and has it end in order.
func startsAndAnswers(t *testing.T, address string, server *exec.Cmd, want, line string) {
	t.Helper()
	log := &programLog{}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	host, port, _ := strings.Cut(address, ":")
	var got []byte
	answered := comesTrue(func() bool {
		nc := exec.Command("nc.openbsd", "-N", host, port)
		nc.Stdin = strings.NewReader(line + "\n/quit\n")
		var err error
		got, err = nc.Output()
		return err == nil || len(ended) > 0
	})
	if !answered || !strings.Contains(string(got), want) {
		t.Errorf("the answer to %q is\n%s\nwant %q; the server says\n%s", line, got, want, log)
	}
	late := time.AfterFunc(soon, func() { _ = server.Process.Kill() })
	defer late.Stop()
	_ = server.Process.Signal(syscall.SIGTERM) // fails only if it has ended
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v; it says\n%s", err, log)
	}
}

// newer is a package as it is, with a higher version.
func (p *packages) newer(file string) string {
	p.t.Helper()
	dir := filepath.Join(p.t.TempDir(), "package")
	does(p.t, p.root, "dpkg-deb", "-R", file, dir)
	does(p.t, dir, "sed", "-i", "s/^Version: .*/&+newer/", "DEBIAN/control")
	does(p.t, dir, "dpkg-deb", "-Zgzip", "-z1", "-b", dir, dir+".deb")
	return dir + ".deb"
}

// rpm installs on the same system, which has the shell and the commands that the scripts want.
func (p *packages) rpm() {
	p.there("userdel", "parley")
	_, arch := native(p.t)
	rpm := func(args ...string) string {
		p.t.Helper()
		return does(p.t, p.root, append([]string{"rpm", "--root", p.root, "--nodeps"}, args...)...)
	}
	rpm("-i", p.file("*."+arch+".rpm"))
	p.isInstalled()
	p.has("/usr/share/zsh/site-functions/_parley", "#compdef parley")
	p.edit()
	p.serves("+ register ", "/register alice "+aPassword)
	rpm("-e", "parley")
	p.there("test", "!", "-e", "/usr/bin/parley", "-a", "-s", "/etc/parley/parley.toml.rpmsave", "-a", "-s", "/var/lib/parley/parley.db")
}
