package language

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// spoken are the packages that hold sentences of the server. IRC stays English.
var spoken = []string{"parley/protocol", "parley/commands", "parley/server", "parley/server/cmd/parley"}

// TestEverySentenceOfTheServerIsInBoth: a sentence of the server is a constant of the type Format, so the compiler's eyes find them all. Each has its Chinese,
// and the catalog has no others.
func TestEverySentenceOfTheServerIsInBoth(t *testing.T) {
	used := map[string]bool{}
	for _, p := range load(t, spoken...) {
		for _, file := range p.Syntax {
			if strings.HasPrefix(filepath.Base(p.Fset.Position(file.Pos()).Filename), "irc_") {
				continue
			}
			f := finder{t: t, p: p, found: func(at token.Pos, english string) {
				if used[english] = true; chineseServer[english] == "" {
					t.Errorf("%v: this has no Chinese in zh_server.go: %q", p.Fset.Position(at), english)
				}
			}}
			ast.Inspect(file, f.visit)
		}
	}
	if len(used) < 150 {
		t.Errorf("only %d sentences were found", len(used))
	}
	for english := range chineseServer {
		if !used[english] {
			t.Errorf("nobody says %q any more, which is in zh_server.go", english)
		}
	}
}

func load(t *testing.T, names ...string) []*packages.Package {
	t.Helper()
	config := &packages.Config{Mode: packages.NeedName | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		config.BuildFlags = []string{"-race"} // so that what they need is compiled already
	}
	loaded, err := packages.Load(config, names...)
	if err != nil || len(loaded) < len(names) {
		t.Fatal(len(loaded), err)
	}
	for _, p := range loaded {
		if len(p.Errors) > 0 || p.IllTyped {
			t.Fatal(p.Errors)
		}
	}
	return loaded
}

// finder finds the sentences of a file.
type finder struct {
	t     *testing.T
	p     *packages.Package
	found func(at token.Pos, english string)
}

func isFormat(of types.Type) bool {
	return of != nil && of.String() == "parley/internal/language.Format"
}

// missed sees that a string is no sentence, which would be said in English to everybody. Only the greeting is, and what operators read.
func (f *finder) missed(e ast.Expr, value constant.Value) {
	at := f.p.Fset.Position(e.Pos())
	if value == nil || value.Kind() != constant.String || f.p.Name == "main" || filepath.Base(at.Filename) == "metrics.go" {
		return
	}
	if text := constant.StringVal(value); aSentence.MatchString(text) && !strings.HasPrefix(text, "Welcome. ") {
		f.t.Errorf("%v: this looks like a sentence, and is no language.Format: %q", at, text)
	}
}

var aSentence = regexp.MustCompile(`^\p{Lu}\S* .*[.?]$`)

func (f *finder) visit(n ast.Node) bool {
	e, ok := n.(ast.Expr)
	if !ok {
		return true
	}
	if call, ok := e.(*ast.CallExpr); ok {
		f.check(call)
	}
	of := f.p.TypesInfo.Types[e]
	if of.Value == nil || !isFormat(of.Type) {
		f.missed(e, of.Value)
		return true
	}
	if english := constant.StringVal(of.Value); english != "" {
		f.found(e.Pos(), english)
	}
	return false
}

// check looks at what a call does with a sentence.
func (f *finder) check(call *ast.CallExpr) {
	fail := func(format string, args ...any) {
		f.t.Helper()
		f.t.Errorf("%v: %s", f.p.Fset.Position(call.Pos()), fmt.Sprintf(format, args...))
	}
	callee := f.p.TypesInfo.Types[call.Fun]
	if callee.IsType() {
		if isFormat(callee.Type) && f.p.TypesInfo.Types[call].Value == nil {
			fail("a sentence is a constant, so that this test finds it")
		}
		return
	}
	signature, ok := callee.Type.(*types.Signature)
	if !ok || !signature.Variadic() || call.Ellipsis.IsValid() {
		return
	}
	at := signature.Params().Len() - 2 // of the format, in front of its arguments
	if at < 0 || !isFormat(signature.Params().At(at).Type()) {
		return
	}
	args := call.Args[at+1:]
	for _, a := range args {
		if of := f.p.TypesInfo.Types[a].Type; !isFixed(of) {
			fail("an argument of a sentence is said later, so it can't be a %v", of)
		}
	}
	if format := f.p.TypesInfo.Types[call.Args[at]].Value; format != nil {
		f.fits(constant.StringVal(format), args, fail)
	}
}

// fits sees whether a format has a verb for each of the arguments, and of the right kind. Go vet does not, since a Format is no string.
func (f *finder) fits(format string, args []ast.Expr, fail func(format string, args ...any)) {
	found := verb.FindAllStringSubmatch(strings.ReplaceAll(format, "%%", ""), -1)
	if len(found) != len(args) {
		fail("%q has %d verbs for %d arguments", format, len(found), len(args))
		return
	}
	for i, a := range args {
		of := f.p.TypesInfo.Types[a].Type
		basic, _ := of.Underlying().(*types.Basic)
		isNumber := basic != nil && basic.Info()&types.IsNumeric != 0
		if isNumber != (found[i][3] != "s") {
			fail("%q says a %v by %s", format, of, found[i][0])
		}
	}
}

// isFixed reports whether what is of a type can't be changed by others: a number, a string, or another sentence.
func isFixed(of types.Type) bool {
	_, isBasic := of.Underlying().(*types.Basic)
	return isBasic || of.String() == "parley/internal/language.Sentence"
}
