package book

import (
	"net/http"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core/rulebook"
)

// editionPage is a published edition as it is read and printed.
type editionPage struct {
	*rulebook.Printed
	By, Second string
	When       time.Time // it was signed
	Coming     bool      // its day has not come
	Weights    []weightLine
}

// edition shows a published edition whole.
func (b *Room) edition(w http.ResponseWriter, r *http.Request, at desk.At) error {
	n, err := strconv.Atoi(r.PathValue("edition"))
	if err != nil || n <= 0 {
		return rulebook.ErrNoEdition
	}
	printed, err := b.d.Rules.Printed(r.Context(), n, b.county, b.mayRead(r.Context(), at))
	if err != nil {
		return err
	}
	names, err := b.d.Staff.Names(r.Context(), printed.Author, printed.Publisher)
	if err != nil {
		return err
	}
	today, err := b.today(r.Context())
	if err != nil {
		return err
	}
	p := editionPage{Printed: printed, By: names[printed.Author], Second: names[printed.Publisher], When: printed.Signed.Signed, Coming: printed.From > today, Weights: weightLines(printed.Weights)}
	return at.Page.Show(w, at, desk.View{Room: "book", Name: "edition", Title: printed.Title()}, p)
}
