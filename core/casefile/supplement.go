package casefile

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Missing is what a household is asked for now. The zero value: nothing.
type Missing struct {
	What  string    `json:"what"`
	Since time.Time `json:"since"`
	Until core.Date `json:"until"`
}

// AskFor notes what is missing, in place of what was asked for before.
func (s *Store) AskFor(ctx context.Context, tx *pg.Tx, id core.CaseID, what string) error {
	_, err := tx.Exec(ctx, `update casefile set missing = $2, missing_since = $3 where id = $1`, id, what, tx.Now())
	return pg.Fail(err, "note what is missing")
}

// missing reads what is asked for, nil while the case does not wait for it.
func (s *Store) missing(ctx context.Context, tx *pg.Tx, c Case) ([]byte, error) {
	if c.State != CaseSupplement {
		return nil, nil
	}
	var m Missing
	var since, until *time.Time
	err := tx.QueryRow(ctx, `select missing, missing_since, (select due from deadline d where d.case_id = f.id and d.kind = $2 and d.met is null limit 1)
		from casefile f where f.id = $1`, c.ID, DeadlineSupplement).Scan(&m.What, &since, &until)
	if err != nil || m.What == "" {
		return nil, pg.Fail(err, "read what is missing")
	}
	if since != nil {
		m.Since = *since
	}
	m.Until = dayOf(until)
	return encode(m), nil
}

// Supplement is what somebody handed in after they applied. It says nothing by itself:
// an officer looks at it.
type Supplement struct {
	ID          int64
	Application core.ApplicationID
	Receipt     core.Receipt
	Papers      []core.Paper
	Note        string
	At          time.Time
	Looked      time.Time // zero: nobody has looked
	LookedBy    core.StaffID
}

// ErrMoved says that an application got another case in the same moment: look again.
var ErrMoved = core.E(core.KindUnavailable, "application_moved", "")

// CaseOf finds the case that an application lies in, and whether the application counts
// there: one that nobody has weighed, or that was set aside, does not. Errors:
// KindNotFound while its case is not open, ErrMoved.
func (s *Store) CaseOf(ctx context.Context, tx *pg.Tx, id core.ApplicationID) (c Case, receipt core.Receipt, counts bool, err error) {
	const sql = `select case_id, receipt, state from case_application where application = $1`
	var at, now core.CaseID
	var state ApplicationState
	if err = tx.QueryRow(ctx, sql, id).Scan(&at, &receipt, &state); err != nil {
		return c, "", false, pg.Fail(err, "find the case of an application")
	}
	if c, err = s.Lock(ctx, tx, at); err != nil {
		return c, "", false, err
	}
	// Whoever held the case may have given the application one of its own meanwhile.
	if err = tx.QueryRow(ctx, sql, id).Scan(&now, &receipt, &state); err != nil {
		return c, "", false, pg.Fail(err, "find the case of an application")
	}
	if now != at {
		return Case{}, "", false, ErrMoved
	}
	return c, receipt, state != ApplicationContested && state != ApplicationSetAside, nil
}

// AddSupplement lays what came in into its case. Once there it is there.
func (s *Store) AddSupplement(ctx context.Context, tx *pg.Tx, c Case, p Supplement) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	note, err := b.put("case_supplement", noteColumn(p.ID), p.Note)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into case_supplement (id, case_id, region, application, receipt, papers, note, at)
		select $1, id, region, $3, $4, $5, $6, $7 from casefile where id = $2 on conflict (id) do nothing`,
		p.ID, c.ID, p.Application, p.Receipt, encode(p.Papers), note, p.At)
	return pg.Fail(err, "lay papers into a case")
}

// noteColumn binds a note to its row within the case.
func noteColumn(id int64) string { return "note/" + strconv.FormatInt(id, 10) }

// carrySupplements lays what was handed in to an application into the case that it now has
// for itself: what it was about goes with it, and waits there for an officer's look, as it
// was looked at for another case.
func (s *Store) carrySupplements(ctx context.Context, tx *pg.Tx, app core.ApplicationID, to Case, own box) error {
	c, _, _, err := s.CaseOf(ctx, tx, app)
	if err != nil {
		return err
	}
	was, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	list, err := s.supplements(ctx, tx, c.ID, was)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, p := range list {
		if p.Application != app {
			continue
		}
		note, err := own.put("case_supplement", noteColumn(p.ID), p.Note) // sealed with the other case's key so far
		if err != nil {
			return err
		}
		batch.Queue(`update case_supplement set case_id = $2, region = $3, note = $4, looked = null, looked_by = null where id = $1`, p.ID, to.ID, to.Region, note)
	}
	return pg.Fail(tx.SendBatch(ctx, batch).Close(), "carry papers to a case of their own")
}

// supplements reads what came in, the newest first.
func (s *Store) supplements(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Supplement, error) {
	rows, err := tx.Query(ctx, `select id, application::text, receipt, papers, note, at, looked, coalesce(looked_by, 0)
		from case_supplement where case_id = $1 order by id desc`, id)
	if err != nil {
		return nil, pg.Fail(err, "read papers that came in")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Supplement, error) {
		var p Supplement
		var note []byte
		var looked *time.Time
		err := r.Scan(&p.ID, &p.Application, &p.Receipt, &p.Papers, &note, &p.At, &looked, &p.LookedBy)
		if err != nil {
			return p, err
		}
		if looked != nil {
			p.Looked = *looked
		}
		p.Note, err = b.get("case_supplement", noteColumn(p.ID), note)
		return p, err
	})
	return list, pg.Fail(err, "read papers that came in")
}

// LookedAt notes who looked at what their page showed of what had come in, and gives how
// much of it nobody had looked at before. What came in since is not theirs to have seen, and
// may have a lower id: a job that lays papers into a case is tried again while others go by.
func (s *Store) LookedAt(ctx context.Context, tx *pg.Tx, id core.CaseID, by core.StaffID, saw []int64) (n int64, err error) {
	tag, err := tx.Exec(ctx, `update case_supplement set looked = $2, looked_by = $3 where case_id = $1 and looked is null and id = any($4)`, id, tx.Now(), by, saw)
	return tag.RowsAffected(), pg.Fail(err, "note who looked at papers")
}

// unlooked counts what nobody has looked at.
func (s *Store) unlooked(ctx context.Context, tx *pg.Tx, id core.CaseID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from case_supplement where case_id = $1 and looked is null`, id).Scan(&n)
	return n, pg.Fail(err, "count papers that came in")
}
