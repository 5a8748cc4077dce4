package recheck

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/staff"
)

func wordsAt(row string) seal.At {
	return seal.At{Table: "recheck_word", Row: row, Column: "words"}
}

// goers are the roles of who may be sent.
func goers() []staff.Role {
	return []staff.Role{staff.Officer, staff.Assistant, staff.Clerk, staff.Approver, staff.County}
}

// Free lists who may go to a drawn case: those of its township first, then the county's. Who went
// before, worked on it or decided it is left out, and so are kin, without a word about which.
func (k *Recheck) Free(ctx context.Context, tx *pg.Tx, v Visit) ([]staff.Person, error) {
	not, err := staffIDs(ctx, tx, `select b from recheck_barred($1) b where b is not null union select recheck_kin_of($1)`, int64(v.Case))
	if err != nil {
		return nil, err
	}
	var out []staff.Person
	for _, role := range goers() {
		list, err := k.d.Staff.Holding(ctx, tx, role, v.Region)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if !slices.Contains(not, p.ID) && !slices.ContainsFunc(out, func(o staff.Person) bool { return o.ID == p.ID }) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// Send is who goes to a drawn case, and when.
type Send struct {
	Round    int64
	Case     core.CaseID
	Visitors [2]core.StaffID
	On       core.Date
}

// Send sends another pair than before to a drawn case, or another one until something is written.
// Errors: ErrNone, ErrTwo, ErrPair, ErrKinGoes, ErrFinal, KindInvalid for a day that has passed or is
// more than 60 days ahead.
func (k *Recheck) Send(ctx context.Context, who staff.Person, in Send) error {
	return k.on(ctx, who, in.Round, Drawn, func(ctx context.Context, tx *pg.Tx, r Round) error {
		if in.On < tx.Today() || in.On > tx.Today().AddDate(0, 0, 60) {
			return core.Invalid("on", "请选今天到两个月内的一天。")
		}
		v, err := k.visit(ctx, tx, in.Round, in.Case)
		if err != nil {
			return err
		}
		if in.Visitors[0] == in.Visitors[1] {
			return ErrTwo
		}
		for _, id := range in.Visitors {
			p, err := k.d.Staff.Person(ctx, tx, id)
			if err != nil || !p.Covers(v.Region) || !p.Has(goers()...) {
				return ErrTwo
			}
		}
		const sql = `update recheck_visit set first = $3, second = $4, planned = $5, sender = $6, sent = $7 where round = $1 and case_id = $2`
		_, err = tx.Exec(ctx, sql, in.Round, int64(in.Case), int64(in.Visitors[0]), int64(in.Visitors[1]), in.On.Time(), int64(who.ID), tx.Now())
		if err != nil {
			return refused(pg.Fail(err, "send visitors"))
		}
		return k.trace(ctx, tx, who, "recheck.sent", v, map[string]any{"visitors": in.Visitors, "on": in.On.String()})
	})
}

// Write is what one of the two writes down: whether it is as the case says, and what they saw.
// Errors: ErrNone, ErrWent, ErrWords, ErrWaits.
func (k *Recheck) Write(ctx context.Context, who staff.Person, round int64, id core.CaseID, found Outcome, words string) error {
	words = strings.TrimSpace(words)
	if n := utf8.RuneCountInString(words); n > 1000 || !core.Told(words, 4) || strings.ContainsRune(words, 0) {
		return ErrWords
	}
	if found != Same && found != Different {
		return core.Invalid("outcome", "请选和原来一样,还是不一样。")
	}
	return k.went(ctx, who, round, id, func(ctx context.Context, tx *pg.Tx, v Visit) error {
		if v.Word != 0 {
			return ErrWaits
		}
		var under string
		if err := tx.QueryRow(ctx, `select gen_random_uuid()::text`).Scan(&under); err != nil {
			return pg.Fail(err, "name a row")
		}
		sealed, err := k.d.Ring.Seal([]byte(words), wordsAt(under))
		if err != nil {
			return err
		}
		const sql = `insert into recheck_word (round, case_id, region, staff, at, outcome, words, row) values ($1, $2, $3, $4, $5, $6, $7, $8::uuid)`
		if _, err := tx.Exec(ctx, sql, round, int64(id), string(v.Region), int64(who.ID), tx.Now(), string(found), sealed, under); err != nil {
			return refused(pg.Fail(err, "write what was found"))
		}
		return k.trace(ctx, tx, who, "recheck.written", v, map[string]any{"outcome": found})
	})
}

// Hold is the other's word on it, from an own log-in: it was so, or it was not and is written
// anew. What is held stands in the timeline of the case. It changes nothing of the case: where it
// was found different, people propose a change. Errors: ErrNone, ErrWent, ErrSecond, ErrState.
func (k *Recheck) Hold(ctx context.Context, who staff.Person, round int64, id core.CaseID, word int64, holds bool) error {
	return k.went(ctx, who, round, id, func(ctx context.Context, tx *pg.Tx, v Visit) error {
		switch {
		case v.Word == 0 || v.Word != word || v.Held:
			return ErrState
		case v.Writer == who.ID:
			return ErrSecond
		}
		state, act := "held", "recheck.held"
		if !holds {
			state, act = "refused", "recheck.refused"
		}
		if _, err := tx.Exec(ctx, `update recheck_word set state = $2, second = $3, seconded = $4 where id = $1`, word, state, int64(who.ID), tx.Now()); err != nil {
			return refused(pg.Fail(err, "hold what was found"))
		}
		if holds {
			if err := k.d.Cases.AddEvent(ctx, tx, heldEvent(who, v)); err != nil {
				return err
			}
		}
		return k.trace(ctx, tx, who, act, v, map[string]any{"word": word, "outcome": v.Outcome})
	})
}

func heldEvent(who staff.Person, v Visit) casefile.Event {
	e := casefile.Event{Case: v.Case, Kind: "recheck.held", Actor: casefile.As(who), Citizen: "抽查的人到您家看过了。", Staff: "抽查看过,和原来一样"}
	if v.Outcome == Different {
		e.Staff = "抽查看过,和原来不一样。要不要调整,由人来提,两个人定"
	}
	return e
}

// went runs one act of one of the two who go to a drawn case, which is held until the commit.
func (k *Recheck) went(ctx context.Context, who staff.Person, round int64, id core.CaseID, do func(context.Context, *pg.Tx, Visit) error) error {
	return k.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `select from recheck_visit where round = $1 and case_id = $2 for update`, round, int64(id)); err != nil {
			return pg.Fail(err, "hold a drawn case")
		}
		v, err := k.visit(ctx, tx, round, id)
		switch {
		case err != nil:
			return err
		case !v.Goes(who.ID) || tx.Today() < v.Planned:
			return ErrWent
		}
		return do(ctx, tx, v)
	})
}

func (k *Recheck) visit(ctx context.Context, tx *pg.Tx, round int64, id core.CaseID) (Visit, error) {
	list, err := k.visits(ctx, tx, visitQuery+`where v.round = $1 and v.case_id = $2`, round, int64(id))
	if err == nil && len(list) == 0 {
		err = ErrNone
	}
	if err != nil {
		return Visit{}, err
	}
	return list[0], nil
}

func (k *Recheck) trace(ctx context.Context, tx *pg.Tx, who staff.Person, act string, v Visit, detail map[string]any) error {
	detail["round"] = v.Round
	return k.d.Audit.Write(ctx, tx, audit.Entry{Actor: actor(who), Act: act, Case: v.Case, Region: v.Region, Purpose: purpose, Detail: detail})
}
