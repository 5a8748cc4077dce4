package workflow_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// rehouse is asked for by name and fits nobody here.
const rehouse core.ItemCode = "ZJ-01"

// burned is the household's second request: a fire, less money, an item by name, and
// a person whom the case does not know.
func (w *world) burned(receipt core.Receipt) core.Application {
	w.t.Helper()
	app := w.application(receipt)
	h, err := core.DecodeHousehold([]byte(`{"on":"2024-03-09","county":"371426","area":"rural","income_per_capita_month":200,
		"shocks":[{"kind":"fire","date":"2024-03-08","loss":30000}],
		"members":[{"ref":"x1","relation":"child","age":31,"disability":{"kind":"limb","grade":4},"illness":"serious"},
			{"ref":"x2","relation":"applicant","age":59},{"ref":"x3","relation":"other","age":8}]}`))
	w.must(err)
	app.Household, app.Story, app.Urgent, app.Items = h, "家里着火了", true, []core.ItemCode{rehouse}
	app.Applicant.Ref = "x2"
	app.People = []core.NamedMember{{Ref: "x1", Name: "周小山"}, {Ref: "x2", Name: "周桂兰", ID: w.number(motherID)}, {Ref: "x3", Name: "王小小"}}
	return app
}

// holdsBoth looks at a case in which both requests came together.
func (w *world) holdsBoth(id core.CaseID, version int) {
	w.t.Helper()
	c, claims := w.get(id)
	if !c.Urgent || !slices.Contains(c.Asked, rehouse) || c.FactsVersion != version {
		w.t.Errorf("urgent %v, asked %v, version %d", c.Urgent, c.Asked, c.FactsVersion)
	}
	for _, item := range []core.ItemCode{rehouse, casefile.RushItem} {
		if !slices.ContainsFunc(claims, func(c casefile.Claim) bool { return c.Item == item && c.State == casefile.ClaimProposed }) {
			w.t.Errorf("%s is not proposed", item)
		}
	}
	var v casefile.View
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = w.cases.View(ctx, tx, id, w.actors["officer"], "test")
		return err
	})
	h := v.Facts.Household
	if h.Shocks == nil || len(*h.Shocks) != 1 || h.IncomePerCapitaMonth == nil || *h.IncomePerCapitaMonth != core.Yuan(200) || len(h.Members) != 2 {
		w.t.Errorf("the facts: %+v", h)
	}
	for _, m := range h.Members {
		if m.Relation == "child" && (m.Disability == nil || m.Disability.Grade != 1 || m.Illness == nil || *m.Illness != "serious") {
			w.t.Errorf("the register's fact must stay and the new one be there: %+v", m)
		}
	}
	if last := v.Applications[len(v.Applications)-1]; last.Story != "家里着火了" {
		w.t.Errorf("the second story is %q", last.Story)
	}
	told := ""
	for _, e := range v.Events {
		if e.Kind == "application.said" {
			told = e.Staff
		}
	}
	for _, want := range []string{"急难", "点名", "残疾证", "王小小"} {
		if !strings.Contains(told, want) {
			w.t.Errorf("the officer reads %q, without %s", told, want)
		}
	}
}

// Two requests before the first is assessed: both are judged, in one version.
// Control: without meanwhile in Assess the shock is lost.
func TestSecondRequestBeforeTheFirstIsAssessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	ctx := t.Context()
	first, second := w.application("4071882635"), w.burned("4071882643")
	for _, app := range []core.Application{first, second} {
		w.handOver(app)
		w.must(w.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: town}))
	}
	w.must(w.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: first.ID, Try: 1, Region: town}))
	w.must(w.flow.Assess(ctx, workflow.Assess{Application: first.ID, Region: town}))
	w.must(w.flow.Route(ctx, workflow.Route{Application: first.ID, Region: town}))
	w.holdsBoth(w.routed(first).ID, 1)
}

// routedAt waits until the case of an application stands in the queue of a place.
func (w *world) routedAt(place core.RegionCode, app core.Application) {
	w.t.Helper()
	jobstest.Until(w.t, "the case to be routed at "+string(place), func(ctx context.Context) bool {
		var c casefile.Case
		err := w.db.Read(ctx, pg.Regions(place), func(ctx context.Context, tx *pg.Tx) (err error) {
			c, err = w.cases.ByApplication(ctx, tx, app.ID)
			return err
		})
		return err == nil && !c.Routed.IsZero()
	})
}
