package audit

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// How many different people, or households, one member of staff is shown in the lists and
// looks of the register (security.md P22), whatever they ask. Forty calls in an hour, each
// with a search that names twenty, come to 800; a day of sixty files, each with three
// searches that name ten, to 1,800. The list of the hardest 3 in 100 of a township is some
// 420 households. Somebody who was shown before counts no second time, so that going back
// to a list costs nothing. A township of 42,000 takes 21 days in each of which NearShown
// was told of, where 240 searches of fifty took three and a half hours.
const (
	ShownPerHour = 800
	ShownPerDay  = 2000
	NearShown    = ShownPerDay * 4 / 5
)

var (
	errShown    = core.E(core.KindTooMany, "people_shown", "这一小时看的人太多了,已经记下。请过一会儿再看;急着找一个人,请写全名字和村,或者请同事帮着查。")
	errShownDay = core.E(core.KindTooMany, "people_shown_day", "这 24 小时里看的人太多了,已经记下。请明天再看;急着找一个人,请同事或者县里帮着查。")
)

// A Showing is whom one answer shows to whom.
type Showing struct {
	Actor Actor
	Kind  string // "person" or "household"
	IDs   []int64
}

// Shown makes a Showing of the n rows of a list.
func Shown(actor Actor, kind string, n int, id func(int) int64) Showing {
	s := Showing{Actor: actor, Kind: kind, IDs: make([]int64, n)}
	for i := range s.IDs {
		s.IDs[i] = id(i)
	}
	return s
}

// MayShow counts whom an answer shows and refuses it where its reader was shown too many
// within an hour or a day; the caller then shows nothing, and what it read is rolled back.
// The reader's other answers wait until the transaction ends. Whoever comes near the bound
// of a day leaves the entry "people.near". Errors: KindTooMany.
func (l *Log) MayShow(ctx context.Context, tx *pg.Tx, s Showing) error {
	if len(s.IDs) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('people_shown ' || $1, 0))`, s.Actor.ID); err != nil {
		return pg.Fail(err, "wait for other answers")
	}
	if _, err := tx.Exec(ctx, `delete from people_shown where staff = $1 and at <= $2`, s.Actor.ID, tx.Now().Add(-24*time.Hour)); err != nil {
		return pg.Fail(err, "forget who was shown")
	}
	const add = `insert into people_shown (staff, kind, who, at) select $1, $2, unnest($3::bigint[]), $4 on conflict do nothing`
	tag, err := tx.Exec(ctx, add, s.Actor.ID, s.Kind, s.IDs, tx.Now())
	if err != nil {
		return pg.Fail(err, "count who is shown")
	}
	fresh := int(tag.RowsAffected())
	if fresh == 0 {
		return nil
	}
	var hour, day int
	const count = `select count(*) filter (where at > $2), count(*) from people_shown where staff = $1`
	if err := tx.QueryRow(ctx, count, s.Actor.ID, tx.Now().Add(-time.Hour)).Scan(&hour, &day); err != nil {
		return pg.Fail(err, "count who was shown")
	}
	switch {
	case day > ShownPerDay:
		return errShownDay
	case hour > ShownPerHour:
		return errShown
	case day >= NearShown && day-fresh < NearShown:
		return l.Write(ctx, tx, Entry{Actor: s.Actor, Act: "people.near", Purpose: "people_shown"})
	}
	return nil
}
