package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// DeadlineKind names what is due.
type DeadlineKind string

// The deadlines of a case. Their lengths are workflow's and routing's, in
// working days.
const (
	DeadlineAccept     DeadlineKind = "accept"
	DeadlineSurvey     DeadlineKind = "survey" // by law the household's means are looked into by then
	DeadlineVisit      DeadlineKind = "visit"
	DeadlineDecide     DeadlineKind = "decide"
	DeadlinePapers     DeadlineKind = "papers" // after paying first
	DeadlineSupplement DeadlineKind = "supplement"
	DeadlineDeliver    DeadlineKind = "deliver" // of a claim that is not money
	DeadlineTell       DeadlineKind = "tell"    // somebody is to be reached in person
	DeadlineCard       DeadlineKind = "card"    // money came back and waits for a card
	DeadlineConference DeadlineKind = "conference"
	DeadlineLookup     DeadlineKind = "lookup"   // what a register answers is looked up by then
	DeadlineReview     DeadlineKind = "review"   // money that runs is looked at again by then
	DeadlineUnsolved   DeadlineKind = "unsolved" // what the household says is not solved is answered by then
	DeadlineAsk        DeadlineKind = "ask"      // somebody asks by then whether the money arrived
	DeadlineMatter     DeadlineKind = "matter"   // and finds out why it did not
)

// Deadline is one thing due.
type Deadline struct {
	ID     int64
	Case   core.CaseID
	Region core.RegionCode
	Claim  core.ClaimID // 0: of the whole case
	Kind   DeadlineKind
	Due    core.Date // the last good day
	First  core.Date // what that was when the clock was started
	Rest   int       // working days between its ends and the times it was taken up again
	Met    time.Time
	Level  Rung // the highest that was told that it is late (F57)
	Next   core.Date
	Law    string // what fixes it, in Chinese; "" for a promise of ours
	Cause  Cause  // why it has the day it has; "" from the start
}

// Cause is why a clock has another day than it had: a row of deadline_cause, which names the law.
// What no row names moves no clock, by SQL as well (deadline_runs_on): only the causes of a decision
// that Decide… names move one that runs, the others let one go on that was met.
type Cause string

// The causes, each of the kind its row names; docs/clocks.md is drawn from them.
const (
	AcceptParted   Cause = "parted"
	PapersAgain    Cause = "asked_again"
	AnotherLook    Cause = "another_look"
	AnotherVisit   Cause = "another_visit"
	CalledAgain    Cause = "called_again"
	DecideSpecial  Cause = "special"
	DecideCounty   Cause = "county"
	DecideTerms    Cause = "terms"
	DecideAppealed Cause = "appealed"
	DecideAnew     Cause = "filed_anew"
	NotArrived     Cause = "not_arrived"
	ToldAnew       Cause = "told_anew"
	CameBackAgain  Cause = "came_back_again"
	RushedAgain    Cause = "rushed_again"
	UnsolvedAgain  Cause = "said_again"
)

// SetDeadline starts a clock that was not started yet. One that was keeps its day, what it
// has told and whether it was met: no act hands out a fresh limit by being done again (F55).
// Its Level is the one below the first that is told.
func (s *Store) SetDeadline(ctx context.Context, tx *pg.Tx, d Deadline) error {
	_, err := tx.Exec(ctx, `insert into deadline (case_id, region, claim_id, kind, due, first_due, next, law, level)
		select id, region, $2, $3, $4, $4, $4, $5, $6 from casefile where id = $1 on conflict (case_id, claim_id, kind) where kind not in ('review', 'ask', 'matter') do nothing`,
		d.Case, d.Claim, d.Kind, day(d.Due), d.Law, d.Level)
	return pg.Fail(err, "set a deadline")
}

// StartReview starts the clock of a periodic re-check, a new one for each. One that runs keeps its day.
func (s *Store) StartReview(ctx context.Context, tx *pg.Tx, r Review) error {
	_, err := tx.Exec(ctx, `insert into deadline (case_id, region, claim_id, kind, due, first_due, next, law, level)
		select id, region, $2, 'review', $3, $3, $3, $4, $5 from casefile where id = $1 on conflict (case_id, claim_id) where kind = 'review' and met is null do nothing`,
		r.Case, r.Claim, day(r.Due), r.Class+" 类:"+r.Who, RungAssistant)
	return pg.Fail(err, "start the clock of a re-check")
}

// StartAnew starts a clock of what is asked about money (DeadlineAsk, DeadlineMatter) for each claim of
// list, all of the kind, day and level of d, that climbs from below. A claim has one of a kind that runs,
// whatever is open of it: one that runs already has an earlier day, and keeps it. Onward goes on from there.
func (s *Store) StartAnew(ctx context.Context, tx *pg.Tx, d Deadline, list ...ClaimOf) error {
	cases, claims := make([]int64, len(list)), make([]int64, len(list))
	for i, one := range list {
		cases[i], claims[i] = int64(one.Case), int64(one.Claim)
	}
	_, err := tx.Exec(ctx, `insert into deadline (case_id, region, claim_id, kind, due, first_due, next, law, level)
		select f.id, f.region, u.claim, $3, $4, $4, $4, $5, $6 from (select distinct c.id, c.claim from unnest($1::bigint[], $2::bigint[]) c (id, claim)) u join casefile f on f.id = u.id
		order by f.id, u.claim on conflict (case_id, claim_id, kind) where kind in ('ask', 'matter') and met is null do nothing`,
		cases, claims, d.Kind, day(d.Due), d.Law, d.Level)
	return pg.Fail(err, "start a clock anew")
}

// ClaimOf is a claim and its case.
type ClaimOf struct {
	Case  core.CaseID
	Claim core.ClaimID
}

// Onward is called when one of what is asked about the money of a claim has come to its end. The clock is
// that of the earliest still open, d.Due: one that ran for an earlier day is met, and the next is started,
// so that what is due later is not late before its day. A zero d.Due says that nothing is left.
func (s *Store) Onward(ctx context.Context, tx *pg.Tx, d Deadline) error {
	if d.Due.IsZero() {
		return s.Meet(ctx, tx, d.Case, d.Claim, d.Kind)
	}
	_, err := tx.Exec(ctx, `update deadline set met = $4 where case_id = $1 and claim_id = $2 and kind = $3 and met is null and due < $5`,
		d.Case, d.Claim, d.Kind, tx.Now(), day(d.Due))
	if err != nil {
		return pg.Fail(err, "meet a deadline")
	}
	return s.StartAnew(ctx, tx, d, ClaimOf{d.Case, d.Claim})
}

// MoveDeadline gives a clock the day that the terms of its claim have for it now, by its Cause. Whoever
// was told stays told, and the next rung is told when the new day has passed.
func (s *Store) MoveDeadline(ctx context.Context, tx *pg.Tx, d Deadline) error {
	_, err := tx.Exec(ctx, `update deadline set due = $4, law = $5, cause = $6, next = case when level = 0 then $4 else greatest(next, $4) end
		where case_id = $1 and claim_id = $2 and kind = $3`, d.Case, d.Claim, d.Kind, day(d.Due), d.Law, d.Cause)
	return pg.Fail(err, "move a deadline")
}

// Resume has a clock that was met go on until Due by its Cause, and starts one that never ran. Whoever
// was told stays told; the next rung has until tomorrow at least, and none below Level is told
// from now on. One that runs goes on as it is.
func (s *Store) Resume(ctx context.Context, tx *pg.Tx, d Deadline) error {
	_, err := tx.Exec(ctx, `insert into deadline (case_id, region, claim_id, kind, due, first_due, next, law, level)
		select id, region, $2, $3, $4, $4, $4, $5, $6 from casefile where id = $1
		on conflict (case_id, claim_id, kind) where kind not in ('review', 'ask', 'matter') do update set due = excluded.due, law = excluded.law, rest = $7, cause = $9, met = null, level = greatest(deadline.level, excluded.level),
			next = case when deadline.level = 0 then excluded.due else greatest(excluded.due, $8) end
			where deadline.met is not null`,
		d.Case, d.Claim, d.Kind, day(d.Due), d.Law, d.Level, d.Rest, day(tx.Today()), d.Cause)
	return pg.Fail(err, "take up a deadline again")
}

// Meet marks a deadline as met, late or not. What is not there is no error.
func (s *Store) Meet(ctx context.Context, tx *pg.Tx, id core.CaseID, claim core.ClaimID, kind DeadlineKind) error {
	_, err := tx.Exec(ctx, `update deadline set met = $4 where case_id = $1 and claim_id = $2 and kind = $3 and met is null`,
		id, claim, kind, tx.Now())
	return pg.Fail(err, "meet a deadline")
}

// MeetEach marks those of a kind as met, of the case and of each claim.
func (s *Store) MeetEach(ctx context.Context, tx *pg.Tx, id core.CaseID, kind DeadlineKind) error {
	_, err := tx.Exec(ctx, `update deadline set met = $3 where case_id = $1 and kind = $2 and met is null`, id, kind, tx.Now())
	return pg.Fail(err, "meet the deadlines of a kind")
}

// MeetAll ends every deadline of a case that is over, but for what is still to be done by
// somebody: telling the household in person, the card of money that came back, the re-check of
// money that runs, what the household says is not solved, and what is asked about money that was paid.
func (s *Store) MeetAll(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	_, err := tx.Exec(ctx, `update deadline set met = $2 where case_id = $1 and met is null and kind not in ('tell', 'card', 'review', 'unsolved', 'ask', 'matter')`, id, tx.Now())
	return pg.Fail(err, "end the deadlines of a case")
}

const deadlineColumns = `id, case_id, region, claim_id, kind, due, first_due, rest, met, level, next, law, cause`

func scanDeadline(r row) (Deadline, error) {
	var d Deadline
	var due, first, next time.Time
	var met *time.Time
	err := r.Scan(&d.ID, &d.Case, &d.Region, &d.Claim, &d.Kind, &due, &first, &d.Rest, &met, &d.Level, &next, &d.Law, &d.Cause)
	d.Due, d.First, d.Next, d.Met = dayOf(&due), dayOf(&first), dayOf(&next), timeOf(met)
	return d, err
}

// Late lists deadlines of the scope that have passed and whose next level is not
// told yet, at most limit.
func (s *Store) Late(ctx context.Context, tx *pg.Tx, limit int) ([]Deadline, error) {
	return s.deadlines(ctx, tx, `select `+deadlineColumns+` from deadline where met is null and level < 4 and next < $1
		order by next, id limit $2`, day(tx.Today()), limit)
}

// Deadlines reads those of one case.
func (s *Store) Deadlines(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Deadline, error) {
	return s.deadlines(ctx, tx, `select `+deadlineColumns+` from deadline where case_id = $1 order by due, id`, id)
}

// DeadlineOf reads one; a zero ID where there is none.
func (s *Store) DeadlineOf(ctx context.Context, tx *pg.Tx, id core.CaseID, claim core.ClaimID, kind DeadlineKind) (Deadline, error) {
	list, err := s.deadlines(ctx, tx, `select `+deadlineColumns+` from deadline where case_id = $1 and claim_id = $2 and kind = $3`, id, claim, kind)
	if err != nil || len(list) == 0 {
		return Deadline{}, err
	}
	return list[0], nil
}

func (s *Store) deadlines(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Deadline, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read deadlines")
	}
	defer rows.Close()
	var list []Deadline
	for rows.Next() {
		d, err := scanDeadline(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a deadline")
		}
		list = append(list, d)
	}
	return list, pg.Fail(rows.Err(), "read deadlines")
}
