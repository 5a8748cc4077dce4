package recheck

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/staff"
)

func seedAt(h Hash) seal.At {
	return seal.At{Table: "recheck_round", Row: hex.EncodeToString(h[:]), Column: "sealed"}
}

// committedAs is how the log names a commitment, in clear: `lianou draw verify` reads it.
func committedAs(f Frame, after int, seed Hash) string {
	return fmt.Sprintf("recheck:%d/%s/%s/%s/%d/%d/%x", f.ID, f.County, f.Since, f.Until, f.Percent, after, seed)
}

// Commit begins a round: a seed is drawn, sealed, and its hash goes into the log. The share is the
// county's. It cannot be taken back. Errors: ErrNotYours, ErrDays, ErrOnce.
func (k *Recheck) Commit(ctx context.Context, who staff.Person, county core.RegionCode, since, until core.Date) (id int64, err error) {
	if !who.Has(staff.County, staff.City) || k.mine(who, county) != nil {
		return 0, ErrNotYours
	}
	if until < since || until > since.AddDate(1, 0, 0) {
		return 0, ErrDays
	}
	// 1. The seed, which nobody is shown until the list is frozen.
	var seed Hash
	if _, err := rand.Read(seed[:]); err != nil {
		return 0, core.E(core.KindUnavailable, "recheck_random", "").Wrap(err)
	}
	hash := Hash(sha256.Sum256(seed[:]))
	sealed, err := k.d.Ring.Seal(seed[:], seedAt(hash))
	if err != nil {
		return 0, err
	}
	// 2. The round and its commitment, together.
	err = k.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		f := Frame{County: county, Since: since, Until: until}
		const sql = `insert into recheck_round (county, since, until, percent, opener, opened, seed_hash, sealed, after)
			values ($1, $2, $3, coalesce((select percent from recheck_share where county = $1), $4), $5, $6, $7, $8, $9) returning id, percent`
		err := tx.QueryRow(ctx, sql, string(county), since.Time(), until.Time(), Share, int64(who.ID), tx.Now(), hash[:], sealed, After).Scan(&f.ID, &f.Percent)
		if err != nil {
			return refused(pg.Fail(err, "begin a re-check"))
		}
		id = f.ID
		subject := committedAs(f, After, hash)
		if _, err := tx.Exec(ctx, `update recheck_round set subject = $2 where id = $1`, id, subject); err != nil {
			return refused(pg.Fail(err, "name a commitment"))
		}
		return k.d.Audit.Write(ctx, tx, audit.Entry{Actor: actor(who), Act: "recheck.committed", Subject: subject, Purpose: purpose})
	})
	return id, err
}

const purpose = "recheck"

// on runs one step of a round that is held until the commit.
func (k *Recheck) on(ctx context.Context, who staff.Person, id int64, in State, do func(context.Context, *pg.Tx, Round) error) error {
	return k.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select ` + roundColumns + ` from recheck_round where id = $1 for update`
		r, err := one(ctx, tx, sql, id)
		switch {
		case err != nil:
			return err
		case !who.Has(staff.County, staff.City) || k.mine(who, r.County) != nil:
			return ErrNone
		case r.State != in:
			return ErrState
		}
		return do(ctx, tx, r)
	})
}

// List freezes the decided cases of the period, and the register of relatives among them, under the
// head of the log. Errors: ErrNone, ErrState, ErrEarly, ErrHead where the log has not grown past the
// commitment yet.
func (k *Recheck) List(ctx context.Context, who staff.Person, id int64) error {
	return k.on(ctx, who, id, Committed, func(ctx context.Context, tx *pg.Tx, r Round) error {
		if tx.Today() <= r.Until {
			return ErrEarly
		}
		// 1. The head, fixed by now and by nobody here.
		var root []byte
		err := tx.QueryRow(ctx, `select size, root from recheck_head($1)`, id).Scan(&r.HeadSize, &root)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrHead
		}
		if err != nil {
			return pg.Fail(err, "read the head of the log")
		}
		r.HeadRoot = Hash(root)
		// 2. The list and the register.
		list, err := ids(ctx, tx, `select case_id from recheck_decided($1, $2, $3)`, string(r.County), r.Since.Time(), r.Until.Time())
		if err != nil {
			return err
		}
		kin, err := ids(ctx, tx, `select recheck_related($1)`, list)
		if err != nil {
			return err
		}
		const entries = `insert into recheck_entry (round, n, case_id, region)
			select $1, row_number() over (order by d.case_id), d.case_id, d.region from recheck_decided($2, $3, $4) d`
		if _, err := tx.Exec(ctx, entries, id, string(r.County), r.Since.Time(), r.Until.Time()); err != nil {
			return refused(pg.Fail(err, "write a list"))
		}
		const register = `insert into recheck_kin (round, case_id, region) select round, case_id, region from recheck_entry where round = $1 and case_id = any ($2)`
		if _, err := tx.Exec(ctx, register, id, kin); err != nil {
			return refused(pg.Fail(err, "write a register of relatives"))
		}
		// 3. Frozen, and in the log.
		var salt Hash
		if _, err := rand.Read(salt[:]); err != nil {
			return core.E(core.KindUnavailable, "recheck_random", "").Wrap(err)
		}
		r.Digest, r.Cases = ListDigest(r.Frame, list), len(list)
		hidden := KinHash(salt, kin)
		const freeze = `update recheck_round set state = 'listed', lister = $2, listed = $3, cases = $4, head_size = $5, head_root = $6, digest = $7, kin_salt = $8, kin_hash = $9 where id = $1`
		if _, err := tx.Exec(ctx, freeze, id, int64(who.ID), tx.Now(), len(list), r.HeadSize, r.HeadRoot[:], r.Digest[:], salt[:], hidden[:]); err != nil {
			return refused(pg.Fail(err, "freeze a list"))
		}
		subject := fmt.Sprintf("recheck:%d/listed/%d/%x/%d/%x/%x", id, r.HeadSize, r.HeadRoot, r.Cases, r.Digest, hidden)
		return k.d.Audit.Write(ctx, tx, audit.Entry{Actor: actor(who), Act: "recheck.listed", Subject: subject, Purpose: purpose})
	})
}

// Draw lays the seed open and keeps what follows from it. Errors: ErrNone, ErrState.
func (k *Recheck) Draw(ctx context.Context, who staff.Person, id int64) error {
	return k.on(ctx, who, id, Listed, func(ctx context.Context, tx *pg.Tx, r Round) error {
		var sealed []byte
		if err := tx.QueryRow(ctx, `select sealed from recheck_round where id = $1`, id).Scan(&sealed); err != nil {
			return pg.Fail(err, "read a seed")
		}
		seed, err := k.d.Ring.Open(sealed, seedAt(r.SeedHash))
		if err != nil {
			return err
		}
		list, err := ids(ctx, tx, `select case_id from recheck_entry where round = $1 order by n`, id)
		if err != nil {
			return err
		}
		kin, err := ids(ctx, tx, `select case_id from recheck_kin where round = $1`, id)
		if err != nil {
			return err
		}
		drawn := Draw(Mix(Hash(seed), r.HeadRoot, id), list, r.Percent, kin)
		const visits = `insert into recheck_visit (round, case_id, region) select round, case_id, region from recheck_entry where round = $1 and case_id = any ($2)`
		if _, err := tx.Exec(ctx, visits, id, drawn); err != nil {
			return refused(pg.Fail(err, "write a draw"))
		}
		const draw = `update recheck_round set state = 'drawn', drawer = $2, drawn = $3, seed = $4, visits = $5 where id = $1`
		if _, err := tx.Exec(ctx, draw, id, int64(who.ID), tx.Now(), seed, len(drawn)); err != nil {
			return refused(pg.Fail(err, "draw"))
		}
		subject := fmt.Sprintf("recheck:%d/drawn/%x/%d/%x", id, seed, len(drawn), drawnDigest(id, drawn))
		return k.d.Audit.Write(ctx, tx, audit.Entry{Actor: actor(who), Act: "recheck.drawn", Subject: subject, Purpose: purpose})
	})
}

func ids(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]core.CaseID, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read the cases of a re-check")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.CaseID])
	return list, pg.Fail(err, "read the cases of a re-check")
}
