package layering

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A table is written by the package that owns it and by no other, and tables that begin with one
// word are one package's: what writes a table from elsewhere breaks when its owner changes it, as
// registry did with the trail of leads of watch. What another package needs of it is a function,
// of Go or of the owner's migration. Reading is free: packages join one another's tables.
//
// writesRight are the writes from elsewhere that stay, by folder and table, and why.
var writesRight = map[string]string{
	"core/casefile call_task":            "a task of a case: only its name is that of a call",
	"core/casefile finding":              "what fits an applicant: older than insight's finding_page",
	"core/insight index_sensing":         "the report itself; watch keeps who asked for it",
	"core/registry/twins person_pair":    "registry's own folder: pairs of its rows",
	"core/registry/twins person_verdict": "registry's own folder: what people said of pairs",
	"intake/begun call":                  "a call is begun and handed over in one statement",
	"intake/begun draft":                 "a draft is begun and handed over in one statement",
	"intake/papers application_blob":     "intake's own folder: papers of an application",
	"intake/objections objection_sent":   "what the public edge keeps until casefile has filed it",
}

var write = regexp.MustCompile(`(?i)\b(?:insert\s+into|delete\s+from|update)\s+(?:only\s+)?([a-z][a-z0-9_]*)\s*(?:\(|$|set\b|select\b|where\b|using\b|as\b|[a-z]{1,2}\s+(?:set|where|using)\b)`)

// written names the tables that the string constants of a file write.
func written(file *ast.File) map[string]bool {
	out := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		for _, m := range write.FindAllStringSubmatch(text, -1) {
			if m[1] != "of" && m[1] != "set" { // for update of t
				out[m[1]] = true
			}
		}
		return true
	})
	return out
}

// owners gives, by the first word of their names, which folders write tables.
func owners(writes map[string]map[string]bool) map[string][]string {
	by := map[string]map[string]bool{}
	for folder, tables := range writes {
		for table := range tables {
			word, _, _ := strings.Cut(table, "_")
			if by[word] == nil {
				by[word] = map[string]bool{}
			}
			by[word][folder] = true
		}
	}
	out := map[string][]string{}
	for word, folders := range by {
		out[word] = slices.Sorted(maps.Keys(folders))
	}
	return out
}

// TestEachTableHasOneWriter. Red by the code before: "tables lead… are written by [core/registry
// core/watch]".
func TestEachTableHasOneWriter(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	writes, unused := map[string]map[string]bool{}, maps.Clone(writesRight)
	for _, dir := range []string{"channels", "core", "intake", "transcription"} { // cmd fills cities by hand, to measure them
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test") {
				return err // packages of tests set up what they test
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), root+"/")
			for table := range written(file) {
				name := folder + " " + table
				if writesRight[name] != "" {
					delete(unused, name)
					continue
				}
				if writes[folder] == nil {
					writes[folder] = map[string]bool{}
				}
				writes[folder][table] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(owners(writes)) < 40 {
		t.Errorf("it sees the writers of %d tables: too few to believe it", len(owners(writes)))
	}
	for word, folders := range owners(writes) {
		if len(folders) > 1 {
			t.Errorf("tables %s… are written by %v", word, folders)
		}
	}
	for name := range unused {
		t.Errorf("%s is written no more: take it off the list", name)
	}
}

// The guard is itself tried.
func TestGuardSeesWhatIsWritten(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"insert into lead_trail (event) values ($1)":                            "lead_trail",
		"with f as (update lead l set items = 1 returning id) select id from f": "lead",
		"delete from pair_pass":                                                 "pair_pass",
		"insert into a select 1 on conflict (x) do update set y = 1":            "a",
		"select id from lead where id = $1 for update of lead":                  "",
		"select region from lead where id = $1 for update":                      "",
		"select which from lead_leave($1, $2)":                                  "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; const sql = `"+sql+"`", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(written(file))), " "); got != want {
			t.Errorf("%s: writes %q, want %q", sql, got, want)
		}
	}
}
