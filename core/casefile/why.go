package casefile

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Why is how a household stands with every item, as its own case was judged last: what
// somebody reads who asks "why not me" (为什么没有我). Of other households it holds nothing.
type Why struct {
	Findings []Finding // Item, Name, Outcome, Reasons and Near, in the Book's order; none before the case was judged
	Lists    []InList
}

// InList is where a household stood in the last list of a scarce thing (名额).
type InList struct {
	Item    core.ItemCode
	Places  int
	N       int       // its place in the list, from 1
	Reached int       // the last place that was offered something, 0 for none yet
	Got     bool      // it was offered one, and did not decline it
	Day     core.Date // on which the list was cut off
}

// Why reads how the household of a case stands, and writes down that it was read and for what, in
// the same transaction. A case of somebody else is KindNotFound, like one that does not exist.
func (r *Reader) Why(ctx context.Context, ask LettersAsk, purpose string) (w Why, err error) {
	if ask.Citizen == "" || ask.Case == 0 {
		return w, core.E(core.KindNotFound, "no_findings", noFindings)
	}
	err = r.db.Tx(ctx, pg.Subject(ask.Citizen), func(ctx context.Context, tx *pg.Tx) error {
		var own bool
		if err := tx.QueryRow(ctx, `select `+ofOwnCase, ask.Case, ask.Application, day(ask.Today)).Scan(&own); err != nil {
			return pg.Fail(err, "look whose case it is")
		}
		if !own {
			return core.E(core.KindNotFound, "no_findings", noFindings)
		}
		if w, err = whyOf(ctx, tx, ask.Case); err != nil {
			return err
		}
		return r.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: ask.Citizen}, Act: "findings.read", Case: ask.Case, Application: ask.Application,
			Subject: "case:" + strconv.FormatInt(int64(ask.Case), 10), Purpose: purpose})
	})
	return w, err
}

const noFindings = "没有找到这个申请。请回“我的申请”再点一次。"

// ofOwnCase is ofOwnLetter without a letter.
const ofOwnCase = `$2::uuid in (select payout_through($1))
	and not exists (select from mandate m where m.application = $2::uuid and m.until_day < $3::date)`

func whyOf(ctx context.Context, tx *pg.Tx, id core.CaseID) (w Why, err error) {
	rows, err := tx.Query(ctx, `select item, name, outcome, reasons, near from finding
		where case_id = $1 and version = (select max(version) from finding where case_id = $1) order by position`, id)
	if err != nil {
		return w, pg.Fail(err, "read a household's findings")
	}
	w.Findings, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Finding, err error) {
		return f, row.Scan(&f.Item, &f.Name, &f.Outcome, &f.Reasons, &f.Near)
	})
	if err != nil {
		return w, pg.Fail(err, "read a household's findings")
	}
	if rows, err = tx.Query(ctx, `select item, places, n, reached, got, day from quota_standing($1)`, id); err != nil {
		return w, pg.Fail(err, "read where a household stood in lists")
	}
	w.Lists, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l InList, err error) {
		var cut time.Time
		err = row.Scan(&l.Item, &l.Places, &l.N, &l.Reached, &l.Got, &cut)
		l.Day = dayOf(&cut)
		return l, err
	})
	return w, pg.Fail(err, "read where a household stood in lists")
}
