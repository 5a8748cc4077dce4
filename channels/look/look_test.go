package look

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// No other style sheet gives one of the names a value.
// Control: --leaf:#000 in any of them.
func TestOneCopy(t *testing.T) {
	t.Parallel()
	defines := regexp.MustCompile(`(--[a-z0-9-]+)\s*:`)
	ours := map[string]bool{}
	for _, m := range defines.FindAllStringSubmatch(Tokens(), -1) {
		ours[m[1]] = true
	}
	if len(ours) < 25 {
		t.Fatalf("%d tokens: the test would prove nothing", len(ours))
	}
	sheets := 0
	for _, root := range []string{"..", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".css") || filepath.Clean(path) == filepath.Join("..", "look", File) {
				return err
			}
			sheets++
			css, err := os.ReadFile(path)
			for _, m := range defines.FindAllSubmatch(css, -1) {
				if ours[string(m[1])] {
					t.Errorf("%s gives %s a value of its own", path, m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if sheets < 4 {
		t.Errorf("%d style sheets looked at", sheets)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Serve(w, httptest.NewRequest("GET", "/x/"+File, nil))
	if w.Code != 200 || w.Body.String() != Tokens() || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %s", w.Code, w.Header())
	}
}
