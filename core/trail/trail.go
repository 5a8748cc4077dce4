package trail

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
)

// Stage is one of the hops, in the order in which they are walked.
type Stage string

// The hops.
const (
	Line        Stage = "line"        // what the bank was told
	Batch       Stage = "batch"       // two people's file
	Entitlement Stage = "entitlement" // one month of one claim
	Decision    Stage = "decision"    //
	Facts       Stage = "facts"       // findings and the facts under them
	Request     Stage = "application" //
	Voice       Stage = "voice"       // seconds of the call, or the words at the door
)

// Stages are all hops, from the bank to the door.
func Stages() []Stage {
	return []Stage{Line, Batch, Entitlement, Decision, Facts, Request, Voice}
}

// Title is the hop in words.
func (s Stage) Title() string {
	return map[Stage]string{Line: "银行这一笔", Batch: "这一批", Entitlement: "该发的钱", Decision: "决定", Facts: "判断和事实", Request: "申请", Voice: "原话"}[s]
}

// Point is one thing that stands in a hop. Who is a member of staff, 0 for none: those are named.
type Point struct {
	Label, Value string
	Who          core.StaffID
}

// Check is one thing that was looked at anew.
type Check struct {
	What  string
	Holds bool
	Seen  string // what was found where it does not hold
}

// Ground is one reason of the judgement, and the fact under it with where that was said.
type Ground struct {
	Text         string
	Fact         string // label, "" where the reason names none
	Source       string
	Sure         casefile.Sure
	Call         string
	FromMS, ToMS int64 // into the call, both 0 where the fact points at no seconds
}

// Hop is one step of the way.
type Hop struct {
	Stage   Stage
	At      time.Time
	Points  []Point
	Grounds []Ground
	Checks  []Check
	Entry   int64 // of the log, that made it; 0: there is none
}

// Holds reports whether everything that was looked at holds.
func (h Hop) Holds() bool {
	for _, c := range h.Checks {
		if !c.Holds {
			return false
		}
	}
	return true
}

// Trail is the way of one payment.
type Trail struct {
	Line    string // the payment's name, such as P000000000000017
	Receipt core.Receipt
	Case    core.CaseID
	Hops    []Hop
	Gap     Stage // the hop that is not there, where the walk ends; "" when it came to its beginning
	Names   map[core.StaffID]string
}

// Whole reports whether the walk came to the beginning and everything held.
func (t Trail) Whole() bool { return t.Breaks() == "" }

// Breaks is the first hop that is not there or does not hold, "" for none.
func (t Trail) Breaks() Stage {
	for _, h := range t.Hops {
		if !h.Holds() {
			return h.Stage
		}
	}
	return t.Gap
}

// Deps are what a Walker works with. All are required, but Blobs may be nil: then files are not
// looked at, and the walk says so.
type Deps struct {
	DB    *pg.DB
	Cases *casefile.Store
	Staff *staff.Staff
	Audit *audit.Log
	Blobs *blob.Store // opens recordings and signatures
}

// Walker walks trails. It is safe for use by many goroutines.
type Walker struct{ d Deps }

// New makes one, or says what is missing.
func New(d Deps) (*Walker, error) {
	if d.DB == nil || d.Cases == nil || d.Staff == nil || d.Audit == nil {
		return nil, core.E(core.KindInvalid, "trail_config", "")
	}
	return &Walker{d}, nil
}

// By is who looks. Scope is theirs: a payment outside of it is none.
type By struct {
	Actor audit.Actor
	Staff core.StaffID // 0 for the operator's tool
	Scope pg.Scope
}

// ErrNone is the answer to a name that is no payment of the looker's.
var ErrNone = core.E(core.KindNotFound, "no_payment", "没有这笔钱。请核对流水名,或者用回执号查。")

// Payment is one line of money as a list shows it.
type Payment struct {
	Line     string
	ItemName string
	Period   string
	Amount   core.Fen
	State    string
	Batch    string
	At       time.Time // of its batch
}

// maxPayments bounds the list of one receipt: five years of three items.
const maxPayments = 180

// Payments lists the lines of money of the case that a receipt leads to, newest first, and gives
// the case; 0 for a receipt that leads to none. It leaves an entry.
func (w *Walker) Payments(ctx context.Context, by By, receipt core.Receipt) (list []Payment, of core.CaseID, err error) {
	err = w.d.DB.Tx(ctx, by.Scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		if list, of, err = payments(ctx, tx, receipt); err != nil || of == 0 {
			return err
		}
		if err = w.d.Cases.NoConflict(ctx, tx, of, by.Staff); err != nil {
			return err
		}
		return w.d.Audit.Write(ctx, tx, audit.Entry{Actor: by.Actor, Act: "payment.listed", Case: of, Purpose: purpose})
	})
	return list, of, err
}

func payments(ctx context.Context, tx *pg.Tx, receipt core.Receipt) (list []Payment, of core.CaseID, err error) {
	const find = `select coalesce(min(case_id), 0) from case_application where receipt = $1`
	if err := tx.QueryRow(ctx, find, receipt).Scan(&of); err != nil || of == 0 {
		return nil, 0, pg.Fail(err, "find the case of a receipt")
	}
	const q = `select l.name, l.item_name, l.period, l.amount, l.state, b.name, b.created
		from payout_line l join payout_entitlement e on e.id = l.entitlement join payout_batch b on b.id = l.batch
		where e.case_id = $1 order by l.id desc limit $2`
	rows, err := tx.Query(ctx, q, of, maxPayments)
	if err != nil {
		return nil, of, pg.Fail(err, "list the payments of a case")
	}
	defer rows.Close()
	for rows.Next() {
		var p Payment
		if err := rows.Scan(&p.Line, &p.ItemName, &p.Period, &p.Amount, &p.State, &p.Batch, &p.At); err != nil {
			return nil, of, pg.Fail(err, "list the payments of a case")
		}
		list = append(list, p)
	}
	return list, of, pg.Fail(rows.Err(), "list the payments of a case")
}

// purpose is why, in every entry of this package.
const purpose = "审计"

// Walk goes the whole way of one payment. Errors: ErrNone, casefile.ErrConflictOfInterest where
// the household is the looker's kin.
func (w *Walker) Walk(ctx context.Context, by By, line string) (Trail, error) {
	t := Trail{Line: line}
	err := w.d.DB.Read(ctx, by.Scope, func(ctx context.Context, tx *pg.Tx) error {
		var seen bool
		err := tx.QueryRow(ctx, `select exists (select from payout_line where name = $1)`, line).Scan(&seen)
		if err == nil && !seen {
			return ErrNone
		}
		return pg.Fail(err, "find a payment")
	})
	if err != nil {
		return t, err
	}
	// The totals of a batch are the whole city's, so the walk sees it; it shows nobody of another
	// place: every row but the batch's is this payment's.
	err = w.d.DB.Tx(ctx, pg.City("the way of a payment"), func(ctx context.Context, tx *pg.Tx) (err error) {
		on := walk{w: w, ctx: ctx, tx: tx, by: by, t: Trail{Line: line}}
		t, err = on.all()
		return err
	})
	if err != nil {
		return t, err
	}
	t.Names, err = w.d.Staff.Names(ctx, t.staff()...)
	return t, err
}

// staff lists whom the trail names.
func (t Trail) staff() (ids []core.StaffID) {
	for _, h := range t.Hops {
		for _, p := range h.Points {
			if p.Who != 0 {
				ids = append(ids, p.Who)
			}
		}
	}
	return ids
}

// Case reads the timeline of one case, names and numbers masked, and leaves an entry. Errors as
// Walk's, KindNotFound outside of the looker's scope.
func (w *Walker) Case(ctx context.Context, by By, id core.CaseID) (o casefile.Origin, events []casefile.Event, err error) {
	err = w.d.DB.Tx(ctx, by.Scope, func(ctx context.Context, tx *pg.Tx) (err error) {
		if err = w.d.Cases.NoConflict(ctx, tx, id, by.Staff); err != nil {
			return err
		}
		if o, err = w.d.Cases.Origin(ctx, tx, id); err != nil {
			return err
		}
		if events, err = w.d.Cases.Events(ctx, tx, id); err != nil {
			return err
		}
		veil, err := w.d.Cases.Veil(ctx, tx, id)
		if err != nil {
			return err
		}
		for i := range events {
			events[i].Citizen, events[i].Staff = veil.Over(events[i].Citizen), veil.Over(events[i].Staff)
		}
		return w.d.Audit.Write(ctx, tx, audit.Entry{Actor: by.Actor, Act: "case.read", Case: id, Application: o.Application, Region: o.Region, Purpose: purpose})
	})
	return o, events, err
}
