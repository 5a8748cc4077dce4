package people

import (
	"net/http"
	"net/url"

	"lianou/channels/desk"
)

// unsure is what is asked about a form before it is kept. Nothing of it is wrong by itself, and
// whoever says that it is meant so is not asked again.
type unsure struct {
	Word string // what is asked about, as the page is headed
	Say  string
}

// surePage asks whether a form is meant as it was sent.
type surePage struct {
	Heading string
	Doubts  []unsure
	To      string // where the form goes
	Form    url.Values
}

// sure reports whether whoever sent a form was asked, and said yes.
func sure(r *http.Request) bool { return r.PostFormValue("sure") != "" }

// askSure shows the question, headed by what it asks about.
func askSure(w http.ResponseWriter, r *http.Request, at desk.At, doubts []unsure) error {
	page := surePage{Heading: doubts[0].Word + ",确认无误?", Doubts: doubts, To: r.URL.Path, Form: r.PostForm}
	if len(doubts) > 1 {
		page.Heading = "这几处请再看一遍"
	}
	return show(w, r, at, desk.View{Room: "people", Name: "sure", Title: "请再看一遍"}, page)
}

// show answers a form with a page, or with what stands inside it.
func show(w http.ResponseWriter, r *http.Request, at desk.At, v desk.View, page any) error {
	if r.Method == http.MethodPost && r.Header.Get("HX-Request") != "" {
		return at.Page.Part(w, v.Room, v.Name, page)
	}
	return at.Page.Show(w, at, v, page)
}

// typed is a form that comes back to be changed, as it was filled in.
type typed url.Values

// Typed gives what was written in a field; "" on the first look.
func (t typed) Typed(field string) string { return url.Values(t).Get(field) }
