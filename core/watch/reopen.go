package watch

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/insight"
	"lianou/core/pg"
)

// ReopenDays is for how long a settled lead can be opened again. Later the facts are others,
// and a look finds what there is.
const ReopenDays = 30

// A Settled is a lead of which somebody wrote down what came of it.
type Settled struct {
	Lead
	Outcome  Outcome
	Staff    core.StaffID
	At       time.Time
	Asked    Way          // who was asked, and how; "" where nobody had to be
	Words    string       // what they said
	Reopened string       // why it was opened again, "" where it was not
	Reopener core.StaffID // who did
}

// SettledLeads gives a page of the settled leads of some townships, the latest first.
func (w *Watch) SettledLeads(ctx context.Context, tx *pg.Tx, towns []core.RegionCode, p LeadsPage) ([]Settled, error) {
	after := LeadMark{At: tx.Now().AddDate(1, 0, 0)}
	if p.After != nil {
		after = *p.After
	}
	const sql = `select l.*, coalesce(r.reason, ''), coalesce(r.staff, 0) from unnest($1::text[]) as t (region)
		cross join lateral (select ` + leadColumns + `, outcome, staff, settled, coalesce(asked, ''), words from lead where region = t.region and state = 'settled'
				and settled <= $3 and (settled < $3 or id < $4) and ($5::bigint[] is null or household = any ($5)) order by settled desc, id desc limit $2) l
		left join lead_reopen r on r.lead = l.id
		order by l.settled desc, l.id desc limit $2`
	rows, err := tx.Query(ctx, sql, towns, p.N, after.At, after.ID, p.Of)
	if err != nil {
		return nil, pg.Fail(err, "list settled leads")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Settled, err error) {
		var sealed []byte
		if err = s.scan(row, &s.Outcome, &s.Staff, &s.At, &s.Asked, &sealed, &s.Reopened, &s.Reopener); err == nil {
			s.Words, err = w.opened(s.ID, sealed)
		}
		return s, err
	})
	return list, pg.Fail(err, "list settled leads")
}

var (
	errReason  = core.Invalid("reason", "写一句为什么要重新看,2 到 300 个字。")
	errClosed  = core.E(core.KindConflict, "lead_closed", "这一条不能重新打开了:已经打开过,或者过了 30 天。请刷新再看。")
	errAnother = core.E(core.KindConflict, "lead_another", "这一家又有了新的一条同样的线索,请看那一条。")
	errOpposed = core.E(core.KindConflict, "lead_opposed", "后来的比对说法相反,已经另有一条线索,请先看那一条。")
	errMoved   = core.E(core.KindConflict, "lead_moved", "这一家在这里已经没有人了,不能重新打开。")
)

// WhoseSettled gives the household of a lead that may be opened again. Errors: KindConflict
// for one that may not, within the scope of tx.
func (w *Watch) WhoseSettled(ctx context.Context, tx *pg.Tx, id int64) (household core.HouseholdID, err error) {
	const sql = `select household from lead l where id = $1 and state = 'settled' and settled > $2 and not exists (select from lead_reopen where lead = l.id) for update`
	err = tx.QueryRow(ctx, sql, id, tx.Now().AddDate(0, 0, -ReopenDays)).Scan(&household)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errClosed
	}
	return household, pg.Fail(err, "read whose a settled lead is")
}

// Reopen lays a settled lead open again, for a reason. What had come of it stays written, and
// the fresh one says that there was one before. Errors: KindInvalid without a reason;
// KindConflict for one that is not settled, was opened again before, was settled more than
// ReopenDays ago, whose household has nobody any more, or has an open lead of that kind or one
// that says the opposite.
func (w *Watch) Reopen(ctx context.Context, tx *pg.Tx, id int64, by audit.Actor, reason string) error {
	staff, err := strconv.ParseInt(by.ID, 10, 64)
	if err != nil {
		return core.E(core.KindInternal, "lead_staff", "").Wrap(err)
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 300 {
		return errReason
	}
	household, err := w.WhoseSettled(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := unopposed(ctx, tx, id); err != nil {
		return err
	}
	const lay = `insert into lead (region, household, kind, items, cause, book, since, found, place, found_place, was, owed, raise)
		select l.region, l.household, l.kind, l.items, l.cause, l.book, l.since, l.found, l.place, coalesce(l.found_place, l.place), l.was, l.owed, l.raise
			from lead l join household h on h.id = l.household and h.region = l.region where l.id = $1
				and exists (select from membership m where m.household = h.id and m.until is null)
		on conflict (region, household, kind) where state = 'open' do update set items = lead.items
		returning id, region, (xmax <> 0)`
	var fresh int64
	var region core.RegionCode
	var another bool
	err = tx.QueryRow(ctx, lay, id).Scan(&fresh, &region, &another)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return errMoved
	case err != nil:
		return pg.Fail(err, "open a lead again")
	case another:
		return errAnother
	}
	if err := w.placeAgain(ctx, tx, region, household); err != nil {
		return err
	}
	const note = `insert into lead_reopen (lead, region, fresh, staff, reason, made) values ($1, $2, $3, $4, $5, $6)`
	if _, err := tx.Exec(ctx, note, id, string(region), fresh, staff, reason, tx.Now()); err != nil {
		return pg.Fail(err, "open a lead again")
	}
	return w.Audit.Write(ctx, tx, audit.Entry{Actor: by, Act: "lead.reopened", Region: region, Purpose: "lead",
		Detail: map[string]any{"lead": id, "fresh": fresh, "household": household}})
}

// placeAgain has the leads of a household stand where it stands now. One that no look has seen
// here yet stands as it did.
func (w *Watch) placeAgain(ctx context.Context, tx *pg.Tx, town core.RegionCode, home core.HouseholdID) error {
	f, err := w.found.Of(ctx, tx, town, home)
	if core.KindOf(err) == core.KindNotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	placeLeads(tx, town, []insight.Finding{f})
	return nil
}

// unopposed refuses a settled lead while an open one of the same household says of an item
// the opposite.
func unopposed(ctx context.Context, tx *pg.Tx, id int64) error {
	const sql = `select exists (select from lead l join lead o on (o.region, o.household) = (l.region, l.household) and o.state = 'open'
		and (l.kind, o.kind) in (('due', 'lost'), ('lost', 'due')) and l.items & o.items <> 0 where l.id = $1)`
	var opposed bool
	if err := tx.QueryRow(ctx, sql, id).Scan(&opposed); err != nil {
		return pg.Fail(err, "look for a lead of the opposite")
	}
	if opposed {
		return errOpposed
	}
	return nil
}
