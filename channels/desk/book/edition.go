package book

import (
	"net/http"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/rulebook"
)

// editionPage is a published edition as it is read and printed.
type editionPage struct {
	*rulebook.Printed
	By, Second string
	When       time.Time // it was signed
	Stands     stands    // on the day it is read
	Weights    []weightLine
	Looked     lookedAt
}

// stands is whether an edition is gone by, in words.
type stands struct{ Word, Tone string }

// The words of editions that anybody is or will be judged by.
const inForce, toCome = "现在按它办", "还没到"

// standing says it of an edition from a day, with the next one, nil for the newest. One that
// the next replaces on its first day, or before it, was never gone by.
func standing(from core.Date, next *rulebook.Signed, today core.Date) stands {
	switch {
	case next != nil && next.From <= from:
		return stands{"没有执行过", ""}
	case from > today:
		return stands{toCome, "amber"}
	case next != nil && next.From <= today:
		return stands{"换过了", ""}
	}
	return stands{inForce, "leaf"}
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
	p := editionPage{Printed: printed, By: names[printed.Author], Second: names[printed.Publisher], When: printed.Signed.Signed, Stands: standing(printed.From, printed.Next, today), Weights: weightLines(printed.Weights)}
	if p.Looked, err = b.lookedAt(r.Context(), &printed.Signed, printed.Next, at.Staff.ID); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "book", Name: "edition", Title: printed.Title()}, p)
}
