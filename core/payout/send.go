package payout

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Send brings an approved batch to the bank. It may run again and again, and by
// several workers at once: the file is written once, and only its bytes go out.
//
//  1. Write the file and the intention, commit.
//  2. If it was handed over before, the outcome of that is unknown: ask the bank. Only
//     its explicit "not here" lets the bytes go out again (security.md P14); without one
//     the batch stays unknown, and the poll asks again.
//  3. Count the offer, commit that first. In the same transaction look whether the lines are
//     still right: days may have passed. One that was never offered is dissolved else.
//  4. Hand the bytes over and record what the bank says.
//
// From the first offer on the bank's silence is no error: the poll asks again within
// seconds, where River would come back to a failed job after hours.
func (p *Payout) Send(ctx context.Context, id int64) error {
	if p.rail == nil {
		return jobs.Cancel(core.E(core.KindInternal, "no_bank", ""))
	}
	f, err := p.file(ctx, id) // step 1
	if err != nil || f == nil {
		return err
	}
	if f.offered > 0 { // step 2
		if f, err = p.inquire(ctx, id); err != nil || f == nil {
			return err
		}
	}
	open, err := p.offering(ctx, id, f.offered) // step 3
	if err != nil || !open {
		return err
	}
	f.offered++
	// NOTE: the bank may have the file from here on, whatever comes back.
	word, err := p.rail.Put(ctx, f.name, f.raw) // step 4
	if err != nil {
		p.unanswered(ctx, "hand a batch to the bank", f, err)
		return nil
	}
	return p.heard(ctx, id, f, word)
}

// bankFile is a written payment file.
type bankFile struct {
	batch   string
	name    string
	raw     []byte
	offered int
}

// file gives the batch's file, written now if it was not; nil when the batch is
// past sending.
func (p *Payout) file(ctx context.Context, id int64) (f *bankFile, err error) {
	err = p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select name, state, lines, total, offered from payout_batch where id = $1 for update`
		var b Batch
		f = &bankFile{}
		if err := tx.QueryRow(ctx, q, id).Scan(&f.batch, &b.State, &b.Totals.Lines, &b.Totals.Total, &f.offered); err != nil {
			return pg.Fail(err, "lock a batch")
		}
		f.name = f.batch + ".pay"
		switch b.State {
		case "approved":
			return p.writeFile(ctx, tx, id, f, b.Totals)
		case "file_written":
			return p.readFile(ctx, tx, id, f)
		}
		f = nil
		return nil
	})
	return f, err
}

func fileAt(batch string) seal.At { return seal.At{Table: "payout_file", Row: batch, Column: "sealed"} }

func (p *Payout) readFile(ctx context.Context, tx *pg.Tx, id int64, f *bankFile) error {
	const q = `select sealed from payout_file where batch = $1`
	var sealed []byte
	if err := tx.QueryRow(ctx, q, id).Scan(&sealed); err != nil {
		return pg.Fail(err, "read the bank file")
	}
	var err error
	f.raw, err = p.ring.Open(sealed, fileAt(f.batch))
	return err
}

func (p *Payout) writeFile(ctx context.Context, tx *pg.Tx, id int64, f *bankFile, want Totals) error {
	o := Order{Batch: f.batch, Date: tx.Today(), Payer: p.cfg.Payer}
	var err error
	if o.Lines, err = p.orderLines(ctx, tx, id); err != nil {
		return err
	}
	if f.raw, err = o.Bytes(); err != nil {
		return err
	}
	// What leaves is checked as the bytes the bank will read (F63).
	if batch, count, total, err := orderTotals(f.raw); err != nil || batch != f.batch || (Totals{count, total}) != want {
		return ErrTotals.Wrap(err)
	}
	sealed, err := p.ring.Seal(f.raw, fileAt(f.batch))
	if err != nil {
		return err
	}
	const keep = `insert into payout_file (batch, name, digest, sealed, written) values ($1, $2, $3, $4, $5)`
	if _, err := tx.Exec(ctx, keep, id, f.name, digest(f.raw), sealed, tx.Now()); err != nil {
		return pg.Fail(err, "keep the bank file")
	}
	const q = `update payout_batch set state = 'file_written', intended = $2 where id = $1`
	if _, err := tx.Exec(ctx, q, id, tx.Now()); err != nil {
		return pg.Fail(err, "record the intention")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "batch.file_written", Subject: batchSubject(id), Purpose: "payout",
		Detail: map[string]any{"batch": f.batch, "lines": want.Lines, "fen": int64(want.Total), "sm3": digest(f.raw)}})
}

func (p *Payout) orderLines(ctx context.Context, tx *pg.Tx, id int64) ([]OrderLine, error) {
	const q = `select seq, name, account, holder, amount, item, period, item_name from payout_line
		where batch = $1 and state = 'ordered' order by seq`
	rows, err := tx.Query(ctx, q, id)
	if err != nil {
		return nil, pg.Fail(err, "read the lines")
	}
	defer rows.Close()
	var out []OrderLine
	for rows.Next() {
		var l OrderLine
		var seq int
		var sealed []byte
		if err := rows.Scan(&seq, &l.Line, &sealed, &l.Name, &l.Amount, &l.Item, &l.Period, &l.Purpose); err != nil {
			return nil, pg.Fail(err, "read the lines")
		}
		plain, err := p.ring.Open(sealed, lineAt(id, seq))
		if err != nil {
			return nil, err
		}
		if l.Account, err = core.ParseBankAccount(string(plain)); err != nil {
			return nil, err
		}
		l.Purpose = fit(l.Purpose, 30)
		out = append(out, l)
	}
	return out, pg.Fail(rows.Err(), "read the lines")
}

// fit shortens the purpose, which is for the passbook only, to what its field
// takes; nothing else of a file is ever cut.
func fit(s string, width int) string {
	for rs := []rune(s); len(rs) > 0; rs = rs[:len(rs)-1] {
		r := record{}
		if r.text("", string(rs), width); r.err == nil {
			return string(rs)
		}
	}
	return ""
}

// offering counts an offer before it is made; false when the batch moved on, is held or
// dissolved, or when another worker is just making this one.
func (p *Payout) offering(ctx context.Context, id int64, before int) (open bool, err error) {
	err = p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		held, err := p.hold(ctx, tx, id, before)
		switch {
		case err != nil:
			return err
		case held && before == 0: // the bank never had it: nobody need be asked
			return p.withdraw(ctx, tx, id)
		case held:
			return nil
		}
		const q = `update payout_batch set offered = offered + 1 where id = $1 and state = 'file_written' and held is null and offered = $2`
		tag, err := tx.Exec(ctx, q, id, before)
		open = tag.RowsAffected() == 1
		return pg.Fail(err, "count the offer")
	})
	return open, err
}

// markSent records that the bank has the file; once, whoever comes first.
func (p *Payout) markSent(ctx context.Context, tx *pg.Tx, id int64) error {
	const q = `update payout_batch set state = 'sent', sent = $2 where id = $1 and state = 'file_written' returning name, lines, total`
	var b Batch
	err := pg.Fail(tx.QueryRow(ctx, q, id, tx.Now()).Scan(&b.Name, &b.Totals.Lines, &b.Totals.Total), "record the outcome")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	const mark = `update payout_entitlement set state = 'sent', updated = $2
		where id in (select entitlement from payout_line where batch = $1 and state = 'ordered')`
	tag, err := tx.Exec(ctx, mark, id, tx.Now())
	if err != nil {
		return pg.Fail(err, "mark what is sent")
	}
	if int(tag.RowsAffected()) != b.Totals.Lines {
		return ErrTotals
	}
	if err := post(ctx, tx, "send", id, map[string]core.Fen{accOwed: b.Totals.Total, accTransit: -b.Totals.Total}); err != nil {
		return err
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "batch.sent", Subject: batchSubject(id), Purpose: "payout", Detail: b.detail()})
}

// leftBehind is how long a batch may stay approved or written before the poll
// takes it up: its own job has then died or given up. One that was handed over is
// taken up by every poll, to ask.
const leftBehind = 10 * time.Minute

func (p *Payout) takeUp(ctx context.Context) error {
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select id from payout_batch where state in ('approved', 'file_written') and approved < $1
			or state = 'file_written' and offered > 0 order by id`
		rows, err := tx.Query(ctx, q, tx.Now().Add(-leftBehind))
		if err != nil {
			return pg.Fail(err, "look for batches left behind")
		}
		defer rows.Close()
		var again []jobs.Args
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return pg.Fail(err, "look for batches left behind")
			}
			again = append(again, SendBatch{Batch: id})
		}
		if err := rows.Err(); err != nil {
			return pg.Fail(err, "look for batches left behind")
		}
		return p.jobs.Insert(ctx, tx, again...)
	})
}
