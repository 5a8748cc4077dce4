package workflow

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// clockApart is how far the two clocks may be from one another once the device's was set right:
// the way of the message.
const clockApart = 5 * time.Minute

// SyncVisit takes in a record that a device made without network. The same record again changes
// nothing; of two records of one visit the first counts, and the other is kept and lies as a
// doubt before the township, for a machine does not choose between them (F87, F109). So is one
// that comes when its case has gone on: nothing that a family said and signed is thrown away.
//
// Errors: casefile.ErrNotTaken, casefile.ErrCaptureOther, KindInvalid for a day before the
// visit was planned or after now, and what RecordVisit says of a record that is not whole.
func (f *Flow) SyncVisit(ctx context.Context, actor casefile.Actor, in RecordVisit, c casefile.Capture) (out casefile.CaptureOutcome, err error) {
	// 1. What is there already is not done again.
	id, err := f.captured(ctx, actor, c, &out)
	if err != nil || out != "" {
		return out, err
	}
	// 2. It is the visit's record, where that may still have one.
	in.Case = id
	on := target{name: casefile.ActRecordVisit, trace: "visit.recorded", id: id}
	err = f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if a.all.Planned == nil || a.all.Planned.ID != c.Visit {
			return casefile.ErrMovedOn
		}
		still, err := a.stillSame(ctx, in)
		if err != nil {
			return err
		}
		if err := a.record(ctx, still); err != nil {
			return err
		}
		a.detail["capture"], a.detail["seen"], a.detail["moved"] = c.Key, c.Seen, len(in.Same)-len(still.Same)
		_, err = f.Cases.AddCapture(ctx, a.tx, a.c, c, actor.Staff, nil)
		return err
	})
	if err == nil {
		return casefile.CaptureRecorded, nil
	}
	if !lateFor(err) {
		return "", err
	}
	// 3. It stays beside the one that counts.
	return f.keepSecond(ctx, actor, in, c)
}

// stillSame leaves out of what the two saw to be so whatever somebody told otherwise since they
// took it along: they cannot have meant that, and the page asks for it.
func (a *act) stillSame(ctx context.Context, in RecordVisit) (RecordVisit, error) {
	if in.Shown == a.c.FactsVersion || len(in.Same) == 0 {
		return in, nil
	}
	then, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, in.Shown)
	if err != nil {
		return in, err
	}
	now, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return in, err
	}
	was, is := wording.Facts(then.Household), wording.Facts(now.Household)
	in.Same = slices.DeleteFunc(slices.Clone(in.Same), func(path string) bool { return was[path] != is[path] })
	in.Shown = a.c.FactsVersion
	return in, nil
}

// lateFor tells what others did meanwhile from what is wrong with the record itself.
func lateFor(err error) bool {
	kind := core.KindOf(err)
	return kind == core.KindConflict || kind == core.KindForbidden || kind == core.KindNotFound
}

func (f *Flow) captured(ctx context.Context, actor casefile.Actor, c casefile.Capture, out *casefile.CaptureOutcome) (id core.CaseID, err error) {
	err = f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		var planned time.Time
		if id, planned, err = f.Cases.VisitCase(ctx, tx, c.Visit, actor.Staff); err != nil {
			return err
		}
		was, _, err := f.Cases.Captured(ctx, tx, c)
		if *out = was; err != nil || was != "" {
			return err
		}
		if day := core.DateOf(c.Seen); c.Seen.After(tx.Now().Add(clockApart)) || day < core.DateOf(planned) {
			return core.Invalid("seen", "记录上的时间是"+day.SayWhole()+",这家是"+core.DateOf(planned).SayWhole()+"才安排的,也不能晚过现在。请看看手机的日期对不对,改对了再交。")
		}
		return nil
	})
	return id, err
}

// keepSecond keeps a record that cannot be the visit's, and lays it before the township. Of one
// that somebody else handed in under the same key just now it gives what became of that.
func (f *Flow) keepSecond(ctx context.Context, actor casefile.Actor, in RecordVisit, c casefile.Capture) (out casefile.CaptureOutcome, err error) {
	var at casefile.Case
	err = f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) (err error) {
		if at, err = f.Cases.Lock(ctx, tx, in.Case); err != nil {
			return err
		}
		var found bool
		if out, found, err = f.Cases.Captured(ctx, tx, c); err != nil || found {
			return err
		}
		out = casefile.CaptureSecond
		plain, err := json.Marshal(secondWords(in))
		if err != nil {
			return core.E(core.KindInternal, "record_unwritable", "")
		}
		n, err := f.Cases.AddCapture(ctx, tx, at, c, actor.Staff, &casefile.SecondRecord{Record: string(plain), Signatures: in.Signatures})
		if err != nil {
			return err
		}
		if at.State != casefile.CaseSettled && at.State != casefile.CaseWithdrawn {
			about := core.DateOf(c.Seen).Say() + "入户写的另一份记录,交上来晚了"
			if err := f.Cases.AddDoubt(ctx, tx, casefile.Doubt{Case: at.ID, Application: at.Application, Kind: casefile.DoubtVisit, Event: n, About: about}); err != nil {
				return err
			}
		}
		err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: at.ID, Kind: "visit.second", Actor: actor, Staff: "又收到一份入户记录(第 " + strconv.FormatInt(n, 10) + " 号),存着,等人看"})
		if err != nil {
			return err
		}
		return f.Audit.Write(ctx, tx, audit.Entry{Actor: actor.Audit(), Act: "visit.second", Case: at.ID, Application: at.Application, Region: at.Region,
			Purpose: "casework", Detail: map[string]any{"capture": c.Key, "seen": c.Seen, "visit": c.Visit}})
	})
	if err == nil {
		f.ring(ctx, at.Region, "visit.second", at.ID)
	}
	return out, err
}

// Second is what a record says that does not count.
type Second struct {
	Statement string                     `json:"statement"`
	Present   string                     `json:"present"`
	Facts     map[string]json.RawMessage `json:"facts,omitempty"`
	Same      []string                   `json:"same,omitempty"`
	Place     string                     `json:"place,omitempty"`
	Remote    string                     `json:"remote,omitempty"`
	Account   string                     `json:"account,omitempty"` // the last four
	Holder    string                     `json:"holder,omitempty"`
}

func secondWords(in RecordVisit) Second {
	return Second{in.Statement, in.Present, in.Facts, in.Same, in.Place, in.Remote, in.Account.Last4(), in.Holder}
}
