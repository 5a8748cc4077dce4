package layering

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pg.DB.Tx and Read run again what lost a race. What is given to them may not add to what was
// there before: rows would be said twice, and what was counted would be counted twice.
//
// addsRight are the functions that add through a pointer and are right, by folder, name and
// what they add to, and why.
var addsRight = map[string]string{
	"channels/desk/agent offer: out.Maybe":               "callersOf begins it anew",
	"channels/desk/book homes: page.Homes":               "chosen begins it anew",
	"channels/desk/quota fill: p.Taken":                  "round begins it anew",
	"channels/desk/quota fill: p.Waits":                  "round begins it anew",
	"channels/desk/quota pending: p.Offers":              "round begins it anew",
	"cmd/internal/rejudge one: r.report.Seen":            "Run takes back what it had before",
	"cmd/internal/rejudge one: r.report.Untraced":        "Run takes back what it had before",
	"core/audit readCheckpoints: v.signed":               "Verify begins it anew",
	"core/casefile situationVisits: out.Visitors":        "Situation makes it",
	"core/registry tied: q.by":                           "Find makes it",
	"core/registry/bulk dropRepeated: s.repeated":        "compare begins with a copy",
	"core/registry/bulk refuseTwice: s.refused":          "compare begins with a copy",
	"core/registry/bulk refuseHomes: s.refused":          "compare begins with a copy",
	"core/registry/bulk refuseContradictions: s.refused": "compare begins with a copy",
	"core/registry/bulk refuseParted: s.refused":         "compare begins with a copy",
	"core/registry/bulk refuseGroups: s.refused":         "compare begins with a copy",
	"core/watch owed: l.items":                           "raise makes it",
	"core/watch look: c.judged":                          "town makes it",
	"core/watch town: *packed":                           "Work sets it to what it was",
	"intake/calls readWords: t.Segments":                 "Transcript begins it anew",
}

// adding names every place of a file that adds to what was there before a transaction
// began: in a function that is given one (*pg.Tx), to a variable from outside of a literal,
// or through a pointer that a function got, unless it began that anew before.
func adding(file *ast.File) map[string]token.Pos {
	found := map[string]token.Pos{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		keep := func(n ast.Node, kind *ast.FuncType, body *ast.BlockStmt) {
			if !takesTx(kind) {
				return
			}
			for _, s := range sums(body) {
				root := rootOf(s.to)
				if root != nil && given(root, n, body, s.to) && !begun(body, s) {
					found[f.Name.Name+": "+types.ExprString(s.to)] = s.at
				}
			}
		}
		keep(f, f.Type, f.Body)
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if l, ok := n.(*ast.FuncLit); ok {
				keep(l, l.Type, l.Body)
			}
			return true
		})
	}
	return found
}

// given reports whether what is added to was there before the function ran: a variable from
// outside of it, or what a pointer that it was given leads to.
func given(x *ast.Ident, f ast.Node, body *ast.BlockStmt, to ast.Expr) bool {
	switch {
	case x.Obj == nil || x.Obj.Pos() < f.Pos() || x.Obj.Pos() >= f.End():
		return true
	case x.Obj.Pos() >= body.Pos():
		return false
	}
	_, itself := to.(*ast.Ident)
	return pointer(x) && !itself
}

func takesTx(f *ast.FuncType) bool {
	for _, p := range f.Params.List {
		if types.ExprString(p.Type) == "*pg.Tx" {
			return true
		}
	}
	return false
}

// pointer reports whether a parameter or receiver is declared as a pointer.
func pointer(x *ast.Ident) bool {
	field, ok := x.Obj.Decl.(*ast.Field)
	if !ok {
		return false
	}
	_, star := field.Type.(*ast.StarExpr)
	return star
}

// A sum is a statement after which something is what it was and more.
type sum struct {
	to ast.Expr
	at token.Pos
}

func sums(body *ast.BlockStmt) (out []sum) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.IncDecStmt:
			out = append(out, sum{s.X, s.Pos()})
		case *ast.AssignStmt:
			for i, to := range s.Lhs {
				switch {
				case s.Tok == token.DEFINE:
				case s.Tok != token.ASSIGN: // +=
					out = append(out, sum{to, s.Pos()})
				case len(s.Rhs) == len(s.Lhs) && mentions(s.Rhs[i], to) && !emptied(s.Rhs[i]):
					out = append(out, sum{to, s.Pos()})
				}
			}
		}
		return true
	})
	return out
}

// emptied reports whether an expression is x[:0].
func emptied(x ast.Expr) bool {
	s, ok := x.(*ast.SliceExpr)
	if !ok || s.Low != nil {
		return false
	}
	n, ok := s.High.(*ast.BasicLit)
	return ok && n.Value == "0"
}

func mentions(in, what ast.Expr) bool {
	name, yes := types.ExprString(what), false
	ast.Inspect(in, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && types.ExprString(s) != name {
			yes = yes || mentions(s.X, what) // a field of that name is another thing
			return false
		}
		if x, ok := n.(ast.Expr); ok && types.ExprString(x) == name {
			yes = true
		}
		return !yes
	})
	return yes
}

func rootOf(x ast.Expr) *ast.Ident {
	for {
		switch e := x.(type) {
		case *ast.Ident:
			return e
		case *ast.SelectorExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.ParenExpr:
			x = e.X
		default:
			return nil
		}
	}
}

// begun reports whether the body sets what is added to, or something it is part of, before.
func begun(body *ast.BlockStmt, s sum) (yes bool) {
	var whole []string
	for x := s.to; x != nil; {
		whole = append(whole, types.ExprString(x), "*"+types.ExprString(x))
		switch e := x.(type) {
		case *ast.SelectorExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		default:
			x = nil
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		set, ok := n.(*ast.AssignStmt)
		if !ok || set.Pos() >= s.at || set.Tok != token.ASSIGN {
			return true
		}
		for i, to := range set.Lhs {
			if len(set.Rhs) == len(set.Lhs) && mentions(set.Rhs[i], to) && !emptied(set.Rhs[i]) {
				continue
			}
			for _, w := range whole {
				yes = yes || types.ExprString(to) == w
			}
		}
		return true
	})
	return yes
}

func TestWhatIsRunAgainAddsToNothing(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	unused := maps.Clone(addsRight)
	for _, dir := range []string{"channels", "cmd", "core", "intake", "transcription"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, 0)
			if err != nil {
				return err
			}
			for what, at := range adding(file) {
				name := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), root+"/") + " " + what
				if delete(unused, name); addsRight[name] == "" {
					t.Errorf("%s (line %d) is added to in a transaction that may be run again, and not begun anew there", name, fset.Position(at).Line)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range unused {
		t.Errorf("%s adds to nothing any more: take it off the list", name)
	}
}

// The guard is itself tried: each wrong function below is named, and no right one.
func TestGuardSeesWhatIsAddedTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, want string }{
		{"db.Tx(func(tx *pg.Tx) error { p.Rows = append(p.Rows, 1); return nil })", "f: p.Rows"},
		{"db.Tx(func(tx *pg.Tx) error { a, n = append(a, 1), 2; return nil })", "f: a"},
		{"db.Tx(func(tx *pg.Tx) error { each(func() { n++ }); return nil })", "f: n"},
		{"db.Tx(func(tx *pg.Tx) error { n += 2; n = 0; return nil })", "f: n"},
		{"db.Tx(func(tx *pg.Tx) error { p.Any = p.Any || one(); return nil })", "f: p.Any"},
		{"db.Tx(func(tx *pg.Tx) error { p.Other = nil; p.Rows = append(p.Rows, 1); return nil })", "f: p.Rows"},
		{"db.Tx(func(tx *pg.Tx) error { p = page{}; p.Rows = append(p.Rows, 1); return nil })", ""},
		{"db.Tx(func(tx *pg.Tx) error { a = a[:0]; a = append(a, 1); return nil })", ""},
		{"db.Tx(func(tx *pg.Tx) error { var own []int; own = append(own, 1); a = own; return nil })", ""},
		{"db.Tx(func(tx *pg.Tx) error { a = to.a; return nil })", ""},
		{"each(func() { n++ })", ""},
	} {
		src := "package x; func f() { var a []int; var n int; var p page; " + c.body + " }"
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(adding(file))), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; func (k *room) fill(tx *pg.Tx, p *page, n int) { p.N++; k.sum += 1; n++ }", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(adding(file))); !slices.Equal(got, []string{"fill: k.sum", "fill: p.N"}) {
		t.Errorf("through pointers: %q", got)
	}
}
