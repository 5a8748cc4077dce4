package miniprogram

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"lianou/core/wording"
)

// Limits of WeChat and of our own, in bytes.
const (
	maxPackage = 2 << 20  // WeChat refuses a larger main package
	maxFirst   = 60 << 10 // the first page with all it needs, before WeChat packs it
)

type appJSON struct {
	Pages   []string          `json:"pages"`
	Using   map[string]string `json:"usingComponents"`
	Privacy bool              `json:"__usePrivacyCheck__"`
	Lazy    string            `json:"lazyCodeLoading"`
}

func parsed[T any](t *testing.T, src fs.FS, name string) T {
	t.Helper()
	raw, err := fs.ReadFile(src, name)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// around is the component every page stands in: it carries the telephone.
const around = "components/page-frame/index"

// What no compiler looks at: each page sets its type size first and stands in the frame
// that carries the telephone; nothing is set in fixed letters; what is named exists.
//
// Controls: a page without page-meta; font-size:14px; a page that app.json names and
// nobody wrote; a component used and not declared.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	src := os.DirFS("src")
	app := parsed[appJSON](t, src, "app.json")
	if !app.Privacy || app.Lazy != "requiredComponents" || len(app.Pages) < 10 {
		t.Errorf("app.json: %+v", app)
	}
	for _, page := range app.Pages {
		for _, fault := range faultsOf(t, src, app, page) {
			t.Errorf("%s: %s", page, fault)
		}
	}
	frame := text(t, src, around+".wxml")
	if !strings.Contains(frame, `bindtap="call"`) || !strings.Contains(text(t, src, around+".js"), "wx.makePhoneCall") {
		t.Error("the frame has no telephone")
	}
}

func faultsOf(t *testing.T, src fs.FS, app appJSON, page string) (faults []string) {
	t.Helper()
	for _, ext := range []string{".js", ".json", ".wxml"} {
		if _, err := fs.Stat(src, page+ext); err != nil {
			return append(faults, "has no "+ext)
		}
	}
	wxml := text(t, src, page+".wxml")
	if !strings.HasPrefix(wxml, `<page-meta root-font-size="{{rfs}}px" page-font-size="system" />`) {
		faults = append(faults, "does not set its type size first")
	}
	if !strings.Contains(wxml, "<page-frame ") || !strings.Contains(wxml, `bindcare="onCare"`) {
		faults = append(faults, "stands in no frame, so it has no telephone and no large letters")
	}
	return append(faults, undeclared(t, src, app, page)...)
}

var (
	tag     = regexp.MustCompile(`<([a-z][a-z0-9-]*)`)
	builtIn = map[string]bool{"view": true, "text": true, "button": true, "image": true, "input": true, "textarea": true, "canvas": true, "picker": true,
		"block": true, "slot": true, "page-meta": true}
)

// undeclared names the tags of a page or component that nothing declares, and the
// declared that are not there.
func undeclared(t *testing.T, src fs.FS, app appJSON, at string) (faults []string) {
	t.Helper()
	own := parsed[appJSON](t, src, at+".json")
	for name, file := range own.Using {
		if _, err := fs.Stat(src, strings.TrimPrefix(file, "/")+".wxml"); err != nil {
			faults = append(faults, "uses "+name+", which is not there")
		}
	}
	for _, m := range tag.FindAllStringSubmatch(text(t, src, at+".wxml"), -1) {
		if !builtIn[m[1]] && own.Using[m[1]] == "" && app.Using[m[1]] == "" {
			faults = append(faults, "uses <"+m[1]+">, which nothing declares: it would be drawn as nothing")
		}
	}
	return faults
}

func text(t *testing.T, src fs.FS, name string) string {
	t.Helper()
	raw, err := fs.ReadFile(src, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var fixedLetters = regexp.MustCompile(`font(-size)?:[^;]*\d(px|rpx)`)

// Letters grow with what a person has set; the package is what WeChat takes; the first
// page is small.
func TestSizes(t *testing.T) {
	t.Parallel()
	src := os.DirFS("src")
	whole := 0
	app := parsed[appJSON](t, src, "app.json")
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body := text(t, src, name)
		whole += len(body)
		if m := fixedLetters.FindString(body); m != "" && path.Ext(name) != ".js" {
			t.Errorf("%s: %q does not grow", name, m)
		}
		if path.Ext(name) == ".json" && strings.HasPrefix(name, "components/") {
			for _, fault := range undeclared(t, src, app, strings.TrimSuffix(name, ".json")) {
				t.Errorf("%s: %s", name, fault)
			}
		}
		if strings.Contains(body, "getSystemInfo") {
			t.Errorf("%s: wx.getSystemInfo is deprecated", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	first := bytesOf(t, src, app)
	t.Logf("the whole package has %d bytes, the first page needs %d", whole, first)
	if whole > maxPackage || first > maxFirst {
		t.Errorf("the package has %d bytes of %d, the first page %d of %d", whole, maxPackage, first, maxFirst)
	}
}

// bytesOf is what the first page needs: the app, the page, and every component and
// module they reach.
func bytesOf(t *testing.T, src fs.FS, app appJSON) int {
	t.Helper()
	seen := map[string]bool{}
	sum := 0
	var add func(name string)
	component := func(at string) {
		for _, ext := range []string{".js", ".json", ".wxml", ".wxss"} {
			add(at + ext)
		}
	}
	add = func(name string) {
		raw, err := fs.ReadFile(src, name)
		if seen[name] || err != nil && strings.HasSuffix(name, ".wxss") { // styles may be missing
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		seen[name], sum = true, sum+len(raw)
		if path.Ext(name) == ".json" {
			for _, at := range parsed[appJSON](t, src, name).Using {
				component(strings.TrimPrefix(at, "/"))
			}
		}
		for _, m := range required.FindAllStringSubmatch(string(raw), -1) {
			add(path.Join(path.Dir(name), m[1]) + ".js")
		}
	}
	for _, name := range []string{"app.js", "app.json", "app.wxss"} {
		add(name)
	}
	component(app.Pages[0])
	return sum
}

var required = regexp.MustCompile(`require\('(\.[^']+)'\)`)

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	said    = regexp.MustCompile(`>([^<>{}]*\p{Han}[^<>{}]*)<|['"]([^'"<>\n]*\p{Han}[^'"<>\n]*)['"]`)
)

// Every text of the pages keeps the voice of all others: short sentences, no word that is
// not said in the street. Nothing is written to a console: it may hold a name.
//
// Controls: 请耐心等待 on a page; console.log in a script.
func TestEveryTextKeepsTheVoice(t *testing.T) {
	t.Parallel()
	src := os.DirFS("src")
	texts := 0
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".js" && path.Ext(name) != ".wxml" {
			return err
		}
		body := comment.ReplaceAllString(text(t, src, name), "")
		if strings.Contains(body, "console.") {
			t.Errorf("%s writes to the console", name)
		}
		for _, m := range said.FindAllStringSubmatch(body, -1) {
			texts++
			for _, fault := range wording.Lint(m[1] + m[2]) {
				t.Errorf("%s: %q: %s", name, m[1]+m[2], fault)
			}
		}
		return nil
	})
	if err != nil || texts < 100 {
		t.Errorf("%d texts looked at: %v", texts, err)
	}
}
