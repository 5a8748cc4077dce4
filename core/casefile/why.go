package casefile

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Why is how somebody and their household stand with every item, as their own case was judged last:
// what they read who ask "why not me" (为什么没有我). Of other households it holds nothing, and of
// other members of their own neither (Others).
type Why struct {
	Findings []OwnFinding // in the Book's order; none before the case was judged and taken up
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
// the same transaction: without the entry the database gives nothing. It is for who asked for
// themselves and is proven to be the one that the case is of (why_opens); for anybody else it is
// KindNotFound, like a case that does not exist.
func (r *Reader) Why(ctx context.Context, ask LettersAsk, purpose string) (w Why, err error) {
	if ask.Citizen == "" || ask.Case == 0 {
		return w, errNoFindings()
	}
	err = r.db.Tx(ctx, pg.Subject(ask.Citizen), func(ctx context.Context, tx *pg.Tx) error {
		var own bool
		if err := tx.QueryRow(ctx, `select why_opens($1, $2)`, ask.Case, ask.Application).Scan(&own); err != nil {
			return pg.Fail(err, "look whose case it is")
		}
		if !own {
			return errNoFindings()
		}
		entry := audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: ask.Citizen}, Act: "findings.read", Case: ask.Case, Application: ask.Application,
			Subject: "case:" + strconv.FormatInt(int64(ask.Case), 10), Purpose: purpose}
		if err := r.log.Write(ctx, tx, entry); err != nil {
			return err
		}
		w, err = whyOf(ctx, tx, ask)
		return err
	})
	return w, err
}

func errNoFindings() error {
	return core.E(core.KindNotFound, "no_findings", "这一页只给本人看:自己报的,身份核对过。替别人报的,请他本人来看。没核对完的,过几天再来,或者打 "+wording.Hotline+" 问。")
}

func whyOf(ctx context.Context, tx *pg.Tx, ask LettersAsk) (w Why, err error) {
	rows, err := tx.Query(ctx, `select item, name, outcome, reasons, members, near, near_of, me, alone from why_findings($1, $2)`, ask.Case, ask.Application)
	if err != nil {
		return w, pg.Fail(err, "read a household's findings")
	}
	var who Asker
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Finding, err error) {
		return f, row.Scan(&f.Item, &f.Name, &f.Outcome, &f.Reasons, &f.Members, &f.Near, &f.NearOf, &who.Ref, &who.Alone)
	})
	if err != nil {
		return w, pg.Fail(err, "read a household's findings")
	}
	w.Findings = Others(list, who)
	if rows, err = tx.Query(ctx, `select item, places, n, reached, got, day from quota_standing($1, $2)`, ask.Case, ask.Application); err != nil {
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
