package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// DoubtKind says why a person has to look before anything is decided.
type DoubtKind string

// The kinds of doubts. The first three are about an application that lies beside
// the case, the others about the case itself.
const (
	DoubtAccount   DoubtKind = "account"   // another account or telephone asks for the same household
	DoubtName      DoubtKind = "name"      // the same number under another name
	DoubtTwin      DoubtKind = "twin"      // one form came twice with two contents
	DoubtNumber    DoubtKind = "number"    // another open case names the same number
	DoubtMismatch  DoubtKind = "mismatch"  // name and number do not belong together
	DoubtElsewhere DoubtKind = "elsewhere" // the same person, or the household, has an open case in another township
	DoubtGuardian  DoubtKind = "guardian"  // a minor, and who spoke is not said to be the guardian
	DoubtRelative  DoubtKind = "relative"  // somebody named is registered in a household that the applicant is not of
	DoubtPerson    DoubtKind = "person"    // somebody of the case was found to be somebody of another one, or no longer to be
	DoubtFamily    DoubtKind = "family"    // a birth, a death, a move in the household since
	DoubtVisit     DoubtKind = "visit"     // another record of a visit that was written down already
)

// Beside reports whether the doubt is about an application that waits beside the
// case.
func (k DoubtKind) Beside() bool { return k == DoubtAccount || k == DoubtName || k == DoubtTwin }

// Verdict is what an officer said after looking.
type Verdict string

// The verdicts. Looked is for doubts about the case itself.
const (
	VerdictMerged   Verdict = "merged"    // one request
	VerdictReplaced Verdict = "replaced"  // the first was not the household's own, the new one is
	VerdictApart    Verdict = "apart"     // two different matters
	VerdictSetAside Verdict = "set_aside" // the new one is not the household's own
	VerdictLooked   Verdict = "looked"
)

// Doubt is one thing a person has to look at; while its verdict is "" nothing of
// the case is proposed, decided or paid.
type Doubt struct {
	ID          int64
	Case        core.CaseID
	Region      core.RegionCode
	Application core.ApplicationID
	Receipt     core.Receipt
	Kind        DoubtKind
	Other       core.CaseID  // 0 for none in sight
	Event       int64        // of the register, of DoubtFamily; the record, of DoubtVisit; 0 else
	About       string       // what happened, of these two
	OtherNumber core.Receipt // of that case
	Urgent      bool         // the application says that basic living is hit now
	Applicant   string       // of the case
	Made        time.Time
	Verdict     Verdict
	Reason      string
	By          core.StaffID
}

// ErrDoubt is the answer to an act that must wait for a look.
var ErrDoubt = core.E(core.KindConflict, "doubt_open", "有一份没核对的申请,先看两边,核对完再往下办。")

// AddDoubt writes a doubt once: about one application and, where there is one, one
// other case.
func (s *Store) AddDoubt(ctx context.Context, tx *pg.Tx, d Doubt) error {
	_, err := s.addDoubt(ctx, tx, d)
	return err
}

func (s *Store) addDoubt(ctx context.Context, tx *pg.Tx, d Doubt) (fresh bool, err error) {
	tag, err := tx.Exec(ctx, `insert into case_doubt (case_id, region, application, kind, other, event, about, made)
		select id, region, $2, $3, $4, $5, $6, $7 from casefile where id = $1 on conflict do nothing`,
		d.Case, d.Application, d.Kind, number(d.Other), number(d.Event), d.About, tx.Now())
	return tag.RowsAffected() == 1, pg.Fail(err, "write a doubt")
}

const doubtQuery = `select d.id, d.case_id, d.region, d.application::text, a.receipt, d.kind, coalesce(d.other, 0), coalesce(o.receipt, ''), coalesce(d.event, 0), d.about, a.urgent,
	f.applicant, d.made, d.verdict, d.reason, coalesce(d.looked_by, 0)
	from case_doubt d join casefile f on f.id = d.case_id join case_application a on a.application = d.application
	left join casefile o on o.id = d.other `

func scanDoubt(r pgx.CollectableRow) (d Doubt, err error) {
	err = r.Scan(&d.ID, &d.Case, &d.Region, &d.Application, &d.Receipt, &d.Kind, &d.Other, &d.OtherNumber, &d.Event, &d.About, &d.Urgent,
		&d.Applicant, &d.Made, &d.Verdict, &d.Reason, &d.By)
	return d, err
}

func (s *Store) doubts(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Doubt, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read doubts")
	}
	list, err := pgx.CollectRows(rows, scanDoubt)
	return list, pg.Fail(err, "read doubts")
}

// Doubts reads all doubts of a case, oldest first.
func (s *Store) Doubts(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Doubt, error) {
	return s.doubts(ctx, tx, doubtQuery+`where d.case_id = $1 order by d.id`, id)
}

// OpenDoubts lists what waits for a look in the regions, at most limit: urgent
// first, then who has waited longest.
func (s *Store) OpenDoubts(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, limit int) ([]Doubt, error) {
	return s.doubts(ctx, tx, doubtQuery+`where d.region = any($1) and d.verdict = '' order by a.urgent desc, d.made, d.id limit $2`,
		texts(regions), clampLimit(limit))
}

// EndDoubt writes who looked and what they found.
func (s *Store) EndDoubt(ctx context.Context, tx *pg.Tx, d Doubt) error {
	tag, err := tx.Exec(ctx, `update case_doubt set verdict = $2, reason = $3, looked_by = $4, looked_at = $5 where id = $1 and verdict = ''`,
		d.ID, d.Verdict, d.Reason, d.By, tx.Now())
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return pg.Fail(err, "end a doubt")
}

// openDoubts counts what nobody has looked at yet.
func (s *Store) openDoubts(ctx context.Context, tx *pg.Tx, id core.CaseID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from case_doubt where case_id = $1 and verdict = ''`, id).Scan(&n)
	return n, pg.Fail(err, "count doubts")
}
