package change

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
)

// sure is the confidence of a change that two people stand behind.
const sure = 100

// Accept makes a request true: its sheet is written in the same transaction, with the
// source "change:<id>". why.Actor decides. Errors: ErrUnknown, ErrTwoPeople, ErrSettled
// (also for the second of two who decide at once), ErrMeanwhile when another value stands
// than the one that was to be changed.
func (c *Changes) Accept(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, verdict string) error {
	r, region, err := c.settle(ctx, tx, why, id, Accepted, verdict)
	if err != nil {
		return err
	}
	facts, err := json.Marshal(map[string]json.RawMessage{r.Path: r.Becomes})
	if err != nil {
		return core.E(core.KindInternal, "change_unreadable", "")
	}
	sheet := registry.Sheet{Source: "change:" + id.String(), ValidFrom: r.ValidFrom, Confidence: sure, Facts: facts}
	if err := c.d.Registry.Learn(ctx, tx, why, r.Household, r.Person, sheet); err != nil {
		return err
	}
	return c.trace(ctx, tx, why, "change.accepted", r, region)
}

// Refuse ends a request without a change. Errors: as Accept, without ErrMeanwhile.
func (c *Changes) Refuse(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, verdict string) error {
	r, region, err := c.settle(ctx, tx, why, id, Refused, verdict)
	if err != nil {
		return err
	}
	return c.trace(ctx, tx, why, "change.refused", r, region)
}

// errMistakeWords wants more than the button says: it ends what a family was promised an answer to.
var errMistakeWords = core.Invalid("reason", "写清楚问了谁、是谁家的事、怎么记错的,例如:问过记的人李某,他把隔壁赵家的话记到了这一家。")

// ownWords takes out what the button says itself.
var ownWords = strings.NewReplacer("记错了", "", "写错了", "", "登错了", "", "本人没有提过", "", "没有提过", "", "没提过", "", "弄错了", "", "搞错了", "")

// Mistake ends an objection that nobody made: it was written down for the wrong family. Another
// person than its writer says so, in words; the facts stay, and nobody is told, for nobody asked.
// It stays among what was written of the household. Errors: as Refuse; ErrNoContest.
func (c *Changes) Mistake(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, verdict string) error {
	if !core.Told(ownWords.Replace(verdict), 6) {
		return errMistakeWords
	}
	r, region, err := c.settle(ctx, tx, why, id, Mistaken, verdict)
	if err != nil {
		return err
	}
	return c.trace(ctx, tx, why, "change.mistaken", r, region)
}

// Withdraw takes a request back, which only who asked may do. What two people saw is no one
// person's to take back, and what a citizen disputes is answered by another one: an objection
// that its writer could take back was gone, and nobody heard of it; one that was not theirs is
// called so by another (Mistake). What an officer asked for by themselves promised nobody
// anything and changed nothing: it is theirs to take back alone, with a reason that stays in the
// list. Errors: as Refuse; ErrContest.
func (c *Changes) Withdraw(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, verdict string) error {
	r, err := c.Get(ctx, tx, why, id)
	if err != nil {
		return err
	}
	switch r.Origin {
	case FromVisit:
		return ErrTwoPeople
	case FromCitizen:
		return ErrContest
	}
	return c.withdraw(ctx, tx, why, id, verdict)
}

func (c *Changes) withdraw(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, verdict string) error {
	r, region, err := c.settle(ctx, tx, why, id, Withdrawn, verdict)
	if err != nil {
		return err
	}
	return c.trace(ctx, tx, why, "change.withdrawn", r, region)
}

// settle moves a request out of open. The row is locked first, so that of two people
// who decide at once the second finds it settled.
func (c *Changes) settle(ctx context.Context, tx *pg.Tx, why registry.Purpose, id ID, to State, verdict string) (Request, core.RegionCode, error) {
	if !reasoned(verdict) {
		return Request{}, "", errReason
	}
	var r Request
	var region core.RegionCode
	const lock = `select id, region, household, coalesce(person, 0), path, becomes, valid_from - date '1970-01-01', state from change_request where id = $1 for update`
	err := tx.QueryRow(ctx, lock, id).Scan(&r.ID, &region, &r.Household, &r.Person, &r.Path, &r.Becomes, &r.ValidFrom, &r.State)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, "", ErrUnknown
	}
	if err != nil {
		return r, "", pg.Fail(err, "lock a change")
	}
	if r.State != Open {
		return r, "", ErrSettled
	}
	sealed, err := c.d.Ring.Seal([]byte(verdict), place(id, "verdict"))
	if err != nil {
		return r, "", err
	}
	const sql = `update change_request set state = $2, decider = $3, verdict = $4, decided = $5 where id = $1`
	_, err = tx.Exec(ctx, sql, id, to, actor(why), sealed, tx.Now())
	return r, region, refusal(err, "settle a change")
}

// String writes the id as sources carry it.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

func actor(why registry.Purpose) string { return why.Actor.Kind + ":" + why.Actor.ID }

func place(id ID, column string) seal.At {
	return seal.At{Table: "change_request", Row: id.String(), Column: column}
}

// trace writes the entry of one step: which fact, never its value or the reason.
func (c *Changes) trace(ctx context.Context, tx *pg.Tx, why registry.Purpose, act string, r Request, region core.RegionCode) error {
	if why.Why == "" {
		return core.E(core.KindInternal, "purpose_missing", "").Wrap(errors.New("a fact is changed for a purpose or not at all"))
	}
	e := audit.Entry{Actor: why.Actor, Act: act, Case: why.Case, Application: why.Application, Purpose: why.Why, Region: region, Detail: struct {
		Change    ID               `json:"change"`
		Household core.HouseholdID `json:"household"`
		Path      string           `json:"path"`
	}{r.ID, r.Household, r.Path}}
	if r.Person != 0 {
		e.Subject = "person:" + strconv.FormatInt(int64(r.Person), 10)
	}
	return c.d.Log.Write(ctx, tx, e)
}
