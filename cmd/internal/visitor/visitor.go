// Package visitor is a person with a browser that runs no scripts: it opens pages,
// reads them, fills in forms and sends them, keeping cookies. The demo and the
// end-to-end tests use the product's public doors with it.
//
// It must not know any page of the product, and holds no key and no database
// connection: what it cannot reach by a form, nobody can.
package visitor

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Visitor is one person with their own cookies.
type Visitor struct {
	base   *url.URL
	client *http.Client
}

// New makes a visitor of the site at base, such as http://127.0.0.1:8346.
func New(base string) (*Visitor, error) {
	at, err := url.Parse(base)
	if err != nil || at.Host == "" {
		return nil, fmt.Errorf("visitor: %q is no address", base)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &Visitor{base: at, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}, nil
}

// Bring gives the visitor a cookie of a session that is open already, "name=value".
func (v *Visitor) Bring(cookie string) error {
	list, err := http.ParseCookie(cookie)
	if err != nil {
		return fmt.Errorf("visitor: %w", err)
	}
	v.client.Jar.SetCookies(v.base, list)
	return nil
}

// maxPage bounds a page that is read.
const maxPage = 8 << 20

// Page is one page as it came.
type Page struct {
	URL    *url.URL
	Status int
	Body   string
	root   *html.Node
}

// Open goes to a path. An answer of 400 and more is an error that says what the
// page said.
func (v *Visitor) Open(ctx context.Context, path string) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base.ResolveReference(&url.URL{Path: "/"}).String(), nil)
	if err != nil {
		return nil, err
	}
	to, err := v.base.Parse(path)
	if err != nil {
		return nil, err
	}
	req.URL = to
	return v.do(req)
}

func (v *Visitor) do(req *http.Request) (*Page, error) {
	resp, err := v.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return nil, err
	}
	p := &Page{URL: resp.Request.URL, Status: resp.StatusCode, Body: string(body)}
	if p.root, err = html.Parse(bytes.NewReader(body)); err != nil {
		return nil, err
	}
	if p.Status >= 400 {
		return p, fmt.Errorf("%s %s: %d: %s", req.Method, req.URL.Path, p.Status, p.Alert())
	}
	return p, nil
}

// Alert is what the page says loudest: its alert, its status line or its heading.
func (p *Page) Alert() string {
	for _, is := range []func(*html.Node) bool{
		func(n *html.Node) bool { return attr(n, "role") == "alert" },
		func(n *html.Node) bool { return attr(n, "role") == "status" },
		func(n *html.Node) bool { return n.Data == "h1" },
	} {
		if n := find(p.root, is); n != nil && strings.TrimSpace(text(n)) != "" {
			return strings.TrimSpace(text(n))
		}
	}
	return strings.TrimSpace(p.Body[:min(len(p.Body), 300)])
}

// Text is everything the page shows, spaces folded.
func (p *Page) Text() string { return strings.Join(strings.Fields(text(p.root)), " ") }

// Links lists the targets of all links.
func (p *Page) Links() []string {
	var out []string
	walk(p.root, func(n *html.Node) {
		if n.Data == "a" {
			out = append(out, attr(n, "href"))
		}
	})
	return out
}

// Form is a form with the values the page gave it.
type Form struct {
	Action string
	Values url.Values
	Boxes  url.Values // what its checkboxes would say that nobody ticked
	multi  bool
}

// Form finds the form whose action ends in suffix, with what a browser would send
// if nobody touched it; fields that name the form from elsewhere belong to it.
func (p *Page) Form(suffix string) (*Form, error) {
	node := find(p.root, func(n *html.Node) bool { return n.Data == "form" && strings.HasSuffix(attr(n, "action"), suffix) })
	if node == nil {
		return nil, fmt.Errorf("%s has no form for %s; it says: %s", p.URL.Path, suffix, p.Text())
	}
	f := &Form{Action: attr(node, "action"), Values: url.Values{}, Boxes: url.Values{}, multi: attr(node, "enctype") == "multipart/form-data"}
	walk(node, func(n *html.Node) {
		if attr(n, "form") == "" {
			f.take(n)
		}
	})
	if id := attr(node, "id"); id != "" {
		walk(p.root, func(n *html.Node) {
			if attr(n, "form") == id {
				f.take(n)
			}
		})
	}
	return f, nil
}

// Actions lists the actions of all forms of the page.
func (p *Page) Actions() []string {
	var out []string
	walk(p.root, func(n *html.Node) {
		if n.Data == "form" {
			out = append(out, attr(n, "action"))
		}
	})
	return out
}

// take adds one successful control of the form.
func (f *Form) take(n *html.Node) {
	name := attr(n, "name")
	if name == "" || has(n, "disabled") {
		return
	}
	switch n.Data {
	case "input":
		kind := attr(n, "type")
		if kind == "checkbox" && !has(n, "checked") {
			f.Boxes.Add(name, attr(n, "value"))
			return
		}
		if kind == "file" || kind == "submit" || kind == "radio" && !has(n, "checked") {
			return
		}
		f.Values.Add(name, attr(n, "value"))
	case "textarea":
		f.Values.Add(name, text(n))
	case "select":
		chosen, first := "", ""
		seen := false
		walk(n, func(o *html.Node) {
			if o.Data != "option" {
				return
			}
			if !seen {
				first, seen = attr(o, "value"), true
			}
			if has(o, "selected") {
				chosen = attr(o, "value")
			}
		})
		if chosen == "" {
			chosen = first
		}
		f.Values.Add(name, chosen)
	}
}

// File is one file to send.
type File struct {
	Field, Name, Type string
	Data              []byte
}

// Send fills a form over its own values and sends it. An empty change removes
// nothing: it sends an empty field.
func (v *Visitor) Send(ctx context.Context, f *Form, change url.Values, files ...File) (*Page, error) {
	values := url.Values{}
	maps.Copy(values, f.Values)
	maps.Copy(values, change)
	body, kind, err := encode(values, files, f.multi)
	if err != nil {
		return nil, err
	}
	to, err := v.base.Parse(f.Action)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	return v.do(req)
}

func encode(values url.Values, files []File, multi bool) (io.Reader, string, error) {
	if !multi {
		return strings.NewReader(values.Encode()), "application/x-www-form-urlencoded", nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, one := range values[name] {
			if err := w.WriteField(name, one); err != nil {
				return nil, "", err
			}
		}
	}
	for _, f := range files {
		head := textproto.MIMEHeader{"Content-Type": {f.Type}}
		head.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, f.Field, f.Name))
		part, err := w.CreatePart(head)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(f.Data); err != nil {
			return nil, "", err
		}
	}
	return &b, w.FormDataContentType(), w.Close()
}

func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && is(n) {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if hit := find(c, is); hit != nil {
			return hit
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
		return ""
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
		if c.Type == html.ElementNode {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
