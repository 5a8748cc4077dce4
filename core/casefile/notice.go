package casefile

import (
	"context"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// PublicNotice is what hangs in the village: the item, a masked name, how many
// people, how much, and nothing else (domain.md 3.6).
type PublicNotice struct {
	ID       int64
	Claim    core.ClaimID
	Case     core.CaseID
	ItemName string
	From     core.Date
	Until    core.Date // the last day it hangs; deciding is for the day after
	Place    string
	Name     string // masked
	People   int
	HasSum   bool
	Amount   core.Fen
	Period   string
	Sample   bool
	State    string // "up", "ended", "stopped"
	Nth      int    // 1, or 2 where the law has it hang again
	Again    bool   // it will hang again after this
}

// MaskName hides a name as public boards do: the family name stays, the rest
// becomes 某. A name with "·" keeps its first part's first rune.
func MaskName(name string) string {
	runes := []rune(strings.TrimSpace(name))
	switch {
	case len(runes) == 0:
		return "某某"
	case len(runes) == 1:
		return string(runes) + "某"
	}
	return string(runes[:1]) + strings.Repeat("某", min(len(runes)-1, 2))
}

// PublishNotice hangs the notice of a reviewed claim for the item's days, or a second
// time where the claim's terms ask for it. The day it is put up is not counted (民法典 第二百零一条).
func (s *Store) PublishNotice(ctx context.Context, tx *pg.Tx, c Case, claim Claim) (PublicNotice, error) {
	nth := 1
	if claim.State == ClaimNoticed && claim.NoticeOver && claim.Terms.Twice() {
		nth = 2
	} else if err := claim.allow(ClaimNoticed); err != nil {
		return PublicNotice{}, ErrMovedOn
	}
	if claim.NoticeDays == 0 {
		return PublicNotice{}, ErrMovedOn
	}
	n := PublicNotice{Claim: claim.ID, Case: c.ID, ItemName: claim.Name, From: tx.Today(),
		Until: tx.Today().AddDate(0, 0, claim.NoticeDays), Place: c.Town + c.VillageName, Name: MaskName(c.Applicant), People: c.People,
		HasSum: claim.HasAmount, Amount: claim.Amount, Period: claim.Period, Sample: claim.Sample, State: "up", Nth: nth}
	if n.Place == "" {
		n.Place = string(c.Region)
	}
	var amount any
	if n.HasSum {
		amount = int64(n.Amount)
	}
	err := tx.QueryRow(ctx, `insert into public_notice (claim_id, case_id, region, item_name, from_day, until_day, place, name, people,
		amount, period, sample, proposer, nth) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id`,
		claim.ID, c.ID, c.Region, n.ItemName, day(n.From), day(n.Until), n.Place, n.Name, n.People,
		amount, n.Period, n.Sample, claim.Proposer, n.Nth).Scan(&n.ID)
	if err != nil {
		return n, pg.Fail(err, "publish a notice")
	}
	return n, s.MoveClaim(ctx, tx, claim, ClaimNoticed)
}

const noticeColumns = `id, claim_id, case_id, item_name, from_day, until_day, place, name, people, amount is not null,
	coalesce(amount, 0), period, sample, state, nth,
	nth < (select coalesce((k.terms ->> 'notices')::int, 1) from claim k where k.id = claim_id)`

func scanNotice(r row) (PublicNotice, error) {
	var n PublicNotice
	var from, until time.Time
	err := r.Scan(&n.ID, &n.Claim, &n.Case, &n.ItemName, &from, &until, &n.Place, &n.Name, &n.People, &n.HasSum,
		&n.Amount, &n.Period, &n.Sample, &n.State, &n.Nth, &n.Again)
	n.From, n.Until = dayOf(&from), dayOf(&until)
	return n, err
}

// Notices reads the public notices of a case, oldest first.
func (s *Store) Notices(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]PublicNotice, error) {
	rows, err := tx.Query(ctx, `select `+noticeColumns+` from public_notice where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read notices")
	}
	defer rows.Close()
	var list []PublicNotice
	for rows.Next() {
		n, err := scanNotice(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a notice")
		}
		list = append(list, n)
	}
	return list, pg.Fail(rows.Err(), "read notices")
}

// NoticesOver lists the notices of the scope whose last day has passed, at most
// limit, for the sweeper.
func (s *Store) NoticesOver(ctx context.Context, tx *pg.Tx, limit int) ([]PublicNotice, error) {
	rows, err := tx.Query(ctx, `select `+noticeColumns+` from public_notice where state = 'up' and until_day < $1 order by until_day, id limit $2`,
		day(tx.Today()), limit)
	if err != nil {
		return nil, pg.Fail(err, "look for notices that are over")
	}
	defer rows.Close()
	var list []PublicNotice
	for rows.Next() {
		n, err := scanNotice(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a notice")
		}
		list = append(list, n)
	}
	return list, pg.Fail(rows.Err(), "look for notices that are over")
}

// EndNotice takes a notice down: over when its days are done, stopped otherwise.
// It reports whether this call did it.
func (s *Store) EndNotice(ctx context.Context, tx *pg.Tx, claim core.ClaimID) (bool, error) {
	tag, err := tx.Exec(ctx, `update public_notice set state = case when until_day < $2 then 'ended' else 'stopped' end
		where claim_id = $1 and state = 'up'`, claim, day(tx.Today()))
	return tag.RowsAffected() == 1, pg.Fail(err, "take a notice down")
}

// Objection is somebody's doubt about a notice.
type Objection struct {
	ID       int64
	Notice   int64
	Claim    core.ClaimID
	At       time.Time
	Says     string // sealed at rest; text and who said it
	Outcome  string // "", "founded", "unfounded"
	By       core.StaffID
	Reasons  string
	Answered time.Time
}

// Object files an objection against a claim whose notice hangs. The notice's days
// run on; the decision waits for the answer.
func (s *Store) Object(ctx context.Context, tx *pg.Tx, c Case, claim Claim, says string) (int64, error) {
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
	err = tx.QueryRow(ctx, `insert into objection (notice_id, claim_id, case_id, region, at, says)
		select n.id, n.claim_id, n.case_id, n.region, $2, $3 from public_notice n where n.claim_id = $1 order by n.id desc limit 1
		returning id`, claim.ID, tx.Now(), sealed).Scan(&id)
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

// AnswerObjections answers every open objection of a claim with one outcome.
// Founded sends the claim back to be reviewed and stops its notice.
func (s *Store) AnswerObjections(ctx context.Context, tx *pg.Tx, claim Claim, by core.StaffID, founded bool, reasons string) error {
	if claim.State != ClaimObjected {
		return ErrMovedOn
	}
	if strings.TrimSpace(reasons) == "" {
		return ErrNoReason
	}
	outcome := "unfounded"
	if founded {
		outcome = "founded"
		if _, err := s.EndNotice(ctx, tx, claim.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `update objection set outcome = $2, by_staff = $3, reasons = $4, answered = $5
		where claim_id = $1 and answered is null`, claim.ID, outcome, by, reasons, tx.Now())
	if err != nil {
		return pg.Fail(err, "answer objections")
	}
	if founded {
		return s.SendBack(ctx, tx, claim, reasons)
	}
	return s.MoveClaim(ctx, tx, claim, ClaimNoticed)
}

func (s *Store) objections(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Objection, error) {
	rows, err := tx.Query(ctx, `select id, notice_id, claim_id, at, says, coalesce(outcome, ''), coalesce(by_staff, 0), reasons, answered
		from objection where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read objections")
	}
	defer rows.Close()
	var list []Objection
	for rows.Next() {
		var o Objection
		var sealed []byte
		var answered *time.Time
		if err := rows.Scan(&o.ID, &o.Notice, &o.Claim, &o.At, &sealed, &o.Outcome, &o.By, &o.Reasons, &answered); err != nil {
			return nil, pg.Fail(err, "read an objection")
		}
		if o.Says, err = b.get("objection", "says/"+strconv.FormatInt(int64(o.Claim), 10), sealed); err != nil {
			return nil, err
		}
		o.Answered = timeOf(answered)
		list = append(list, o)
	}
	return list, pg.Fail(rows.Err(), "read objections")
}

// boxOf opens the box of a case that was read before.
func (s *Store) boxOf(ctx context.Context, tx *pg.Tx, c Case) (box, error) {
	var wrapped []byte
	if err := tx.QueryRow(ctx, `select data_key from casefile where id = $1`, c.ID).Scan(&wrapped); err != nil {
		return box{}, pg.Fail(err, "read the key of a case")
	}
	return s.openBox(c.Application, wrapped)
}
