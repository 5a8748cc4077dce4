package boot

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// Every setting does something, or says in its help that it does not.
// Control: a field that no program reads, added to Config, is named here.
func TestEverySettingHasAnEffect(t *testing.T) {
	t.Parallel()
	read := fieldsRead(t, "../../gateway", "../../platform", "../../lianou", ".")
	var walk func(of reflect.Type, section string)
	walk = func(of reflect.Type, section string) {
		for i := range of.NumField() {
			f := of.Field(i)
			if f.Tag.Get("env") == "" {
				walk(f.Type, f.Name)
				continue
			}
			reserved := strings.HasPrefix(f.Tag.Get("help"), "reserved for ") && strings.HasSuffix(f.Tag.Get("help"), "; no effect yet")
			if used := read[section+"."+f.Name]; used == reserved {
				t.Errorf("%s: read by a program: %v; its help says that it is reserved: %v", f.Tag.Get("env"), used, reserved)
			}
		}
	}
	walk(reflect.TypeOf(Config{}), "")
}

// fieldsRead gives "Section.Field" ("" for the common ones) of every field of
// Config that the folders' sources read. The struct itself and the check of its
// form do not count: they have no effect on the city.
func fieldsRead(t *testing.T, folders ...string) map[string]bool {
	t.Helper()
	read := map[string]bool{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources in %s: %v", folder, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || file == "config.go" || file == "load.go" {
				continue
			}
			source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			noteFields(source, read)
		}
	}
	return read
}

// noteFields follows cfg.SMS.Sign, c := cfg.SMS; c.Sign, and func(c boot.SMS).
func noteFields(source *ast.File, read map[string]bool) {
	sections := map[string][]string{} // by the name of a variable, which a file may use again
	ast.Inspect(source, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, right := range n.Rhs {
				if sel, is := right.(*ast.SelectorExpr); is && i < len(n.Lhs) {
					if name, is := n.Lhs[i].(*ast.Ident); is {
						sections[name.Name] = append(sections[name.Name], sel.Sel.Name)
					}
				}
			}
		case *ast.Field:
			if of, is := n.Type.(*ast.SelectorExpr); is {
				for _, name := range n.Names {
					sections[name.Name] = append(sections[name.Name], of.Sel.Name)
				}
			}
		}
		return true
	})
	ast.Inspect(source, func(n ast.Node) bool {
		sel, is := n.(*ast.SelectorExpr)
		if !is {
			return true
		}
		switch x := sel.X.(type) {
		case *ast.SelectorExpr:
			read[x.Sel.Name+"."+sel.Sel.Name] = true
			if x.Sel.Name == "cfg" {
				read["."+sel.Sel.Name] = true
			}
		case *ast.Ident:
			for _, section := range sections[x.Name] {
				read[section+"."+sel.Sel.Name] = true
			}
			if x.Name == "cfg" {
				read["."+sel.Sel.Name] = true
			}
		}
		return true
	})
}

// Every field of the secret type prints masked, whatever its name is.
// Control: a Secret whose String gives itself.
func TestEverySecretIsMasked(t *testing.T) {
	t.Parallel()
	cfg := &Config{}
	var fill func(v reflect.Value) int
	fill = func(v reflect.Value) (n int) {
		for i := range v.NumField() {
			switch f := v.Field(i); {
			case f.Type() == reflect.TypeFor[Secret]():
				f.SetString("hunter2")
				n++
			case f.Kind() == reflect.Struct:
				n += fill(f)
			}
		}
		return n
	}
	n := fill(reflect.ValueOf(cfg).Elem())
	if found := len(secrets(reflect.ValueOf(cfg).Elem())); n < 9 || found != n {
		t.Fatalf("%d secrets in the struct, %d found by RefusePublished", n, found)
	}
	var out bytes.Buffer
	if err := Print(&out, cfg); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") || strings.Count(out.String(), "=******\n") != n {
		t.Errorf("%d secrets, printed:\n%s", n, out.String())
	}
}

// The help and the operator's guide name the files that there are.
func TestGuideNamesEverySetting(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/operator-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range Settings(&Config{}) {
		if !bytes.Contains(guide, []byte("`"+s.Name+"`")) {
			t.Errorf("%s is not in the guide's table", s.Name)
		}
		if strings.Contains(s.Help, "gateway.json") || strings.Contains(s.Help, "platform.json") {
			t.Errorf("%s names a file that is called otherwise", s.Name)
		}
	}
}
