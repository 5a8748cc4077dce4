package attack

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// variable lists the places whose SQL is not a constant expression at the call, by
// package and function, and why it is constant all the same.
var variable = map[string]string{
	"cmd/internal/verify.runOne":     "the checks' own constants, in a table; the role can only read",
	"cmd/internal/oracle.Judge":      "compiled from a Book, for a bench of a throw-away city; the programs contain none of it",
	"core/registry.alike":            "constants of one table, one after the other",
	"cmd/internal/bench.exec":        "set-up of a throw-away server, from names in this repository",
	"core/registry.insert":           "one constant a table, chosen by which table the rows are for",
	"core/audit.strays":              "two constants of the same function, one after the other",
	"core/pg.AllowLogin":             "ALTER ROLE takes no parameter: the server's own format(%I, %L) builds it",
	"core/pg.prepare":                "the embedded file of roles",
	"core/pg/local.CreateDatabase":   "CREATE DATABASE takes no parameter: the operator's name, quoted",
	"core/jobs/jobstest.States":      "for tests: the schema's name, quoted",
	"core/recheck/rechecktest.Super": "for tests: statements past every trigger",
	"core/recheck/rechecktest.Lay":   "for tests: constants of its own list",
	"core/sampled/sampledtest.Super": "for tests: statements past every trigger",
	"core/trail/trailtest.super":     "for tests: statements past every trigger",
	"core/pg/pgtest.LoseRaceOver":    "for tests: the name of a table",
	"core/pg/pgtest.New":             "for tests: names of throw-away databases",
	"core/pg/pgtest.Empty":           "for tests: names of throw-away databases",
	"core/pg/pgtest.drop":            "for tests: names of throw-away databases",
	"core/pg/pgtest.migrate":         "for tests: names of throw-away databases",
}

// sqlAt says which argument of a method is SQL text, and how many arguments the
// method has at least: other methods of these names are not pgx's.
var sqlAt = map[string]struct{ at, least int }{"Query": {1, 2}, "QueryRow": {1, 2}, "Exec": {1, 2}, "Queue": {0, 1}, "Prepare": {2, 3}}

// P27: SQL is constant text. Every argument that pgx takes as SQL is a constant
// expression, in every package that ships, and the simple protocol, which puts
// values into the text, is named nowhere.
// Control: `tx.Query(ctx, "select "+name)` in any package names the line.
func TestSQLIsConstant(t *testing.T) {
	faults, seen := inspect(t, filepath.Join("..", "..", ".."))
	for _, f := range faults {
		t.Error(f)
	}
	if seen < 150 {
		t.Errorf("saw %d statements only: the test would prove nothing", seen)
	}
}

// The analyzer is itself tried: of two functions that differ in one word, only the
// bad one is named.
func TestSQLAnalyzerSeesBuiltText(t *testing.T) {
	const head = "package x\nconst name = `a`\nfunc f(tx T, who string) {\n"
	for _, c := range []struct {
		body string
		bad  bool
	}{
		{"tx.Query(ctx, `select 1 from ` + name)", false},
		{"tx.Query(ctx, `select 1 from ` + who)", true},
		{"const sql = `select $1`; tx.Exec(ctx, sql, who)", false},
		{"sql := `select ` + who; tx.Exec(ctx, sql)", true},
		{"tx.QueryRow(ctx, fmt.Sprintf(`select %s`, who))", true},
		{"b.Queue(`select 1`)", false},
		{"b.Queue(strings.ToUpper(who))", true},
		{"sql := `select 1`; if who == name { sql = `select 2` }; tx.Exec(ctx, sql)", false},
		{"sql := `select 1`; if who == name { sql = who }; tx.Exec(ctx, sql)", true},
		{"r.URL.Query()", false},
		{"pgx.QueryExecModeSimpleProtocol.String()", true},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", head+c.body+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		a := analyzer{files: token.NewFileSet(), constants: constantsOf([]*ast.File{file}), helpers: map[string]int{}}
		a.file("x", file)
		if bad := len(a.faults) > 0; bad != c.bad {
			t.Errorf("%s: named %v, want %v", c.body, a.faults, c.bad)
		}
	}
}

type analyzer struct {
	files     *token.FileSet
	constants map[string]bool // names of the package's constants
	// helpers are functions of the package that pass one of their parameters on as
	// SQL: which one. Their callers are then held to the same rule.
	helpers map[string]int
	faults  []string
	seen    int
}

// inspect looks through every package below root that ships.
func inspect(t *testing.T, root string) ([]string, int) {
	t.Helper()
	packages := map[string][]*ast.File{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err == nil {
			dir, _ := filepath.Rel(root, filepath.Dir(path)) // both below root
			packages[dir] = append(packages[dir], f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	seen := 0
	used := map[string]bool{}
	for dir, list := range packages {
		a := analyzer{files: files, constants: constantsOf(list), helpers: map[string]int{}}
		for before := -1; before != len(a.helpers); { // a helper may have a helper
			before = len(a.helpers)
			for _, f := range list {
				a.learn(f)
			}
		}
		for _, f := range list {
			for _, name := range a.file(dir, f) {
				used[name] = true
			}
		}
		faults, seen = append(faults, a.faults...), seen+a.seen
	}
	for name := range variable {
		if !used[name] {
			faults = append(faults, name+" is listed as an exception and needs none")
		}
	}
	return faults, seen
}

func constantsOf(files []*ast.File) map[string]bool {
	out := map[string]bool{}
	for _, f := range files {
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, s := range g.Specs {
					for _, n := range s.(*ast.ValueSpec).Names {
						out[n.Name] = true
					}
				}
			}
		}
	}
	return out
}

// learn notes the functions whose own parameter is the SQL of a call in them.
func (a *analyzer) learn(f *ast.File) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			sql := a.textOf(n)
			if id, ok := sql.(*ast.Ident); ok {
				if at := parameter(fn, id); at >= 0 {
					a.helpers[fn.Name.Name] = at
				}
			}
			return true
		})
	}
}

// textOf gives the SQL argument of a call, nil for any other node.
func (a *analyzer) textOf(n ast.Node) ast.Expr {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	name := ""
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
		rule, ours := sqlAt[name]
		if ours && len(call.Args) >= rule.least && !(rule.at == 0 && isContext(call.Args[0])) {
			return call.Args[rule.at]
		}
	}
	if at, ok := a.helpers[name]; ok && at < len(call.Args) {
		return call.Args[at]
	}
	return nil
}

// parameter gives the place of a parameter among a function's, -1 for another name.
func parameter(fn *ast.FuncDecl, id *ast.Ident) int {
	if id.Obj == nil {
		return -1
	}
	at := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == id.Name && id.Obj.Decl == field {
				return at
			}
			at++
		}
	}
	return -1
}

// file looks at every function and gives the exceptions it used.
func (a *analyzer) file(dir string, f *ast.File) (used []string) {
	for _, d := range f.Decls {
		where := dir
		fn, _ := d.(*ast.FuncDecl)
		if fn != nil {
			where += "." + fn.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (strings.Contains(id.Name, "SimpleProtocol") || id.Name == "QueryExecModeExec") {
				a.say(id.Pos(), id.Name)
			}
			sql := a.textOf(n)
			if sql == nil {
				return true
			}
			a.seen++
			id, named := sql.(*ast.Ident)
			switch {
			case a.constant(sql), named && fn != nil && (parameter(fn, id) >= 0 || a.onlyConstants(fn, id)):
			case variable[where] != "":
				used = append(used, where)
			default:
				a.say(sql.Pos(), where+" gives SQL that is no constant")
			}
			return true
		})
	}
	return used
}

// onlyConstants reports whether a variable of a function is given constants and
// nothing else.
func (a *analyzer) onlyConstants(fn *ast.FuncDecl, id *ast.Ident) bool {
	given, good := 0, true
	ast.Inspect(fn, func(n ast.Node) bool {
		set, ok := n.(*ast.AssignStmt)
		for i := 0; ok && i < len(set.Lhs); i++ {
			if to, is := set.Lhs[i].(*ast.Ident); is && to.Name == id.Name {
				given++
				good = good && len(set.Lhs) == len(set.Rhs) && set.Tok != token.ADD_ASSIGN && a.constant(set.Rhs[i])
			}
		}
		return true
	})
	return given > 0 && good
}

func (a *analyzer) say(at token.Pos, what string) {
	a.faults = append(a.faults, fmt.Sprintf("%s: %s", a.files.Position(at), what))
}

// isContext tells a method of ours (Queue(ctx, ...)) from a batch's.
func isContext(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "ctx"
}

func (a *analyzer) constant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.ParenExpr:
		return a.constant(e.X)
	case *ast.BinaryExpr:
		return e.Op == token.ADD && a.constant(e.X) && a.constant(e.Y)
	case *ast.Ident:
		if e.Obj != nil { // declared in this file
			return e.Obj.Kind == ast.Con
		}
		return a.constants[e.Name]
	}
	return false
}
