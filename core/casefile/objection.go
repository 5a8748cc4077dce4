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

// Objection is somebody's doubt about a notice.
type Objection struct {
	ID       int64
	Notice   int64
	Claim    core.ClaimID
	At       time.Time
	Says     string          // sealed at rest; text and who said it
	Door     Door            // at which it was first said
	Words    []ObjectionWord // what the same sender wrote at a door of their own and is kept in full, where this page reads it
	Times    int             // how often they wrote there
	After    int             // how often of these after the answer
	Last     int64           // the last of them, 0 for none
	Later    bool            // its words are too many for this page: those before it come first
	Others   bool            // of all who came after those that are told apart
	Namesake bool            // who answered bears a name that was left by nobody knows whom
	TakenBy  core.StaffID    // who wrote it down, 0: before that was kept, or they themselves
	Outcome  string          // "", "founded", "unfounded"
	By       core.StaffID
	Reasons  string
	Answered time.Time
}

// Object files an objection against a claim whose notice hangs, as by wrote it down. The
// notice's days run on; the decision waits for the answer.
func (s *Store) Object(ctx context.Context, tx *pg.Tx, c Case, claim Claim, by core.StaffID, says string) (int64, error) {
	if claim.State != ClaimNoticed && claim.State != ClaimObjected {
		return 0, ErrMovedOn
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	sealed, err := b.put("objection", "says/"+strconv.FormatInt(int64(claim.ID), 10), says)
	if err != nil {
		return 0, err
	}
	if sealed == nil {
		return 0, core.Invalid("says", "请写下有什么不同意见。")
	}
	var id int64
	err = tx.QueryRow(ctx, `insert into objection (notice_id, claim_id, case_id, region, at, says, taken_by)
		select n.id, n.claim_id, n.case_id, n.region, $2, $3, $4 from public_notice n where n.claim_id = $1 order by n.id desc limit 1
		returning id`, claim.ID, tx.Now(), sealed, number(by)).Scan(&id)
	if err != nil {
		return 0, pg.Fail(err, "file an objection")
	}
	return id, s.MoveClaim(ctx, tx, claim, ClaimObjected)
}

// Objected reports whether anybody ever objected to a claim.
func (s *Store) Objected(ctx context.Context, tx *pg.Tx, c Claim) (bool, error) {
	var found bool
	err := tx.QueryRow(ctx, `select exists (select 1 from objection where case_id = $1 and claim_id = $2)`, c.Case, c.ID).Scan(&found)
	return found, pg.Fail(err, "look for objections")
}

// ErrObjectionsUnseen is the answer to an answer whose page showed none of the opinions that are open.
var ErrObjectionsUnseen = core.E(core.KindConflict, "record_changed", "意见有变化。请刷新,看过现在这些再答复。")

// Answer is what came of looking into the objections that the page of whoever answers showed.
type Answer struct {
	Saw      []int64 // ids, at most MostShown; what came in meanwhile stays open
	Heard    int64   // the last word of them that it showed; later ones read as said afterwards
	Namesake []int64 // of them, those with which somebody unknown left the name of whoever answers
	By       core.StaffID
	Founded  bool
	Reasons  string
}

// Answered is what an answer did.
type Answered struct {
	IDs     []int64 // which it answered
	Carried []Carried
	Done    bool // none of the claim is left
}

// Carried is what came while its objection was answered, and where it waits now.
type Carried struct {
	Objection int64
	Receipts  [][]byte
}

// AnswerObjections answers the objections of a claim that were seen, with one outcome. Once none
// is left the claim goes on: back to be reviewed where one of them was founded, which also takes
// the notice down at once. Errors: ErrObjectionsUnseen.
func (s *Store) AnswerObjections(ctx context.Context, tx *pg.Tx, c Case, claim Claim, in Answer) (out Answered, err error) {
	switch {
	case claim.State != ClaimObjected:
		return out, ErrMovedOn
	case strings.TrimSpace(in.Reasons) == "":
		return out, ErrNoReason
	case len(in.Saw) > MostShown:
		return out, ErrObjectionsUnseen
	}
	outcome := "unfounded"
	if in.Founded {
		outcome = "founded"
	}
	rows, err := tx.Query(ctx, `update objection set outcome = $2, by_staff = $3, reasons = $4, answered = $5, heard = $7, namesake = id = any (coalesce($8::bigint[], '{}'))
		where claim_id = $1 and answered is null and id = any ($6)
			and $7 >= coalesce((select min(w.id) from objection_word w where w.objection_id = objection.id), 0) returning id`,
		claim.ID, outcome, in.By, in.Reasons, tx.Now(), in.Saw, in.Heard, in.Namesake)
	if err == nil {
		out.IDs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	switch {
	case pg.Constraint(err) == "objection_people":
		return out, ErrSamePerson
	case err != nil:
		return out, pg.Fail(err, "answer objections")
	case len(out.IDs) == 0:
		return out, ErrObjectionsUnseen
	}
	if out.Carried, err = s.carryOn(ctx, tx, c, claim.ID, out.IDs); err != nil {
		return out, err
	}
	if in.Founded {
		if _, err := s.EndNotice(ctx, tx, claim.ID); err != nil {
			return out, err
		}
	}
	out.Done, err = s.afterAnswer(ctx, tx, claim)
	return out, err
}

// afterAnswer moves a claim of whose notice no objection is open any more.
func (s *Store) afterAnswer(ctx context.Context, tx *pg.Tx, claim Claim) (done bool, err error) {
	var open int
	var founded string
	err = tx.QueryRow(ctx, `select count(*) filter (where answered is null), coalesce(string_agg(reasons, '' order by id) filter (where outcome = 'founded'
		and notice_id = (select max(id) from public_notice where claim_id = $1)), '') from objection where claim_id = $1`, claim.ID).Scan(&open, &founded)
	switch {
	case err != nil:
		return false, pg.Fail(err, "look for open objections")
	case open > 0:
		return false, nil
	case founded != "":
		return true, s.SendBack(ctx, tx, claim, founded)
	}
	return true, s.MoveClaim(ctx, tx, claim, ClaimNoticed)
}

// Heard is who of the staff had to do with different opinions on a claim since it was last decided.
type Heard struct {
	Took     []core.StaffID // wrote one down that is open
	Answered []core.StaffID
}

func (s *Store) situationHeard(ctx context.Context, tx *pg.Tx, out *Situation) error {
	out.Heard = map[core.ClaimID]Heard{}
	rows, err := tx.Query(ctx, `select claim_id, coalesce(taken_by, 0), coalesce(by_staff, 0) from objection o where case_id = $1
		and not exists (select from decision d where d.claim_id = o.claim_id and d.at >= o.answered)
		union all select o.claim_id, w.taken_by, 0 from objection_word w join objection o on o.id = w.objection_id
			where w.case_id = $1 and w.taken_by is not null and o.answered is null`, out.Case.ID)
	if err != nil {
		return pg.Fail(err, "read who heard objections")
	}
	var claim core.ClaimID
	var took, answered core.StaffID
	_, err = pgx.ForEachRow(rows, []any{&claim, &took, &answered}, func() error {
		h := out.Heard[claim]
		if answered != 0 {
			h.Answered = append(h.Answered, answered)
		} else {
			h.Took = append(h.Took, took)
		}
		out.Heard[claim] = h
		return nil
	})
	return pg.Fail(err, "read who heard objections")
}

func (s *Store) objections(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Objection, error) {
	rows, err := tx.Query(ctx, `select o.id, o.notice_id, o.claim_id, o.at, o.says, coalesce(o.outcome, ''), coalesce(o.by_staff, 0), o.reasons, o.answered,
			coalesce(o.taken_by, 0), o.door, o.others, o.namesake, w.times, w.after, w.last, w.kept
		from objection o cross join lateral (select count(*) as times, count(x.says) as kept, coalesce(max(x.id), 0) as last,
			count(*) filter (where o.answered is not null and x.id > o.heard) as after from objection_word x where x.objection_id = o.id) w
		where o.case_id = $1 order by o.id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read objections")
	}
	defer rows.Close()
	var list []Objection
	var kept []int
	for rows.Next() {
		var o Objection
		var sealed []byte
		var answered *time.Time
		var words int
		if err := rows.Scan(&o.ID, &o.Notice, &o.Claim, &o.At, &sealed, &o.Outcome, &o.By, &o.Reasons, &answered, &o.TakenBy, &o.Door,
			&o.Others, &o.Namesake, &o.Times, &o.After, &o.Last, &words); err != nil {
			return nil, pg.Fail(err, "read an objection")
		}
		if o.Says, err = b.get("objection", "says/"+strconv.FormatInt(int64(o.Claim), 10), sealed); err != nil {
			return nil, err
		}
		o.Answered = timeOf(answered)
		list, kept = append(list, o), append(kept, words)
	}
	if err := pg.Fail(rows.Err(), "read objections"); err != nil || len(list) == 0 {
		return list, err
	}
	words, err := s.objectionWords(ctx, tx, shown(list, kept), b)
	for i := range list {
		list[i].Words = words[list[i].ID]
	}
	return list, err
}
