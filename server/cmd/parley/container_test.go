package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/server/internal/testenv"
)

// TestContainer does what the Containerfile says: its commands in a directory, and the image's program in a root of its own that holds nothing else.
func TestContainer(t *testing.T) {
	need(t, "chroot", "nc.openbsd")
	if os.Getuid() != 0 {
		testenv.Skip(t, "only root can start a program in a root of its own")
	}
	dir := checkout(t)
	c := &container{t: t, src: dir, image: filepath.Join(t.TempDir(), "image"), root: t.TempDir()}
	for line := range strings.Lines(string(read(t, filepath.Join(dir, "Containerfile")))) {
		c.does(strings.TrimSpace(line))
	}
	c.isStatic("parley")
	for path, mode := range map[string]os.FileMode{"tmp": os.ModeDir | os.ModeSticky | 0o777, "etc/ssl/certs/ca-certificates.crt": 0o644} {
		if info, err := os.Stat(filepath.Join(c.root, path)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	address := freeAddress(t)
	server := exec.Command("chroot", append([]string{"--userspec=" + c.user, c.root}, c.command...)...)
	server.Env = append(c.env, "PARLEY_LISTEN="+address)
	startsAndAnswers(t, address, server, "+ register ", "/register alice "+aPassword)
	if _, err := os.Stat(filepath.Join(c.root, "data", "parley.db")); err != nil {
		t.Errorf("what the server keeps is not in the volume: %v", err)
	}
}

// container is one that is being built.
type container struct {
	t     *testing.T
	stage int    // 1 builds, 2 is the image
	src   string // what WORKDIR is while it is built
	image string // what /image is
	root  string // of the second stage
	user  string
	env   []string

	command []string
}

// does does what a line says.
func (c *container) does(line string) {
	c.t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || word == "#":
	case word == "FROM":
		c.stage++
	case c.stage == 1 && word == "RUN":
		does(c.t, c.src, "sh", "-c", strings.ReplaceAll(rest, "/image", c.image))
	case c.stage == 1 && (word == "COPY" || line == "WORKDIR /src"): // it is there
	case word == "COPY":
		c.copies(strings.Fields(rest))
	case word == "USER":
		if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(rest) {
			c.t.Errorf("the user %s is no number other than 0", rest)
		}
		c.user = rest
	case word == "ENV":
		c.env = append(c.env, rest)
	case word == "ENTRYPOINT" || word == "CMD":
		for _, m := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(rest, -1) {
			c.command = append(c.command, m[1])
		}
	case slices.Contains([]string{"WORKDIR /data", "VOLUME /data", "EXPOSE 8888"}, line):
	default:
		c.t.Fatalf("the test does not know what this does: %s", line)
	}
}

// copies copies from the first stage, as COPY --from=build [--chown=WHO] FROM TO. What is not given to somebody is root's.
func (c *container) copies(args []string) {
	c.t.Helper()
	if args[0] != "--from=build" {
		c.t.Fatalf("this does not come from the first stage: %q", args)
	}
	owner, from, to := "0:0", args[len(args)-2], filepath.Join(c.root, args[len(args)-1])
	if chown, ok := strings.CutPrefix(args[1], "--chown="); ok {
		owner = chown
	}
	does(c.t, c.src, "mkdir", "-p", to)
	does(c.t, c.src, "cp", "-a", strings.Replace(from, "/image", c.image, 1)+"/.", to)
	does(c.t, c.src, "chown", "-R", owner, to)
}

// isStatic sees that a program of the image needs no libraries.
func (c *container) isStatic(name string) {
	c.t.Helper()
	program, err := elf.Open(filepath.Join(c.root, name))
	if err != nil {
		c.t.Fatal(err)
	}
	defer program.Close()
	libraries, err := program.ImportedLibraries()
	interpreted := slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
	if len(libraries) > 0 || interpreted {
		c.t.Errorf("the program needs %q, %v", libraries, err)
	}
}
