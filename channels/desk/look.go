package desk

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"lianou/core"
)

// serveJudge answers, while somebody types, what the form looks like it may bring.
func (d *Desk) serveJudge(w http.ResponseWriter, r *http.Request, at At) error {
	if err := r.ParseMultipartForm(MaxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return core.Invalid("body", "表没有传完整。")
	}
	judged, err := d.Judged(r.Form)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "", "judged", judged)
}

// Judged is what a form looks like it may bring, today by the city's clock. A wrong
// answer in the form is said in it and is no error. A form that is read out names
// "aloud", and only such a page has a place for the reading.
func (d *Desk) Judged(form url.Values) (Judged, error) {
	day := d.Today()
	judged, err := d.judge.Look(form, day)
	wrong := err != nil && core.KindOf(err) == core.KindInvalid
	if wrong {
		judged = Judged{Ask: core.Known(err).Say, Why: "有一格要改", Wished: form["item"]}
	} else if err != nil {
		return Judged{}, fmt.Errorf("judge a form: %w", err)
	}
	if form.Get("aloud") == "" {
		judged.Whom = whomOf(form, day)
		return judged, nil
	}
	book, err := d.d.Library.On(day)
	if err != nil {
		return Judged{}, fmt.Errorf("count the items of a form: %w", err)
	}
	judged.Aloud, judged.Fault = true, wrong
	judged.Unheard = unheardOf(form, day)
	judged.Back = readBack(form, spoken{on: day, places: d.d.Regions, wishes: judged.wishes(), items: len(book.Items)})
	return judged, nil
}

// Titles names items as today's Book does.
func (d *Desk) Titles(codes []core.ItemCode) ([]string, error) {
	book, err := d.d.Library.On(d.Today())
	if err != nil {
		return nil, fmt.Errorf("name items: %w", err)
	}
	out := make([]string, len(codes))
	for i, code := range codes {
		out[i] = book.Title(code)
	}
	return out, nil
}

// WorkDay is the nth working day from today by the city's clock and the country's calendar.
func (d *Desk) WorkDay(n int) core.Date { return d.WorkDayAfter(d.Today(), n) }

// WorkDayAfter is the nth working day after a day, by the calendar of the legal time limits.
func (d *Desk) WorkDayAfter(day core.Date, n int) core.Date {
	return d.d.Library.Calendar().Add(day, n)
}

// Now is the time by the city's clock, as it was read last.
func (d *Desk) Now() time.Time {
	if now := d.clock.Load().Now; !now.IsZero() {
		return now
	}
	return time.Now()
}

// Today is the day by the city's clock.
func (d *Desk) Today() core.Date { return core.DateOf(d.Now()) }
