package notify

import (
	"context"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// record writes what became of an attempt and, with it, of the notice. An attempt
// that has moved further meanwhile, by a report, stays where it is.
func (w *Worker) record(ctx context.Context, n *loaded, r Route, a *attempt, out Outcome) error {
	return w.deps.DB.Tx(ctx, scopeOf(n.id), func(ctx context.Context, tx *pg.Tx) error {
		return w.recordIn(ctx, tx, n, r.Channel, a.id, out)
	})
}

func (w *Worker) recordIn(ctx context.Context, tx *pg.Tx, n *loaded, channel core.ChannelName, attemptID string, out Outcome) error {
	// What certainly did not go out is not counted as sent.
	const q = `update notice_attempt set state = $2, provider = case when $3 = '' then provider else $3 end, code = $4, at = $5, again = $6,
			sends = sends - case when $2 = 'later' then 1 else 0 end
		where id = $1 and state <> 'delivered' and (state <> 'refused' or $2 = 'delivered')
			and (state <> 'accepted' or $2 in ('delivered', 'refused'))`
	var again *time.Time
	if out.Wait > 0 {
		at := tx.Now().Add(out.Wait)
		again = &at
	}
	tag, err := tx.Exec(ctx, q, attemptID, string(out.Result), out.Provider, out.Code, tx.Now(), again)
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Fail(err, "record an attempt")
	}
	if err := n.learn(ctx, tx, channel, out); err != nil {
		return err
	}
	act := ""
	switch out.Result {
	case Accepted, Missed:
		const sent = `update notice set state = 'sent', updated = $2 where id = $1 and state = 'queued'`
		_, err = tx.Exec(ctx, sent, n.id, tx.Now())
		act = "notice.sent"
	case Delivered:
		// Also after untold: a late report is good news.
		const told = `update notice set state = 'confirmed', told_by = $2, updated = $3, ended = $3 where id = $1 and state <> 'confirmed'`
		_, err = tx.Exec(ctx, told, n.id, channel, tx.Now())
		act = "notice.told"
	case Refused:
		act = "notice.refused"
	}
	if err != nil || act == "" {
		return pg.Fail(err, "record a notice")
	}
	if out.Result == Delivered {
		if err := w.platform.Insert(ctx, tx, jobs.Told{Notice: n.id, Region: n.region}); err != nil {
			return err
		}
	}
	return w.write(ctx, tx, n, act, map[string]any{"channel": channel, "code": out.Code, "attempt": attemptID})
}

// untold ends a notice that no way could carry and hands it to a person.
func (w *Worker) untold(ctx context.Context, n *loaded) error {
	return w.deps.DB.Tx(ctx, scopeOf(n.id), func(ctx context.Context, tx *pg.Tx) error {
		const q = `update notice set state = 'untold', updated = $2, ended = $2 where id = $1 and state in ('queued', 'sent')`
		tag, err := tx.Exec(ctx, q, n.id, tx.Now())
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fail(err, "end a notice untold")
		}
		if err := w.platform.Insert(ctx, tx, jobs.Untold{Notice: n.id, Region: n.region}); err != nil {
			return err
		}
		return w.write(ctx, tx, n, "notice.untold", nil)
	})
}

func (w *Worker) write(ctx context.Context, tx *pg.Tx, n *loaded, act string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["notice"], detail["kind"] = n.id, n.kind
	return w.deps.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "notify"}, Act: act,
		Case: n.caseID, Application: n.app, Region: n.region, Purpose: "notice", Detail: detail})
}

// Report takes a provider's delivery report for the message it knows as
// `provider`. Only Delivered and Refused count. Reports that come twice, late or
// out of order change nothing (F68); KindNotFound for a message that is not ours.
func (w *Worker) Report(ctx context.Context, channel core.ChannelName, provider string, out Outcome) error {
	if provider == "" || len(provider) > 200 || (out.Result != Delivered && out.Result != Refused) {
		return core.E(core.KindInvalid, "invalid_report", "")
	}
	var id int64
	var attemptID string
	err := w.deps.DB.Read(ctx, pg.Subject(string(channel)+":"+provider), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select notice, id::text from notice_attempt where channel = $1 and provider = $2`
		return pg.Fail(tx.QueryRow(ctx, q, channel, provider).Scan(&id, &attemptID), "find a reported message")
	})
	if err != nil {
		return err
	}
	n, err := w.load(ctx, id)
	if err != nil {
		return err
	}
	if out.Citizen != "" && out.Citizen != n.citizen {
		return core.E(core.KindNotFound, "report_of_another", "")
	}
	return w.deps.DB.Tx(ctx, scopeOf(id), func(ctx context.Context, tx *pg.Tx) error {
		return w.recordIn(ctx, tx, n, channel, attemptID, out)
	})
}
