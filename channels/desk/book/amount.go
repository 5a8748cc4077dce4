package book

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/rulebook"
)

// surePage asks about a number that changes by more than half, an age by more than ten years, a
// formula that comes to another sum, or a sentence with a number that the rules do not have.
type surePage struct {
	Draft   int64
	Act     string     // of the draft's page, that does it
	Heading string     // what is asked about
	Hint    string     // how it comes about by a slip
	Say     string     // from what to what, where and from what day
	Form    url.Values // as it was sent
}

// heads gives what a question is about, and by which slip it comes about.
func heads(err error, op rulebook.Op) (heading, hint string) {
	switch {
	case errors.Is(err, rulebook.ErrSaid):
		return "句子里的数对不上", "数抄错、忘了先改标准,都会这样。"
	case op.Item != nil && op.Item.Field == "benefit.formula":
		return "算出来差得很多", "选错一个标准、少写一样,都会这样。"
	case op.Amount != nil:
		return "改得很多", "多写一个零、选错一个县,都会这样。"
	}
	return "改得很多", "多写一个零、选错一条,都会这样。"
}

// amount sets a standard. One that leaps is asked about first.
func (b *Room) amount(w http.ResponseWriter, r *http.Request, at desk.At) error {
	from, err := dayOf(r, "from")
	if err != nil {
		return err
	}
	a := amountOf(r)
	a.Value, a.From, a.Source, a.Sample = strings.TrimSpace(r.FormValue("value")), from, r.FormValue("source"), r.FormValue("sample") != ""
	return b.step(w, r, at, "amount", rulebook.Op{Amount: &a})
}

// step does one change of a draft, and asks first where it leaps.
func (b *Room) step(w http.ResponseWriter, r *http.Request, at desk.At, act string, op rulebook.Op) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	step := rulebook.Step{Op: op, Why: r.FormValue("why"), Sure: r.PostFormValue("sure") != "", Names: b.county}
	switch err := b.d.Rules.Change(r.Context(), at.Staff.ID, id, step); {
	case errors.Is(err, rulebook.ErrLeap):
		page := surePage{Draft: id, Act: act, Say: sentence(err), Form: r.PostForm}
		page.Heading, page.Hint = heads(err, op)
		if r.Header.Get("HX-Request") != "" { // only what stands inside the page
			return at.Page.Part(w, "book", "sure", page)
		}
		return at.Page.Show(w, at, desk.View{Room: "book", Name: "sure", Title: page.Heading + ",请再看一遍"}, page)
	case err != nil:
		return pointed(b.refused(r.Context(), id, at, err), mainField(op))
	}
	return desk.Back(w, r, home(id), "这一步改好了。")
}

// amountOf is the standard and the places that a form chose.
func amountOf(r *http.Request) rulebook.Amount {
	a := rulebook.Amount{Param: r.FormValue("param"), Area: core.Area(r.FormValue("area"))}
	for _, code := range r.Form["county"] {
		a.Counties = append(a.Counties, core.RegionCode(code))
	}
	return a
}

// standing says beside the field what the chosen standard is today by the draft's files.
func (b *Room) standing(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	f, err := b.d.Rules.Draft(r.Context(), id)
	if err != nil {
		return err
	}
	today, err := b.today(r.Context())
	if err != nil {
		return err
	}
	read, err := b.read(r.Context(), &f, at)
	if err != nil {
		return err
	}
	lines, err := read.Standing(amountOf(r), today)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "book", "standing", lines)
}
