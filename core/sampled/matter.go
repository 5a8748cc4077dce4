package sampled

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// MatterDays is within how many working days somebody finds out why money is not what was paid (a
// sample figure).
const MatterDays = 5

// Result is how a matter ended.
type Result string

// The results. Repaired takes what the other repairs wrote down; Explained is of an Amount alone.
const (
	Found     Result = "arrived"   // it is on the card after all: card or bank looked at
	Explained Result = "explained" // it was the right sum, and they know now why
	Repaired  Result = "repaired"  // money moved: card mended, amount changed, sent again
	Passed    Result = "passed"    // somebody else has it: handed to whoever investigates
)

// ErrOwner says that somebody else has a matter in hand.
var ErrOwner = core.E(core.KindConflict, "sampled_owner", "这一件在同事手里。您来办,先点“我来办”。")

// Matter is one payment that is not in the hand as it was paid.
type Matter struct {
	ID       int64
	Call     int64
	Case     core.CaseID
	Region   core.RegionCode
	Claim    core.ClaimID
	Kind     Outcome
	Opened   time.Time
	Due      core.Date
	Owner    core.StaffID // 0: nobody was there who may
	State    string       // open, proposed, closed
	Result   Result
	By       core.StaffID
	Said     time.Time
	Words    string // what was found out and done
	Second   core.StaffID
	Seconded time.Time

	Line, ItemName, Batch, Holder, Last4 string // of the payment
	Month                                int
	Amount                               core.Fen
	Sample                               bool
	Paid                                 core.Date
	Stated                               core.Fen // 0: no sum was said
	StatedOn                             core.Date
	Asker                                core.StaffID
	Asked                                time.Time
	Heard                                string // the household's words
}

// Two reports whether an end takes a second person: one where money moved, and every one of money that is
// said not to be there. Nobody writes away alone that somebody else has it.
func (m Matter) Two(r Result) bool { return r == Repaired || m.Kind != Amount }

// finders are the roles of who looks into it: payers first, and those of the county where every payer
// had a part in the run.
func finders() []staff.Role { return []staff.Role{staff.Payer, staff.County} }

// matter opens what a mismatch is, with a payer by name and a clock of its own.
func (s *Sampled) matter(ctx context.Context, tx *pg.Tx, who staff.Person, c Call) (core.Date, error) {
	owner, err := s.owner(ctx, tx, who, c)
	if err != nil {
		return 0, err
	}
	due := s.d.Calendar().Add(tx.Today(), MatterDays)
	const sql = `insert into sampled_matter (call, case_id, region, kind, opened, due, owner) values ($1, $2, $3, $4, $5, $6, nullif($7::bigint, 0))`
	if _, err := tx.Exec(ctx, sql, c.ID, int64(c.Case), string(c.Region), string(c.Outcome), tx.Now(), due.Time(), int64(owner)); err != nil {
		return 0, refused(pg.Fail(err, "open a matter"))
	}
	return due, s.d.Cases.StartAnew(ctx, tx, matterClock(due), casefile.ClaimOf{Case: c.Case, Claim: c.Claim})
}

func matterClock(due core.Date) casefile.Deadline {
	return casefile.Deadline{Kind: casefile.DeadlineMatter, Due: due, Level: casefile.RungTownship}
}

// owner is who has the fewest of those who may, as far as the caller's places reach, 0 for nobody:
// whoever comes first takes it then.
func (s *Sampled) owner(ctx context.Context, tx *pg.Tx, who staff.Person, c Call) (best core.StaffID, err error) {
	barred, err := s.Barred(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	barred[who.ID] = true
	for _, role := range finders() {
		list, err := s.d.Staff.Holding(ctx, tx, role, c.Region)
		if err != nil {
			return 0, err
		}
		var may []int64
		for _, p := range list {
			if !barred[p.ID] {
				may = append(may, int64(p.ID))
			}
		}
		if len(may) == 0 {
			continue
		}
		const least = `select u.id from unnest($1::bigint[]) with ordinality u (id, n)
			order by (select count(*) from sampled_matter m where m.owner = u.id and m.state <> 'closed'), u.n limit 1`
		err = tx.QueryRow(ctx, least, may).Scan(&best)
		return best, pg.Fail(err, "count matters")
	}
	return 0, nil
}

const matterQuery = `select m.id, m.call, m.case_id, m.region, c.claim, m.kind, m.opened, m.due, coalesce(m.owner, 0), m.state, m.result, coalesce(m.by_staff, 0), m.said, m.words, coalesce(m.row::text, ''),
		coalesce(m.second, 0), m.seconded, l.name, l.item_name, b.name, l.holder, l.last4, l.period, c.amount, e.sample, c.paid, coalesce(c.stated, 0), c.stated_on, coalesce(c.by_staff, 0), c.answered, c.words, coalesce(c.row::text, '')
	from sampled_matter m join sampled_call c on c.id = m.call join payout_line l on l.id = c.line join payout_entitlement e on e.id = l.entitlement join payout_batch b on b.id = l.batch `

func (s *Sampled) matters(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Matter, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read matters")
	}
	list, err := pgx.CollectRows(rows, s.scanMatter)
	return list, pg.Fail(err, "read matters")
}

func (s *Sampled) scanMatter(row pgx.CollectableRow) (m Matter, err error) {
	var due, paid time.Time
	var said, seconded, on, asked *time.Time
	var words, heard []byte
	var under, heardUnder, period string
	err = row.Scan(&m.ID, &m.Call, &m.Case, &m.Region, &m.Claim, &m.Kind, &m.Opened, &due, &m.Owner, &m.State, &m.Result, &m.By, &said, &words, &under,
		&m.Second, &seconded, &m.Line, &m.ItemName, &m.Batch, &m.Holder, &m.Last4, &period, &m.Amount, &m.Sample, &paid, &m.Stated, &on, &m.Asker, &asked, &heard, &heardUnder)
	if err != nil {
		return m, err
	}
	m.Due, m.Paid = core.NewDate(due.Date()), core.NewDate(paid.Date())
	if on != nil {
		m.StatedOn = core.NewDate(on.Date())
	}
	for _, one := range []struct {
		from *time.Time
		to   *time.Time
	}{{said, &m.Said}, {seconded, &m.Seconded}, {asked, &m.Asked}} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	if month, err := time.Parse("200601", period); err == nil {
		m.Month = int(month.Month())
	}
	if m.Words, err = s.open(words, "sampled_matter", under); err != nil {
		return m, err
	}
	m.Heard, err = s.open(heard, "sampled_call", heardUnder)
	return m, err
}

// Matters lists the open ones that somebody may look into, their own first, then by day, at most 50.
// Whoever shows it writes that down.
func (s *Sampled) Matters(ctx context.Context, tx *pg.Tx, who staff.Person) ([]Matter, error) {
	if !who.Has(finders()...) {
		return nil, nil
	}
	return s.matters(ctx, tx, matterQuery+openMatters, int64(who.ID))
}

// openMatters are those that somebody ($1) may look into; who had a part is asked last, as in askable.
const openMatters = `join (select o.id, o.mine, o.due from (select m.id, m.call, m.due, m.owner is not distinct from $1 as mine from sampled_matter m join sampled_call c on c.id = m.call
			where m.state <> 'closed' and c.by_staff <> $1 order by (m.owner is not distinct from $1) desc, m.due, m.id) o
		where not exists (select from sampled_barred(o.call) x where x = $1) order by o.mine desc, o.due, o.id limit 50) w on w.id = m.id order by w.mine desc, m.due, m.id`

// Matter reads one. Errors: ErrNone, ErrBarred.
func (s *Sampled) Matter(ctx context.Context, tx *pg.Tx, who staff.Person, id int64) (Matter, error) {
	list, err := s.matters(ctx, tx, matterQuery+`where m.id = $1`, id)
	if err == nil && (len(list) == 0 || !who.Has(finders()...)) {
		err = ErrNone
	}
	if err != nil {
		return Matter{}, err
	}
	barred, err := s.Barred(ctx, tx, list[0].Call)
	if err != nil {
		return Matter{}, err
	}
	if barred[who.ID] || list[0].Asker == who.ID {
		return Matter{}, ErrBarred
	}
	return list[0], nil
}

// Own takes a matter into somebody's hands, also out of another's. Errors: ErrNone, ErrBarred,
// ErrMoved for one that is closed or waits for a second person.
func (s *Sampled) Own(ctx context.Context, who staff.Person, id int64) error {
	return s.at(ctx, who, id, "open", func(ctx context.Context, tx *pg.Tx, m Matter) error {
		if _, err := tx.Exec(ctx, `update sampled_matter set owner = $2 where id = $1`, id, int64(who.ID)); err != nil {
			return refused(pg.Fail(err, "take a matter"))
		}
		return s.trace(ctx, tx, who, "sampled.owned", m.call(), map[string]any{"matter": id, "from": m.Owner})
	})
}

// Close ends a matter with what was found out and done, or has it wait for a second person (Two), and
// reports that. Errors: KindInvalid, ErrNone, ErrBarred, ErrMoved, ErrOwner, ErrFound, ErrMended.
func (s *Sampled) Close(ctx context.Context, who staff.Person, id int64, result Result, words string) (waits bool, err error) {
	if words, err = said(words, ErrFound); err != nil {
		return false, err
	}
	if result != Found && result != Explained && result != Repaired && result != Passed {
		return false, core.Invalid("result", "请选查到了什么。")
	}
	err = s.at(ctx, who, id, "open", func(ctx context.Context, tx *pg.Tx, m Matter) error {
		switch {
		case m.Owner != who.ID:
			return ErrOwner
		case result == Explained && m.Kind != Amount:
			return core.Invalid("result", "“数没有错”是说数不对的时候选的。这家说钱没到手,请写查到钱在哪里。")
		}
		under, sealed, err := s.seal(ctx, tx, "sampled_matter", words)
		if err != nil {
			return err
		}
		state, act := "closed", "sampled.closed"
		if waits = m.Two(result); waits {
			state, act = "proposed", "sampled.proposed"
		}
		const sql = `update sampled_matter set state = $2, result = $3, by_staff = $4, said = $5, words = $6, row = $7::uuid where id = $1`
		if _, err := tx.Exec(ctx, sql, id, state, string(result), int64(who.ID), tx.Now(), sealed, under); err != nil {
			return refused(pg.Fail(err, "end a matter"))
		}
		if m.Result = result; state == "closed" {
			if err := s.ended(ctx, tx, who, m); err != nil {
				return err
			}
		}
		return s.trace(ctx, tx, who, act, m.call(), map[string]any{"matter": id, "result": result})
	})
	return waits, err
}

// Confirm is the second person's word on an end that waits for it: it is so, or the first looks again. at is
// when the first wrote it, as the second read it. Errors: ErrNone, ErrBarred, ErrMoved, ErrSecond.
func (s *Sampled) Confirm(ctx context.Context, who staff.Person, id int64, at time.Time, holds bool) error {
	return s.at(ctx, who, id, "proposed", func(ctx context.Context, tx *pg.Tx, m Matter) error {
		switch {
		case m.By == who.ID:
			return ErrSecond
		case !m.Said.Equal(at):
			return ErrMoved
		}
		if !holds {
			const back = `update sampled_matter set state = 'open', result = '', by_staff = null, said = null, words = null, row = null where id = $1`
			if _, err := tx.Exec(ctx, back, id); err != nil {
				return refused(pg.Fail(err, "send a matter back"))
			}
			return s.trace(ctx, tx, who, "sampled.sent_back", m.call(), map[string]any{"matter": id, "by": m.By})
		}
		if _, err := tx.Exec(ctx, `update sampled_matter set state = 'closed', second = $2, seconded = $3 where id = $1`, id, int64(who.ID), tx.Now()); err != nil {
			return refused(pg.Fail(err, "confirm the end of a matter"))
		}
		if err := s.ended(ctx, tx, who, m); err != nil {
			return err
		}
		return s.trace(ctx, tx, who, "sampled.closed", m.call(), map[string]any{"matter": id, "result": m.Result, "by": m.By})
	})
}

// ended has the clock go on to what is left of the claim, and tells the household.
func (s *Sampled) ended(ctx context.Context, tx *pg.Tx, who staff.Person, m Matter) error {
	var left *time.Time
	const look = `select min(m.due) from sampled_matter m join sampled_call c on c.id = m.call where c.claim = $1 and m.case_id = $2 and m.state <> 'closed'`
	if err := tx.QueryRow(ctx, look, int64(m.Claim), int64(m.Case)).Scan(&left); err != nil {
		return pg.Fail(err, "look what is left to find out")
	}
	if err := s.onward(ctx, tx, matterClock(0), m.call(), left); err != nil {
		return err
	}
	citizen, inside := wording.FoundOut(string(m.Result), m.ItemName, m.Month)
	return s.line(ctx, tx, who, m.call(), "sampled.closed", citizen, inside)
}

// at runs one act on a matter in a state; the case is held first as by every act.
func (s *Sampled) at(ctx context.Context, who staff.Person, id int64, state string, do func(context.Context, *pg.Tx, Matter) error) error {
	return s.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		var of core.CaseID
		err := tx.QueryRow(ctx, `select case_id from sampled_matter where id = $1`, id).Scan(&of)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNone
		}
		if err != nil {
			return pg.Fail(err, "find the case of a matter")
		}
		if _, err := s.d.Cases.Lock(ctx, tx, of); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `select from sampled_matter where id = $1 for update`, id); err != nil {
			return pg.Fail(err, "hold a matter")
		}
		m, err := s.Matter(ctx, tx, who, id)
		switch {
		case err != nil:
			return err
		case m.State != state:
			return ErrMoved
		}
		return do(ctx, tx, m)
	})
}

// call is the call that a matter came from, for its trace.
func (m Matter) call() Call {
	return Call{ID: m.Call, Case: m.Case, Region: m.Region, Claim: m.Claim, ItemName: m.ItemName, Month: m.Month}
}
