package book

import (
	"net/http"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/rulebook"
)

// changePage is one condition, or one version of an item, with what can be changed of it.
type changePage struct {
	Draft  int64
	What   string // as the form sends it
	Title  string
	Fields []rulebook.FieldView
	Names  []rulebook.Name // that a formula may use; none where no field is one
}

var errNoWhat = core.Invalid("what", "请先选要改的是哪一条。")

// change shows what a condition or an item says now, field by field, each with its form.
func (b *Room) change(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	f, err := b.d.Rules.Draft(r.Context(), id)
	switch {
	case err != nil:
		return err
	case f.Author != at.Staff.ID:
		return rulebook.ErrNotAuthor
	case f.State != rulebook.Open:
		return rulebook.ErrState
	}
	read, err := b.read(r.Context(), &f, at)
	if err != nil {
		return err
	}
	p := changePage{Draft: id, What: r.FormValue("what")}
	switch what := strings.Fields(p.What); {
	case len(what) == 2 && what[0] == "criterion":
		p.Title, p.Fields = read.OfCriterion(what[1])
	case len(what) == 3 && what[0] == "item":
		p.Title, p.Fields = read.OfItem(what[1], what[2])
		p.Names = read.Names()
	default:
		return errNoWhat
	}
	if p.Fields == nil {
		return rulebook.ErrNotThere
	}
	if r.Header.Get("HX-Request") != "" {
		return at.Page.Part(w, "book", "fields", p)
	}
	return at.Page.Show(w, at, desk.View{Room: "book", Name: "change", Title: "改一样"}, p)
}

// words changes a field of a condition, or of a version of an item: "item CL-01 2016-07-01",
// "criterion income_below_standard".
func (b *Room) words(w http.ResponseWriter, r *http.Request, at desk.At) error {
	what := strings.Fields(r.FormValue("what"))
	v := rulebook.Typed(strings.Join(strings.FieldsFunc(strings.TrimSpace(r.FormValue("value")), func(c rune) bool { return c == '\r' || c == '\n' }), ""))
	switch {
	case len(what) == 2 && what[0] == "criterion":
		return b.step(w, r, at, "words", rulebook.Op{Criterion: &rulebook.Criterion{Name: what[1], Field: r.FormValue("field"), Value: v}})
	case len(what) == 3 && what[0] == "item":
		from, err := core.ParseDate(what[2])
		if err != nil {
			return err
		}
		return b.step(w, r, at, "words", rulebook.Op{Item: &rulebook.Item{Code: core.ItemCode(what[1]), From: from, Field: r.FormValue("field"), Value: v}})
	}
	return errNoWhat
}
