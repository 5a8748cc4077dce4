package casefile

import (
	"context"
	"strings"
	"time"
	"unicode"

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

// Sum is the amount as a board says it, "" for none.
func (n PublicNotice) Sum() string {
	return Posting{HasSum: n.HasSum, Amount: n.Amount, Period: n.Period}.Sum()
}

// nobody is a masked name of which nothing is shown.
const nobody = "某某"

// MaskName hides a name as public boards do: its first character stays, the rest becomes
// 某, no more than two of them, so that its length is not told. Of a compound surname, of a
// name with "·" and of one in Latin letters that is the first character as well: no
// character of a given name is shown that does not stand first.
func MaskName(name string) string {
	runes := []rune(strings.TrimSpace(name))
	switch {
	case len(runes) == 0 || !unicode.IsLetter(runes[0]):
		return nobody // digits, a sign: a number that stands where a name should
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
	child, err := s.ofChild(ctx, tx, c)
	if err != nil {
		return n, err
	}
	if child {
		n.Name = nobody
	}
	var amount any
	if n.HasSum {
		amount = int64(n.Amount)
	}
	err = tx.QueryRow(ctx, `insert into public_notice (claim_id, case_id, region, item_name, from_day, until_day, place, name, people,
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

// ofChild reports whether a case is of somebody under eighteen: of a minor a board tells no
// name at all (未成年人保护法 第一百零三条). Who has no number on record is taken to be grown.
func (s *Store) ofChild(ctx context.Context, tx *pg.Tx, c Case) (bool, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return false, err
	}
	var sealed []byte
	if err := tx.QueryRow(ctx, `select applicant_id from casefile where id = $1`, c.ID).Scan(&sealed); err != nil {
		return false, pg.Fail(err, "read whose notice it is")
	}
	plain, err := b.get("casefile", "applicant_id", sealed)
	if err != nil || plain == "" {
		return false, err
	}
	number, err := core.ParseID(plain, tx.Today())
	if err != nil {
		return false, nil // it was checked when it came in; what cannot be read tells no age
	}
	return number.Birth().AddDate(grown, 0, 0) > tx.Today(), nil
}

// grown is the age from which a board names somebody, in years.
const grown = 18

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

// boxOf opens the box of a case that was read before.
func (s *Store) boxOf(ctx context.Context, tx *pg.Tx, c Case) (box, error) {
	var wrapped []byte
	if err := tx.QueryRow(ctx, `select data_key from casefile where id = $1`, c.ID).Scan(&wrapped); err != nil {
		return box{}, pg.Fail(err, "read the key of a case")
	}
	return s.openBox(c.Application, wrapped)
}
