package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

const (
	// clockApart is how far the two clocks may be from one another once the device's was set
	// right: the way of the message.
	clockApart = 5 * time.Minute
	// takenFor is how long somebody who does not go any more may still hand in what they wrote
	// while they did; their device forgets it then.
	takenFor = 7 * 24 * time.Hour
)

// SyncVisit takes in a record that a device made without network. The same record again changes
// nothing; of two records of one visit the first counts, and the other is kept and lies as a
// doubt before the township, for a machine does not choose between them (F87, F109). So is one
// that comes when its case has gone on: nothing that a family said and signed is thrown away.
//
// Errors: those of HandedIn, casefile.ErrSecondKept, casefile.ErrConflictOfInterest, and what
// RecordVisit says of a record that is not whole.
func (f *Flow) SyncVisit(ctx context.Context, actor casefile.Actor, in RecordVisit, c casefile.Capture) (casefile.CaptureOutcome, error) {
	// 1. What is there already is not done again, and what is no record is none beside another.
	id, out, err := f.HandedIn(ctx, actor, c)
	if err == nil && out == "" {
		err = in.whole()
	}
	if err != nil || out != "" {
		return out, err
	}
	// 2. It is the visit's record, where that may still have one.
	in.Case = id
	on := target{name: casefile.ActRecordVisit, trace: "visit.recorded", id: id}
	var moved bool
	err = f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if a.all.Planned == nil || a.all.Planned.ID != c.Visit {
			return casefile.ErrMovedOn
		}
		moved = in.Shown != a.c.FactsVersion
		return a.sync(ctx, in, c)
	})
	if err == nil {
		return casefile.CaptureRecorded, nil
	}
	// 3. It stays beside the one that counts, or for who looks at what went on meanwhile.
	if !errors.Is(err, casefile.ErrMovedOn) && core.Known(err).Code != notVisitor && !(moved && core.KindOf(err) == core.KindInvalid) {
		return "", err
	}
	return f.keepSecond(ctx, actor, in, c)
}

// notVisitor is how casefile answers who does not go to a household any more.
const notVisitor = "not_visitor"

// HandedIn says whose visit a record is, and what became of it where it came before. It is
// asked before anything of the record is kept. Errors: casefile.ErrNotTaken,
// ErrCaptureOther, ErrConflictOfInterest; KindInvalid for a day before the visit was planned or
// after now, or a picture of another day.
func (f *Flow) HandedIn(ctx context.Context, actor casefile.Actor, c casefile.Capture) (id core.CaseID, out casefile.CaptureOutcome, err error) {
	err = f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		taken, err := f.Cases.TakenVisit(ctx, tx, c.Visit, actor.Staff)
		if err != nil {
			return err
		}
		id = taken.Case
		if out, _, err = f.Cases.Captured(ctx, tx, c); err != nil || out != "" {
			return err
		}
		if err := f.Cases.NoConflict(ctx, tx, id, actor.Staff); err != nil {
			return err
		}
		if !taken.Goes && tx.Now().Sub(taken.Taken) > takenFor {
			return casefile.ErrNotTaken
		}
		return dated(c, taken.Planned, tx.Now())
	})
	return id, out, err
}

// dated holds the times of a record between the plan and now.
func dated(c casefile.Capture, planned, now time.Time) error {
	first := core.DateOf(planned)
	if day := core.DateOf(c.Seen); c.Seen.After(now.Add(clockApart)) || day < first {
		return core.Invalid("visit_day", "记录上的时间是"+day.SayWhole()+",这家是"+first.SayWhole()+"才安排的,也不能晚过现在。请看看手机的日期对不对,改对了再交。")
	}
	for _, p := range c.Photos {
		if core.DateOf(p.Taken) < first || p.Taken.After(c.Seen.Add(clockApart)) {
			return core.Invalid("photo_day", "有一张照片不是这次入户拍的("+core.DateOf(p.Taken).SayWhole()+")。请打开这一户,删掉它。")
		}
	}
	return nil
}

// sync files a record of a device as the visit's.
func (a *act) sync(ctx context.Context, in RecordVisit, c casefile.Capture) error {
	still, err := a.stillSo(ctx, in)
	if err != nil {
		return err
	}
	if err := a.record(ctx, still); err != nil {
		return err
	}
	left := len(in.Same) + len(in.Facts) - len(still.Same) - len(still.Facts)
	a.detail["capture"], a.detail["seen"], a.detail["moved"] = c.Key, c.Seen, left
	if left > 0 {
		if err := a.event(ctx, "visit.moved", "", "带去以后改过的 "+strconv.Itoa(left)+" 样,没有照这份记录算,请再问"); err != nil {
			return err
		}
	}
	if _, err := a.f.Cases.AddCapture(ctx, a.tx, a.c, c, a.actor.Staff, nil); err != nil {
		return err
	}
	return a.samePictures(ctx, c)
}

// samePictures lays before the township that a picture of this visit is another one's too.
func (a *act) samePictures(ctx context.Context, c casefile.Capture) error {
	n, err := a.f.Cases.SamePictures(ctx, a.tx, c, a.c.ID)
	if err != nil || n == 0 {
		return err
	}
	return a.event(ctx, "visit.pictures", "", "有 "+strconv.Itoa(n)+" 张照片和别家入户的一模一样,请看看是怎么拍的")
}

// stillSo leaves out of what the two saw whatever somebody told otherwise since they took it
// along: they cannot have known of that, and what is newer is not overwritten by what is older.
func (a *act) stillSo(ctx context.Context, in RecordVisit) (RecordVisit, error) {
	if in.Shown == a.c.FactsVersion || len(in.Same)+len(in.Facts) == 0 {
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
	in.Facts = maps.Clone(in.Facts)
	maps.DeleteFunc(in.Facts, func(path string, _ json.RawMessage) bool { return was[path] != is[path] })
	in.Shown = a.c.FactsVersion
	return in, nil
}

// keepSecond keeps a record that cannot be the visit's, and lays it before the township, once for
// a visit as long as nobody looked. Of one that somebody else handed in under the same key just
// now it gives what became of that.
func (f *Flow) keepSecond(ctx context.Context, actor casefile.Actor, in RecordVisit, c casefile.Capture) (out casefile.CaptureOutcome, err error) {
	var at casefile.Case
	var kept bool
	err = f.DB.Tx(ctx, pg.Regions(actor.Regions...), func(ctx context.Context, tx *pg.Tx) (err error) {
		if at, err = f.Cases.Lock(ctx, tx, in.Case); err != nil {
			return err
		}
		var found bool
		if out, found, err = f.Cases.Captured(ctx, tx, c); err != nil || found {
			return err
		}
		out, kept = casefile.CaptureSecond, true
		plain, err := json.Marshal(secondWords(in))
		if err != nil {
			return core.E(core.KindInternal, "record_unwritable", "")
		}
		n, err := f.Cases.AddCapture(ctx, tx, at, c, actor.Staff, &casefile.SecondRecord{Record: string(plain), Signatures: in.Signatures})
		if err != nil {
			return err
		}
		if err := f.doubtVisit(ctx, tx, at, c, n); err != nil {
			return err
		}
		err = f.Cases.AddEvent(ctx, tx, casefile.Event{Case: at.ID, Kind: "visit.second", Actor: actor, Staff: "又收到一份入户记录(第 " + strconv.FormatInt(n, 10) + " 号),存着,等人看"})
		if err != nil {
			return err
		}
		return f.Audit.Write(ctx, tx, audit.Entry{Actor: actor.Audit(), Act: "visit.second", Case: at.ID, Application: at.Application, Region: at.Region,
			Purpose: "casework", Detail: map[string]any{"capture": c.Key, "seen": c.Seen, "visit": c.Visit}})
	})
	if err == nil && kept {
		f.ring(ctx, at.Region, "visit.second", at.ID)
	}
	return out, err
}

// doubtVisit asks the township to look, but for what a household took back; money that a settled
// case pays goes on.
func (f *Flow) doubtVisit(ctx context.Context, tx *pg.Tx, at casefile.Case, c casefile.Capture, n int64) error {
	list, err := f.Cases.Doubts(ctx, tx, at.ID)
	if err != nil || at.State == casefile.CaseWithdrawn ||
		slices.ContainsFunc(list, func(d casefile.Doubt) bool { return d.Kind == casefile.DoubtVisit && d.Verdict == "" }) {
		return err
	}
	about := core.DateOf(c.Seen).Say() + "入户写的另一份记录,交上来晚了"
	return f.Cases.AddDoubt(ctx, tx, casefile.Doubt{Case: at.ID, Application: at.Application, Kind: casefile.DoubtVisit, Event: n, About: about})
}

// Second is what a record says that does not count.
type Second struct {
	Statement string                     `json:"statement"`
	Present   string                     `json:"present"`
	Facts     map[string]json.RawMessage `json:"facts,omitempty"`
	Same      []string                   `json:"same,omitempty"`
	Place     string                     `json:"place,omitempty"`
	Remote    string                     `json:"remote,omitempty"`
	Account   string                     `json:"account,omitempty"` // the last four: a card is shown again before money goes to it
	Holder    string                     `json:"holder,omitempty"`
}

func secondWords(in RecordVisit) Second {
	return Second{in.Statement, in.Present, in.Facts, in.Same, in.Place, in.Remote, in.Account.Last4(), in.Holder}
}
