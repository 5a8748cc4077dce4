package workflow_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/notify/notifytest"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/workflow"
)

// atTheDoor is a household that was met and told.
var atTheDoor = casefile.Spoken{Way: casefile.SaidAtDoor, Met: casefile.MetSelf, Words: "知道了,没批"}

// refusedAndUntold has a case whose refusal reached nobody: somebody is to go.
func (w *world) refusedAndUntold() (casefile.Case, int64) {
	w.t.Helper()
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx := w.t.Context()
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"存款在线以上。"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	return c, w.untold(c, "refused")
}

// heardOf has a notice reach its person, as the gateway writes it of a text message, and the job that
// is told of it.
func (w *world) heardOf(notice int64) error {
	w.t.Helper()
	notifytest.Arrives(w.t, w.env.DB(pgtest.Gateway), notice)
	return w.flow.Told(w.t.Context(), jobs.Told{Notice: notice, Region: town})
}

// untold has the newest notice of a kind reach nobody.
func (w *world) untold(c casefile.Case, kind string) (notice int64) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := notify.OfCase(ctx, tx, c.ID)
		for _, n := range list {
			if string(n.Kind) == kind {
				notice = max(notice, n.ID)
			}
		}
		return err
	})
	w.must(w.flow.Untold(w.t.Context(), jobs.Untold{Notice: notice, Region: town}))
	return notice
}

func (w *world) tasks() (list []casefile.CallTask) {
	w.t.Helper()
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = w.cases.Tasks(ctx, tx, []core.RegionCode{town}, w.id("helper"), 10)
		return err
	})
	return list
}

// Somebody whom no message reaches is told by a person within two working days, or it
// climbs as everything does; said, it is late for nobody.
//
// Controls: Untold without Resume ("told [], want …"); SaidInPerson without MeetTelling
// ("said, and it is late still").
func TestWhomNobodyTellsClimbs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.visitPlanned()
	w.untold(c, "visit")
	task := w.tasks()[0]
	w.env.Advance(time.Duration(task.Due-w.today()) * 24 * time.Hour)
	w.sweeps()
	if got := w.late(c.ID, casefile.DeadlineTell); got != nil {
		t.Fatalf("told on the last good day: %v", got)
	}
	ladder := []told{{casefile.RungAssistant, w.id("helper")}, {casefile.RungTownship, c.Officer}}
	for i := range ladder {
		if i > 0 { // counted from the day on which the rung below was told, whatever day of the week that is
			w.env.Advance(time.Duration(w.calendar().Add(w.today(), 2)-w.today()) * 24 * time.Hour)
		}
		w.env.Advance(24 * time.Hour)
		w.sweeps()
		if got := w.late(c.ID, casefile.DeadlineTell); !slices.Equal(got, ladder[:i+1]) {
			t.Fatalf("told %v, want %v", got, ladder[:i+1])
		}
	}
	if lines := w.said(c.ID); len(lines) == 0 || !strings.Contains(lines[0], "有一件事本该") || !strings.Contains(lines[0], "当面告诉您") {
		t.Errorf("the household reads %q", lines)
	}
	w.must(w.flow.SaidInPerson(t.Context(), w.actors["helper"], task.ID, atTheDoor))
	if list := w.climbs("officer"); slices.ContainsFunc(list, func(l casefile.Climbed) bool { return l.Deadline.Kind == casefile.DeadlineTell }) {
		t.Errorf("said, and it is late still: %+v", list)
	}
}

// A message that comes through after somebody was asked to go ends their task: it is done
// by nobody, and nobody is late with it.
//
// Control: Told without reached ("1 tasks are left").
func TestAMessageThatComesThroughSparesTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, notice := w.refusedAndUntold()
	for range 2 {
		w.must(w.heardOf(notice))
	}
	if left := w.tasks(); len(left) != 0 {
		t.Errorf("%d tasks are left", len(left))
	}
	if n := w.count(`select count(*) from deadline where case_id = $1 and kind = 'tell' and met is null`, c.ID); n != 0 {
		t.Error("the clock of telling runs on")
	}
	if n := w.count(`select count(*) from call_task where case_id = $1 and by_staff is null and how = '消息后来送到了'`, c.ID); n != 1 {
		t.Errorf("%d tasks ended by the message", n)
	}
	if n := w.count(`select count(*) from audit_entry where act = 'task.reached'`); n != 1 {
		t.Errorf("%d entries of it", n)
	}
}

// Money that the bank sent back does not lie: the township has five working days to have
// the card looked at, then it climbs; with the card confirmed it is over.
//
// Controls: Returned without cardBy ("no clock runs"); confirmCard without MeetEach ("the
// clock runs on").
func TestMoneyThatCameBackHasADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, line := w.cameBack()
	for range 2 {
		w.must(w.flow.Returned(t.Context(), payout.Returned{Line: line, Claim: w.claim(c.ID, dibao).ID, Region: town}))
	}
	var due core.Date
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		d, err := w.cases.DeadlineOf(ctx, tx, c.ID, w.claim(c.ID, dibao).ID, casefile.DeadlineCard)
		due = d.Due
		return err
	})
	if want := w.calendar().Add(w.today(), 5); due != want {
		t.Fatalf("no clock runs, or until %s, want %s", due, want)
	}
	w.env.Advance(time.Duration(due+1-w.today()) * 24 * time.Hour)
	w.sweeps()
	if got := w.late(c.ID, casefile.DeadlineCard); !slices.Equal(got, []told{{casefile.RungTownship, c.Officer}}) {
		t.Fatalf("told %v", got)
	}
	w.must(w.flow.ProposeCard(t.Context(), w.actors["officer"], workflow.ProposeCard{Case: c.ID, Account: w.card(firstCard), Holder: "周桂兰", How: "看了卡和身份证"}))
	w.looks(w.actors["payer"], c.ID, casefile.FieldPhone)
	w.must(w.flow.ConfirmCard(t.Context(), w.actors["payer"], c.ID, w.openCard(c.ID).ID))
	if n := w.count(`select count(*) from deadline where case_id = $1 and kind = 'card' and met is null`, c.ID); n != 0 {
		t.Error("the clock runs on")
	}
}

// cameBack has a case whose first payment the bank sent back, and that line.
func (w *world) cameBack() (casefile.Case, int64) {
	w.t.Helper()
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	ctx, officer := w.t.Context(), w.actors["officer"]
	w.must(w.flow.Propose(ctx, officer, workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(ctx, officer, claim.ID))
	w.env.Advance(8 * 24 * time.Hour)
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	w.sentBack()
	return c, int64(w.count(`select min(id) from payout_line`))
}
