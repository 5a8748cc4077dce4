package township

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/discreet"
	"lianou/core/pg"
)

// conferencesPage is what the conferences of a quarter came to, for each township of a county.
type conferencesPage struct {
	County   string
	Quarter  quarter
	Quarters []quarter // to choose from, the newest first
	Rows     []conferencesRow
}

type conferencesRow struct {
	Town string
	casefile.ShownConferences
}

// quarter is three months of a year.
type quarter struct{ year, nth int }

// String is its value in an address: 2026-4.
func (q quarter) String() string { return fmt.Sprintf("%d-%d", q.year, q.nth) }

// Say is the quarter in words.
func (q quarter) Say() string {
	return fmt.Sprintf("%d 年第%s季度", q.year, []string{"", "一", "二", "三", "四"}[q.nth])
}

func (q quarter) before() quarter {
	if q.nth == 1 {
		return quarter{q.year - 1, 4}
	}
	return quarter{q.year, q.nth - 1}
}

// days are its first day and that of the next one.
func (q quarter) days() (from, to core.Date) {
	from = core.NewDate(q.year, time.Month(3*q.nth-2), 1)
	return from, from.AddDate(0, 3, 0)
}

func quarterOf(d core.Date) quarter {
	t := d.Time()
	return quarter{t.Year(), (int(t.Month())-1)/3 + 1}
}

// quarters are those that may be looked at: the last eight that are over. Of the one that runs, who
// looked before and after a conference would read what became of one household.
func quarters(today core.Date) (list []quarter) {
	q := quarterOf(today)
	for range 8 {
		q = q.before()
		list = append(list, q)
	}
	return list
}

// parseQuarter is the one of a list that an address names, else the newest.
func parseQuarter(s string, list []quarter) quarter {
	year, nth, _ := strings.Cut(s, "-")
	y, _ := strconv.Atoi(year) // nonsense is none of the list
	n, _ := strconv.Atoi(nth)
	for _, q := range list {
		if q == (quarter{y, n}) {
			return q
		}
	}
	return list[0]
}

// conferences publishes how many conferences the townships of the reader's county held, and what
// they came to: counts without names, to be read by everybody of the desk and hung out (F103).
func (t *Room) conferences(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if len(at.Staff.Regions) == 0 {
		return casefile.ErrNotYours
	}
	county := at.Staff.Regions[0].County()
	p := conferencesPage{County: t.d.Regions.FullName(county)}
	err := t.d.DB.Read(r.Context(), pg.City("what conferences came to is published by counts"), func(ctx context.Context, tx *pg.Tx) error {
		p.Rows, p.Quarters = nil, quarters(tx.Today())
		p.Quarter = parseQuarter(r.FormValue("quarter"), p.Quarters)
		from, to := p.Quarter.days()
		counted, err := t.d.Cases.CountConferences(ctx, tx, t.d.Regions.Expand(county), from, to)
		if err != nil {
			return err
		}
		for _, town := range t.d.Regions.Townships(county) {
			c := counted[town.Code]
			c.Region = town.Code
			p.Rows = append(p.Rows, conferencesRow{town.Name, c.Shown()})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "township", Name: "conferences", Title: "一事一议公开"}, p)
}

// few says a count, or that it is not shown.
func few(c discreet.Count) string { return c.Or("不写") }

// roundly says a sum that may be shown.
func roundly(s discreet.Sum) string {
	switch {
	case s.Hidden:
		return "不写"
	case s.Fen == 0 && s.Unit == 0:
		return "—"
	}
	return "约 " + s.Fen.Short() + " 元"
}
