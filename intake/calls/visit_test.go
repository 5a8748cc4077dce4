package calls

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/pg"
)

const (
	wangmiao = core.RegionCode("371426104")
	deping   = core.RegionCode("371424103")
	village  = core.RegionCode("371426104201")
)

// inVain is a call rung back three times in vain, with what is known of the caller.
func (r room) inVain(t *testing.T, id string, where Whereabouts) {
	t.Helper()
	_, err := r.gateway.Heard(t.Context(), Report{ID: id, Exchange: "test", Caller: caller(t), Began: began, Ended: began.Add(60e9)})
	must(t, err)
	for n := range MostTries {
		must(t, r.platform.Take(t.Context(), id, 7))
		open := r.visitsOf(t, wangmiao, deping)
		_, err := r.platform.Missed(t.Context(), id, 7, where)
		must(t, err)
		if after := r.visitsOf(t, wangmiao, deping); n+1 < MostTries && len(after) != len(open) {
			t.Fatalf("gone to after %d times", n+1)
		}
	}
}

func (r room) visitsOf(t *testing.T, regions ...core.RegionCode) (out []Visit) {
	t.Helper()
	must(t, r.platform.db.Read(t.Context(), pg.Regions(regions...), func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = r.platform.Visits(ctx, tx, regions, village)
		return err
	}))
	return out
}

func (r room) stuck(t *testing.T) (out []Visit) {
	t.Helper()
	must(t, r.platform.db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = r.platform.Stuck(ctx, tx)
		return err
	}))
	n, err := r.platform.StuckCount(t.Context())
	if must(t, err); n != len(out) {
		t.Errorf("counted %d, listed %d", n, len(out))
	}
	return out
}

// F93: the third time in vain ends the call and asks for somebody to go there, at the
// township of the place and nowhere else; a place that nobody knows stands with the
// agents. Control: Missed without handOver, "0 visits".
func TestThirdTimeInVainIsGoneTo(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	r.inVain(t, "call-1", Whereabouts{Region: village, Source: SourceForm, Who: "周桂兰", Detail: "村东头", Told: "没柴烧了", Due: core.DateOf(began).AddDate(9, 0, 0)})
	got := r.visitsOf(t, wangmiao)
	if len(got) != 1 {
		t.Fatalf("%d visits", len(got))
	}
	if v := got[0]; v.Call != "call-1" || v.Region != wangmiao || v.Village != village || v.Who != "周桂兰" || v.Detail != "村东头" || v.Told != "没柴烧了" ||
		v.Caller.Reveal() != "13805340001" || v.Lost || v.Source != SourceForm {
		t.Errorf("the visit: %+v", v)
	}
	if c, err := r.platform.Get(t.Context(), "call-1"); err != nil || c.Outcome != OutcomeNoContact {
		t.Errorf("the call is %q, %v", c.Outcome, err)
	}
	if other := r.visitsOf(t, deping); len(other) != 0 {
		t.Errorf("another township sees it: %+v", other)
	}
	if err := r.platform.Mark(t.Context(), pg.Regions(deping), Visited{Visit: got[0].ID, By: 9, Result: VisitReached, Word: "见到了"}); core.KindOf(err) != core.KindNotFound {
		t.Errorf("another township marks it: %v", err)
	}
	for n, place := range []core.RegionCode{"", "371426"} {
		r.inVain(t, "lost-"+string(rune('1'+n)), Whereabouts{Region: place, Due: core.DateOf(began).AddDate(9, 0, 0)})
	}
	if list := r.stuck(t); len(list) != 2 || !list[0].Lost || !list[1].Lost {
		t.Errorf("with the agents: %+v", list)
	}
}

// What cannot be written as a visit is no third time either: both or none.
func TestNoVisitNoThirdTime(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	_, err := r.gateway.Heard(t.Context(), Report{ID: "call-1", Exchange: "test", Began: began, Ended: began.Add(60e9)})
	must(t, err)
	for n := range MostTries {
		must(t, r.platform.Take(t.Context(), "call-1", 7))
		_, err = r.platform.Missed(t.Context(), "call-1", 7, Whereabouts{Region: wangmiao, Source: "guessed"})
		if n+1 < MostTries {
			must(t, err)
		}
	}
	if c, _ := r.platform.Get(t.Context(), "call-1"); err == nil || !c.Done.IsZero() || c.Tries != MostTries-1 {
		t.Errorf("%v; done %v, tries %d", err, c.Done, c.Tries)
	}
}

// Each word about a visit has its effect and stays: gone to in vain it is due again,
// unknown there it stands with the agents until one says where, reached it is over.
// Control: no "not v.lost" in Visits, "who is not there is still to be gone to".
func TestWordsAboutAVisit(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	later := core.DateOf(began).AddDate(9, 0, 0)
	r.inVain(t, "call-1", Whereabouts{Region: village, Source: SourceNumber, Due: later})
	id := r.visitsOf(t, wangmiao)[0].ID
	mark := func(scope pg.Scope, m Visited) error {
		m.Visit, m.By, m.Due = id, 9, later.AddDate(0, 0, 2)
		return r.platform.Mark(t.Context(), scope, m)
	}
	here := pg.Regions(wangmiao)
	if err := mark(here, Visited{Result: VisitReached, Word: "  "}); core.KindOf(err) != core.KindInvalid {
		t.Errorf("no word: %v", err)
	}
	must(t, mark(here, Visited{Result: VisitAway, Word: "锁着门"}))
	if v := r.visitsOf(t, wangmiao)[0]; v.Tries != 1 || v.Due != later.AddDate(0, 0, 2) || len(v.Words) != 1 || v.Words[0].Text != "锁着门" {
		t.Errorf("away: %+v", v)
	}
	must(t, mark(here, Visited{Result: VisitNobody, Word: "村里没有这个人"}))
	if list := r.visitsOf(t, wangmiao); len(list) != 0 {
		t.Errorf("who is not there is still to be gone to: %+v", list)
	}
	if list := r.stuck(t); len(list) != 1 || len(list[0].Words) != 2 {
		t.Errorf("with the agents: %+v", list)
	}
	must(t, mark(pg.City("test"), Visited{Result: VisitPlaced, Place: deping}))
	if list := r.visitsOf(t, deping); len(list) != 1 || list[0].Lost || list[0].Village != "" || list[0].Source != SourceAsked || len(r.stuck(t)) != 0 {
		t.Errorf("where it is now: %+v", list)
	}
	must(t, mark(pg.Regions(deping), Visited{Result: VisitReached, Word: "见到本人,报了低保"}))
	if err := mark(pg.Regions(deping), Visited{Result: VisitAway, Word: "再去"}); core.KindOf(err) != core.KindConflict {
		t.Errorf("after it is over: %v", err)
	}
}
