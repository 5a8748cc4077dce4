package payout

import (
	"context"
	"errors"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
)

// errAnswers is the outcome of a poll that left files of the outbox behind. The
// next poll tries them again; each is in the log by its name.
var errAnswers = core.E(core.KindUnavailable, "bank_answers_left", "")

// Poll takes in what the bank has answered and takes up batches left half-sent. A
// file that cannot be read holds up neither the other files nor the batches.
func (p *Payout) Poll(ctx context.Context) error {
	if p.rail == nil {
		return jobs.Cancel(core.E(core.KindInternal, "no_bank", ""))
	}
	left, err := p.answers(ctx)
	if err := errors.Join(err, p.takeUp(ctx)); err != nil {
		return err
	}
	if left > 0 {
		return errAnswers
	}
	return nil
}

// answers takes in every return file of the outbox that is not known yet, and says
// how many it had to leave.
func (p *Payout) answers(ctx context.Context) (left int, err error) {
	names, odd, err := p.rail.Outbox(ctx)
	if err != nil {
		return 0, err
	}
	if odd > 0 {
		p.log.ErrorContext(ctx, "names in the bank's outbox that no file may have", "count", odd)
	}
	fresh, err := p.unknown(ctx, names)
	if err != nil {
		return odd, err
	}
	left = odd
	for _, name := range fresh {
		if err := p.answer(ctx, name); err != nil {
			p.log.ErrorContext(ctx, "take in a return of the bank", "return", name, "code", core.Known(err).Code)
			left++
		}
	}
	return left, ctx.Err()
}

func (p *Payout) answer(ctx context.Context, name string) error {
	raw, err := p.rail.Fetch(ctx, name)
	if err != nil {
		return err
	}
	if isStatement(raw) {
		return p.TakeStatement(ctx, name, raw)
	}
	return p.TakeReturn(ctx, name, raw)
}

func (p *Payout) unknown(ctx context.Context, names []string) (fresh []string, err error) {
	err = p.db.Read(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `select n from unnest($1::text[]) as n where not exists (select 1 from bank_return r where r.name = n)
			and not exists (select 1 from bank_statement s where s.name = n) order by n`
		rows, err := tx.Query(ctx, q, names)
		if err != nil {
			return pg.Fail(err, "compare the outbox")
		}
		defer rows.Close()
		fresh = nil
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return pg.Fail(err, "compare the outbox")
			}
			fresh = append(fresh, n)
		}
		return pg.Fail(rows.Err(), "compare the outbox")
	})
	return fresh, err
}

// TakeReturn takes in one return file, once for its name. A file that does not
// parse or contradicts what we know is set aside for a person and moves no money;
// that is no error.
func (p *Payout) TakeReturn(ctx context.Context, name string, raw []byte) error {
	ret, parseErr := ParseReturn(raw)
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		r := incoming{name: name, raw: raw, Return: ret}
		if parseErr != nil {
			return p.setAside(ctx, tx, r, reasonForm+parseErr.Error())
		}
		const q = `select id, name, state, lines, total, offered from payout_batch where name = $1 for update`
		err := pg.Fail(tx.QueryRow(ctx, q, ret.Batch).Scan(&r.batch.ID, &r.batch.Name, &r.batch.State, &r.batch.Totals.Lines, &r.batch.Totals.Total, &r.batch.Offered), "lock a batch")
		if err != nil && core.KindOf(err) == core.KindNotFound {
			return p.setAside(ctx, tx, r, reasonNoBatch)
		}
		if err != nil {
			return err
		}
		return p.take(ctx, tx, r)
	})
}

// incoming is a return file on its way in.
type incoming struct {
	name string
	raw  []byte
	Return
	batch Batch
	again bool // kept already, and set aside
}

func (p *Payout) take(ctx context.Context, tx *pg.Tx, r incoming) error {
	switch r.batch.State {
	case "file_written":
		if r.batch.Offered == 0 { // nobody has the file yet who could answer it
			return p.setAside(ctx, tx, r, batchIs+r.batch.State)
		}
		// The answer to our PUT was lost; the return proves that it arrived.
		if err := p.markSent(ctx, tx, r.batch.ID); err != nil {
			return err
		}
	case "sent":
	default:
		return p.setAside(ctx, tx, r, batchIs+r.batch.State)
	}
	if r.Refused != "" {
		return p.refused(ctx, tx, r)
	}
	known, reason, err := match(ctx, tx, r)
	if err != nil {
		return err
	}
	if reason != "" {
		return p.setAside(ctx, tx, r, reason)
	}
	return p.apply(ctx, tx, r, known)
}

// setAside keeps a return that a person has to look at with the bank.
func (p *Payout) setAside(ctx context.Context, tx *pg.Tx, r incoming, reason string) error {
	p.log.ErrorContext(ctx, "bank return set aside", "return", r.name, "reason", reason)
	if err := p.keep(ctx, tx, r, reason); err != nil {
		return err
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: "return.set_aside", Purpose: "payout",
		Detail: map[string]any{"return": r.name, "reason": reason}})
}

func returnAt(name string) seal.At {
	return seal.At{Table: "bank_return", Row: name, Column: "sealed"}
}

// keep stores the file sealed; reason "" means that it is applied.
func (p *Payout) keep(ctx context.Context, tx *pg.Tx, r incoming, reason string) error {
	sealed, err := p.ring.Seal(r.raw, returnAt(r.name))
	if err != nil {
		return err
	}
	state, batch := "applied", &r.batch.ID
	if reason != "" {
		state = "set_aside"
	}
	if r.batch.ID == 0 {
		batch = nil
	}
	if r.again {
		const q = `update bank_return set state = $2, reason = $3 where name = $1`
		_, err := tx.Exec(ctx, q, r.name, state, reason)
		return pg.Fail(err, "keep a return")
	}
	const q = `insert into bank_return (name, digest, batch, sealed, state, reason, received) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (name) do nothing`
	tag, err := tx.Exec(ctx, q, r.name, digest(r.raw), batch, sealed, state, reason, tx.Now())
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMoved // another worker took it in
	}
	return pg.Fail(err, "keep a return")
}

// knownLine is a line as we ordered it.
type knownLine struct {
	id          int64
	entitlement int64
	claim       core.ClaimID
	caseID      core.CaseID
	region      core.RegionCode
	amount      core.Fen
}

// match compares the return with what was ordered; reason says what contradicts.
func match(ctx context.Context, tx *pg.Tx, r incoming) (known map[string]knownLine, reason string, err error) {
	const q = `select l.name, l.id, l.entitlement, e.claim, e.case_id, l.region, l.amount
		from payout_line l join payout_entitlement e on e.id = l.entitlement where l.batch = $1 and l.state = 'ordered'`
	rows, err := tx.Query(ctx, q, r.batch.ID)
	if err != nil {
		return nil, "", pg.Fail(err, "read the lines")
	}
	defer rows.Close()
	known = map[string]knownLine{}
	for rows.Next() {
		var name string
		var k knownLine
		if err := rows.Scan(&name, &k.id, &k.entitlement, &k.claim, &k.caseID, &k.region, &k.amount); err != nil {
			return nil, "", pg.Fail(err, "read the lines")
		}
		known[name] = k
	}
	if err := rows.Err(); err != nil {
		return nil, "", pg.Fail(err, "read the lines")
	}
	return known, differs(known, r.batch.Totals, r.Return), nil
}

// apply books a matching return: lines, entitlements, ledger, fix tasks, the next
// steps' jobs, and the batch itself, whose guard sums it all again.
func (p *Payout) apply(ctx context.Context, tx *pg.Tx, r incoming, known map[string]knownLine) error {
	if err := p.keep(ctx, tx, r, ""); err != nil {
		return err
	}
	if err := bookLines(ctx, tx, r, known); err != nil {
		return err
	}
	const q = `update payout_batch set state = 'answered', answered = $2, paid = $3, returned = $4 where id = $1`
	if _, err := tx.Exec(ctx, q, r.batch.ID, tx.Now(), r.Paid, r.Returned); err != nil {
		return pg.Fail(err, "book the answer")
	}
	total := r.batch.Totals.Total
	if err := post(ctx, tx, "answer", r.batch.ID, map[string]core.Fen{accTransit: total, accBank: -r.Paid, accOwed: -r.Returned}); err != nil {
		return err
	}
	next, entries := follow(r, known)
	if err := p.jobs.Insert(ctx, tx, next...); err != nil {
		return err
	}
	if err := p.audit.Write(ctx, tx, entries...); err != nil {
		return err
	}
	return p.closeIfDone(ctx, tx, r.batch.ID)
}

func bookLines(ctx context.Context, tx *pg.Tx, r incoming, known map[string]knownLine) error {
	ids, codes := make([]int64, 0, len(r.Lines)), make([]string, 0, len(r.Lines))
	for _, l := range r.Lines {
		ids, codes = append(ids, known[l.Line].id), append(codes, l.Code)
	}
	const book = `update payout_line l set code = a.code, answered = $3, state = case a.code when '0000' then 'paid' else 'returned' end
		from unnest($1::bigint[], $2::text[]) as a (id, code) where l.id = a.id`
	if _, err := tx.Exec(ctx, book, ids, codes, tx.Now()); err != nil {
		return pg.Fail(err, "book the lines")
	}
	const mark = `update payout_entitlement e set state = l.state, updated = $2, paid = case l.state when 'paid' then $2::timestamptz end
		from payout_line l where l.batch = $1 and l.entitlement = e.id and l.state in ('paid', 'returned')`
	if _, err := tx.Exec(ctx, mark, r.batch.ID, tx.Now()); err != nil {
		return pg.Fail(err, "book the entitlements")
	}
	const fix = `insert into payout_fix (line, entitlement, region, code, opened)
		select id, entitlement, region, code, $2 from payout_line where batch = $1 and state = 'returned' order by id`
	_, err := tx.Exec(ctx, fix, r.batch.ID, tx.Now())
	return pg.Fail(err, "open the fix tasks")
}

// follow gives the jobs and audit entries of a booked return.
func follow(r incoming, known map[string]knownLine) (next []jobs.Args, entries []audit.Entry) {
	bank := audit.Actor{Kind: "outside", ID: "bank"}
	entries = append(entries, audit.Entry{Actor: bank, Act: "batch.answered", Subject: batchSubject(r.batch.ID), Purpose: "payout", Detail: r.batch.detail()})
	for _, l := range r.Lines {
		k := known[l.Line]
		act := "payment.returned"
		if l.Code == CodePaid {
			act = "payment.settled"
			next = append(next, Settled{Claim: k.claim, Line: k.id, Region: k.region})
		} else {
			next = append(next, Returned{Claim: k.claim, Line: k.id, Region: k.region})
		}
		entries = append(entries, audit.Entry{Actor: bank, Act: act, Case: k.caseID, Subject: entitlementSubject(k.entitlement), Region: k.region,
			Purpose: "payout", Detail: map[string]any{"claim": k.claim, "line": l.Line, "fen": int64(l.Amount), "code": l.Code}})
	}
	return next, entries
}

// refused books a file that the bank refused as a whole, whatever the code says. The money
// stays where it is until two people have asked the bank: a paper that says "nothing was
// booked" would else free a whole batch, and whoever can write one has it paid twice.
func (p *Payout) refused(ctx context.Context, tx *pg.Tx, r incoming) error {
	if err := p.keep(ctx, tx, r, ""); err != nil {
		return err
	}
	const q = `update payout_batch set state = 'refused', refused = $2, answered = $3 where id = $1`
	if _, err := tx.Exec(ctx, q, r.batch.ID, r.Refused, tx.Now()); err != nil {
		return pg.Fail(err, "book the refusal")
	}
	err := p.audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "outside", ID: "bank"}, Act: "batch.refused", Subject: batchSubject(r.batch.ID),
		Purpose: "payout", Detail: map[string]any{"batch": r.batch.Name, "code": r.Refused}})
	if err == nil {
		p.log.ErrorContext(ctx, "bank refused a file", "batch", r.batch.Name, "code", r.Refused)
	}
	return err
}

// dissolve closes a batch of which the bank booked nothing; its money waits for
// the next one.
func (p *Payout) dissolve(ctx context.Context, tx *pg.Tx, b Batch) error {
	if err := post(ctx, tx, "refuse", b.ID, map[string]core.Fen{accTransit: b.Totals.Total, accOwed: -b.Totals.Total}); err != nil {
		return err
	}
	return p.closeUnbooked(ctx, tx, b.ID)
}

// closeUnbooked closes a refused batch and lets its entitlements wait for the next one.
func (p *Payout) closeUnbooked(ctx context.Context, tx *pg.Tx, batch int64) error {
	if err := release(ctx, tx, batch); err != nil {
		return err
	}
	const q = `update payout_batch set state = 'closed', closed = $2 where id = $1`
	if _, err := tx.Exec(ctx, q, batch, tx.Now()); err != nil {
		return pg.Fail(err, "close a refused batch")
	}
	return p.stepped(ctx, tx, "batch.dissolved", batch)
}

// Close closes a batch when it is done: what CloseBatch asks for.
func (p *Payout) Close(ctx context.Context, batch int64) error {
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error { return p.closeIfDone(ctx, tx, batch) })
}

// closeIfDone closes an answered batch whose fix tasks have all ended. Its scope must
// reach every line of the batch.
func (p *Payout) closeIfDone(ctx context.Context, tx *pg.Tx, batch int64) error {
	const q = `update payout_batch b set state = 'closed', closed = $2 where id = $1 and state = 'answered' and not exists (
			select 1 from payout_fix f join payout_line l on l.id = f.line where l.batch = b.id and f.state in ('open', 'proposed'))`
	tag, err := tx.Exec(ctx, q, batch, tx.Now())
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Fail(err, "close a batch")
	}
	return p.stepped(ctx, tx, "batch.closed", batch)
}

func (p *Payout) stepped(ctx context.Context, tx *pg.Tx, act string, batch int64) error {
	return p.audit.Write(ctx, tx, audit.Entry{Actor: robot(), Act: act, Subject: batchSubject(batch), Purpose: "payout"})
}

// The rows that money's entries are about, in clear: whoever checks replays the
// state of every batch and entitlement from the log alone (security.md P17).
func batchSubject(id int64) string       { return "batch:" + formatID(id) }
func entitlementSubject(id int64) string { return "entitlement:" + formatID(id) }
