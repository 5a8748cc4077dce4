package intake

import (
	"bytes"
	"context"
	"math/rand/v2"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

var (
	// ErrKeyReused says that the key was used before, for something else.
	ErrKeyReused = core.E(core.KindConflict, "key_reused", "这张表已经提交过,内容和这次不一样。要改的话,请打 12345 或重新填一张。")

	errNumberTaken = core.E(core.KindUnavailable, "number_taken", "现在人多,请过一会儿再提交,您填的不会丢。")
)

const scopeReason = "one batch holds applications of many townships, and a repeated key is answered whatever township it was for"

// commit puts rows into the database as one transaction: the winners of their keys
// become applications with everything that follows, the others are answered from
// what is there. Draining never refuses: a known key adds its number as an alias,
// or, with another body, is kept beside the first and put before a person.
func (in *Intake) commit(ctx context.Context, rows []*row, draining bool) ([]outcome, error) {
	var out []outcome
	err := in.db.Tx(ctx, pg.City(scopeReason), func(ctx context.Context, tx *pg.Tx) error {
		if err := takeTurns(ctx, tx, rows); err != nil {
			return err
		}
		won, err := insert(ctx, tx, rows)
		if err != nil {
			return err
		}
		if !draining { // what was promised a number in the spool is never refused
			if err := in.within(rows, won); err != nil {
				return err
			}
		}
		to, err := answer(ctx, tx, rows, won)
		if err != nil {
			return err
		}
		if draining {
			if err := in.reconcile(ctx, tx, rows, to); err != nil {
				return err
			}
		}
		out = to.out
		return in.handOver(ctx, tx, won.of(rows))
	})
	if pg.Constraint(err) == "receipt_pkey" {
		err = errNumberTaken.Wrap(err)
	}
	return out, err
}

// winners are the applications that are new under their key, each with what its
// hand had sent before.
type winners map[core.ApplicationID]before

func (w winners) has(r *row) bool {
	_, ok := w[r.ID]
	return ok
}

func (w winners) of(rows []*row) []*row {
	var list []*row
	for _, r := range rows {
		if w.has(r) {
			list = append(list, r)
		}
	}
	return list
}

// insert adds applications with their numbers and tells which rows won their key.
// The counts are of what was there before the statement.
func insert(ctx context.Context, tx *pg.Tx, rows []*row) (winners, error) {
	const sql = `
		with fresh as (
			insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at, contact)
			select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::timestamptz[], $10::bytea[])
			on conflict (channel, key) do nothing
			returning id, receipt, citizen, contact
		), named as (
			insert into receipt (number, application) select receipt, id from fresh
		)
		select f.id::text,
			case when f.citizen <> '' then (select count(*) from application a where a.citizen = f.citizen and a.citizen <> '' and a.at > $11) else 0 end,
			case when f.contact is not null then (select count(*) from application a where a.contact = f.contact and a.at > $11) else 0 end
		from fresh f`
	n := len(rows)
	ids, channels, keys := make([]string, n), make([]string, n), make([]string, n)
	digests, receipts, citizens := make([][]byte, n), make([]string, n), make([]string, n)
	regions, urgent, times, contacts := make([]string, n), make([]bool, n), make([]time.Time, n), make([][]byte, n)
	for i, r := range rows {
		ids[i], channels[i], keys[i], digests[i] = string(r.ID), string(r.Channel), r.Key, r.Digest
		receipts[i], citizens[i], regions[i] = string(r.Receipt), r.Citizen, string(r.Region)
		urgent[i], times[i], contacts[i] = r.Urgent, r.At, r.Contact
	}
	found, err := tx.Query(ctx, sql, ids, channels, keys, digests, receipts, citizens, regions, urgent, times, contacts, tx.Now().Add(-24*time.Hour))
	if err != nil {
		return nil, pg.Fail(err, "insert applications")
	}
	defer found.Close()
	won := make(winners, n)
	for found.Next() {
		var id core.ApplicationID
		var had before
		if err := found.Scan(&id, &had.account, &had.phone); err != nil {
			return nil, pg.Fail(err, "insert applications")
		}
		won[id] = had
	}
	return won, pg.Fail(found.Err(), "insert applications")
}

// first is what a key was used for before.
type first struct {
	id      core.ApplicationID
	receipt core.Receipt
	digest  []byte
	region  core.RegionCode
	at      time.Time
}

// twin is a row whose key is taken.
type twin struct {
	index int
	first first
}

// answers are what becomes of each row: its outcome, the rows whose key was taken,
// and which applications are new.
type answers struct {
	out   []outcome
	twins []twin
	won   winners
}

// answer gives each row its outcome: winners their own receipt, the others the
// first one or ErrKeyReused.
func answer(ctx context.Context, tx *pg.Tx, rows []*row, won winners) (answers, error) {
	out := make([]outcome, len(rows))
	var channels, keys []string
	for i, r := range rows {
		out[i].receipt = Receipt{Number: r.Receipt, Application: r.ID, Region: r.Region, At: r.At}
		if !won.has(r) {
			channels, keys = append(channels, string(r.Channel)), append(keys, r.Key)
		}
	}
	if len(keys) == 0 {
		return answers{out, nil, won}, nil
	}
	known, err := firsts(ctx, tx, channels, keys)
	if err != nil {
		return answers{}, err
	}
	var twins []twin
	for i, r := range rows {
		f, ok := known[name{r.Channel, r.Key}]
		switch {
		case won.has(r):
		case !ok:
			return answers{}, core.E(core.KindInternal, "lost_conflict", "")
		case f.id == r.ID: // an earlier attempt of ours whose answer was lost
		case !bytes.Equal(f.digest, r.Digest):
			out[i] = outcome{err: ErrKeyReused}
			twins = append(twins, twin{i, f})
		default:
			out[i].receipt = Receipt{Number: f.receipt, Application: f.id, Region: f.region, At: f.at, Duplicate: true}
			twins = append(twins, twin{i, f})
		}
	}
	return answers{out, twins, won}, nil
}

type name struct {
	channel core.ChannelName
	key     string
}

func firsts(ctx context.Context, tx *pg.Tx, channels, keys []string) (map[name]first, error) {
	const sql = `
		select a.channel, a.key, a.id::text, a.receipt, a.body_digest, a.region, a.at
		from unnest($1::text[], $2::text[]) as want (channel, key)
		join application a on a.channel = want.channel and a.key = want.key`
	found, err := tx.Query(ctx, sql, channels, keys)
	if err != nil {
		return nil, pg.Fail(err, "read first receipts")
	}
	defer found.Close()
	known := make(map[name]first, len(keys))
	for found.Next() {
		var n name
		var f first
		if err := found.Scan(&n.channel, &n.key, &f.id, &f.receipt, &f.digest, &f.region, &f.at); err != nil {
			return nil, pg.Fail(err, "read first receipts")
		}
		known[n] = f
	}
	return known, pg.Fail(found.Err(), "read first receipts")
}

// reconcile keeps what came back from the spool under a taken key. Its number was
// spoken aloud, so it must name something from now on.
func (in *Intake) reconcile(ctx context.Context, tx *pg.Tx, rows []*row, to answers) error {
	for _, t := range to.twins {
		r := rows[t.index]
		if to.out[t.index].err == nil {
			const alias = `insert into receipt (number, application) values ($1, $2::uuid) on conflict (number) do nothing`
			if _, err := tx.Exec(ctx, alias, r.Receipt, string(t.first.id)); err != nil {
				return pg.Fail(err, "add a receipt number")
			}
			continue
		}
		if err := keepBoth(ctx, tx, r, t.first); err != nil {
			return err
		}
		to.won[r.ID] = before{}
		to.out[t.index] = outcome{receipt: Receipt{Number: r.Receipt, Application: r.ID, Region: r.Region, At: r.At}}
	}
	return nil
}

func keepBoth(ctx context.Context, tx *pg.Tx, r *row, f first) error {
	second := *r
	second.Key = r.Key + "~" + string(r.ID)
	fresh, err := insert(ctx, tx, []*row{&second})
	if err != nil || !fresh.has(&second) {
		return err // not fresh: drained before, and its answer was lost
	}
	const sql = `insert into application_twin (application, first, region, at) values ($1::uuid, $2::uuid, $3, $4)`
	_, err = tx.Exec(ctx, sql, string(r.ID), string(f.id), r.Region, tx.Now())
	return pg.Fail(err, "queue a duplicate")
}

// lease takes one block of receipt numbers that nobody ever had, and says again
// which blocks this process had before: a database restored from a backup may have
// forgotten them.
func (in *Intake) lease(ctx context.Context, known []int) (block int, key []byte, err error) {
	err = in.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.QueryRow(ctx, `select key from receipt_key`).Scan(&key); err != nil {
			return pg.Fail(err, "read the key of receipt numbers")
		}
		const again = `insert into receipt_block (block, holder) select unnest($1::int[]), $2 on conflict (block) do nothing`
		if _, err := tx.Exec(ctx, again, known, in.holder); err != nil {
			return pg.Fail(err, "repeat leases of receipt blocks")
		}
		const fresh = `insert into receipt_block (block, holder) values ($1, $2) on conflict (block) do nothing`
		for range 100 {
			block = rand.IntN(blockCount)
			tag, err := tx.Exec(ctx, fresh, block, in.holder)
			if err != nil {
				return pg.Fail(err, "lease a receipt block")
			}
			if tag.RowsAffected() == 1 {
				return nil
			}
		}
		return core.E(core.KindUnavailable, "receipt_blocks_scarce", "")
	})
	return block, key, err
}

// handOver writes what makes new applications everybody's business, all in one round
// trip: the files they name, the sealed rows, the audit entries and the jobs that
// open their cases.
func (in *Intake) handOver(ctx context.Context, tx *pg.Tx, fresh []*row) error {
	if len(fresh) == 0 {
		return nil
	}
	sealed := make([]jobs.Handover, len(fresh))
	open := make([]jobs.Args, len(fresh))
	entries := make([]audit.Entry, len(fresh))
	for i, r := range fresh {
		sealed[i], entries[i] = r.Sealed, received(r)
		open[i] = jobs.OpenCase{Application: r.ID, Region: r.Sealed.Region}
	}
	nameBlobs(tx, fresh)
	jobs.PutHandover(tx, sealed)
	if err := in.audit.Write(ctx, tx, entries...); err != nil {
		return err
	}
	return in.jobs.Insert(ctx, tx, open...)
}

func received(r *row) audit.Entry {
	actor := audit.Actor{Kind: "channel", ID: string(r.Channel)}
	detail := map[string]any{"receipt": r.Receipt, "channel": r.Channel, "urgent": r.Urgent}
	if r.Promised != "" {
		detail["promised"] = r.Promised
	}
	return audit.Entry{
		Actor: actor, Act: "application.received", Application: r.ID, Subject: r.Citizen, Region: r.Region,
		Detail: detail,
	}
}
