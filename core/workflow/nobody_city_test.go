package workflow_test

import (
	"context"
	"fmt"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// lone is what somebody of their own sends, whom no register knows: a name, a number, a telephone
// and an account of the app that nobody else has.
func (w *world) lone(n int) core.Application {
	w.t.Helper()
	app := w.application(core.Receipt(fmt.Sprintf("50718%05d", n)))
	first := fmt.Sprintf("371424%s%03d", core.NewDate(1958, 1, 1).AddDate(0, 0, n).Time().Format("20060102"), 2*n%1000)
	number := w.number(first + string(core.IDCheckDigit(first)))
	phone, err := core.ParsePhone(fmt.Sprintf("1390534%04d", 1000+n))
	w.must(err)
	name := "孙" + string([]rune("一二三四五六七八九十")[n%10]) + string([]rune("春夏秋冬东西南北山河")[n/10%10])
	app.Contact.Name, app.Contact.Phone, app.Contact.CitizenID = name, phone, fmt.Sprintf("lone-%d", n)
	app.Applicant.Name, app.Applicant.ID = name, number
	app.People = []core.NamedMember{{Ref: "m1", Name: name, ID: number}, {Ref: "m2", Name: name + "儿"}}
	app.Items = []core.ItemCode{dibao, nursing}
	grade(&app)
	return app
}

// opening brings an application to its township, each step by hand.
func (w *world) opening(app core.Application) casefile.Case {
	w.t.Helper()
	ctx := w.t.Context()
	w.handOver(app)
	w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	w.must(w.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: app.ID, Try: 1, Region: town}))
	w.must(w.flow.Assess(ctx, workflow.Assess{Application: app.ID, Region: town}))
	w.must(w.flow.Route(ctx, workflow.Route{Application: app.ID, Region: town}))
	return w.routed(app)
}

// takenOn has the township accept some of what was asked for, and plan to go there.
func (w *world) takenOn(id core.CaseID, items ...core.ItemCode) {
	w.t.Helper()
	w.must(w.flow.Accept(w.t.Context(), w.actors["officer"], workflow.Accept{Agreed: byPhone, Case: id, Items: items, Left: "家里先不办",
		Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, VisitOn: w.today() + 1}))
}

// taken is a case of which items are agreed and two have been to the house.
func (w *world) taken(id core.CaseID, items ...core.ItemCode) {
	w.t.Helper()
	w.takenOn(id, items...)
	seen := visited()
	seen.Case, seen.Account = id, w.cardOf(int(id))
	w.visit(seen)
}

// cardOf is a bank card of nobody else.
func (w *world) cardOf(n int) core.BankAccount {
	w.t.Helper()
	for d := range 10 {
		if a, err := core.ParseBankAccount(fmt.Sprintf("62284800%04d0000%d", n, d)); err == nil {
			return a
		}
	}
	w.t.Fatalf("no card for %d", n)
	return core.BankAccount{}
}

// paid is a household whose monthly money two people granted.
func (w *world) paid(n int) (casefile.Case, casefile.Claim) {
	w.t.Helper()
	c := w.opening(w.lone(n))
	w.taken(c.ID, nursing)
	w.must(w.granted(w.claim(c.ID, nursing), workflow.Propose{}))
	return c, w.claim(c.ID, nursing)
}

// left is where a case is left lying.
type left struct {
	where string
	bring func(w *world, n int)
}

// taken up to a proposal on dibao, as the officer made it.
func (w *world) proposed(n int, what casefile.Outcome) (casefile.Case, casefile.Claim) {
	w.t.Helper()
	c := w.opening(w.lone(n))
	w.taken(c.ID, dibao)
	claim := w.claim(c.ID, dibao)
	w.must(w.flow.Propose(w.t.Context(), w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: what, Reasons: []string{"存款在线以上。"}}))
	return c, w.claim(c.ID, dibao)
}

func (w *world) refusedOne(n int) (casefile.Case, casefile.Claim) {
	w.t.Helper()
	c, claim := w.proposed(n, casefile.ProposeRefuse)
	w.must(w.flow.Decide(w.t.Context(), w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
	return c, w.claim(c.ID, dibao)
}

// everywhere is each place at which the life of a case can stand still.
func everywhere() []left {
	return []left{
		{"handed over", func(w *world, n int) { w.handOver(w.lone(n)) }},
		{"opened", func(w *world, n int) {
			app := w.lone(n)
			w.handOver(app)
			w.must(w.flow.OpenCase(w.t.Context(), jobs.OpenCase{Application: app.ID, Region: town}))
		}},
		{"at the county's sorting desk", func(w *world, n int) {
			app := w.lone(n)
			app.Live = core.Place{Region: town.County()}
			w.handOver(app)
		}},
		{"routed", func(w *world, n int) { w.opening(w.lone(n)) }},
		{"of which nothing is known", func(w *world, n int) {
			app := w.lone(n)
			app.Household = core.Household{On: app.Household.On, County: app.Household.County, Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}
			app.People = app.People[:1]
			w.opening(app)
		}},
		{"urgent", func(w *world, n int) {
			app := w.lone(n)
			app.Urgent, app.Items = true, []core.ItemCode{casefile.RushItem, dibao}
			w.opening(app)
		}},
		{"handed back", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.must(w.flow.Return(w.t.Context(), w.actors["officer"], workflow.Return{Case: c.ID, Ground: casefile.GroundNotOurs, Why: "住在邻镇"}))
		}},
		{"waits for papers", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.must(w.flow.AskSupplement(w.t.Context(), w.actors["officer"], workflow.AskSupplement{Case: c.ID, What: "租房的合同"}))
		}},
		{"accepted", func(w *world, n int) { w.takenOn(w.opening(w.lone(n)).ID, dibao) }},
		{"one of two was there", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.takenOn(c.ID, dibao)
			seen := visited()
			seen.Case = c.ID
			w.must(w.flow.RecordVisit(w.t.Context(), w.actors["helper"], seen))
		}},
		{"seen", func(w *world, n int) { w.taken(w.opening(w.lone(n)).ID, dibao, nursing) }},
		{"proposed to approve", func(w *world, n int) { w.proposed(n, casefile.ProposeApprove) }},
		{"proposed to refuse", func(w *world, n int) { w.proposed(n, casefile.ProposeRefuse) }},
		{"the notice hangs", func(w *world, n int) {
			_, claim := w.proposed(n, casefile.ProposeApprove)
			w.must(w.flow.PublishNotice(w.t.Context(), w.actors["officer"], claim.ID))
		}},
		{"objected", func(w *world, n int) {
			_, claim := w.proposed(n, casefile.ProposeApprove)
			w.must(w.flow.PublishNotice(w.t.Context(), w.actors["officer"], claim.ID))
			w.must(w.flow.Object(w.t.Context(), w.actors["officer"], claim.ID, "他家有辆车"))
		}},
		{"refused by two people", func(w *world, n int) { w.refusedOne(n) }},
		{"refused, and reached nobody", func(w *world, n int) { c, _ := w.refusedOne(n); w.untold(c, "refused") }},
		{"refused and appealed", func(w *world, n int) {
			_, claim := w.refusedOne(n)
			w.must(w.flow.Appeal(w.t.Context(), w.actors["officer"], claim.ID, "存款是卖粮的钱"))
		}},
		{"refused, told, and said not to be solved", func(w *world, n int) {
			c, claim := w.refusedOne(n)
			w.must(w.heardOf(int64(w.count(`select max(id) from notice where case_id = $1 and kind = 'refused'`, int64(c.ID)))))
			w.must(w.unsolvedSaid(claim.ID, "信上没说存款怎么算的"))
		}},
		{"passed on", func(w *world, n int) {
			_, claim := w.proposed(n, casefile.ProposeRefer)
			w.must(w.flow.Decide(w.t.Context(), w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Referred}))
		}},
		{"granted", func(w *world, n int) { w.paid(n) }},
		{"granted, another sum proposed", func(w *world, n int) { w.changed(n, true) }},
		{"granted, a stop proposed", func(w *world, n int) { w.changed(n, false) }},
		{"stopped by two people", func(w *world, n int) {
			_, claim := w.paid(n)
			w.must(w.stops(claim, "second", "approver"))
		}},
		{"granted, and the sum appealed", func(w *world, n int) {
			_, claim := w.paid(n)
			w.must(w.flow.Appeal(w.t.Context(), w.actors["second"], claim.ID, "三百太少了"))
		}},
		{"to be handed over", func(w *world, n int) {
			app := w.lone(n)
			app.Items = []core.ItemCode{job}
			c := w.opening(app)
			w.taken(c.ID, job)
			kind := false
			w.must(w.granted(w.claim(c.ID, job), workflow.Propose{Cash: &kind}))
		}},
		{"paid first, papers late", func(w *world, n int) {
			app := w.lone(n)
			card := w.cardOf(n)
			app.Urgent, app.Items, app.Account = true, []core.ItemCode{casefile.RushItem}, &card
			claim := w.claim(w.opening(app).ID, casefile.RushItem)
			w.must(w.flow.Emergency(w.t.Context(), w.actors["officer"], workflow.Emergency{Claim: claim.ID, Amount: core.Yuan(1000), Reasons: []string{"灶屋着火,今晚没有饭吃"}}))
		}},
		{"before a conference", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.taken(c.ID, dibao)
			w.must(w.flow.Conference(w.t.Context(), w.actors["officer"], w.meeting(c.ID)))
		}},
		{"the household did not want it", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.must(w.flow.Withdraw(w.t.Context(), w.actors["officer"], c.ID, "找到工作了"))
		}},
		{"an item was let fall", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.taken(c.ID, dibao, nursing)
			w.must(w.flow.Drop(w.t.Context(), w.actors["officer"], w.claim(c.ID, nursing).ID, "家里不要"))
		}},
		{"its number belongs to another name", func(w *world, n int) {
			c := w.opening(w.lone(n))
			w.in(func(ctx context.Context, tx *pg.Tx) error {
				return w.cases.AddDoubt(ctx, tx, casefile.Doubt{Case: c.ID, Application: c.Application, Kind: casefile.DoubtMismatch})
			})
		}},
	}
}

// changed is monthly money of which another sum, or the end, is proposed and not decided.
func (w *world) changed(n int, sum bool) {
	w.t.Helper()
	_, claim := w.paid(n)
	in := workflow.ChangeBenefit{Claim: claim.ID, From: payout.PeriodOf(w.today()).Next().Next(), Reason: "家里多了一份收入。"}
	if less := claim.Amount - core.Yuan(10); sum {
		in.Amount = &less
	}
	w.must(w.flow.ProposeChange(w.t.Context(), w.actors["second"], in))
}

// peopled is a township with more hands than the two of the play: nobody has more than they may.
func (w *world) peopled() {
	w.t.Helper()
	for i := range 3 {
		w.employ(fmt.Sprintf("hand%d", i), staff.Officer, town)
	}
}

const day = 24 * time.Hour
