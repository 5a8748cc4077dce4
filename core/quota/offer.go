package quota

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/wording"
)

// longestAnswer is how many days a household may be given to answer.
const longestAnswer = 60

// How is a way in which somebody tried to reach a household.
type How string

// The ways: by telephone, at the door, through kin or neighbours.
const (
	ByCall  How = "call"
	ByVisit How = "visit"
	ByKin   How = "kin"
)

// Answer is what came of an offer, and in whose words.
type Answer struct {
	N     int
	Offer int64   // that they saw; its ID
	State Outcome // Accepted, Declined or Unreached
	Words string  // what the household said; of Unreached, how it was tried
}

// An Offering is the next place for the household whose turn it is.
type Offering struct {
	N    int       // as somebody saw it
	By   core.Date // the last day on which they answer
	Sure bool      // they have seen that it is not known whether the household fits (Known), and what is missing
	Home bool      // they have seen from which household it came, that took one (Having.Parted)
}

// Offer offers the next place to the household whose turn it is, and tells it so. Of two at once
// one does, and of two lists with one household at the top. Errors: ErrNone, ErrState, ErrTurn,
// ErrAsked, ErrNoPlace, ErrAnswerDay; ErrHad and ErrElsewhere where it has one or is offered one by
// another list; ErrUnsure, ErrParted.
func (q *Quota) Offer(ctx context.Context, who staff.Person, id int64, o Offering) error {
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, t turn) error {
		switch {
		case o.By <= tx.Today() || o.By > tx.Today().AddDate(0, 0, longestAnswer):
			return ErrAnswerDay
		case t.course.Proposed() != nil:
			return ErrAsked
		case t.next != o.N:
			return ErrTurn
		case t.course.waits(o.N) != nil:
			return ErrAsked
		}
		no := freePlace(t.round.Places, t.course.Held())
		if no == 0 {
			return ErrNoPlace
		}
		e, err := entry(ctx, tx, t.round, o.N)
		if err != nil {
			return err
		}
		if err := alone(ctx, tx, e.Household); err != nil {
			return err
		}
		has, err := q.Has(ctx, tx, t.round, e, &t.course)
		if err == nil {
			err = barred(has)
		}
		if err != nil {
			return err
		}
		known, err := q.Known(ctx, tx, registry.Purpose{Actor: actor(who), Why: "quota"}, t.round, e)
		switch apart := slices.ContainsFunc(has, func(h Having) bool { return h.Parted }); {
		case err != nil:
		case known.Unsure() && !o.Sure:
			err = ErrUnsure
		case apart && !o.Home:
			err = ErrParted
		}
		if err != nil {
			return err
		}
		return q.give(ctx, tx, who, t, giving{e, no, o.By, known, has})
	})
}

// giving is one place for one household, with what was known of it.
type giving struct {
	entry   Entry
	placeNo int
	by      core.Date
	known   Known
	had     []Having // which is not so, as two people said
}

// give writes an offer down, and tells the household.
func (q *Quota) give(ctx context.Context, tx *pg.Tx, who staff.Person, t turn, g giving) error {
	e, id := g.entry, t.round.ID
	key := fmt.Sprintf("quota/%d/%d", id, len(t.course.Offers)+1)
	notice, err := q.tell(ctx, tx, who, telling{e, key, offered(t.round, g.by)})
	if err != nil {
		return err
	}
	const sql = `insert into quota_offer (round, n, region, place_no, answer_by, maker, made, notice, unsure) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	if _, err := tx.Exec(ctx, sql, id, e.N, string(e.Region), g.placeNo, g.by.Time(), int64(who.ID), tx.Now(), notice, g.known.Unsure()); err != nil {
		return refused(pg.Fail(err, "offer a place"))
	}
	detail := map[string]any{"n": e.N, "household": e.Household, "place": g.placeNo, "answer_by": g.by, "notice": notice}
	if g.known.Unsure() {
		detail["unsure"] = append(g.known.Missing, g.known.Against...)
	}
	if len(g.had) > 0 {
		detail["had"] = g.had
	}
	return q.trace(ctx, tx, who, act{"quota.offered", t.round, e.Region, detail})
}

func offered(r Round, by core.Date) wording.Notice {
	thing, _ := ThingOf(r.Item)
	return wording.Offered(thing.Word, by)
}

// turn is a frozen round with what was done and whose turn it is.
type turn struct {
	round  Round
	course Course
	next   int
}

// turn runs one act on a frozen round, alone.
func (q *Quota) turn(ctx context.Context, who staff.Person, id int64, do func(context.Context, *pg.Tx, turn) error) error {
	return q.on(ctx, who, id, q.frozen(do))
}

// near runs an act at a household, alone, also of who sees a part of the list: whoever goes
// there or rings. What is beyond their townships is not in its course, and so it has no next.
func (q *Quota) near(ctx context.Context, who staff.Person, id int64, do func(context.Context, *pg.Tx, turn) error) error {
	return q.held(ctx, who, id, func(area core.RegionCode) bool { return q.mine(who, area) == nil || q.goes(who, area) }, q.frozen(do))
}

func (q *Quota) frozen(do func(context.Context, *pg.Tx, turn) error) func(context.Context, *pg.Tx, Round) error {
	return func(ctx context.Context, tx *pg.Tx, r Round) error {
		if r.State != Frozen {
			return ErrState
		}
		c, err := q.Course(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return do(ctx, tx, turn{r, c, c.Next(r.Listed)})
	}
}

// telling is words for a household of a list.
type telling struct {
	entry Entry
	key   string
	words wording.Notice
}

// tell enqueues a notice to the first of the household whose telephone is known. Without
// one it ends as untold, and the room shows that somebody must go.
func (q *Quota) tell(ctx context.Context, tx *pg.Tx, who staff.Person, t telling) (int64, error) {
	members, err := q.d.Registry.Members(ctx, tx, registry.Purpose{Actor: actor(who), Why: "quota"}, t.entry.Household)
	if err != nil {
		return 0, err
	}
	return q.d.Outbox.Enqueue(ctx, tx, notify.Notice{Key: t.key, Region: t.entry.Region, Text: t.words, Phone: ToRing(members).Phone})
}

// ToRing is who of a household is told, and rung: whoever asks for it where their telephone is
// known, else the first of whom one is; nobody where none is.
func ToRing(members []registry.Member) (who registry.Person) {
	for _, m := range members {
		if !m.Person.Phone.IsZero() && (who.Phone.IsZero() || m.Relation == "applicant") {
			who = m.Person
		}
	}
	return who
}

// Try writes down an attempt to reach the household n of an open offer, as somebody saw it.
// Errors: ErrNone, ErrState, KindInvalid.
func (q *Quota) Try(ctx context.Context, who staff.Person, id int64, n int, offer int64, t Try) error {
	words, err := sentence("words", t.Words)
	if err != nil {
		return err
	}
	if t.How != ByCall && t.How != ByVisit && t.How != ByKin {
		return core.Invalid("how", "请选是怎么联系的。")
	}
	return q.near(ctx, who, id, func(ctx context.Context, tx *pg.Tx, at turn) error {
		o := at.course.live(n)
		if o == nil || o.ID != offer || o.State != "open" || len(o.Tries) >= 20 {
			return ErrState
		}
		e, err := entry(ctx, tx, at.round, n)
		if err != nil {
			return err
		}
		k := len(o.Tries) + 1
		sealed, err := q.sealed(words, tryAt(o.ID, k))
		if err != nil {
			return err
		}
		on, err := q.workday(tx.Today())
		if err != nil {
			return err
		}
		const sql = `insert into quota_try (offer, k, region, how, words, staff, at, day) values ($1, $2, $3, $4, $5, $6, $7, $8)`
		if _, err := tx.Exec(ctx, sql, o.ID, k, string(e.Region), string(t.How), sealed, int64(who.ID), tx.Now(), day(on)); err != nil {
			return refused(pg.Fail(err, "write down an attempt"))
		}
		return q.trace(ctx, tx, who, act{"quota.tried", at.round, e.Region, map[string]any{"n": n, "household": e.Household, "how": t.How, "words": words}})
	})
}

// Answer writes down what came of an open offer, as somebody saw it. That it is given up, or that nobody was
// reached, holds once a second person has said so too (Second). Errors: ErrNone, ErrState,
// ErrTries, ErrMet, ErrDeclining, ErrBefore, ErrOften, ErrTwice, KindInvalid.
func (q *Quota) Answer(ctx context.Context, who staff.Person, id int64, a Answer) error {
	words, err := sentence("words", a.Words)
	if err != nil {
		return err
	}
	if a.State != Accepted && a.State != Declined && a.State != Unreached {
		return core.Invalid("answer", "请选他家怎么答复的。")
	}
	return q.turn(ctx, who, id, func(ctx context.Context, tx *pg.Tx, at turn) error {
		o := at.course.live(a.N)
		if o == nil || o.ID != a.Offer || o.State != "open" {
			return ErrState
		}
		if at.course.Declining(a.N) != nil {
			return ErrDeclining
		}
		switch {
		case a.State == Accepted && at.course.before(a.N):
			return ErrBefore
		case a.State == Declined:
			return q.ask(ctx, tx, who, at, o, declines(at.round, tx.Today(), words))
		case a.State == Unreached && !o.Tried() && !o.Met.IsZero():
			return ErrMet
		case a.State == Unreached && !o.Tried():
			return ErrTries
		case a.State == Unreached:
			return q.ask(ctx, tx, who, at, o, unreaches(at.round, o, tx.Today(), words))
		}
		return q.accept(ctx, tx, who, at, o, words)
	})
}

// before reports whether a word about the place or the turn of somebody before entry n waits:
// by what n accepts it could not be taken back any more (late).
func (c *Course) before(n int) bool {
	for i := range c.Skips {
		if s := &c.Skips[i]; s.N < n && s.State == "asked" && !s.passes() {
			return true
		}
	}
	return false
}

// accept writes down that a household takes its place, and tells it so: who never said it
// must hear of it as of any other word.
func (q *Quota) accept(ctx context.Context, tx *pg.Tx, who staff.Person, at turn, o *Offer, words string) error {
	e, err := entry(ctx, tx, at.round, o.N)
	if err != nil {
		return err
	}
	sealed, err := q.sealed(words, offerAt(o.ID, "words"))
	if err != nil {
		return err
	}
	if err := q.once(ctx, tx, at.round, e); err != nil {
		return err
	}
	thing, _ := ThingOf(at.round.Item)
	notice, err := q.tell(ctx, tx, who, telling{e, fmt.Sprintf("quota/%d/accepted/%d", at.round.ID, o.ID), wording.Takes(thing.Word)})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update quota_offer set state = 'accepted', words = $2, ended = $3, ender = $4 where id = $1`, o.ID, sealed, tx.Now(), int64(who.ID)); err != nil {
		return refused(pg.Fail(err, "write down an answer"))
	}
	return q.trace(ctx, tx, who, act{"quota.accepted", at.round, e.Region, map[string]any{"n": o.N, "household": e.Household, "place": o.PlaceNo, "words": words, "notice": notice}})
}
