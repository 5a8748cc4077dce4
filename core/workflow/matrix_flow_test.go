package workflow_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// turn is one act of a case's life: who does it at last, after everybody else has tried.
type turn struct {
	act, situation string
	by             string
	call           func(casefile.Actor) error
	then           map[string]string // who did which step by it
	pre            func()            // before anybody tries
}

// opened brings an application to its township by hand: nothing runs beside the test.
func (w *world) opened(receipt core.Receipt) casefile.Case {
	w.t.Helper()
	app, ctx := w.application(receipt), w.t.Context()
	w.handOver(app)
	w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	w.must(w.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: app.ID, Try: 1, Region: town}))
	w.must(w.flow.Assess(ctx, workflow.Assess{Application: app.ID, Region: town}))
	w.must(w.flow.Route(ctx, workflow.Route{Application: app.ID, Region: town}))
	return w.routed(app)
}

// P16 by the Go API: along the whole life of one case, before each act is done by whom it belongs
// to, everybody tries it whom the table refuses: each role that has it not; with every role, kin,
// somebody of another township and somebody whose roles were taken away; and whoever did a step
// before that it may not follow. Each is told in words, and no row of the case moves.
//
// Control, named: do without its Check. Apart without the proposer is not seen here, for who proposed
// had gone there as well: TestWhoMayDoWhatIsTheTable sees it.
func TestNobodyActsOutsideTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	c := w.opened("4071882635")
	w.employ("county two", staff.County, town.County())
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.cases.AddConflicts(ctx, tx, c.ID, []casefile.Kin{{Staff: kinOfCase, Relation: "侄、甥"}})
	})
	did, tries := map[string][]string{}, 0
	for _, turn := range w.life(c) {
		if turn.pre != nil {
			turn.pre()
		}
		before := w.print()
		for _, p := range w.intruders(turn, c.ID, did) {
			tries++
			err := turn.call(p.actor)
			if known := core.Known(err); err == nil || known.Kind == core.KindInternal || known.Kind == core.KindUnavailable || known.Say == "" {
				t.Errorf("%s by %v who did %v: %v", turn.act, p.roles, p.did, err)
			}
		}
		if w.print() != before {
			t.Errorf("%s: something moved though everybody was refused", turn.act)
		}
		if turn.by == "" {
			continue
		}
		if err := turn.call(w.actors[turn.by]); err != nil {
			t.Fatalf("%s by %s: %v", turn.act, turn.by, err)
		}
		for login, step := range turn.then {
			did[login] = append(did[login], step)
		}
	}
	if tries < 250 {
		t.Errorf("only %d tried", tries)
	}
	w.paysOutside()
	w.allSigned()
	t.Logf("%d refused", tries)
}

// kinOfCase is a member of the staff whose kin the household is.
const kinOfCase core.StaffID = 9_999

// life is the acts of one case, from its acceptance to the answer to an appeal.
func (w *world) life(c casefile.Case) []turn {
	ctx, id := w.t.Context(), c.ID
	claim := func() casefile.Claim { return w.claim(id, dibao) }
	tomorrow := core.DateOf(time.Now()).AddDate(0, 0, 1)
	seen, answer := visited(), workflow.AnswerObjection{}
	seen.Case = id
	change := func(a casefile.Actor) error {
		less := claim().Amount - core.Yuan(10)
		return w.flow.ProposeChange(ctx, a, workflow.ChangeBenefit{Claim: claim().ID, Amount: &less, From: payout.PeriodOf(w.today()).Next().Next(), Reason: "家里多了一份收入。"})
	}
	return []turn{
		{"accept", "plain", "officer", func(a casefile.Actor) error {
			return w.flow.Accept(ctx, a, workflow.Accept{Agreed: byPhone, Case: id, Items: []core.ItemCode{dibao}, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: tomorrow})
		}, map[string]string{"officer": "visitor", "helper": "recorder"}, nil},
		{"ask_supplement", "accepted", "officer", func(a casefile.Actor) error {
			return w.flow.AskSupplement(ctx, a, workflow.AskSupplement{Case: id, What: "租房的合同"})
		}, nil, nil},
		{"resume", "accepted", "officer", func(a casefile.Actor) error {
			return w.flow.Resume(ctx, a, workflow.Resume{Case: id, What: "看过了"})
		}, nil, nil},
		{"withdraw", "accepted", "", func(a casefile.Actor) error { return w.flow.Withdraw(ctx, a, id, "不要了") }, nil, nil},
		{"record_visit", "accepted", "helper", func(a casefile.Actor) error { return w.flow.RecordVisit(ctx, a, seen) }, nil, nil},
		{"confirm_visit", "recorded", "officer", func(a casefile.Actor) error { return w.flow.SecondVisit(ctx, a, id, w.record(id)) }, nil, nil},
		{"propose", "accepted", "officer", func(a casefile.Actor) error {
			return w.flow.Propose(ctx, a, workflow.Propose{Claim: claim().ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}})
		}, map[string]string{"officer": "proposer"}, nil},
		{"publish_notice", "accepted", "officer", func(a casefile.Actor) error { return w.flow.PublishNotice(ctx, a, claim().ID) }, nil, nil},
		{"object", "accepted", "second", func(a casefile.Actor) error { return w.flow.Object(ctx, a, claim().ID, "他家有辆车") },
			map[string]string{"second": "took"}, nil},
		{"answer_objection", "accepted", "county", func(a casefile.Actor) error {
			return w.flow.AnswerObjection(ctx, a, answer)
		}, map[string]string{"county": "answered"}, func() { answer = w.answers(claim(), false, "车是邻居的") }},
		{"send_back", "accepted", "", func(a casefile.Actor) error { return w.flow.SendBack(ctx, a, claim().ID, "再看看") }, nil, func() {
			w.env.Advance(9 * 24 * time.Hour) // the notice has hung its days
			w.must(w.flow.Sweep(ctx))
		}},
		{"decide", "accepted", "approver", func(a casefile.Actor) error {
			return w.flow.Decide(ctx, a, workflow.Decide{Claim: claim().ID, Outcome: casefile.Approved})
		}, nil, nil},
		{"change_benefit", "accepted", "second", change, map[string]string{"second": "changer"}, nil},
		{"decide_change", "change", "approver", func(a casefile.Actor) error { return w.flow.DecideChange(ctx, a, w.says(claim(), "")) }, nil, nil},
		{"appeal", "accepted", "second", func(a casefile.Actor) error { return w.flow.Appeal(ctx, a, claim().ID, "少了") },
			map[string]string{"officer": "barred", "approver": "barred", "second": "barred"}, nil},
		{"review_appeal", "grant", "county", func(a casefile.Actor) error {
			return w.flow.ReviewAppeal(ctx, a, workflow.ReviewAppeal{Claim: claim().ID, Outcome: casefile.AppealStands, Reasons: "就是这个数。"})
		}, map[string]string{"county": "reviewer"}, nil},
		{"decide_appeal", "answer", "county two", func(a casefile.Actor) error { return w.flow.DecideAppeal(ctx, a, w.agrees(claim())) }, nil, nil},
		{"unsolved", "accepted", "helper", func(a casefile.Actor) error {
			_, err := w.flow.Unsolved(ctx, a, workflow.Unsolved{Claim: claim().ID, Says: "钱没到", Door: casefile.DoorVillage})
			return err
		}, map[string]string{"helper": "noted"}, nil},
		{"answer_unsolved", "undone", "officer", func(a casefile.Actor) error {
			return w.flow.AnswerUnsolved(ctx, a, workflow.AnswerUnsolved{Claim: claim().ID, Saw: w.undone(id).ID, Solved: true, Words: "卡号改对了,钱重新发。"})
		}, nil, nil},
	}
}

// intruders are all whom the table refuses an act as the case stands.
func (w *world) intruders(on turn, id core.CaseID, did map[string][]string) (list []person) {
	w.t.Helper()
	c, _ := w.get(id)
	claim, table, asked := w.claim(id, dibao), duties(), names("grant answer", on.situation)
	all := staff.Roles()
	try := func(who core.StaffID, roles []staff.Role, place core.RegionCode, did ...string) {
		p := person{did: did, actor: casefile.Actor{Kind: "staff", Staff: who, Roles: roles, Regions: []core.RegionCode{place}}}
		for _, r := range roles {
			p.roles = append(p.roles, string(r))
		}
		if !(cell{on.act, on.situation, string(c.State), string(claim.State), asked, p.roles, did}).may(table) {
			list = append(list, p)
		}
	}
	for i, r := range all {
		try(core.StaffID(9_000+i), []staff.Role{r}, town, "nothing")
		try(kinOfCase, []staff.Role{r}, town, "kin")
	}
	try(kinOfCase, all, town, "kin")
	try(9_100, all, "371426104", "elsewhere")
	try(9_101, nil, town, "revoked")
	for _, login := range slices.Sorted(maps.Keys(did)) {
		try(w.id(login), all, town, did[login]...)
	}
	return list
}

// print is a digest of everything that an act could have moved.
func (w *world) print() (sum string) {
	w.t.Helper()
	w.must(w.env.DB(pgtest.Check).Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select md5(concat_ws('/', (select string_agg(c::text, '|' order by id) from casefile c), (select string_agg(c::text, '|' order by id) from claim c),
			(select string_agg(v::text, '|' order by id) from visit v), (select string_agg(n::text, '|' order by id) from public_notice n), (select string_agg(o::text, '|' order by id) from objection o),
			(select string_agg(p::text, '|' order by id) from appeal p), (select string_agg(u::text, '|' order by id) from unsolved u), (select string_agg(b::text, '|' order by id) from benefit_change b), (select count(*) from decision),
			(select count(*) from case_event), (select count(*) from audit_entry), (select count(*) from notice), (select count(*) from payout_batch)))`).Scan(&sum)
	}))
	return sum
}

// paysOutside has everybody try the two acts of money whom the table refuses: a run is made by
// nobody who decided on its money, and approved by nobody who made it.
func (w *world) paysOutside() {
	w.t.Helper()
	batch := func(by core.StaffID) (b payout.Batch, err error) {
		err = w.db.Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			b, err = w.payout.CreateBatch(ctx, tx, by, payout.Choice{})
			return err
		})
		return b, err
	}
	approve := func(by core.StaffID, b payout.Batch) error {
		return w.db.Tx(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return w.payout.Approve(ctx, tx, by, b.ID, b.Totals) })
	}
	decided := []core.StaffID{w.id("officer"), w.id("approver"), kinOfCase} // the change begins with a later month
	for _, by := range decided {
		if _, err := batch(by); core.Known(err).Code != "payout_others_only" {
			w.t.Errorf("a run made by %d: %v", by, err)
		}
	}
	b, err := batch(w.id("payer"))
	w.must(err)
	for _, by := range append(decided, w.id("payer")) {
		if err := approve(by, b); core.KindOf(err) != core.KindForbidden {
			w.t.Errorf("a run approved by %d: %v", by, err)
		}
	}
	w.must(approve(w.id("city"), b))

}

// allSigned holds that whatever was decided is signed for who decided it, in their session.
func (w *world) allSigned() {
	w.t.Helper()
	const sql = `select count(*) from (select 'decision' as kind, id, approver, digest from decision
			union all select 'change', id, approver, null from benefit_change where state <> 'proposed') d
		left join decision_signature s on s.kind = d.kind and s.of_id = d.id and s.by_staff = d.approver and s.digest = coalesce(d.digest, s.digest)`
	if all, signed := w.count(sql), w.count(sql+` where s.id is not null`); all < 3 || signed != all {
		w.t.Errorf("%d of %d decisions are signed", signed, all)
	}
}
