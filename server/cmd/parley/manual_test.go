package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/protocol"
)

// TestManualIsComplete sees that the manual has every command in its form, every code and closing word, and every limit,
// and none that there is not.
func TestManualIsComplete(t *testing.T) {
	page, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	address := startApp(t)
	commands := []string{"/help limits", "/help"}
	for _, r := range ask(t, address, "/help") {
		if !strings.Contains(r.Text, " - ") && r.Fields[0] != "limits" { // it is a group
			commands = append(commands, "/help "+r.Fields[0])
		}
	}
	var forms, limits []string
	for _, r := range ask(t, address, commands...) {
		if r.Word == "help" {
			if form, _, ok := strings.Cut(r.Text, " - "); ok {
				forms = append(forms, form)
			}
		} else {
			name, _, _ := strings.Cut(r.Fields[0], "=")
			limits = append(limits, name)
		}
	}
	same(t, "commands", forms, firstCells(string(page), "Commands", "(?m)^#### `(.*)`$"))
	same(t, "limits", limits, firstCells(string(page), "Limits", "(?m)^\\| `([a-z-]+)`"))
	codes := append(firstCells(string(page), "Codes", "(?m)^\\| `([a-z0-9-]+)`"), firstCells(string(page), "Closing words", "(?m)^\\| `([a-z-]+)`")...)
	slices.Sort(codes)
	same(t, "codes and closing words", declaredCodes(t), slices.Compact(codes)) // some are both
	same(t, "codes", codeWords(protocol.FailureCodes[:]), firstCells(string(page), "Codes", "(?m)^\\| `([a-z0-9-]+)`"))
	same(t, "closing words", codeWords(protocol.ClosingCodes[:]), firstCells(string(page), "Closing words", "(?m)^\\| `([a-z-]+)`"))
}

// ask gives commands to the server at an address and returns the rows of their answers.
func ask(t *testing.T, address string, commands ...string) (rows []protocol.Reply) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(soon))
	fmt.Fprintf(conn, "%s\n/quit\n", strings.Join(commands, "\n"))
	for in := bufio.NewScanner(conn); in.Scan(); {
		r, err := protocol.ParseReply(in.Bytes())
		if err != nil || r.Sigil == protocol.Failed {
			t.Fatalf("%v: %q", err, in.Text())
		}
		if r.Sigil == protocol.Row {
			rows = append(rows, r)
		}
	}
	return rows
}

// firstCells returns what a pattern finds under a heading of the page.
func firstCells(page, heading, pattern string) (found []string) {
	_, section, _ := strings.Cut(page, "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(section, -1) {
		found = append(found, m[1])
	}
	return found
}

func codeWords(codes []protocol.Code) (words []string) {
	for _, code := range codes {
		words = append(words, string(code))
	}
	return words
}

// declaredCodes reads the constants of the protocol.
func declaredCodes(t *testing.T) (codes []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../protocol/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			code, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			codes = append(codes, code)
		}
		return true
	})
	return codes
}

func same(t *testing.T, what string, there, told []string) {
	t.Helper()
	slices.Sort(there)
	slices.Sort(told)
	if len(there) == 0 || !slices.Equal(there, told) {
		t.Errorf("the %s of the manual are not those that there are\nthere are: %q\nthe manual: %q", what, there, told)
	}
}

// TestLogMessagesAreExplained sees that the operators' page has every message of the log, and none that there is not.
func TestLogMessagesAreExplained(t *testing.T) {
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, cell := range firstCells(string(page), "The log", "(?m)^\\| (`.*?`) \\|") {
		told = append(told, strings.Split(strings.Trim(cell, "`"), "`, `")...)
	}
	same(t, "messages of the log", loggedMessages(t), told)
}

// loggedMessages finds in the source what the server logs at an ordinary level.
func loggedMessages(t *testing.T) (messages []string) {
	t.Helper()
	for _, dir := range []string{"../../../commands", "../../../storage", "../.."} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.Name() == "torture" {
				return fs.SkipDir // it is no server
			}
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				messages = append(messages, loggedIn(t, path)...)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(messages)
	return slices.Compact(messages)
}

// writtenOut is a line that the log's own writer writes, which has no log to call.
var writtenOut = regexp.MustCompile(`"msg":"([^"]+)"`)

// loggedIn finds the messages in one file: what a logger's Info, Warn or Error is called with.
func loggedIn(t *testing.T, path string) (messages []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			method, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Info", "Warn", "Error"}, method.Sel.Name) || !isLog(method.X) {
				return true
			}
			if message, ok := literalText(n.Args[0]); ok {
				messages = append(messages, message)
			} else {
				t.Errorf("%s logs a message that is not written there, so the manual can't be compared with it", path)
			}
		case *ast.BasicLit:
			if text, ok := literalText(n); ok {
				for _, m := range writtenOut.FindAllStringSubmatch(text, -1) {
					messages = append(messages, m[1])
				}
			}
		}
		return true
	})
	return messages
}

// isLog reports whether an expression is a logger, which is known by the last word of its name.
func isLog(e ast.Expr) bool {
	name := ""
	switch e := e.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		name = e.Sel.Name
	case *ast.CallExpr: // log.With(...)
		if f, ok := e.Fun.(*ast.SelectorExpr); ok {
			return isLog(f.X)
		}
	}
	return strings.HasSuffix(strings.ToLower(name), "log")
}

func literalText(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}
