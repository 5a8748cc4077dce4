package intake

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// perDay is how many applications one account, and one telephone, may send in a
// day by their own hand. A family needs one; a helper of the neighbourhood a few.
// What staff write down is not counted, and a telephone only where it is bound to
// the sending account: whoever types a stranger's number into forms would else use
// up the stranger's day.
const perDay = 5

var (
	errPerAccount = core.E(core.KindTooMany, "account_day", "从这个账号,一天里报得太多了。明天再报,急事请打 12345。")
	errPerPhone   = core.E(core.KindTooMany, "phone_day", "用这个电话,一天里报得太多了。明天再报,急事请打 12345。")
)

// excess is what stops a batch: the rows that are too many, each with its answer.
// The others are committed without them.
type excess map[core.ApplicationID]*core.Error

func (excess) Error() string { return "more applications of one hand than a day allows" }

// hands lists the accounts and telephones of the rows that are counted.
func hands(rows []*row) (accounts []string, phones [][]byte) {
	for _, r := range rows {
		if r.Citizen != "" {
			accounts = append(accounts, r.Citizen)
		}
		if r.Contact != nil {
			phones = append(phones, r.Contact)
		}
	}
	return accounts, phones
}

// takeTurns makes batches with the same hand wait for each other, always in the
// same order, so that counting afterwards sees all of them.
func takeTurns(ctx context.Context, tx *pg.Tx, rows []*row) error {
	accounts, phones := hands(rows)
	if len(accounts)+len(phones) == 0 {
		return nil
	}
	var turns []string
	for _, a := range accounts {
		turns = append(turns, "account "+a)
	}
	for _, p := range phones {
		turns = append(turns, "phone "+hex.EncodeToString(p))
	}
	slices.Sort(turns)
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(h) from (select distinct hashtextextended(t, 7) h from unnest($1::text[]) t order by 1) turns`,
		slices.Compact(turns))
	return pg.Fail(err, "wait for the same hand")
}

// within counts, after the insert, what each hand has sent in a day, and gives back
// as excess the newest rows of those who sent too many.
func (in *Intake) within(ctx context.Context, tx *pg.Tx, rows []*row, won map[core.ApplicationID]bool) error {
	var fresh []*row
	for _, r := range rows {
		if won[r.ID] {
			fresh = append(fresh, r)
		}
	}
	accounts, phones := hands(fresh)
	if len(accounts)+len(phones) == 0 {
		return nil
	}
	const sql = `select 'a' || citizen, count(*) from application where citizen = any($1) and citizen <> '' and at > $3 group by citizen
		union all select 'p' || encode(contact, 'hex'), count(*) from application where contact = any($2::bytea[]) and at > $3 group by contact`
	found, err := tx.Query(ctx, sql, accounts, phones, tx.Now().Add(-24*time.Hour))
	if err != nil {
		return pg.Fail(err, "count what one hand sent")
	}
	defer found.Close()
	over := map[string]int{}
	for found.Next() {
		var who string
		var n int
		if err := found.Scan(&who, &n); err != nil {
			return pg.Fail(err, "count what one hand sent")
		}
		over[who] = n - in.perDay
	}
	if err := found.Err(); err != nil {
		return pg.Fail(err, "count what one hand sent")
	}
	return tooMany(fresh, over)
}

func tooMany(fresh []*row, over map[string]int) error {
	out := excess{}
	for _, r := range slices.Backward(fresh) {
		account, phone := "a"+r.Citizen, "p"+hex.EncodeToString(r.Contact)
		switch {
		case r.Citizen != "" && over[account] > 0:
			out[r.ID] = errPerAccount
		case r.Contact != nil && over[phone] > 0:
			out[r.ID] = errPerPhone
		default:
			continue
		}
		over[account]--
		over[phone]--
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// without answers the rows that are too many and stores the rest.
func (in *Intake) without(rows []*row, over excess) []outcome {
	var rest []*row
	for _, r := range rows {
		if over[r.ID] == nil {
			rest = append(rest, r)
		}
	}
	var stored []outcome
	if len(rest) > 0 {
		stored = in.store(rest)
	}
	out := make([]outcome, 0, len(rows))
	for _, r := range rows {
		if over[r.ID] != nil {
			out = append(out, outcome{err: over[r.ID]})
			continue
		}
		out, stored = append(out, stored[0]), stored[1:]
	}
	return out
}

// nameBlobs notes which files the winners name, so that none of them is swept.
func nameBlobs(ctx context.Context, tx *pg.Tx, rows []*row, won map[core.ApplicationID]bool) error {
	var digests, ids []string
	for _, r := range rows {
		for _, d := range r.Blobs {
			if won[r.ID] {
				digests, ids = append(digests, string(d)), append(ids, string(r.ID))
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into application_blob (digest, application) select d, a::uuid from unnest($1::text[], $2::text[]) u (d, a)
		on conflict do nothing`, digests, ids)
	return pg.Fail(err, "name the files of applications")
}

// BlobNamed reports whether any row of the city names a file: an application, a
// call, a case or a visit.
func BlobNamed(ctx context.Context, tx *pg.Tx, d core.BlobDigest) (named bool, err error) {
	err = tx.QueryRow(ctx, `select blob_named($1)`, d).Scan(&named)
	return named, pg.Fail(err, "look whether a file is named")
}

// blobsOf lists every file an application names.
func blobsOf(a *core.Application) []core.BlobDigest {
	var list []core.BlobDigest
	add := func(d core.BlobDigest) {
		if d != "" && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	for _, p := range a.Papers {
		add(p.Digest)
	}
	for _, c := range a.Consent {
		add(c.Proof)
	}
	if s := a.Signature; s != nil {
		add(s.Strokes)
		add(s.Picture)
		add(s.Document)
	}
	return list
}
