package desk

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels/look"
	"lianou/core"
	"lianou/core/staff"
	"lianou/core/wording"
)

//go:embed templates/*.html
var shellTemplates embed.FS

//go:embed static
var static embed.FS

// Pages renders templates inside the shell's layout. It is built once at start:
// a template that does not parse stops the program.
type Pages struct {
	shell  *template.Template
	rooms  map[string]*template.Template
	assets map[string]string // logical name -> path with content hash
	nav    []Room
	clock  func() (offset time.Duration, demo bool)
}

// frame is what the layout sees around a page.
type frame struct {
	Title string
	Room  string
	Staff staff.Person
	Nav   []Room
	Ahead time.Duration
	Demo  bool
	Wide  bool
	Main  template.HTML
}

func newPages(clock func() (time.Duration, bool)) (*Pages, error) {
	p := &Pages{rooms: map[string]*template.Template{}, assets: map[string]string{}, clock: clock}
	err := fs.WalkDir(static, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := static.ReadFile(path)
		p.asset(strings.TrimPrefix(path, "static/"), b)
		return err
	})
	p.asset(look.File, []byte(look.Tokens()))
	if err != nil {
		return nil, err
	}
	p.shell, err = template.New("shell").Funcs(p.funcs()).ParseFS(shellTemplates, "templates/*.html")
	return p, err
}

// asset gives a file an address that changes with its content.
func (p *Pages) asset(name string, content []byte) {
	sum := sha256.Sum256(content)
	p.assets[name] = "/desk/static/" + hex.EncodeToString(sum[:4]) + "/" + name
}

// Add parses a room's own templates over a copy of the shell's, so that a room
// can use the shell's components and can never replace another room's page. A room
// with formatting functions of its own has a method Words.
func (p *Pages) Add(room string, m RoomMaker) error {
	t, err := p.shell.Clone()
	if err != nil {
		return err
	}
	if own, ok := m.(interface{ Words() template.FuncMap }); ok {
		t = t.Funcs(own.Words())
	}
	if t, err = t.ParseFS(m.Templates(), "templates/*.html"); err != nil {
		return fmt.Errorf("templates of room %s: %w", room, err)
	}
	p.rooms[room] = t
	return nil
}

// View names a page: its room, its template and its title. Wide pages use the
// whole screen.
type View struct {
	Room, Name, Title string
	Wide              bool
}

// Show renders a whole page, or only its main part when htmx asked for it.
func (p *Pages) Show(w http.ResponseWriter, at At, v View, data any) error {
	return p.show(w, http.StatusOK, at.Staff, v, data)
}

func (p *Pages) show(w http.ResponseWriter, status int, who staff.Person, v View, data any) error {
	t := p.rooms[v.Room]
	if t == nil {
		t = p.shell
	}
	ahead, demo := p.clock()
	f := frame{Title: v.Title, Room: v.Room, Staff: who, Nav: p.navFor(who), Ahead: ahead, Demo: demo, Wide: v.Wide}
	var main bytes.Buffer
	if err := t.ExecuteTemplate(&main, v.Name, data); err != nil {
		return fmt.Errorf("render %s: %w", v.Name, err)
	}
	f.Main = template.HTML(main.String()) // escaped by the template just above
	return write(w, status, t, "layout", f)
}

// Part renders one named fragment, for htmx.
func (p *Pages) Part(w http.ResponseWriter, room, name string, data any) error {
	t := p.rooms[room]
	if t == nil {
		t = p.shell
	}
	return write(w, http.StatusOK, t, name, data)
}

// Text renders one named fragment of a room into a string, for an answer that holds several.
func (p *Pages) Text(room, name string, data any) (string, error) {
	t := p.rooms[room]
	if t == nil {
		t = p.shell
	}
	var b strings.Builder
	err := t.ExecuteTemplate(&b, name, data)
	return b.String(), err
}

// Asset is the address of a static file of the desk, "" for none.
func (p *Pages) Asset(name string) string { return p.assets[name] }

// write renders into memory first: an error half-way must not leave half a page
// with status 200.
func write(w http.ResponseWriter, status int, t *template.Template, name string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_, err := b.WriteTo(w)
	return err
}

func (p *Pages) navFor(who staff.Person) []Room {
	var out []Room
	for _, r := range p.nav {
		if (At{Staff: who}).Has(r.Roles...) {
			out = append(out, r)
		}
	}
	return out
}

func (p *Pages) funcs() template.FuncMap {
	f := template.FuncMap{
		"asset": func(name string) (string, error) {
			if path, ok := p.assets[name]; ok {
				return path, nil
			}
			return "", fmt.Errorf("no asset %q", name)
		},
	}
	maps.Copy(f, words())
	return f
}

// words are the formatting functions of all templates: how the product writes
// times, money and states.
func words() template.FuncMap {
	return template.FuncMap{
		"day":      func(t time.Time) string { return t.In(core.China).Format("1月2日") },
		"clock":    func(t time.Time) string { return t.In(core.China).Format("15:04") },
		"minute":   func(t time.Time) string { return t.In(core.China).Format("1月2日 15:04") },
		"yuan":     func(f core.Fen) string { return f.Short() + " 元" },
		"tenths":   func(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) },
		"ahead":    ahead,
		"toldways": wording.Ways,
		"spoken": func(r core.Receipt) string {
			if s := string(r); len(s) == 10 {
				return s[:4] + " " + s[4:8] + " " + s[8:]
			}
			return string(r)
		},
		"channel": func(c core.ChannelName) string {
			if w := doors[c]; w != "" {
				return w
			}
			return string(c)
		},
		"band":     func(b string) string { tone, _ := bandWords(b); return tone },
		"bandword": func(b string) string { _, word := bandWords(b); return word },
		"parts":    IndexParts,
		"dict":     dict,
	}
}

// doors are the words for the ways in.
var doors = map[core.ChannelName]string{"agent": "电话 12345", "hotline": "电话 12345", "wechat": "微信", "app": "手机网页", "counter": "窗口、上门"}

// dict lets a template hand a component several named values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict needs pairs")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: key %v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// serveStatic answers an asset under its content hash, to be kept for ever.
func serveStatic(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.PathValue("name") == look.File {
		look.Serve(w, r)
		return
	}
	http.ServeFileFS(w, r, static, "static/"+r.PathValue("name"))
}

// ahead says how far a demo's clock was moved, in days, or in hours within the first.
func ahead(d time.Duration) string {
	if days := int(d.Hours() / 24); days > 0 {
		return strconv.Itoa(days) + " 天"
	}
	return strconv.Itoa(max(1, int(d.Hours()))) + " 小时"
}
