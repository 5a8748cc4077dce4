package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// wanting is a case whose items hang on what nobody said: where the money goes, what somebody studies,
// what the lawsuit is about.
func (w *world) wanting() casefile.Case {
	w.t.Helper()
	w.work()
	app := w.application("4071882635")
	app.Items = []core.ItemCode{"SF-01", "JT-03", nursing}
	w.handOver(app)
	return w.routed(app)
}

// asked says of the list of a case what is the household's and what is ours.
func asked(v casefile.View) (theirs, ours []string) {
	for _, l := range v.Lacks {
		if l.Ours() {
			ours = append(ours, l.Key)
		} else {
			theirs = append(theirs, l.Key)
		}
	}
	return theirs, ours
}

// What is missing is said once, with everything in it: the list follows from what nobody knows of the
// items on their way and from the papers of each. What a register of the city has is not asked of the
// household, whether it is ticked or written: an officer looks it up, by a day. A second time needs why it
// was not in the first, and is counted; what the register does not have may be asked then.
//
// Controls, named: toBring without l.Ours(); case_ask_once left out (00649).
func TestWhatIsMissingIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wanting()
	ctx, officer := t.Context(), w.actors["officer"]
	v := w.view(c.ID)
	theirs, ours := asked(v)
	// 1. The list is of the items named, and says whose each thing is.
	if !slices.Contains(theirs, "legal_matter") || !slices.Contains(theirs, "paper/matter") || !slices.Contains(theirs, "paper/account") ||
		!slices.Contains(ours, "members/m2/disability") || !slices.Contains(ours, "paper/enrolment") || slices.Contains(ours, "members/m2/insurance") {
		t.Fatalf("theirs %v, ours %v", theirs, ours)
	}
	// 2. Nothing that a register has goes to the household.
	w.refused("invalid_tick", w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, Ticks: []string{"members/m2/disability"}}))
	w.refused("invalid_kept", w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: "儿子的残疾证"}))
	if err := w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, Ticks: []string{"cars"}}); !errors.Is(err, casefile.ErrMovedOn) {
		t.Errorf("what is known is asked for: %v", err)
	}
	if n := w.count(`select count(*) from case_ask`) + w.count(`select count(*) from case_look`); n != 0 {
		t.Errorf("%d rows of what was refused", n)
	}
	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, Ticks: theirs, What: "村里的联系人"}))
	v = w.view(c.ID)
	if v.State != casefile.CaseSupplement || len(v.Asks) != 1 || !slices.Equal(v.Asks[0].Keys, theirs) || !v.Asks[0].Own || len(v.Looks) != len(ours) {
		t.Fatalf("%s, asked %+v, looked up %+v", v.State, v.Asks, v.Looks)
	}
	var says string
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select missing from casefile`).Scan(&says)
	})
	for word, want := range map[string]bool{"要打的是什么官司": true, "合同、欠条、判决书": true, "村里的联系人": true, "残疾证": false, "在读证明": false} {
		if strings.Contains(says, word) != want {
			t.Errorf("the household reads %q, of %s want %v", says, word, want)
		}
	}
	for _, l := range v.Looks {
		if l.Staff != officer.Staff || !l.Open() {
			t.Errorf("nobody looks up %+v", l)
		}
	}
	if d := w.deadline(c.ID, casefile.DeadlineLookup, 0); d.Due != w.calendar().Add(w.today(), 5) {
		t.Errorf("looked up by %+v", d)
	}
	// 3. A second time says why, and is counted; the words lie sealed.
	if err := w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: "租房合同"}); !errors.Is(err, casefile.ErrAskedBefore) {
		t.Errorf("asked again without a reason: %v", err)
	}
	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, What: "租房合同", Late: "上次没问到他租房"}))
	if v = w.view(c.ID); len(v.Asks) != 2 || v.Asks[1].Nth != 2 || v.Asks[1].Late != "上次没问到他租房" || len(v.Looks) != len(ours) {
		t.Errorf("the second time: %+v, %d looks", v.Asks, len(v.Looks))
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		page, err := w.cases.Queue(ctx, tx, casefile.QueueFilter{Regions: []core.RegionCode{town}}, 10, "")
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Asks != 2 || page.Rows[0].Looks != len(ours) {
			t.Errorf("the queue says %+v, %v", page.Rows, err)
		}
		return nil
	})
	if n := w.count(`select count(*) from case_ask where position(convert_to('租房', 'UTF8') in coalesce(late, '')) > 0`); n != 0 {
		t.Error("why lies open")
	}
	if n := w.count(`select count(*) from audit_entry where act = 'supplement.asked'`); n != 2 {
		t.Errorf("%d entries", n)
	}
	w.refusedSQL("case_ask_once", `insert into case_ask (case_id, region, nth, keys, own, by_staff, at) select id, region, 3, '{}', true, 1, now() from casefile`)
}

// What a register answers is known of the case from then on, with the register as its source; where it has
// nothing, the household may be asked. Who is late with it is told of as with every other day; what came
// another way ends by itself.
//
// Controls, named: learnFrom without EndKnown; Lack.None never set.
func TestWhatARegisterHasIsLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wanting()
	ctx, officer := t.Context(), w.actors["officer"]
	// Nothing is asked of the household: it waits for nothing.
	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID}))
	v := w.view(c.ID)
	if v.State != casefile.CaseOpen || len(v.Asks) != 0 || len(v.Looks) == 0 {
		t.Fatalf("%s, asked %+v, %d looks", v.State, v.Asks, len(v.Looks))
	}
	if n := w.count(`select count(*) from notice where kind = 'ask_one'`); n != 0 {
		t.Error("the household was told to bring something")
	}
	w.refused("invalid_what", w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID}))
	look := func(key string) casefile.Lookup {
		i := slices.IndexFunc(w.view(c.ID).Looks, func(l casefile.Lookup) bool { return l.Key == key })
		if i < 0 {
			t.Fatalf("nobody looks up %s", key)
		}
		return w.view(c.ID).Looks[i]
	}
	card, school := look("members/m2/disability"), look("paper/enrolment")
	grade := map[string]json.RawMessage{"members/m2/disability": json.RawMessage(`{"kind":"limb","grade":1}`)}
	w.refused("invalid_reason", w.flow.LookedUp(ctx, officer, workflow.LookedUp{Case: c.ID, Look: card.ID, Found: true, Facts: grade}))
	w.refused("invalid_facts", w.flow.LookedUp(ctx, officer, workflow.LookedUp{Case: c.ID, Look: school.ID, Found: true, Words: "有", Facts: grade}))
	w.must(w.flow.LookedUp(ctx, officer, workflow.LookedUp{Case: c.ID, Look: card.ID, Found: true, Words: "残联 11 月的记录:肢体一级", Facts: grade}))
	v = w.view(c.ID)
	if from := v.Facts.Provenance["members/m2/disability"]; from.Said != "lookup:disability" || from.Staff != officer.Staff {
		t.Errorf("the source is %+v", from)
	}
	if l := look(card.Key); l.Outcome != casefile.LookFound || l.Words != "残联 11 月的记录:肢体一级" || l.By != officer.Staff {
		t.Errorf("it was found: %+v", l)
	}
	if err := w.flow.LookedUp(ctx, officer, workflow.LookedUp{Case: c.ID, Look: card.ID, Words: "没有"}); !errors.Is(err, casefile.ErrMovedOn) {
		t.Errorf("looked up twice: %v", err)
	}
	// The school has nothing: now it is the household's to show.
	w.must(w.flow.LookedUp(ctx, officer, workflow.LookedUp{Case: c.ID, Look: school.ID, Words: "教体局查无此人"}))
	if theirs, _ := asked(w.view(c.ID)); !slices.Contains(theirs, "paper/enrolment") {
		t.Errorf("what no register has is not the household's: %v", theirs)
	}
	if n := w.count(`select count(*) from case_look where position(convert_to('教体局', 'UTF8') in coalesce(words, '')) > 0`); n != 0 {
		t.Error("what was found lies open")
	}
	w.must(w.flow.AskSupplement(ctx, officer, workflow.AskSupplement{Case: c.ID, Ticks: []string{"paper/enrolment"}}))
	// What is left climbs.
	rest := w.count(`select count(*) from case_look where done is null`)
	w.env.Advance(14 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	if n := len(w.late(c.ID, casefile.DeadlineLookup)); rest == 0 || n != 1 {
		t.Errorf("%d looks are left, and %d rungs were told", rest, n)
	}
	// Another way than a register: what somebody brings ends the look for it.
	w.must(w.flow.Resume(ctx, officer, workflow.Resume{Case: c.ID, What: "都问清了", Facts: w.open(c.ID)}))
	if n := w.count(`select count(*) from case_look where done is null and key not like 'paper/%'`); n != 0 {
		t.Errorf("%d looks for what is known", n)
	}
	w.refusedSQL("case_look_stays", `update case_look set outcome = 'none' where outcome = 'found'`)
}

// open gives a value to each fact that is still looked up.
func (w *world) open(id core.CaseID) map[string]json.RawMessage {
	w.t.Helper()
	out := map[string]json.RawMessage{}
	for _, l := range w.view(id).Looks {
		if !l.Open() || strings.HasPrefix(l.Key, "paper/") {
			continue
		}
		key := l.Key[strings.LastIndex(l.Key, "/")+1:]
		f, ok := wording.MemberFact(key)
		if !ok {
			f, ok = wording.HouseholdFact(key)
		}
		value := `0`
		if len(f.Options) > 0 {
			value = `"` + f.Options[0].Value + `"`
			if f.Options[0].Value == "true" {
				value = `false`
			}
		}
		if !ok {
			w.t.Fatalf("what is %s", l.Key)
		}
		if key == "disability" {
			value = `{}`
		}
		out[l.Key] = json.RawMessage(value)
	}
	return out
}
