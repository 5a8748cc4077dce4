package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Telling is one thing a household is to be told about one claim. What comes
// together is told in one notice; until then the telling waits.
type Telling struct {
	ID     int64
	Case   core.CaseID
	Claim  core.ClaimID
	Kind   wording.Kind // published, approved, referred, paid or returned
	Source int64        // the public notice, the decision, or the line of the payment: told once
	At     time.Time    // set by AddTelling
	Notice int64        // of core/notify, 0 while it waits
}

const tellingColumns = `id, case_id, claim_id, kind, source, at, coalesce(notice, 0)`

func scanTelling(r pgx.CollectableRow) (t Telling, err error) {
	err = r.Scan(&t.ID, &t.Case, &t.Claim, &t.Kind, &t.Source, &t.At, &t.Notice)
	return t, err
}

// AddTelling writes a telling, once for its kind and source. It gives the id when
// this is the first of its case that waits among the kinds given, and 0 when
// others wait already or nothing was new: whoever was first sees to the notice.
// The caller holds the case.
func (s *Store) AddTelling(ctx context.Context, tx *pg.Tx, t Telling, among ...wording.Kind) (int64, error) {
	rows, err := tx.Query(ctx, `with fresh as (
			insert into telling (case_id, claim_id, region, kind, source, at)
			select case_id, id, region, $2, $3, $4 from claim where id = $1
			on conflict (kind, source) do nothing returning id, case_id)
		select f.id from fresh f where not exists (
			select from telling w where w.case_id = f.case_id and w.notice is null and w.kind = any($5) and w.id <> f.id)`,
		t.Claim, t.Kind, t.Source, tx.Now(), texts(among))
	if err != nil {
		return 0, pg.Fail(err, "note what is to be told")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return 0, pg.Fail(err, "note what is to be told")
	}
	return ids[0], nil
}

// Waiting reads what a case's household is still to be told of the kinds given,
// oldest first.
func (s *Store) Waiting(ctx context.Context, tx *pg.Tx, id core.CaseID, kinds ...wording.Kind) ([]Telling, error) {
	rows, err := tx.Query(ctx, `select `+tellingColumns+` from telling where case_id = $1 and notice is null and kind = any($2) order by id`,
		id, texts(kinds))
	if err != nil {
		return nil, pg.Fail(err, "read what is to be told")
	}
	list, err := pgx.CollectRows(rows, scanTelling)
	return list, pg.Fail(err, "read what is to be told")
}

// TellingsOf reads what a notice told, none for a notice that was not gathered.
func (s *Store) TellingsOf(ctx context.Context, tx *pg.Tx, notice int64) ([]Telling, error) {
	rows, err := tx.Query(ctx, `select `+tellingColumns+` from telling where notice = $1 order by claim_id, id`, notice)
	if err != nil {
		return nil, pg.Fail(err, "read what was told")
	}
	list, err := pgx.CollectRows(rows, scanTelling)
	return list, pg.Fail(err, "read what was told")
}

// Gathered names the notice of tellings. One that has a notice keeps it, and the
// database refuses the rest of the transaction.
func (s *Store) Gathered(ctx context.Context, tx *pg.Tx, notice int64, list []Telling) error {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.ID
	}
	_, err := tx.Exec(ctx, `update telling set notice = $1 where id = any($2)`, notice, ids)
	return pg.Fail(err, "gather what is to be told")
}

// Forgotten lists cases in which something has waited since before `since`, at
// most limit: their job was lost or gave up.
func (s *Store) Forgotten(ctx context.Context, tx *pg.Tx, since time.Time, limit int) ([]core.CaseID, error) {
	rows, err := tx.Query(ctx, `select distinct case_id from telling where notice is null and at < $1 order by case_id limit $2`, since, limit)
	if err != nil {
		return nil, pg.Fail(err, "look for what was not told")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.CaseID])
	return list, pg.Fail(err, "look for what was not told")
}
