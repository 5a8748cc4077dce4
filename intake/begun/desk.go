package begun

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/seal"
)

// Kept is how long a form waits for its caller. What was never sent in is not kept for
// ever (PIPL art. 19).
const Kept = 30 * 24 * time.Hour

// quietDays is how many whole working days somebody has to go on by themselves before an
// agent rings them: who was lost on the way is a family without help.
const quietDays = 2

// rungFrom is the hour from which they are rung on the day after.
const rungFrom = 8

// maxBody bounds what is carried, in bytes.
const maxBody = 96 << 10

// Topic is the calls' own bell: the agents' list changes.
const Topic = "calls"

// DeskDeps are what a Desk needs. All are required.
type DeskDeps struct {
	DB       *pg.DB                  // as the platform
	Gateway  seal.Recipient          // who gives it to the caller
	Shared   seal.Blinder            // the caller's number, as the gateway finds it
	Calendar func() *policy.Calendar // the newest that is announced
	Audit    *audit.Log
	Bell     *bell.Bell
}

// Desk is the platform's half. It is safe for concurrent use.
type Desk struct{ d DeskDeps }

// NewDesk checks what it needs. Errors: KindInvalid.
func NewDesk(d DeskDeps) (*Desk, error) {
	if d.DB == nil || d.Gateway.IsZero() || d.Shared.IsZero() || d.Calendar == nil || d.Audit == nil || d.Bell == nil {
		return nil, core.E(core.KindInvalid, "begun_desk_deps", "").Wrap(errors.New("begun.NewDesk needs a database, the gateway's and the shared key, a calendar, a log and a bell"))
	}
	return &Desk{d}, nil
}

// Handing is what an agent leaves to the caller.
type Handing struct {
	Call  string
	Staff core.StaffID
	Phone core.Phone // the call came from
	Sheet Sheet
}

// Sheet is what is carried: whom the call was about, and what was said.
type Sheet struct {
	Name  string          `json:"name"`
	Last4 string          `json:"last4"` // of the ID number
	Body  json.RawMessage `json:"body"`
}

// Errors of handing over.
var (
	errNoNumber = core.E(core.KindConflict, "begun_no_number", "这通没有显示号码,对方登录了也对不上。请在电话里填完。")
	errNobody   = core.Invalid("applicant.id_number", "先问清要帮的人的姓名和身份证号:对方登录以后报得出这两样,才给看。")
	errOver     = core.E(core.KindConflict, "begun_over", "对方已经登录接着填了,不用再交。")
	errNotYours = core.E(core.KindConflict, "call_not_held", "这通电话不在您手上。请先在来电里接起这通,再替他办。") // as calls.ErrNotHeld
)

// Hand seals a form to the gateway and gives its call back to the list, where it waits
// until the caller has sent it in or it is time to ring them. Errors: KindInvalid without
// a name and a number, KindConflict for a withheld number, for a call that this agent
// does not hold and for a form that was given already.
func (d *Desk) Hand(ctx context.Context, h Handing) error {
	switch {
	case h.Phone.IsZero():
		return errNoNumber
	case h.Sheet.Name == "" || len(h.Sheet.Last4) != 4:
		return errNobody
	case len(h.Sheet.Body) > maxBody:
		return core.E(core.KindTooLarge, "begun_large", "填得太多了,交不过去。请把难处写短一些。")
	}
	plain, err := json.Marshal(h.Sheet)
	if err != nil {
		return core.E(core.KindInternal, "begun_encode", "")
	}
	env, err := d.d.Gateway.NewEnvelope()
	if err != nil {
		return err
	}
	sealed, err := env.Seal(plain, sheetAt(h.Call))
	if err != nil {
		return err
	}
	row := formRow{h.Call, d.d.Shared.Blind(blindPhone, h.Phone.Reveal()), env.Wrapped, sealed}
	err = d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return d.hand(ctx, tx, h.Staff, row) })
	if err == nil {
		d.d.Bell.Ring(ctx, Topic, "call.handed", h.Call)
	}
	return err
}

type formRow struct {
	call                   string
	blind, wrapped, sealed []byte
}

func (d *Desk) hand(ctx context.Context, tx *pg.Tx, staff core.StaffID, f formRow) error {
	const back = `update call set agent = null, taken = null, next_try = $3 where id = $1 and agent = $2 and done is null`
	const put = `insert into begun_form as b (call, blind, wrapped, sealed, staff, handed, until) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (call) do update set wrapped = excluded.wrapped, sealed = excluded.sealed, staff = excluded.staff, handed = excluded.handed, until = excluded.until
		where b.taken is null`
	tag, err := tx.Exec(ctx, back, f.call, int64(staff), d.Due(tx.Now()))
	if err != nil {
		return pg.Fail(err, "give a call to its caller")
	}
	if tag.RowsAffected() == 0 {
		return errNotYours
	}
	// What was said wrong of it before was said of another form: an agent's typing mistake is
	// nobody's guess, and who would rather not may think again.
	if _, err := tx.Exec(ctx, `delete from begun_try where call = $1`, f.call); err != nil {
		return pg.Fail(err, "forget what was said of a form")
	}
	tag, err = tx.Exec(ctx, put, f.call, f.blind, f.wrapped, f.sealed, int64(staff), tx.Now(), tx.Now().Add(Kept))
	if err != nil {
		return pg.Fail(err, "keep a form for its caller")
	}
	if tag.RowsAffected() == 0 {
		return errOver
	}
	return d.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(staff), 10)}, Act: "call.handed",
		Subject: "call:" + f.call, Purpose: "交给本人接着填"})
}

// Due is when somebody is rung who has not sent in what they were given at now: the
// morning after two whole working days.
func (d *Desk) Due(now time.Time) time.Time {
	day := d.d.Calendar().Add(core.DateOf(now), quietDays+1).Time()
	return time.Date(day.Year(), day.Month(), day.Day(), rungFrom, 0, 0, 0, core.China)
}

// Stand is how far a handed call is.
type Stand struct {
	Handed time.Time
	Taken  bool // the caller has logged in and goes on
}

// Standing tells, of calls, those that their callers are to go on with.
func (d *Desk) Standing(ctx context.Context, calls []string) (map[string]Stand, error) {
	out := map[string]Stand{}
	if len(calls) == 0 {
		return out, nil
	}
	err := d.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select call, handed, taken is not null from begun_form where call = any($1)`, calls)
		if err != nil {
			return pg.Fail(err, "find what callers go on with")
		}
		var call string
		var s Stand
		_, err = pgx.ForEachRow(rows, []any{&call, &s.Handed, &s.Taken}, func() error { out[call] = s; return nil })
		return pg.Fail(err, "find what callers go on with")
	})
	return out, err
}

// Finish closes the call that an application was begun in, in the transaction that opens
// its case, and completes the application's word of it: the recording may have come since.
// An application that names a call which was not given to its account loses that name.
func Finish(ctx context.Context, tx *pg.Tx, app *core.Application) error {
	if app.Call == nil || app.Contact.Staff != 0 {
		return nil
	}
	const hold = `select from call where id = $1 for update` // before the form, as who hands it on does
	const mark = `update begun_form set application = $3 where call = $1 and citizen = $2 and (application is null or application = $3)`
	const done = `update call set done = $2, outcome = 'applied', next_try = null where id = $1 and done is null and agent is null`
	if _, err := tx.Exec(ctx, hold, app.Call.ID); err != nil {
		return pg.Fail(err, "hold a call")
	}
	tag, err := tx.Exec(ctx, mark, app.Call.ID, app.Contact.CitizenID, app.ID)
	if err != nil {
		return pg.Fail(err, "note what came of a call")
	}
	if tag.RowsAffected() == 0 {
		app.Call = nil
		return nil
	}
	if err := tx.QueryRow(ctx, `select recording from call where id = $1`, app.Call.ID).Scan(&app.Call.Recording); err != nil {
		return pg.Fail(err, "read the recording of a call")
	}
	app.Call.Pending = app.Call.Recording == ""
	tag, err = tx.Exec(ctx, done, app.Call.ID, tx.Now())
	if err != nil || tag.RowsAffected() == 0 { // an agent who holds it sees that it was sent in, and ends it with their draft
		return pg.Fail(err, "end a call whose caller went on")
	}
	_, err = tx.Exec(ctx, `delete from draft where place = $1`, "call:"+app.Call.ID)
	return pg.Fail(err, "drop the draft of a call")
}

// Sweep forgets what nobody came for. What was given is kept as long as the conversation that
// it became may live: by it the application finds its call.
func (d *Desk) Sweep(ctx context.Context) error {
	return d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from begun_form where until < $1 and (taken is null or taken < $1 - interval '60 days')`, tx.Now())
		return pg.Fail(err, "forget forms that nobody came for")
	})
}

// SweepBegun asks the platform to forget what nobody came for.
type SweepBegun struct{}

// Kind is the stable name.
func (SweepBegun) Kind() string { return "sweep_begun" }

// InsertOpts keeps nothing back: one sweep after another does no harm.
func (SweepBegun) InsertOpts() river.InsertOpts { return river.InsertOpts{} }

// Register adds the worker and gives what is to be inserted again and again.
func (d *Desk) Register(list *jobs.Workers) jobs.Periodic {
	jobs.Work(list, 0, func(ctx context.Context, _ jobs.Job[SweepBegun]) error { return d.Sweep(ctx) })
	return jobs.Periodic{Every: time.Hour, Args: SweepBegun{}}
}

const blindPhone = "begun.phone"

func sheetAt(call string) seal.At {
	return seal.At{Table: "begun_form", Row: strconv.Quote(call), Column: "sealed"}
}
