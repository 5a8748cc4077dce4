package papers

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tree gives the root of the repository and the files git knows.
func tree(t *testing.T) (string, []string) {
	t.Helper()
	root, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		t.Fatalf("find the repository: %v", err)
	}
	dir := strings.TrimSpace(string(root))
	out, err := exec.Command("git", "-C", dir, "ls-files", "-z").Output()
	if err != nil {
		t.Fatalf("list the files: %v", err)
	}
	files := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	if len(files) < 10 {
		t.Fatalf("%d files: the test would prove nothing", len(files))
	}
	return dir, files
}

var link = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)

// dead gives the targets of a document that lead nowhere. Addresses of the web and
// anchors are left alone.
func dead(dir, document string, text []byte) []string {
	var list []string
	for _, m := range link.FindAllSubmatch(text, -1) {
		target, _, _ := strings.Cut(string(m[1]), "#")
		if u, err := url.Parse(target); target == "" || err == nil && (u.Scheme != "" || u.Host != "") {
			continue
		}
		if name, err := url.PathUnescape(target); err == nil {
			target = name
		}
		path := filepath.Join(dir, filepath.Dir(document), target)
		if _, err := os.Stat(path); err != nil {
			list = append(list, target)
		}
	}
	return list
}

func TestLinks(t *testing.T) {
	dir, files := tree(t)
	for _, f := range files {
		if !strings.HasSuffix(f, ".md") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			continue // deleted in the working tree
		}
		for _, target := range dead(dir, f, text) {
			t.Errorf("%s links to %s, which is not there", f, target)
		}
	}
}

func TestDeadIsSeen(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "there.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	text := []byte("[a](there.md) [b](there.md#part) [c](https://example.org/x) ![d](gone.png) [e](#here)")
	if got := dead(dir, "x.md", text); len(got) != 1 || got[0] != "gone.png" {
		t.Errorf("dead links %q, want gone.png", got)
	}
}

// foreign are traces of the machine or the way something was written on. They are
// put together here so that this file does not hold them.
var foreign = []*regexp.Regexp{
	regexp.MustCompile(`/tmp/` + `brief\b`),
	regexp.MustCompile(`(^|[^\w.])/` + `work/(main|shared|\.library)`),
	regexp.MustCompile(`(?i)\bas an ai\b|\blanguage ` + `model assistant\b|generated with \[?` + `cl` + `aude`),
	regexp.MustCompile(`(?i)co-authored-by: ` + `cl` + `aude`),
}

func TestNoForeignTraces(t *testing.T) {
	dir, files := tree(t)
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // deleted, or not text
		}
		for _, pattern := range foreign {
			if hit := pattern.Find(text); hit != nil {
				t.Errorf("%s says %q", f, hit)
			}
		}
	}
}
