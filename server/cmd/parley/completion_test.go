package main

import (
	"path/filepath"
	"testing"
)

// TestCompletion: somebody types at the three shells, and presses the tabulator.
func TestCompletion(t *testing.T) {
	for _, shell := range []struct{ name, start, setup string }{
		{"bash", "bash --norc", "source /usr/share/bash-completion/bash_completion; source <(parley completion bash)"},
		{"zsh", "zsh -f", "autoload -U compinit; compinit -u -D; source <(parley completion zsh)"},
		{"fish", "fish --no-config --private", "parley completion fish | source"},
	} {
		t.Run(shell.name, func(t *testing.T) {
			t.Parallel()
			need(t, shell.name, "dh_bash-completion")
			home := homeWith(t, nil)
			write(t, filepath.Join(home, "certificate.pem"), "")
			writeSettings(t, home, "[servers.workshop]\naddress = \"localhost\"\n")
			env := append(readerEnv(home), "HISTFILE=/dev/null") // a shell that ends late must write nothing to a home that is removed
			term := openTerminal(t, "cd "+home+" && "+shell.start, env...)
			term.enters("%s; echo is\\ ready", shell.setup)
			term.shows("is ready")
			for _, c := range []struct{ typed, completed string }{
				{"parley vers", "parley version"},
				{"parley --max-conn", "parley --max-connections"}, // serve is meant
				{"parley torture --store sq", "--store sqlite"},
				{"parley user role bob oper", "role bob operator"},
				{"parley completion b", "completion bash"},
				{"parley connect --plain works", "--plain workshop"},
				{"parley serve --tls-cert certif", "--tls-cert certificate.pem"},
			} {
				term.types(c.typed)
				term.presses("Tab")
				term.shows(c.completed)
				term.presses("C-u") // C-c could throw away what is typed next
			}
		})
	}
}
