package casefile

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/pg"
)

// Errors of paying first (先救后补).
var (
	// ErrPapersOwed is the answer to an emergency of a household whose last one has no papers yet:
	// one at a time, in whatever township (domain.md 3.7).
	ErrPapersOwed = core.E(core.KindConflict, "papers_owed", "这家上一次急难救助的手续还没有补齐。先补齐,再办这一次;等不及的,走一事一议。")
	// ErrEmergencyYear is the answer to emergencies that together go beyond the township's ceiling in
	// twelve months (a sample figure).
	ErrEmergencyYear = core.E(core.KindInvalid, "above_ceiling_year", "这家十二个月里的急难救助,加上这一笔,超过镇上能定的限额(样本口径)。请走县里。")
)

// AddEmergency counts an emergency of a claim that was proposed: amount of it, and the ceiling of the
// Book for the twelve months it closes. Whose it is the database takes from the case. Errors: ErrPapersOwed, ErrEmergencyYear, both held by SQL across
// townships.
func (s *Store) AddEmergency(ctx context.Context, tx *pg.Tx, claim core.ClaimID, amount, ceiling core.Fen) error {
	_, err := tx.Exec(ctx, `insert into claim_emergency (claim_id, case_id, region, amount, ceiling, at)
		select k.id, k.case_id, k.region, $2, $3, $4 from claim k where k.id = $1`,
		claim, int64(amount), int64(ceiling), tx.Now())
	switch name := pg.Constraint(err); {
	case name == "claim_emergency_within":
		return ErrEmergencyYear
	case strings.HasPrefix(name, "claim_emergency_"):
		return ErrPapersOwed
	}
	return pg.Fail(err, "count an emergency")
}

// PapersOwed gives the receipt and the township of an emergency of the same household whose papers are
// owed, as far as the scope of tx sees; "" for none. It names a case and nobody in it.
func (s *Store) PapersOwed(ctx context.Context, tx *pg.Tx, c Case) (receipt core.Receipt, town string, err error) {
	err = pg.Fail(tx.QueryRow(ctx, `select f.receipt, f.town from casefile w join claim_emergency e on e.ended is null
			and (e.household = w.household or e.person = w.person or e.number_key = w.number_key) join casefile f on f.id = e.case_id
		where w.id = $1 order by e.id limit 1`, c.ID).Scan(&receipt, &town), "look for papers that are owed")
	if core.KindOf(err) == core.KindNotFound {
		return "", "", nil
	}
	return receipt, town, err
}
