package intake

import (
	"context"
	"slices"

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

// takeTurns makes batches with the same hand wait for each other, always in the
// same order, so that counting afterwards sees all of them. A hand is an account,
// and the telephone that is bound to it, which the rows learn here.
func takeTurns(ctx context.Context, tx *pg.Tx, rows []*row) error {
	const sql = `
		with hand as materialized (
			select a.citizen, b.blind from unnest($1::text[]) a (citizen)
			left join citizen_binding b on b.citizen = a.citizen and b.kind = 'phone' and b.unbound is null
		), turn as materialized (
			select hashtextextended('account ' || citizen, 7) h from hand
			union select hashtextextended('phone ' || encode(blind, 'hex'), 7) from hand where blind is not null
		), taken as materialized (
			select pg_advisory_xact_lock(h) from (select h from turn order by h) one
		)
		select citizen, blind, (select count(*) from taken) from hand` // in each row, so that no plan can leave the turns out
	accounts := accountsOf(rows)
	if len(accounts) == 0 {
		return nil
	}
	found, err := tx.Query(ctx, sql, accounts)
	if err != nil {
		return pg.Fail(err, "wait for the same hand")
	}
	defer found.Close()
	phones := map[string][]byte{}
	for found.Next() {
		var account string
		var phone []byte
		var turns int
		if err := found.Scan(&account, &phone, &turns); err != nil {
			return pg.Fail(err, "wait for the same hand")
		}
		phones[account] = phone
	}
	for _, r := range rows {
		r.Contact = phones[r.Citizen]
	}
	return pg.Fail(found.Err(), "wait for the same hand")
}

// accountsOf lists the accounts of the rows, each once; what staff write down has
// none.
func accountsOf(rows []*row) []string {
	var list []string
	for _, r := range rows {
		if r.Citizen != "" {
			list = append(list, r.Citizen)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// before is what the hand of a row had sent within a day when its batch came.
type before struct{ account, phone int }

// within adds up what each hand has sent in a day, and gives back as excess the
// newest rows of those who sent too many.
func (in *Intake) within(rows []*row, won winners) error {
	var fresh []*row
	over := map[string]int{}
	for _, r := range rows {
		had, ok := won[r.ID]
		if !ok {
			continue
		}
		fresh = append(fresh, r)
		for name, n := range map[string]int{accountOf(r): had.account, phoneOf(r): had.phone} {
			if _, known := over[name]; !known {
				over[name] = n - in.perDay
			}
			over[name]++
		}
	}
	return tooMany(fresh, over)
}

// accountOf and phoneOf name a row's hands in the counts.
func accountOf(r *row) string { return "a" + r.Citizen }
func phoneOf(r *row) string   { return "p" + string(r.Contact) }

func tooMany(fresh []*row, over map[string]int) error {
	out := excess{}
	for _, r := range slices.Backward(fresh) {
		account, phone := accountOf(r), phoneOf(r)
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
func nameBlobs(tx *pg.Tx, rows []*row) {
	var digests, ids []string
	for _, r := range rows {
		for _, d := range r.Blobs {
			digests, ids = append(digests, string(d)), append(ids, string(r.ID))
		}
	}
	if len(ids) == 0 {
		return
	}
	tx.Later("name the files of applications", `insert into application_blob (digest, application) select d, a::uuid from unnest($1::text[], $2::text[]) u (d, a)
		on conflict do nothing`, digests, ids)
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
