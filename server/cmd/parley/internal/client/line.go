package client

import (
	"strings"

	"parley/server/cmd/parley/internal/client/typed"
)

func isQuit(line string) bool {
	name, _ := typed.Command(line)
	return name == "quit"
}

// isBlank says that the server would not answer this line.
func isBlank(line string) bool { return strings.Trim(line, " \t") == "" }
