package change

import (
	"context"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

const (
	maxReason = 1000 // characters
	minReason = 2    // words: a family hears them
)

var errReason = core.Invalid("reason", "写清楚问了谁、看了什么、怎么说的,一千字以内。光写标点、数字,或者只写「同意」「听说」「不行」这样的,不算。")

// reasoned reports whether a reason says something, of a request or of a verdict.
func reasoned(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxReason && core.Told(s, minReason)
}

// CheckReason is the error of a reason that says nothing, or too much; nil for another.
func CheckReason(s string) error {
	if !reasoned(s) {
		return errReason
	}
	return nil
}

// Propose asks for a change in the name of why.Actor. Nothing changes yet. Errors:
// KindInvalid for a path or value outside the vocabulary, no day, no reason, no paper where an officer needs
// one, or ErrSame;
// registry.ErrNoHousehold outside the scope or for who is no member; ErrMeanwhile when
// another value stands than the one shown; ErrAsked. The value that stands is asked for only
// where Anew says that it is confirmed for other people than it was told for.
func (c *Changes) Propose(ctx context.Context, tx *pg.Tx, why registry.Purpose, ch Change) (ID, error) {
	if err := ch.check(tx.Today()); err != nil {
		return 0, err
	}
	r := Request{Change: ch, Case: why.Case, Proposer: actor(why)}
	if err := tx.QueryRow(ctx, `select nextval('change_request_id_seq')`).Scan(&r.ID); err != nil {
		return 0, pg.Fail(err, "number a change")
	}
	paper, err := c.paper(ctx, tx, why, r)
	if err != nil {
		return 0, err
	}
	reason, err := c.d.Ring.Seal([]byte(ch.Reason), place(r.ID, "reason"))
	if err != nil {
		return 0, err
	}
	const sql = `insert into change_request (id, region, household, person, path, was, becomes, valid_from, origin, reason, evidence, proposer, made, seconder, case_id, anew, paper)
		select $1, region, id, nullif($3, 0), $4, $5, $6, $7, $8, $9, nullif($10, ''), $11, $12, 'staff:' || nullif($13, 0), nullif($14, 0), $15, $16
		from household where id = $2 returning region`
	var region core.RegionCode
	err = tx.QueryRow(ctx, sql, r.ID, int64(ch.Household), int64(ch.Person), ch.Path, known(ch.Was), ch.Becomes, ch.ValidFrom.Time(),
		ch.Origin, reason, ch.Evidence, r.Proposer, tx.Now(), int64(ch.Seconder), int64(why.Case), ch.Anew, paper).Scan(&region)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, registry.ErrNoHousehold
	}
	if err != nil {
		return 0, refusal(err, "ask for a change")
	}
	return r.ID, c.trace(ctx, tx, why, "change.proposed", r, region)
}

// paper seals the paper of a request, nil where it has none. An officer who asks for what a paper
// says has it before them; what was seen or disputed waits for it (Vouch).
func (c *Changes) paper(ctx context.Context, tx *pg.Tx, why registry.Purpose, r Request) ([]byte, error) {
	switch {
	case !r.NeedsPaper():
		return nil, nil
	case r.Paper == nil && r.Origin == FromOfficer:
		return nil, errPaper
	case r.Paper == nil:
		return nil, nil
	}
	if err := c.checkPaper(ctx, tx, r.Change, *r.Paper); err != nil {
		return nil, err
	}
	return c.sealPaper(r.ID, why, *r.Paper)
}

// check holds a change to the vocabulary and the limits.
func (ch Change) check(today core.Date) error {
	facts, err := json.Marshal(map[string]json.RawMessage{ch.Path: ch.Becomes})
	if err != nil || len(ch.Becomes) == 0 {
		return core.Invalid("becomes", "请填写修改后的内容。")
	}
	if err := registry.CheckFacts(facts, ch.Person != 0); err != nil {
		return err
	}
	switch {
	case ch.ValidFrom.IsZero() || ch.ValidFrom > today:
		return core.Invalid("valid_from", "请填写从哪天起是这样,不能晚于今天。")
	case !reasoned(ch.Reason):
		return errReason
	case ch.Origin != FromOfficer && ch.Origin != FromCitizen && ch.Origin != FromVisit:
		return core.Invalid("origin", "")
	case (ch.Origin == FromVisit) != (ch.Seconder != 0):
		return core.Invalid("seconder", "入户看到的,要写明是哪两个人看的。")
	}
	return nil
}

// Stands reports whether what a change was asked about is what the register says still.
func (c *Changes) Stands(ctx context.Context, tx *pg.Tx, ch Change) (stands bool, err error) {
	err = tx.QueryRow(ctx, `select registry_said($1, nullif($2, 0), $3, $4) is not distinct from $5::jsonb and $5::jsonb is distinct from nullif($6::jsonb, 'null'::jsonb)`,
		int64(ch.Household), int64(ch.Person), ch.Path, ch.ValidFrom.Time(), known(ch.Was), ch.Becomes).Scan(&stands)
	return stands, pg.Fail(err, "look at what stands")
}

// Again is Propose where what the same person asked for earlier about the fact, and nobody
// decided yet, gives way to what they ask for now. What a citizen disputes gives way to
// nothing. Errors: as Propose; ErrAsked only where such a one waits.
func (c *Changes) Again(ctx context.Context, tx *pg.Tx, why registry.Purpose, ch Change) (ID, error) {
	const sql = `select id, origin from change_request where household = $1 and coalesce(person, 0) = $2 and path = $3 and proposer = $4 and state = 'open'`
	var earlier ID
	var origin Origin
	err := tx.QueryRow(ctx, sql, int64(ch.Household), int64(ch.Person), ch.Path, actor(why)).Scan(&earlier, &origin)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, pg.Fail(err, "look for an earlier change")
	}
	if err == nil && origin == FromCitizen {
		return 0, ErrAsked
	}
	if err == nil {
		if err := c.withdraw(ctx, tx, why, earlier, "又去看过,以新的为准。"); err != nil {
			return 0, err
		}
	}
	return c.Propose(ctx, tx, why, ch)
}

// known is a value as the database keeps it: null is nothing.
func known(value json.RawMessage) any {
	if len(value) == 0 || string(value) == "null" {
		return nil
	}
	return value
}

// refusal turns what the database refuses into what the person can do.
func refusal(err error, doing string) error {
	switch pg.Constraint(err) {
	case "change_meanwhile":
		return ErrMeanwhile
	case "change_asked", "change_request_asked":
		return ErrAsked
	case "change_about":
		return registry.ErrNoHousehold
	case "change_two_people", "change_own", "change_both":
		return ErrTwoPeople
	case "change_paper":
		return ErrPaper
	case "change_mistaken":
		return ErrNoContest
	case "change_legal", "change_paper_once":
		return ErrSettled
	case "change_same", "change_anew":
		return ErrSame
	}
	return pg.Fail(err, doing)
}
