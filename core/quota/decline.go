package quota

import (
	"context"
	"fmt"

	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// declined is the reason under which the word that a household gives up its offer waits for
// a second person, among the skips. No form offers it: it is an answer.
const declined Reason = "declined"

// decline writes down that a household gives up its offer o, and tells it so: a word that
// is not theirs can be taken back before the place is anybody else's. Somebody else must
// hold it.
func (q *Quota) decline(ctx context.Context, tx *pg.Tx, who staff.Person, at turn, o *Offer, words string) error {
	e, err := entry(ctx, tx, at.round, o.N)
	if err != nil {
		return err
	}
	sealed, err := q.sealed(words, skipAt(at.round.ID, o.N, "words"))
	if err != nil {
		return err
	}
	thing, _ := ThingOf(at.round.Item)
	key := fmt.Sprintf("quota/%d/declined/%d", at.round.ID, len(at.course.Skips)+1)
	notice, err := q.tell(ctx, tx, who, telling{e, key, wording.Declined(thing.Word)})
	if err != nil {
		return err
	}
	const sql = `insert into quota_skip (round, n, region, reason, words, asker, asked, offer, notice) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	if _, err := tx.Exec(ctx, sql, at.round.ID, o.N, string(e.Region), string(declined), sealed, int64(who.ID), tx.Now(), o.ID, notice); err != nil {
		return refused(pg.Fail(err, "write down that an offer is given up"))
	}
	return q.trace(ctx, tx, who, act{"quota.decline_asked", at.round, e.Region,
		map[string]any{"n": o.N, "household": e.Household, "place": o.PlaceNo, "words": words, "notice": notice}})
}

// giveUp ends the offer of which two people have heard that the household gives it up: the
// words are those that the first of them wrote.
func (q *Quota) giveUp(ctx context.Context, tx *pg.Tx, who staff.Person, s *Skip) error {
	sealed, err := q.sealed(s.Words, offerAt(s.Offer, "words"))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update quota_offer set state = 'declined', words = $2, ended = $3, ender = $4 where id = $1`, s.Offer, sealed, tx.Now(), int64(who.ID))
	return refused(pg.Fail(err, "give up an offer"))
}

// Declining is the word that entry n gives up its open offer, which waits for a second
// person; nil for none.
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
