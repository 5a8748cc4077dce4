package trail

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// walk is one look, in one transaction.
type walk struct {
	w   *Walker
	ctx context.Context
	tx  *pg.Tx
	by  By
	t   Trail

	line     lineRow
	owed     owedRow
	decision casefile.Decision
	origin   casefile.Origin
	voices   []voice
}

// errGap ends a walk: the next hop is not there.
var errGap = errors.New("trail: the hop is not there")

// all goes hop by hop and ends at the first that is not there.
func (w *walk) all() (Trail, error) {
	steps := map[Stage]func() (Hop, error){Line: w.bank, Batch: w.batch, Entitlement: w.entitlement, Decision: w.decided, Facts: w.facts, Request: w.request, Voice: w.voice}
	for _, stage := range Stages() {
		hop, err := steps[stage]()
		if errors.Is(err, errGap) || errors.Is(err, pgx.ErrNoRows) {
			w.t.Gap = stage
			break
		}
		if err != nil {
			return w.t, err
		}
		hop.Stage = stage
		if err := w.looked(stage); err != nil {
			return w.t, err
		}
		w.t.Hops = append(w.t.Hops, hop)
	}
	return w.t, nil
}

// looked writes that a hop was shown. What the household said is a look at its case as well: it
// reads of it in 谁看过我的资料.
func (w *walk) looked(stage Stage) error {
	if stage == Request {
		err := w.w.d.Audit.Write(w.ctx, w.tx, audit.Entry{Actor: w.by.Actor, Act: "case.read", Case: w.owed.of, Application: w.origin.Application, Region: w.origin.Region, Purpose: purpose})
		if err != nil {
			return err
		}
	}
	return w.w.d.Audit.Write(w.ctx, w.tx, audit.Entry{Actor: w.by.Actor, Act: "payment.walked", Case: w.owed.of, Region: w.line.region,
		Subject: "line:" + strconv.FormatInt(w.line.id, 10), Purpose: purpose, Detail: map[string]any{"hop": stage}})
}

// row scans one row; errGap when there is none.
func (w *walk) row(what, sql string, args []any, into ...any) error {
	err := w.tx.QueryRow(w.ctx, sql, args...).Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		return errGap
	}
	return pg.Fail(err, what)
}

// entry finds the first entry of the log about a subject with one of the acts, 0 for none.
func (w *walk) entry(subject string, acts ...string) (id int64, err error) {
	err = w.tx.QueryRow(w.ctx, `select coalesce(min(id), 0) from audit_entry where subject = $1 and act = any($2)`, subject, acts).Scan(&id)
	return id, pg.Fail(err, "find an entry")
}

// byWho finds the last entry of the log about a subject with an act by somebody, 0 for none: an account that
// a row names and the log does not did not do it.
func (w *walk) byWho(subject, act string, who core.StaffID) (id int64, err error) {
	err = w.tx.QueryRow(w.ctx, `select coalesce(max(id), 0) from audit_entry where subject = $1 and act = $2 and actor_kind = 'staff' and actor_id = $3`,
		subject, act, strconv.FormatInt(int64(who), 10)).Scan(&id)
	return id, pg.Fail(err, "find an entry")
}

// logged is the check that the log has the entry.
func logged(id int64) Check {
	return Check{What: "日志里有这一步", Holds: id != 0, Seen: "日志里找不到"}
}

// same is the check that two things are equal; want and got are said where they are not.
func same[T comparable](what string, want, got T) Check {
	return Check{What: what, Holds: want == got, Seen: "一处是 " + short(fmt.Sprint(want)) + ",一处是 " + short(fmt.Sprint(got))}
}

// short is a digest as far as two of them have to be told apart; the whole one stands beside.
func short(s string) string {
	if len(s) == 64 {
		return s[:12] + "…"
	}
	return s
}

func yuan(f core.Fen) string { return f.Short() + " 元" }

func when(t time.Time) string { return t.In(core.China).Format("2006年1月2日 15:04") }
