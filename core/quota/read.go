package quota

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// An Offer is one place, offered to one household.
type Offer struct {
	ID       int64
	N        int
	PlaceNo  int
	AnswerBy core.Date
	Maker    core.StaffID
	Made     time.Time
	Notice   int64
	Unsure   bool   // it was not known whether the household fits
	State    string // open, accepted, declined, unreached or undone
	Words    string // of the household, or why nobody was reached
	Ended    time.Time
	Ender    core.StaffID
	UndoWhy  string
	Undone   time.Time
	Undoer   core.StaffID
	Tries    []Try
	Met      time.Time // when somebody of theirs was last met at a visit about it; zero for never
}

// A Try is one attempt to reach a household that was offered a place.
type Try struct {
	How   How
	Words string
	Staff core.StaffID
	At    time.Time
	Day   core.Date // the working day as which it counts, 0 where it was on none
}

// A Skip is one household that was passed over, or is to be; or the word that it gives up
// its offer, was not reached, or that one of these be taken back, which waits for a second
// person as a skip does.
type Skip struct {
	ID       int64
	N        int
	Reason   Reason
	Words    string
	Asker    core.StaffID
	Asked    time.Time
	State    string // asked, held, refused or undone
	Second   core.StaffID
	Seconded time.Time
	Turn     int       // offers made before it was held
	Offer    int64     // that is given up or to be taken back, 0 for none
	Undoes   int64     // skip that is to be taken back, 0 for none
	Notice   int64     // of that: by which the household was told
	Until    core.Date // of what the household is told of: the earliest last day on which they may say something (Till), else 0
	UndoWhy  string
	Undone   time.Time
	Undoer   core.StaffID
	Visits   []Visit // in the order in which they were made
}

// A Course is all that was done with a frozen list.
type Course struct {
	Offers []Offer // in the order in which they were made
	Skips  []Skip
}

// Course reads what was done with a round, in the scope of tx.
func (q *Quota) Course(ctx context.Context, tx *pg.Tx, id int64) (c Course, err error) {
	rows, err := tx.Query(ctx, `select id, n, place_no, answer_by, maker, made, notice, unsure, state, words, words_clear, ended, coalesce(ender, 0), undo_why, undo_clear, undone, coalesce(undoer, 0)
		from quota_offer where round = $1 order by id`, id)
	if err != nil {
		return c, pg.Fail(err, "read offers")
	}
	c.Offers, err = pgx.CollectRows(rows, q.scanOffer)
	if err != nil {
		return c, pg.Fail(err, "read offers")
	}
	if err := q.tries(ctx, tx, id, c.Offers); err != nil {
		return c, err
	}
	rows, err = tx.Query(ctx, `select id, n, reason, words, words_clear, asker, asked, state, coalesce(second, 0), seconded, coalesce(turn, 0), undo_why, undo_clear, undone, coalesce(undoer, 0), coalesce(offer, 0), coalesce(notice, 0), until, coalesce(undoes, 0)
		from quota_skip where round = $1 order by id`, id)
	if err != nil {
		return c, pg.Fail(err, "read skips")
	}
	c.Skips, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Skip, error) { return q.scanSkip(row, id) })
	if err != nil {
		return c, pg.Fail(err, "read skips")
	}
	if err := q.visits(ctx, tx, id, c.Skips); err != nil {
		return c, err
	}
	c.meet()
	return c, nil
}

// meet notes of each offer when somebody of the household was last met about it, whatever
// word they were visited for.
func (c *Course) meet() {
	at := map[int64]time.Time{}
	for i := range c.Skips {
		for _, v := range c.Skips[i].Visits {
			if of := c.Skips[i].Offer; v.Met && v.At.After(at[of]) {
				at[of] = v.At
			}
		}
	}
	for i := range c.Offers {
		c.Offers[i].Met = at[c.Offers[i].ID]
	}
}

func (q *Quota) scanOffer(row pgx.CollectableRow) (o Offer, err error) {
	var by time.Time
	var ended, undone *time.Time
	var words, why []byte
	err = row.Scan(&o.ID, &o.N, &o.PlaceNo, &by, &o.Maker, &o.Made, &o.Notice, &o.Unsure, &o.State, &words, &o.Words, &ended, &o.Ender, &why, &o.UndoWhy, &undone, &o.Undoer)
	if err != nil {
		return o, err
	}
	o.AnswerBy, o.Ended, o.Undone = core.NewDate(by.Date()), known(ended), known(undone)
	if err = q.opened(&o.Words, words, offerAt(o.ID, "words")); err != nil {
		return o, err
	}
	return o, q.opened(&o.UndoWhy, why, offerAt(o.ID, "undo_why"))
}

func (q *Quota) scanSkip(row pgx.CollectableRow, round int64) (s Skip, err error) {
	var seconded, undone, until *time.Time
	var words, why []byte
	err = row.Scan(&s.ID, &s.N, &s.Reason, &words, &s.Words, &s.Asker, &s.Asked, &s.State, &s.Second, &seconded, &s.Turn, &why, &s.UndoWhy, &undone, &s.Undoer, &s.Offer, &s.Notice, &until, &s.Undoes)
	if err != nil {
		return s, err
	}
	s.Seconded, s.Undone = known(seconded), known(undone)
	switch {
	case until != nil:
		s.Until = core.NewDate(until.Date())
	case s.Notice != 0: // asked before the day was kept
		s.Until = core.DateOf(s.Asked).AddDate(0, 0, HeardDays)
	}
	if err = q.opened(&s.Words, words, skipAt(round, s.N, "words")); err != nil {
		return s, err
	}
	return s, q.opened(&s.UndoWhy, why, skipAt(round, s.N, "undo_why"))
}

// known is a time, zero where there is none.
func known(t *time.Time) (out time.Time) {
	if t != nil {
		out = *t
	}
	return out
}

func (q *Quota) tries(ctx context.Context, tx *pg.Tx, round int64, offers []Offer) error {
	at := map[int64]int{}
	for i := range offers {
		at[offers[i].ID] = i
	}
	rows, err := tx.Query(ctx, `select t.offer, t.k, t.how, t.words, t.words_clear, t.staff, t.at, t.day from quota_try t join quota_offer o on o.id = t.offer where o.round = $1 order by t.offer, t.k`, round)
	if err != nil {
		return pg.Fail(err, "read attempts")
	}
	var offer int64
	var k int
	var words []byte
	var t Try
	var on *time.Time
	_, err = pgx.ForEachRow(rows, []any{&offer, &k, &t.How, &words, &t.Words, &t.Staff, &t.At, &on}, func() error {
		if t.Day = 0; on != nil {
			t.Day = core.NewDate(on.Date())
		}
		if err := q.opened(&t.Words, words, tryAt(offer, k)); err != nil {
			return err
		}
		if i, ours := at[offer]; ours {
			offers[i].Tries = append(offers[i].Tries, t)
		}
		return nil
	})
	return pg.Fail(err, "read attempts")
}

// Of is the outcome of entry n.
func (c *Course) Of(n int) Outcome {
	for i := range c.Offers {
		if o := &c.Offers[i]; o.N == n && o.State != "undone" {
			return map[string]Outcome{"open": Offered, "accepted": Accepted, "declined": Declined, "unreached": Unreached}[o.State]
		}
	}
	out := Waiting
	for i := range c.Skips {
		if s := &c.Skips[i]; s.N == n && s.State == "held" && s.passes() {
			switch {
			case !s.Reason.Keeps():
				return Out
			case s.Turn == len(c.Offers):
				out = Passed // until one more offer was made
			}
		}
	}
	return out
}

// Next is whose turn it is in a list of so many, 0 for nobody.
func (c *Course) Next(listed int) int { return next(listed, c.outcomes()) }

// outcomes is Of for many entries.
func (c *Course) outcomes() func(int) Outcome {
	touched := map[int]Outcome{}
	for i := range c.Offers {
		touched[c.Offers[i].N] = ""
	}
	for i := range c.Skips {
		touched[c.Skips[i].N] = ""
	}
	for n := range touched {
		touched[n] = c.Of(n)
	}
	return func(n int) Outcome {
		if o, some := touched[n]; some {
			return o
		}
		return Waiting
	}
}

// Held are the places that somebody accepted or has to answer for.
func (c *Course) Held() map[int]bool {
	held := map[int]bool{}
	for i := range c.Offers {
		if s := c.Offers[i].State; s == "open" || s == "accepted" {
			held[c.Offers[i].PlaceNo] = true
		}
	}
	return held
}

// Proposed is the skip that waits for a second person, nil for none.
func (c *Course) Proposed() *Skip {
	for i := range c.Skips {
		if c.Skips[i].State == "asked" && c.Skips[i].passes() {
			return &c.Skips[i]
		}
	}
	return nil
}

// live is the offer of entry n that was not undone, nil for none.
func (c *Course) live(n int) *Offer {
	for i := range c.Offers {
		if o := &c.Offers[i]; o.N == n && o.State != "undone" {
			return o
		}
	}
	return nil
}

// Last is what was last done with entry n: its offer that was not undone, or the last of
// its skips that waits or holds; nil for none. Of an offer that was given up it is the word
// on it as well.
func (c *Course) Last(n int) (*Offer, *Skip) {
	o := c.live(n)
	for i := len(c.Skips) - 1; i >= 0; i-- {
		s := &c.Skips[i]
		if s.N == n && (s.State == "asked" || s.State == "held" && s.Undoes == 0) && (s.Offer == 0 || o != nil && s.Offer == o.ID) {
			return o, s
		}
	}
	return o, nil
}

// An Undone is an act that was taken back.
type Undone struct {
	What   Outcome // how the entry had stood by it; Passed of a skip, Undoing of taking back
	Why    string
	By     core.StaffID // who asked for it
	Second core.StaffID // who held that; 0 of what had only been asked for
	At     time.Time
}

// Undone lists what was taken back of entry n, the first done first.
func (c *Course) Undone(n int) (list []Undone) {
	for i := range c.Offers {
		if o := &c.Offers[i]; o.N == n && o.State == "undone" {
			list = append(list, c.undone(Undone{Offered, o.UndoWhy, o.Undoer, 0, o.Undone}, c.by(o.ID, 0)))
		}
	}
	for i := range c.Skips {
		s := &c.Skips[i]
		if s.N != n || s.State != "undone" {
			continue
		}
		what := Passed
		if !s.passes() {
			what = Outcome(s.Reason)
		}
		list = append(list, c.undone(Undone{what, s.UndoWhy, s.Undoer, 0, s.Undone}, c.by(0, s.ID)))
	}
	slices.SortStableFunc(list, func(a, b Undone) int { return a.At.Compare(b.At) })
	return list
}

// undone names the two by whom something was taken back.
func (c *Course) undone(u Undone, by *Skip) Undone {
	if by != nil {
		u.By, u.Second = by.Asker, by.Second
	}
	return u
}

// Undoable reports whether something was done with entry n that can still be taken back, or
// asked to be.
func (c *Course) Undoable(n int) bool {
	return c.waits(n) != nil || !c.late(n) && (c.live(n) != nil || c.held(n) != nil)
}

// late reports whether somebody after entry n has accepted.
func (c *Course) late(n int) bool {
	for i := range c.Offers {
		if o := &c.Offers[i]; o.N > n && o.State == "accepted" {
			return true
		}
	}
	return false
}
