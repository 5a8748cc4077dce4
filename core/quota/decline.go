package quota

import (
	"context"
	"fmt"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// declined and unreached are the reasons under which the word that a household gives up its
// offer, or that nobody of theirs was reached, waits for a second person, among the skips. No
// form of skips offers them: they are answers.
const (
	declined  Reason = "declined"
	unreached Reason = "unreached"
)

// HeardDays is for how many days at least a household may still say something of a word about its
// place, from the day of that word and from the day on which it is known what became of
// telling them (a sample; the table holds the same).
const HeardDays = 3

// word is what takes its place from a household once a second person has said so too.
type word struct {
	reason Reason
	words  string
	notice wording.Notice // what the household is told of it
	until  core.Date      // the last day on which they may still say something, were they told at once
}

// declines is the word that a household gives up its offer.
func declines(r Round, today core.Date, words string) word {
	thing, _ := ThingOf(r.Item)
	return word{declined, words, wording.Declined(thing.Word), today.AddDate(0, 0, HeardDays)}
}

// unreaches is the word that nobody of a household was reached. It may be written as soon as
// it was tried enough, so that they hear of it early; it holds only after the day of the
// offer, and some days after they were told.
func unreaches(r Round, o *Offer, today core.Date, words string) word {
	thing, _ := ThingOf(r.Item)
	until := max(o.AnswerBy, today.AddDate(0, 0, HeardDays))
	return word{unreached, words, wording.Unreached(thing.Word, until), until}
}

// ask writes down a word about the open offer o, and tells the household: what is not so can
// be taken back before the place is anybody else's. Somebody else must hold it.
func (q *Quota) ask(ctx context.Context, tx *pg.Tx, who staff.Person, at turn, o *Offer, w word) error {
	if at.course.often(of{o.N, o.ID, w.reason, who.ID, tx.Today()}) {
		return ErrOften
	}
	e, err := entry(ctx, tx, at.round, o.N)
	if err != nil {
		return err
	}
	sealed, err := q.sealed(w.words, skipAt(at.round.ID, o.N, "words"))
	if err != nil {
		return err
	}
	key := fmt.Sprintf("quota/%d/%s/%d", at.round.ID, w.reason, len(at.course.Skips)+1)
	notice, err := q.tell(ctx, tx, who, telling{e, key, w.notice})
	if err != nil {
		return err
	}
	const sql = `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice, until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	if _, err := tx.Exec(ctx, sql, at.round.ID, o.N, string(e.Region), string(w.reason), sealed, int64(who.ID), tx.Now(), o.ID, notice, day(w.until)); err != nil {
		return refused(pg.Fail(err, "write down that an offer is given up"))
	}
	return q.trace(ctx, tx, who, act{w.reason.act() + "_asked", at.round, e.Region,
		map[string]any{"n": o.N, "household": e.Household, "place": o.PlaceNo, "words": w.words, "notice": notice, "until": w.until}})
}

// day is a date for the table, null for none.
func day(d core.Date) *time.Time {
	if d == 0 {
		return nil
	}
	t := d.Time()
	return &t
}

// giveUp ends the offer of which two people have heard that the household gives it up, or
// that nobody of theirs was reached: the words are those that the first of them wrote.
func (q *Quota) giveUp(ctx context.Context, tx *pg.Tx, who staff.Person, s *Skip) error {
	sealed, err := q.sealed(s.Words, offerAt(s.Offer, "words"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update quota_offer set state = $5, words = $2, ended = $3, ender = $4 where id = $1`, s.Offer, sealed, tx.Now(), int64(who.ID), string(s.Reason))
	return refused(pg.Fail(err, "give up an offer"))
}

// Declining is the word about its offer that waits for a second person of entry n: that it is
// given up, that nobody was reached, or that it be taken back; nil for none.
func (c *Course) Declining(n int) *Skip {
	if s := c.waits(n); s != nil && s.Offer != 0 {
		return s
	}
	return nil
}

// waits is what waits for a second person of entry n, nil for nothing.
func (c *Course) waits(n int) *Skip {
	for i := range c.Skips {
		if s := &c.Skips[i]; s.N == n && s.State == "asked" {
			return s
		}
	}
	return nil
}

// mostAsked is how often in one day one person may ask the same about one offer, where the
// household is told (a sample; the table holds the same): nobody is worn down by being told it
// over and over. Of these only one may wait or have been settled; what who asked took back
// before is a slip of the pen. It bounds a day and a person, never the word: as a bound for the
// whole offer it let anybody shut the answer of a household for good.
const mostAsked = 2

// of is what somebody asks about an offer on a day; of a turn, that a household be passed
// over, without offer and reason.
type of struct {
	n      int
	offer  int64
	reason Reason
	asker  core.StaffID
	day    core.Date
}

// often reports whether they asked it as often as may be on that day.
func (c *Course) often(a of) bool {
	asked, stood := 0, 0
	for i := range c.Skips {
		s := &c.Skips[i]
		one := of{s.N, s.Offer, s.Reason, s.Asker, core.DateOf(s.Asked)}
		if s.passes() {
			one.reason = ""
		}
		if s.Notice == 0 || one != a {
			continue
		}
		if asked++; s.State != "undone" {
			stood++
		}
	}
	return stood > 0 || asked >= mostAsked
}
