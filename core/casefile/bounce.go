package casefile

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Ground is on what a township hands a case back (退单依据).
type Ground string

// The grounds.
const (
	GroundElsewhere Ground = "elsewhere" // the household lives elsewhere
	GroundHeld      Ground = "held"      // the same is in hand elsewhere
	GroundNotOurs   Ground = "not_ours"  // it is not the township's to handle
)

// Say names a ground to colleagues; "" for what is none.
func (g Ground) Say() string {
	return map[Ground]string{GroundElsewhere: "这家住在别的镇", GroundHeld: "同一件别处已经在办", GroundNotOurs: "这件不归镇里办"}[g]
}

// MaxBounces is how often a case is handed back in its life: once to ask, once more to have
// it settled by the county (F55).
const MaxBounces = 2

// Bounce is one time a case was handed back.
type Bounce struct {
	Case   core.CaseID
	Nth    int
	From   core.RegionCode
	By     core.StaffID
	Ground Ground
	Why    string // what the ground rests on
}

// Errors of hand-backs.
var (
	// ErrSettledBefore is the answer to a third: the county has said where the case belongs.
	ErrSettledBefore = core.E(core.KindConflict, "returned_before", "这件退过两次,县里定过了,不能再退。请接着办;住处变了的,请县里改派。")
	// ErrGround is a hand-back without one.
	ErrGround = core.Invalid("ground", "退回要选一条依据,再写明怎么核的。")
	// ErrVerdict is a county's word on the second hand-back that says no reason.
	ErrVerdict = core.Invalid("reason", "镇上退过两次了。县里定下来就不能再退,请写明为什么归那里。")
	// ErrOwnBounce: who handed a case back does not say where it belongs.
	ErrOwnBounce = core.E(core.KindForbidden, "bounce_two_people", "这件是您退回的,归哪里要由别的同事定。")
)

// bounced writes down on what a case is handed back.
func (s *Store) bounced(ctx context.Context, tx *pg.Tx, c Case, b Bounce) error {
	_, err := tx.Exec(ctx, `insert into case_bounce (case_id, region, nth, from_region, by_staff, ground, why, at) values ($1, $2, $3, $2, $4, $5, $6, $7)`,
		c.ID, c.Region, c.Returns+1, b.By, b.Ground, b.Why, tx.Now())
	return pg.Fail(err, "write why a case is handed back")
}

// SettleBounce writes where a case that was handed back belongs. why may be "" for the first
// time. Where none is open nothing is written. Errors: ErrVerdict, ErrOwnBounce.
func (s *Store) SettleBounce(ctx context.Context, tx *pg.Tx, c Case, by core.StaffID, to core.RegionCode, why string) error {
	_, err := tx.Exec(ctx, `update case_bounce set settled = $2, settled_by = $3, to_region = $4, verdict = $5 where case_id = $1 and settled is null`,
		c.ID, tx.Now(), by, to, why)
	switch pg.Constraint(err) {
	case "bounce_verdict":
		return ErrVerdict
	case "bounce_two_people":
		return ErrOwnBounce
	}
	return pg.Fail(err, "write where a case belongs")
}

// Bounces are the times a case was handed back, in their order.
func (s *Store) Bounces(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Bounce, error) {
	rows, err := tx.Query(ctx, `select case_id, nth, from_region, by_staff, ground, why from case_bounce where case_id = $1 order by nth`, id)
	if err != nil {
		return nil, pg.Fail(err, "read why a case was handed back")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Bounce, err error) {
		err = row.Scan(&b.Case, &b.Nth, &b.From, &b.By, &b.Ground, &b.Why)
		return b, err
	})
	return list, pg.Fail(err, "read why a case was handed back")
}
