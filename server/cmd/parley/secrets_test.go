package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"parley/commands"
)

// The log of the whole test run is searched for what must never be in one: passwords, what people said, and names of accounts
// that don't exist. A test that sends the server one of these should have planted in it, or send it in a conversation.
const planted = "planted"

// runLog is what all servers of this test run have logged, at every level.
var runLog collected

type collected struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (c *collected) Write(line []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lines.Write(line)
}

func (c *collected) Sync() error { return nil }

func (c *collected) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lines.String()
}

// testLog is a log of a server in this process. Core has a part of it, the run's log has all.
func testLog(core zapcore.Core) *zap.Logger {
	all := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), &runLog, zapcore.DebugLevel)
	return zap.New(zapcore.NewTee(core, all))
}

// secretsIn returns the lines of a log in which there is a secret.
func secretsIn(log string, secrets []string) (found []string) {
	for line := range strings.Lines(log) {
		for _, secret := range secrets {
			if strings.Contains(line, secret) {
				found = append(found, fmt.Sprintf("%q in %s", secret, strings.TrimSpace(line)))
				break
			}
		}
	}
	return found
}

// allSecrets is what the tests have planted, and all that people say in the conversations.
func allSecrets() []string {
	secrets := []string{planted, "parley_", "correct horse", "battery staple", "wrong horse"}
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		s, err := parseScript(file, strings.Split(string(text), "\n"))
		if err != nil {
			continue // its own test says so
		}
		secrets = append(secrets, said(s)...)
	}
	return secrets
}

// said is what people say behind the first word of their lines, where it is long enough to mean something. The address that an operator
// bans is no secret.
func said(s *script) (texts []string) {
	const meaning = 10
	for _, st := range s.steps {
		if st.verb != "C" || strings.ContainsAny(st.text, "{}") {
			continue
		}
		_, text, _ := strings.Cut(st.text, " ")
		if _, address := commands.ParseAddresses(text); len(text) >= meaning && !address {
			texts = append(texts, text)
		}
	}
	return texts
}

// checkRunLog is called when all tests have run.
func checkRunLog() (clean bool) {
	log := runLog.String()
	found := secretsIn(log, allSecrets())
	for _, line := range found[:min(len(found), 20)] {
		fmt.Fprintln(os.Stderr, "a secret was logged:", line)
	}
	return len(found) == 0
}

// TestSecretsAreFound: the search finds a secret that is there.
func TestSecretsAreFound(t *testing.T) {
	secrets := allSecrets()
	if len(secrets) < 50 {
		t.Errorf("only %d secrets are searched for", len(secrets))
	}
	var log collected
	logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), &log, zapcore.DebugLevel))
	logger.Info("harmless", zap.String("from", "192.0.2.1"))
	if found := secretsIn(log.String(), secrets); len(found) != 0 {
		t.Errorf("found %q", found)
	}
	logger.Debug("x", zap.String("account", "planted-ghost"))
	logger.Error("x", zap.Error(fmt.Errorf("no account of %s", "correct horse")))
	if found := secretsIn(log.String(), secrets); len(found) != 2 {
		t.Errorf("found %q", found)
	}
}
