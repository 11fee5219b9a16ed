package language

import (
	"go/ast"
	"go/constant"
	"go/types"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestEverySentenceOfTheClientIsInBoth: the client says its sentences by Language.Sprintf, or by a method that passes its own format on to that, and each
// is written where it is said, so that this test finds it. Each has its Chinese, and the catalog has no others.
func TestEverySentenceOfTheClientIsInBoth(t *testing.T) {
	loaded := load(t, "parley/server/cmd/parley", "parley/server/cmd/parley/internal/client/...")
	says := map[string]bool{"(parley/internal/language.Language).Sprintf": true}
	for _, p := range loaded {
		for _, passer := range passers(p, says) {
			says[passer] = true
		}
	}
	used := map[string]bool{}
	for _, p := range loaded {
		each(p, func(in *ast.FuncDecl, call *ast.CallExpr) {
			if !says[callee(p, call)] || says[name(p, in)] {
				return
			}
			english := p.TypesInfo.Types[call.Args[0]].Value
			if english == nil {
				t.Errorf("%v: a sentence is a constant, so that this test finds it", p.Fset.Position(call.Pos()))
			} else if said := constant.StringVal(english); chineseClient[said] == "" {
				t.Errorf("%v: this has no Chinese in zh_client.go: %q", p.Fset.Position(call.Pos()), said)
			} else {
				used[said] = true
			}
		})
	}
	if len(used) < 50 {
		t.Errorf("only %d sentences were found", len(used))
	}
	for english := range chineseClient {
		if !used[english] {
			t.Errorf("nobody says %q any more, which is in zh_client.go", english)
		}
	}
}

// each visits the calls in all functions of a package.
func each(p *packages.Package, visit func(in *ast.FuncDecl, call *ast.CallExpr)) {
	for _, file := range p.Syntax {
		for _, d := range file.Decls {
			in, _ := d.(*ast.FuncDecl) // nil where a variable is declared
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					visit(in, call)
				}
				return true
			})
		}
	}
}

// passers are the functions of a package that say what they are given: they pass their own arguments on as they are.
func passers(p *packages.Package, says map[string]bool) (found []string) {
	each(p, func(in *ast.FuncDecl, call *ast.CallExpr) {
		if !says[callee(p, call)] || in == nil || !call.Ellipsis.IsValid() {
			return
		}
		if format, ok := call.Args[0].(*ast.Ident); ok && in.Type.Params.List[0].Names[0].Name == format.Name {
			found = append(found, name(p, in))
		}
	})
	return found
}

// callee is the full name of the function or method that is called.
func callee(p *packages.Package, call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return fullName(p.TypesInfo.Uses[f])
	case *ast.SelectorExpr:
		return fullName(p.TypesInfo.Uses[f.Sel])
	}
	return ""
}

func name(p *packages.Package, f *ast.FuncDecl) string {
	if f == nil {
		return ""
	}
	return fullName(p.TypesInfo.Defs[f.Name])
}

func fullName(of types.Object) string {
	if f, ok := of.(*types.Func); ok {
		return f.FullName()
	}
	return ""
}
