package casefile

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Terms is how the law of the day on which a claim was accepted has it handled
// (规则包). It is written then and never again: a law that comes later is for later
// claims. The zero Terms is of a claim that is not accepted yet, or was before terms
// were kept.
type Terms struct {
	On          core.Date `json:"on"`                // the day of acceptance
	Packs       string    `json:"packs,omitempty"`   // of rules in force then: "C D E"
	Days        int       `json:"days"`              // working days to the decision
	County      int       `json:"county,omitempty"`  // the same where the county decides; 0 for the same
	Special     int       `json:"special,omitempty"` // the same in the special cases of the law; 0 for none
	Law         string    `json:"law,omitempty"`     // what fixes them, in Chinese
	Outside     bool      `json:"outside,omitempty"` // the days of the notice come on top
	Notices     int       `json:"notices,omitempty"` // how often a notice hangs, 0 to 2
	NoticeLaw   string    `json:"notice_law,omitempty"`
	SurveyDone  bool      `json:"survey_done,omitempty"` // the survey must have ended by its day, not only begun
	Appraisal   string    `json:"appraisal,omitempty"`   // "always", "disputed", "none" or ""
	AppraiseLaw string    `json:"appraise_law,omitempty"`
}

// Appraised says when a claim's household is appraised (民主评议).
const (
	appraiseAlways   = "always"
	appraiseDisputed = "disputed"
)

// Twice reports whether the notice hangs again after its first days.
func (t Terms) Twice() bool { return t.Notices > 1 }

// An Appraisal is a meeting of neighbours and representatives who say what they think
// of a claim (民主评议). It decides nothing.
type Appraisal struct {
	Claim   core.ClaimID
	Present int    // representatives who came
	Of      int    // those who were asked
	For     int    // of those present, who found it right
	Minutes string // sealed at rest
	By      core.StaffID
	On      core.Date
}

// ErrFewPresent is the answer to a meeting that fewer than two thirds came to.
var ErrFewPresent = core.Invalid("present", "到会的不足应到的三分之二,这次评议不算数。请另约一天。")

// Appraise files a meeting on a claim. ErrFewPresent when fewer than two thirds of the
// representatives came (最低生活保障审核审批办法(试行)第二十二条).
func (s *Store) Appraise(ctx context.Context, tx *pg.Tx, c Case, a Appraisal) error {
	switch {
	case a.Of < 1 || a.Of > 500 || a.Present < 0 || a.Present > a.Of || a.For < 0 || a.For > a.Present:
		return core.Invalid("present", "人数不对:赞成的不多于到会的,到会的不多于应到的。")
	case a.Present*3 < a.Of*2:
		return ErrFewPresent
	case strings.TrimSpace(a.Minutes) == "":
		return core.Invalid("reason", "请写下评议记录:谁到会、怎么说。")
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	sealed, err := b.put("appraisal", minutesOf(a.Claim), a.Minutes)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into appraisal (claim_id, case_id, region, on_day, present, of_all, agreed, minutes, by_staff)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, a.Claim, c.ID, c.Region, day(tx.Today()), a.Present, a.Of, a.For, sealed, a.By)
	return pg.Fail(err, "file an appraisal")
}

func minutesOf(id core.ClaimID) string { return "minutes/" + strconv.FormatInt(int64(id), 10) }

func (s *Store) appraisals(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Appraisal, error) {
	rows, err := tx.Query(ctx, `select claim_id, on_day, present, of_all, agreed, minutes, by_staff from appraisal where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read appraisals")
	}
	defer rows.Close()
	var list []Appraisal
	for rows.Next() {
		var a Appraisal
		var on time.Time
		var sealed []byte
		if err := rows.Scan(&a.Claim, &on, &a.Present, &a.Of, &a.For, &sealed, &a.By); err != nil {
			return nil, pg.Fail(err, "read an appraisal")
		}
		if a.Minutes, err = b.get("appraisal", minutesOf(a.Claim), sealed); err != nil {
			return nil, err
		}
		a.On = dayOf(&on)
		list = append(list, a)
	}
	return list, pg.Fail(rows.Err(), "read appraisals")
}

// situationAppraised reads which claims were appraised.
func (s *Store) situationAppraised(ctx context.Context, tx *pg.Tx, out *Situation) error {
	out.Appraised = map[core.ClaimID]bool{}
	rows, err := tx.Query(ctx, `select distinct claim_id from appraisal where case_id = $1`, out.Case.ID)
	if err != nil {
		return pg.Fail(err, "read what was appraised")
	}
	var claim core.ClaimID
	_, err = pgx.ForEachRow(rows, []any{&claim}, func() error { out.Appraised[claim] = true; return nil })
	return pg.Fail(err, "read what was appraised")
}

// mayAppraise: where the law of the claim's day has every one appraised, after the visit
// and before an opinion; where only those in dispute, while an objection is open.
func mayAppraise(s Situation, c Claim, _ Actor) error {
	switch {
	case c.Terms.Appraisal == appraiseAlways && c.State == ClaimAgreed && !s.Appraised[c.ID]:
		if s.Unseconded != nil {
			return errUnseconded
		}
		if !s.Visited {
			return errNotNow("not_visited", "先入户,再评议。")
		}
		return nil
	case (c.Terms.Appraisal == appraiseAlways || c.Terms.Appraisal == appraiseDisputed) && c.State == ClaimObjected:
		return nil
	}
	return ErrMovedOn
}
