package sampled

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/staff"
)

// How is how somebody is asked.
type How string

// The ways. Phone becomes Visit after three calls in vain.
const (
	Phone How = "phone" // an agent's
	Visit How = "visit" // somebody's of the township
)

// Outcome is what an answer comes to.
type Outcome string

// The outcomes; "" while nobody has answered. Amount to Unfound open a matter.
const (
	Right   Outcome = "right"
	Vague   Outcome = "vague"   // it came, they do not know how much
	Amount  Outcome = "amount"  // it came, and was another sum
	Missing Outcome = "missing" // it did not come
	Taken   Outcome = "taken"   // somebody else has it
	Unfound Outcome = "unfound" // nobody found them, and the money goes on
	Unsure  Outcome = "unsure"  // they do not know whether it came
)

// Mismatch reports whether somebody has to look into it.
func (o Outcome) Mismatch() bool { return o == Amount || o == Missing || o == Taken || o == Unfound }

// hold is how long a call is one person's after they opened it.
const hold = 30 * time.Minute

// Call is one drawn payment and what was said of it.
type Call struct {
	ID       int64
	Line     int64
	Case     core.CaseID
	Region   core.RegionCode
	Claim    core.ClaimID
	ItemName string
	Month    int // the money is for
	How      How
	Due      core.Date
	Tries    int // in vain
	Slots    []int
	Taker    core.StaffID
	Taken    time.Time
	Outcome  Outcome
	Amount   core.Fen  // 0 until the answer is written: the caller does not know it
	Paid     core.Date // and the day; zero until then
	Stated   core.Fen
	StatedOn core.Date // zero: not said
	By       core.StaffID
	Answered time.Time
	Words    string
}

// Mine reports whether a call is in somebody's hands at a time.
func (c Call) Mine(id core.StaffID, now time.Time) bool {
	return c.Taker == id && now.Sub(c.Taken) < hold
}

// Slot is the part of the day of a call: before eleven, before two, before five, and later. A
// household that is never there at one time may be at another.
func Slot(at time.Time) int {
	switch h := at.In(core.China).Hour(); {
	case h < 11:
		return 1
	case h < 14:
		return 2
	case h < 17:
		return 3
	}
	return 4
}

const callQuery = `select c.id, c.line, c.case_id, c.region, c.claim, l.item_name, l.period, c.how, c.due, array(select t.slot::int from sampled_try t where t.call = c.id order by 1),
		coalesce(c.taker, 0), c.taken, c.outcome, case when c.outcome = '' then 0 else c.amount end, case when c.outcome <> '' then c.paid end,
		coalesce(c.stated, 0), c.stated_on, coalesce(c.by_staff, 0), c.answered, c.words, coalesce(c.row::text, '')
	from sampled_call c join payout_line l on l.id = c.line `

func (s *Sampled) calls(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Call, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read sampled calls")
	}
	list, err := pgx.CollectRows(rows, s.scanCall)
	return list, pg.Fail(err, "read sampled calls")
}

func (s *Sampled) scanCall(row pgx.CollectableRow) (c Call, err error) {
	var period, under string
	var due time.Time
	var taken, paid, on, answered *time.Time
	var words []byte
	err = row.Scan(&c.ID, &c.Line, &c.Case, &c.Region, &c.Claim, &c.ItemName, &period, &c.How, &due, &c.Slots, &c.Taker, &taken, &c.Outcome, &c.Amount, &paid,
		&c.Stated, &on, &c.By, &answered, &words, &under)
	if err != nil {
		return c, err
	}
	c.Due, c.Tries = core.NewDate(due.Date()), len(c.Slots)
	if month, err := time.Parse("200601", period); err == nil {
		c.Month = int(month.Month())
	}
	for _, one := range []struct {
		from *time.Time
		to   *core.Date
	}{{paid, &c.Paid}, {on, &c.StatedOn}} {
		if one.from != nil {
			*one.to = core.NewDate(one.from.Date())
		}
	}
	if taken != nil {
		c.Taken = *taken
	}
	if answered != nil {
		c.Answered = *answered
	}
	c.Words, err = s.open(words, "sampled_call", under)
	return c, err
}

func (s *Sampled) open(sealed []byte, table, row string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := s.d.Ring.Open(sealed, wordsAt(table, row))
	return string(plain), err
}

// hows are the ways that somebody may ask by.
func hows(who staff.Person) []string {
	var out []string
	if who.Has(staff.Agent) {
		out = append(out, string(Phone))
	}
	if who.Has(staff.Officer, staff.Assistant) {
		out = append(out, string(Visit))
	}
	return out
}

// askable are the open calls that somebody may make. Who had a part in the money ($2) is asked of
// those alone that are shown, and so in a step of its own: it reads six tables, and a day of the
// city's payments has thousands of calls. Regions are named beside row-level security for the index,
// and a try is one row each and not "exists", which could be answered by reading every try there was.
const (
	askable = `select c.id, c.due from sampled_call c where c.outcome = '' and c.region = any ($4) and c.how = any ($1)
		and (c.how = 'visit' or (select true from sampled_try t where t.call = c.id and t.slot = $3 limit 1) is null)`
	noPart   = ` o where not exists (select from sampled_barred(o.id) b where b = $2)`
	soonest  = `(select o.id, o.due from (` + askable + ` order by c.due, c.id)` + noPart + ` order by o.due, o.id limit 50) w`
	anyFifty = `(select from (` + askable + ` offset 0)` + noPart + ` limit 50) w` // in no order: it is for a count
)

// ToAsk lists the open calls that somebody may make, the soonest due first, at most 50: none of
// theirs who had a part in the money, and none that rang in vain at this time of the day. Whoever
// shows it writes that down.
func (s *Sampled) ToAsk(ctx context.Context, tx *pg.Tx, who staff.Person) ([]Call, error) {
	return s.calls(ctx, tx, callQuery+`join `+soonest+` on w.id = c.id order by c.due, c.id`, hows(who), int64(who.ID), Slot(tx.Now()), who.Regions)
}

// Waiting counts those calls, up to 50.
func (s *Sampled) Waiting(ctx context.Context, tx *pg.Tx, who staff.Person) (n int, err error) {
	const sql = `select count(*) from ` + anyFifty
	err = tx.QueryRow(ctx, sql, hows(who), int64(who.ID), Slot(tx.Now()), who.Regions).Scan(&n)
	return n, pg.Fail(err, "count sampled calls")
}

// Call reads one that somebody may make or has made. Errors: ErrNone, ErrBarred.
func (s *Sampled) Call(ctx context.Context, tx *pg.Tx, who staff.Person, id int64) (Call, error) {
	list, err := s.calls(ctx, tx, callQuery+`where c.id = $1 and (c.how = any ($2) or c.by_staff = $3)`, id, hows(who), int64(who.ID))
	if err == nil && len(list) == 0 {
		err = ErrNone
	}
	if err != nil {
		return Call{}, err
	}
	barred, err := s.Barred(ctx, tx, id)
	if err != nil {
		return Call{}, err
	}
	if barred[who.ID] {
		return Call{}, ErrBarred
	}
	return list[0], nil
}

// Barred is who had a part in the money of a call, and kin.
func (s *Sampled) Barred(ctx context.Context, tx *pg.Tx, call int64) (map[core.StaffID]bool, error) {
	rows, err := tx.Query(ctx, `select sampled_barred($1)`, call)
	if err != nil {
		return nil, pg.Fail(err, "read who does not ask")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.StaffID])
	out := map[core.StaffID]bool{}
	for _, id := range list {
		out[id] = true
	}
	return out, pg.Fail(err, "read who does not ask")
}

// Take puts a call into somebody's hands for half an hour, so that nobody is rung by two. Errors:
// ErrNone, ErrBarred, ErrTaken, ErrOver, ErrSlot.
func (s *Sampled) Take(ctx context.Context, who staff.Person, id int64) error {
	return s.act(ctx, who, id, func(ctx context.Context, tx *pg.Tx, c Call) error {
		switch {
		case c.Taker != 0 && c.Taker != who.ID && tx.Now().Sub(c.Taken) < hold:
			return ErrTaken
		case c.How == Phone && c.rang(Slot(tx.Now())):
			return ErrSlot
		}
		if _, err := tx.Exec(ctx, `update sampled_call set taker = $2, taken = $3 where id = $1`, id, int64(who.ID), tx.Now()); err != nil {
			return refused(pg.Fail(err, "take a sampled call"))
		}
		return s.trace(ctx, tx, who, "sampled.taken", c, nil)
	})
}

func (c Call) rang(slot int) bool {
	for _, s := range c.Slots {
		if s == slot {
			return true
		}
	}
	return false
}

// Number is the telephone of a call that is in somebody's hands, and whose it is. Errors: ErrNone,
// ErrBarred, ErrOver, ErrNotMe.
func (s *Sampled) Number(ctx context.Context, who staff.Person, id int64) (phone core.Phone, name string, err error) {
	err = s.act(ctx, who, id, func(ctx context.Context, tx *pg.Tx, c Call) error {
		if !c.Mine(who.ID, tx.Now()) {
			return ErrNotMe
		}
		of, err := s.d.Cases.Get(ctx, tx, c.Case)
		if err != nil {
			return err
		}
		if err := s.d.Audit.MayReveal(ctx, tx, actor(who).ID); err != nil {
			return err
		}
		open, err := s.d.Cases.OpenPerson(ctx, tx, of)
		if err != nil {
			return err
		}
		phone, name = open.Phone, open.Contact
		return s.trace(ctx, tx, who, "sampled.number", c, nil)
	})
	return phone, name, err
}

// act runs one act on an open call, of which the case is held first as by every act.
func (s *Sampled) act(ctx context.Context, who staff.Person, id int64, do func(context.Context, *pg.Tx, Call) error) error {
	return s.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		var of core.CaseID
		err := tx.QueryRow(ctx, `select case_id from sampled_call where id = $1`, id).Scan(&of)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNone
		}
		if err != nil {
			return pg.Fail(err, "find the case of a sampled call")
		}
		if _, err := s.d.Cases.Lock(ctx, tx, of); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `select from sampled_call where id = $1 for update`, id); err != nil {
			return pg.Fail(err, "hold a sampled call")
		}
		c, err := s.Call(ctx, tx, who, id)
		switch {
		case err != nil:
			return err
		case c.Outcome != "":
			return ErrOver
		}
		return do(ctx, tx, c)
	})
}

func (s *Sampled) trace(ctx context.Context, tx *pg.Tx, who staff.Person, act string, c Call, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["call"], detail["line"] = c.ID, c.Line
	return s.d.Audit.Write(ctx, tx, audit.Entry{Actor: actor(who), Act: act, Case: c.Case, Region: c.Region, Purpose: purpose, Detail: detail})
}
