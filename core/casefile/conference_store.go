package casefile

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// CallConference writes that a conference is called, with those who are asked to it. The case
// is moved by the caller. Errors: ErrKinMeets, ErrMovedOn.
func (s *Store) CallConference(ctx context.Context, tx *pg.Tx, c Case, in Conference) (int64, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	why, err := b.put("conference", conferenceWhy(tx.Now()), in.Why)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into conference (case_id, region, ground, why_sealed, called_by, called, on_day, place)
		values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`, c.ID, c.Region, in.Ground, why, in.By, tx.Now(), day(in.On), in.Place).Scan(&in.ID)
	if err != nil {
		return 0, conferenceFault(err, "call a conference")
	}
	return in.ID, s.ask(ctx, tx, c, in.ID, in.People, 0)
}

// Conferred reports whether a case has a conference, held or called and not called off: what was hard to
// look into (调查难度较大) stays so for the days of its decision.
func (s *Store) Conferred(ctx context.Context, tx *pg.Tx, id core.CaseID) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from conference where case_id = $1 and off_at is null)`, id).Scan(&yes)
	return yes, pg.Fail(err, "look for a conference of a case")
}

// ask puts people on the list after those who stand there.
func (s *Store) ask(ctx context.Context, tx *pg.Tx, c Case, id int64, people []Attendee, stand int) error {
	for i, p := range people {
		_, err := tx.Exec(ctx, `insert into conference_member (conference, case_id, region, nth, staff, name, function)
			values ($1, $2, $3, $4, $5, $6, $7)`, id, c.ID, c.Region, stand+i+1, number(p.Staff), p.Name, p.Function)
		if err != nil {
			return conferenceFault(err, "ask somebody to a conference")
		}
	}
	return nil
}

// Invite gives a conference another day and place, and asks more people to it; nobody who was
// asked is taken off: the minutes say who was absent.
func (s *Store) Invite(ctx context.Context, tx *pg.Tx, c Case, open Conference, more []Attendee) error {
	_, err := tx.Exec(ctx, `update conference set on_day = $2, place = $3 where id = $1`, open.ID, day(open.On), open.Place)
	if err != nil {
		return conferenceFault(err, "move a conference")
	}
	return s.ask(ctx, tx, c, open.ID, more, len(open.People))
}

// Minute writes what was said, voted and resolved, and the first signature; what was written
// before and not signed by a second person gives way. Open carries the day up to which an absence may
// be denied. It gives the conference with its digest.
// Errors: ErrFewCame, ErrNoMajority, ErrKinMeets, ErrNotThere.
func (s *Store) Minute(ctx context.Context, tx *pg.Tx, c Case, open Conference, r Resolution, by core.StaffID) (Conference, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return open, err
	}
	sealed, err := b.put("conference", conferenceColumn("minutes", open.ID), r.Minutes)
	if err != nil {
		return open, err
	}
	reasons, err := b.put("conference", conferenceColumn("reasons", open.ID), r.Reasons)
	if err != nil {
		return open, err
	}
	if err := s.revote(ctx, tx, &open, r.Votes); err != nil {
		return open, err
	}
	r.Votes = nil
	open.Resolution, open.First, open.FirstAt = r, by, tx.Now()
	open.Digest = open.Sum()
	_, err = tx.Exec(ctx, `update conference set minutes = $2, digest = $3, outcome = $4, reasons_sealed = $5, claim_id = $6, amount = $7, until_day = $8, above = $9,
		first_by = $10, first_at = $11, period = $12, absent_until = $13 where id = $1`, open.ID, sealed, open.Digest, r.Outcome, reasons, number(r.Claim), number(r.Amount), day(r.Until), r.Above, by, tx.Now(), r.Period, day(open.DenyUntil))
	return open, conferenceFault(err, "write the minutes of a conference")
}

// revote takes back what was written before, what was found right in it and what was asked about it,
// and writes each one's vote.
func (s *Store) revote(ctx context.Context, tx *pg.Tx, open *Conference, votes map[int]Vote) error {
	_, err := tx.Exec(ctx, `update conference set minutes = null, digest = '', outcome = '', reasons = '', reasons_sealed = null, claim_id = null, amount = null, period = '',
		until_day = null, above = false, first_by = null, first_at = null, absent_until = null, off_first = null, off_first_at = null, off_why = '', off_sealed = null
		where id = $1 and minutes is not null`, open.ID)
	if err != nil {
		return conferenceFault(err, "take minutes back")
	}
	for i, p := range open.People {
		open.People[i].Vote, open.People[i].Confirmed, open.People[i].Denied = votes[p.Nth], time.Time{}, time.Time{}
		if _, err := tx.Exec(ctx, `update conference_member set vote = $3, confirmed = null, denied = null where conference = $1 and nth = $2`, open.ID, p.Nth, votes[p.Nth]); err != nil {
			return conferenceFault(err, "write a vote")
		}
	}
	return nil
}

// FindRight is the word of one of the staff who was asked that minutes of one digest are right about
// them: their vote, or that they were absent; false, that they were there. Errors: ErrMinutesMoved.
func (s *Store) FindRight(ctx context.Context, tx *pg.Tx, open Conference, digest string, by core.StaffID, right bool) error {
	tag, err := tx.Exec(ctx, `update conference_member m set confirmed = case when $5 then $4::timestamptz end, denied = case when $5 then null else $4::timestamptz end
		from conference c where m.conference = $1 and m.staff = $3 and c.id = m.conference and c.digest = $2`, open.ID, digest, by, tx.Now(), right)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMinutesMoved
	}
	return conferenceFault(err, "find minutes right")
}

// Conclude is the second signature under minutes of one digest.
func (s *Store) Conclude(ctx context.Context, tx *pg.Tx, open Conference, digest string, by core.StaffID) error {
	tag, err := tx.Exec(ctx, `update conference set second_by = $3, second_at = $4 where id = $1 and digest = $2 and second_at is null and off_at is null`,
		open.ID, digest, by, tx.Now())
	if err == nil && tag.RowsAffected() == 0 {
		return ErrMinutesMoved
	}
	return conferenceFault(err, "sign the minutes of a conference")
}

// AskOff is the first word that what was minuted already is to be called off, with why.
func (s *Store) AskOff(ctx context.Context, tx *pg.Tx, c Case, open Conference, why string, by core.StaffID) error {
	sealed, err := s.offWhy(ctx, tx, c, open, why)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update conference set off_first = $2, off_first_at = $3, off_sealed = $4 where id = $1`, open.ID, by, tx.Now(), sealed)
	return conferenceFault(err, "ask to call a conference off")
}

// CallOff ends a conference that will not be held, with why; the second word on one that was minuted
// keeps the why of the first.
func (s *Store) CallOff(ctx context.Context, tx *pg.Tx, c Case, open Conference, why string, by core.StaffID) error {
	var sealed []byte
	if open.OffFirst == 0 {
		var err error
		if sealed, err = s.offWhy(ctx, tx, c, open, why); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `update conference set off_by = $2, off_at = $3, off_sealed = coalesce($4, off_sealed) where id = $1`, open.ID, by, tx.Now(), sealed)
	return conferenceFault(err, "call a conference off")
}

func (s *Store) offWhy(ctx context.Context, tx *pg.Tx, c Case, open Conference, why string) ([]byte, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	return b.put("conference", conferenceColumn("off", open.ID), why)
}

func conferenceColumn(column string, id int64) string {
	return column + "/" + strconv.FormatInt(id, 10)
}

// conferenceWhy binds why one was called to the moment: it has no number yet.
func conferenceWhy(called time.Time) string {
	return "why/" + strconv.FormatInt(called.UnixMicro(), 10)
}

const conferenceColumns = `id, ground, why, called_by, called, on_day, place, minutes, digest, outcome, reasons, coalesce(claim_id, 0), coalesce(amount, 0),
	period, until_day, above, coalesce(first_by, 0), first_at, coalesce(second_by, 0), second_at, coalesce(off_by, 0), off_at, off_why,
	coalesce(off_first, 0), off_first_at, lapsed, absent_until, why_sealed, reasons_sealed, off_sealed`

// sealedConference is what is sealed of one.
type sealedConference struct{ minutes, why, reasons, off []byte }

// scanConference gives the words as they are sealed.
func scanConference(r row) (c Conference, sealed sealedConference, err error) {
	var on time.Time
	var until, first, second, off, offFirst, lapsed, deny *time.Time
	err = r.Scan(&c.ID, &c.Ground, &c.Why, &c.By, &c.At, &on, &c.Place, &sealed.minutes, &c.Digest, &c.Outcome, &c.Reasons, &c.Claim, &c.Amount,
		&c.Period, &until, &c.Above, &c.First, &first, &c.Second, &second, &c.OffBy, &off, &c.OffWhy,
		&c.OffFirst, &offFirst, &lapsed, &deny, &sealed.why, &sealed.reasons, &sealed.off)
	c.On, c.Until, c.FirstAt, c.SecondAt, c.Off = dayOf(&on), dayOf(until), timeOf(first), timeOf(second), timeOf(off)
	c.OffFirstAt, c.Lapsed, c.DenyUntil = timeOf(offFirst), timeOf(lapsed), dayOf(deny)
	if deny == nil && first != nil { // minutes of before, as the database counts
		c.DenyUntil = core.DateOf(*first).AddDate(0, 0, 1)
	}
	return c, sealed, err
}

// unseal opens its words; those of before they were sealed stay as they are.
func (c *Conference) unseal(b box, sealed sealedConference) error {
	for _, one := range []struct {
		into   *string
		column string
		sealed []byte
	}{
		{&c.Minutes, conferenceColumn("minutes", c.ID), sealed.minutes},
		{&c.Why, conferenceWhy(c.At), sealed.why},
		{&c.Reasons, conferenceColumn("reasons", c.ID), sealed.reasons},
		{&c.OffWhy, conferenceColumn("off", c.ID), sealed.off},
	} {
		if len(one.sealed) == 0 {
			continue
		}
		plain, err := b.get("conference", one.column, one.sealed)
		if err != nil {
			return err
		}
		*one.into = plain
	}
	return nil
}

// ConferenceWords opens the words of the conference that a case waits for.
func (s *Store) ConferenceWords(ctx context.Context, tx *pg.Tx, c Case, open Conference) (Conference, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return open, err
	}
	list, err := s.conferences(ctx, tx, c.ID, b)
	if err != nil {
		return open, err
	}
	if i := slices.IndexFunc(list, func(o Conference) bool { return o.ID == open.ID }); i >= 0 {
		return list[i], nil
	}
	return open, ErrMovedOn
}

// conferences reads those of a case with their minutes, oldest first.
func (s *Store) conferences(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Conference, error) {
	rows, err := tx.Query(ctx, `select `+conferenceColumns+` from conference where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read conferences")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Conference, error) {
		c, sealed, err := scanConference(r)
		if err != nil {
			return c, err
		}
		return c, c.unseal(b, sealed)
	})
	if err != nil {
		return nil, pg.Fail(err, "read conferences")
	}
	people, err := s.attendees(ctx, tx, id)
	for i := range list {
		list[i].People = people[list[i].ID]
	}
	return list, err
}

// openConference is the one that a case waits for, without its words; nil when there is none.
func (s *Store) openConference(ctx context.Context, tx *pg.Tx, id core.CaseID) (*Conference, error) {
	rows, err := tx.Query(ctx, `select `+conferenceColumns+` from conference where case_id = $1 and second_at is null and off_at is null`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the open conference")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Conference, error) {
		c, _, err := scanConference(r)
		return c, err
	})
	if err != nil || len(list) == 0 {
		return nil, pg.Fail(err, "read the open conference")
	}
	people, err := s.attendees(ctx, tx, id)
	list[0].People = people[list[0].ID]
	return &list[0], err
}

// ToRead is a conference whose minutes wait for somebody to say whether they are right about them.
type ToRead struct {
	Case      core.CaseID
	Applicant string
	On        core.Date
	Absent    bool // the minutes say that they were not there
	DenyUntil core.Date
}

// MinutesToRead lists those of an actor, the oldest first, at most limit.
func (s *Store) MinutesToRead(ctx context.Context, tx *pg.Tx, a Actor, limit int) ([]ToRead, error) {
	rows, err := tx.Query(ctx, `select c.case_id, f.applicant, c.on_day, m.vote = 'absent', coalesce(c.absent_until, c.on_day) from conference_member m
		join conference c on c.id = m.conference join casefile f on f.id = c.case_id
		where m.staff = $1 and m.region = any ($2) and m.confirmed is null and m.denied is null and m.staff <> c.first_by
			and c.minutes is not null and c.second_at is null and c.off_at is null order by c.first_at, c.id limit $3`, int64(a.Staff), texts(a.Regions), limit)
	if err != nil {
		return nil, pg.Fail(err, "list minutes to read")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (one ToRead, err error) {
		var on, until time.Time
		err = r.Scan(&one.Case, &one.Applicant, &on, &one.Absent, &until)
		one.On, one.DenyUntil = dayOf(&on), dayOf(&until)
		return one, err
	})
	return list, pg.Fail(err, "list minutes to read")
}

// attendees lists who was asked to each conference of a case.
func (s *Store) attendees(ctx context.Context, tx *pg.Tx, id core.CaseID) (map[int64][]Attendee, error) {
	rows, err := tx.Query(ctx, `select conference, nth, coalesce(staff, 0), name, function, vote, confirmed, denied from conference_member where case_id = $1 order by conference, nth`, id)
	if err != nil {
		return nil, pg.Fail(err, "read who was asked to a conference")
	}
	out := map[int64][]Attendee{}
	var of int64
	var p Attendee
	var confirmed, denied *time.Time
	_, err = pgx.ForEachRow(rows, []any{&of, &p.Nth, &p.Staff, &p.Name, &p.Function, &p.Vote, &confirmed, &denied}, func() error {
		p.Confirmed, p.Denied = timeOf(confirmed), timeOf(denied)
		out[of] = append(out[of], p)
		return nil
	})
	return out, pg.Fail(err, "read who was asked to a conference")
}
