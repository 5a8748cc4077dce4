package quota

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Asked is what a round is opened with.
type Asked struct {
	Item   core.ItemCode
	Area   core.RegionCode
	Places int
	Cutoff time.Time
	Why    string // the document, or what it is for
	Beside int64  // the newest of the rounds that are not over (Running) beside which it is to stand, as somebody saw them; 0 for none
}

// maxPlaces bounds a round, as the table does; maxOpen is how many of one thing may wait for
// their lists in one area; longest is how far ahead a cut-off may lie.
const (
	maxPlaces = 2000
	maxOpen   = 10
	longest   = 366 * 24 * time.Hour
)

// Earliest is the first cut-off that a round may have that is opened now: the full hour to
// come. The form asks for hours, and what has passed is no cut-off: who opened a round would
// know its order already.
func Earliest(now time.Time) time.Time { return now.Truncate(time.Hour).Add(time.Hour) }

// ahead refuses a cut-off that has passed, or lies too far ahead, and says which one may be
// had.
func ahead(cutoff, now time.Time) error {
	switch {
	case !cutoff.After(now):
		return core.Invalid("cutoff", "截止时间 "+hour(cutoff)+"已经过了。最早可以选 "+hour(Earliest(now))+"。")
	case cutoff.After(now.Add(longest)):
		return core.Invalid("cutoff", "截止时间 "+hour(cutoff)+"太远了。最晚可以选 "+hour(now.Add(longest))+"。")
	}
	return nil
}

func hour(t time.Time) string { return t.In(core.China).Format("2006年1月2日 15 点") }

// Open begins a round: the first of its two signatures. What stands already, of the same item,
// area, cut-off and document, is opened no second time, whoever else opens it at that moment;
// beside another that is not over a round is opened by who has seen that one. Errors:
// ErrNotYours, ErrDouble, ErrBeside, ErrOpen, KindInvalid.
func (q *Quota) Open(ctx context.Context, who staff.Person, a Asked) (id int64, err error) {
	if a.Why, err = sentence("why", a.Why); err != nil {
		return 0, err
	}
	if _, known := ThingOf(a.Item); !known {
		return 0, core.Invalid("item", "请选要分的是什么。")
	}
	if a.Places < 1 || a.Places > maxPlaces {
		return 0, core.Invalid("places", "名额请填 1 到 2000。")
	}
	if err := q.mine(who, a.Area); err != nil {
		return 0, err
	}
	err = q.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := ahead(a.Cutoff, tx.Now()); err != nil {
			return err
		}
		if err := q.room(ctx, tx, who, a); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into quota_round (item, area, places, cutoff, why, opener, opened) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			string(a.Item), string(a.Area), a.Places, a.Cutoff, a.Why, int64(who.ID), tx.Now()).Scan(&id)
		if err != nil {
			return refused(pg.Fail(err, "open a round"))
		}
		detail := map[string]any{"item": a.Item, "area": a.Area, "places": a.Places, "cutoff": a.Cutoff, "why": a.Why}
		if a.Beside != 0 {
			detail["beside"] = a.Beside
		}
		return q.trace(ctx, tx, who, act{"quota.opened", Round{ID: id}, "", detail})
	})
	return id, err
}

// room refuses a round that stands already, one too many, or one beside what nobody looked at.
// Who opens one of a thing waits for whoever does: of two at once the second sees the first.
func (q *Quota) room(ctx context.Context, tx *pg.Tx, who staff.Person, a Asked) error {
	const alone = `select pg_advisory_xact_lock(hashtextextended('quota open ' || $1, 0))`
	if _, err := tx.Exec(ctx, alone, string(a.Item)); err != nil {
		return pg.Fail(err, "wait for whoever opens a round")
	}
	if _, err := q.Same(ctx, tx, who, a); err == nil {
		return ErrDouble
	} else if !errors.Is(err, ErrNone) {
		return err
	}
	var open int
	const count = `select count(*) from quota_round where state = 'open' and drawn is null and area = $1 and item = $2`
	if err := tx.QueryRow(ctx, count, string(a.Area), string(a.Item)).Scan(&open); err != nil {
		return pg.Fail(err, "count open rounds")
	}
	if open >= maxOpen {
		return ErrOpen
	}
	beside, err := q.Running(ctx, tx, a)
	if err == nil && len(beside) > 0 && beside[0].ID > a.Beside {
		err = ErrBeside
	}
	return err
}

// Same is the round that was asked for, where it stands already: another one of the document is
// of another cut-off, or says in its document which one it is. Errors: ErrNone.
func (q *Quota) Same(ctx context.Context, tx *pg.Tx, who staff.Person, a Asked) (Round, error) {
	rows, err := tx.Query(ctx, `select `+roundColumns+` from quota_round where item = $1 and area = $2 and cutoff = $3 and quota_document(why) = quota_document($4) and state <> 'withdrawn' order by id limit 1`,
		string(a.Item), string(a.Area), a.Cutoff, a.Why)
	if err != nil {
		return Round{}, pg.Fail(err, "look for the same round")
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRound)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && q.mine(who, r.Area) != nil {
		return Round{}, ErrNone
	}
	return r, pg.Fail(err, "look for the same round")
}

// Running are the rounds of the same thing that are not over, of that area, one within it or one
// around it, the newest first: one household may stand in both lists.
func (q *Quota) Running(ctx context.Context, tx *pg.Tx, a Asked) ([]Round, error) {
	rows, err := tx.Query(ctx, `select `+roundColumns+` from quota_round where id in (select round from quota_running($1, $2)) order by id desc`, string(a.Item), string(a.Area))
	if err != nil {
		return nil, pg.Fail(err, "look for rounds that are not over")
	}
	list, err := pgx.CollectRows(rows, scanRound)
	return list, pg.Fail(err, "look for rounds that are not over")
}

// Holds reports whether the rounds of an area are for somebody to look at.
func (q *Quota) Holds(who staff.Person, area core.RegionCode) bool { return q.mine(who, area) == nil }
