package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/workflow"
	"lianou/intake/interview"
)

// ticked is the mother's request with her own tick and signature at the door.
func (w *world) ticked() core.Application {
	app := w.application("4071882635")
	app.Consent = []core.Consent{{Purpose: "process", Version: "2026-01", How: "tick", At: app.At}, {Purpose: "means_check", Version: "2026-01", How: "tick", At: app.At}}
	app.Signature = &core.Signature{Strokes: strokes(80)}
	return app
}

// poorer is a visit in which two saw less income than the department has, and another certificate.
func (w *world) poorer(app core.Application) casefile.Case {
	w.t.Helper()
	w.enrol()
	w.work()
	w.handOver(app)
	c := w.routed(app)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.registry.Learn(ctx, tx, looked, c.Household, 0, registry.Sheet{Source: "registry:means", ValidFrom: core.NewDate(2026, 1, 1), Confidence: 100,
			Facts: json.RawMessage(`{"income_12m":30000}`)})
	})
	w.accept(c.ID, dibao)
	seen := visited()
	seen.Case = c.ID
	seen.Facts = map[string]json.RawMessage{"income_12m": json.RawMessage("7200.00"), "members/m2/disability": json.RawMessage(`{"kind":"limb","grade":2}`)}
	w.visit(seen)
	return c
}

// says is the son's word at the visit.
func (w *world) word(c casefile.Case, sign int) workflow.MeansWord {
	return workflow.MeansWord{Case: c.ID, Member: "m2", Agreed: true, Version: "adult-1", How: casefile.MeansVisit, Signature: strokes(sign)}
}

// asked are the facts that departments were asked about in a case.
func (w *world) asked(c casefile.Case) string {
	var list []string
	for _, r := range w.requests(c.Household) {
		list = append(list, r.Path)
	}
	return strings.Join(list, " ")
}

// An applicant's tick is their own word and nobody else's: departments are asked about income and
// property once every adult has said yes, and nothing else waits for it. A no is written down, kept
// from the household, and refuses nothing. What waited is asked by one of the two who were there.
//
// Controls, each seen red: share that asks without looking at the words ("asked without the son:
// disability income_12m"); mayCheckMeans without MeansMissing ("asked without his word: <nil>");
// the event of a no told to the household ("the household reads of the no").
func TestDepartmentsAreAskedWithEveryAdultsWord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.poorer(w.ticked())
	if got := w.asked(c); got != "disability" {
		t.Fatalf("asked without the son: %s", got)
	}
	// 1. The page says whose word is missing and how it is got; who was not there has nothing to do.
	why, offered := w.acts(c.ID, w.actors["helper"])[casefile.ActCheckMeans]
	if !offered || !strings.Contains(why, "周小山") || strings.Contains(why, "周桂兰") || !strings.Contains(why, "上门时签") {
		t.Errorf("the visitor reads %q", why)
	}
	if _, offered := w.acts(c.ID, w.actors["second"])[casefile.ActCheckMeans]; offered {
		t.Error("offered to who was not there")
	}
	if err := w.flow.CheckMeans(t.Context(), w.actors["helper"], c.ID); core.KindOf(err) != core.KindConflict {
		t.Errorf("asked without his word: %v", err)
	}
	// 2. He says no: a question to a person, and help goes on.
	no := workflow.MeansWord{Case: c.ID, Member: "m2", Version: "adult-1", How: casefile.MeansVisit, Reason: "不想让人知道打工的事"}
	if err := w.flow.MeansWord(t.Context(), w.actors["helper"], no); core.KindOf(err) != core.KindInvalid {
		t.Errorf("nobody told him what it means: %v", err)
	}
	no.Sure = true
	w.must(w.flow.MeansWord(t.Context(), w.actors["helper"], no))
	if why := w.acts(c.ID, w.actors["helper"])[casefile.ActCheckMeans]; !strings.Contains(why, "周小山不同意") || !strings.Contains(why, "不因为这个不帮") {
		t.Errorf("after the no: %q", why)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind like 'means.%' and citizen <> ''`, c.ID); n != 0 {
		t.Error("the household reads of the no")
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and staff like '%打工%'`, c.ID); n != 0 {
		t.Error("what he said stands in the timeline")
	}
	claim := w.claim(c.ID, dibao)
	w.must(w.flow.Propose(t.Context(), w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合条件"}}))
	w.must(w.flow.PublishNotice(t.Context(), w.actors["officer"], claim.ID))
	// 3. He comes round and signs for himself; now it is asked, in the name of both who were there.
	w.must(w.flow.MeansWord(t.Context(), w.actors["second"], w.word(c, 71)))
	if why, offered := w.acts(c.ID, w.actors["helper"])[casefile.ActCheckMeans]; !offered || why != "" {
		t.Errorf("with every word: %v %q", offered, why)
	}
	w.must(w.flow.CheckMeans(t.Context(), w.actors["helper"], c.ID))
	list := w.requests(c.Household)
	if len(list) != 2 || list[0].Path != "income_12m" || list[0].Origin != change.FromVisit || list[0].Seconder != w.id("officer") || list[0].Case != c.ID {
		t.Fatalf("asked for: %+v", list)
	}
	if _, offered := w.acts(c.ID, w.actors["helper"])[casefile.ActCheckMeans]; offered {
		t.Error("asked twice")
	}
	// 4. Whose word, how and on which text, is a row and an entry.
	if n := w.count(`select count(*) from means_authorisation where case_id = $1 and agreed and withdrawn is null and (member, how, version) in (('m1', 'own', '2026-01'), ('m2', 'visit', 'adult-1'))`, c.ID); n != 2 {
		t.Errorf("%d words stand", n)
	}
	if got := w.detail(c, "means.given"); !strings.Contains(got, `"member":"m2"`) || !strings.Contains(got, `"version":"adult-1"`) {
		t.Errorf("the log says %s", got)
	}
}

// A word holds twelve months and can be taken back: departments are not asked on it any more, and
// what was learnt stays.
//
// Controls, each seen red: Stands without its last day ("asked on a word that is over: <nil>");
// Stands without Withdrawn ("asked on a word taken back: <nil>").
func TestAWordEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.poorer(w.ticked())
	w.must(w.flow.MeansWord(t.Context(), w.actors["officer"], w.word(c, 72)))
	var son, mother casefile.Authorisation
	for _, p := range w.view(c.ID).Means {
		if p.Ref == "m2" {
			son = *p.Standing(w.today())
		} else {
			mother = *p.Standing(w.today())
		}
	}
	if err := w.flow.TakeMeansBack(t.Context(), w.actors["officer"], c.ID, son.ID, ""); core.KindOf(err) != core.KindInvalid {
		t.Errorf("taken back without a why: %v", err)
	}
	w.must(w.flow.TakeMeansBack(t.Context(), w.actors["officer"], c.ID, son.ID, "本人来说的"))
	if err := w.flow.CheckMeans(t.Context(), w.actors["officer"], c.ID); core.KindOf(err) != core.KindConflict {
		t.Errorf("asked on a word taken back: %v", err)
	}
	if err := w.flow.TakeMeansBack(t.Context(), w.actors["officer"], c.ID, son.ID, "又说一次"); !errors.Is(err, casefile.ErrMovedOn) {
		t.Errorf("taken back twice: %v", err)
	}
	w.must(w.flow.MeansWord(t.Context(), w.actors["officer"], w.word(c, 73)))
	if err := w.flow.MeansWord(t.Context(), w.actors["officer"], w.word(c, 74)); !errors.Is(err, casefile.ErrMeansStands) {
		t.Errorf("a second word beside one that stands: %v", err)
	}
	// A year on, nobody's word stands; both are asked anew, and what a department said stays.
	w.env.Advance(time.Until(mother.Expires.Time().AddDate(0, 0, 2)))
	if err := w.flow.CheckMeans(t.Context(), w.actors["officer"], c.ID); core.KindOf(err) != core.KindConflict || !strings.Contains(core.Known(err).Say, "周小山、周桂兰") && !strings.Contains(core.Known(err).Say, "周桂兰、周小山") {
		t.Errorf("asked on a word that is over: %v", err)
	}
	if f := w.registered(c.Household)["income_12m"]; f[1] != "registry:means" {
		t.Errorf("what was learnt is gone: %v", f)
	}
	w.must(w.flow.MeansWord(t.Context(), w.actors["officer"], w.word(c, 75)))
	again := w.word(c, 76)
	again.Member, again.How = "m1", casefile.MeansWindow
	w.must(w.flow.MeansWord(t.Context(), w.actors["officer"], again))
	w.must(w.flow.CheckMeans(t.Context(), w.actors["officer"], c.ID))
	if got := w.asked(c); got != "income_12m disability" {
		t.Errorf("asked: %s", got)
	}
}

// Whose word a tick is: of who applies for themselves, at a screen or with their signature at the
// window. Who speaks for another, an agent who typed it down, and a text that is none of ours write
// nothing; the doors' text is in the catalogue as they show it.
//
// Controls, each seen red: ownMeans without the capacity ("by a neighbour: [own]"); without the
// signature behind a member of staff ("on the telephone: [own]"); another word in the migration
// ("the doors show another text").
func TestATickIsTheWordOfWhoTicks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form, err := interview.Basic()
	w.must(err)
	shown, err := form.Consent("means_check")
	w.must(err)
	if w.count(`select count(*) from means_text where version = $1 and words = $2 and shown = 'door'`, shown.Version, shown.Text) != 1 {
		t.Error("the doors show another text")
	}
	w.work()
	for i, one := range []struct {
		name, want string
		is         func(*core.Application)
	}{
		{"at a screen", "own", func(*core.Application) {}},
		{"typed in a chat", "", func(a *core.Application) { a.Signature, a.Consent[1].How = nil, "typed" }},
		{"by a neighbour", "", func(a *core.Application) { a.Contact.Capacity = core.CapacityEntrusted }},
		{"on the telephone", "", func(a *core.Application) {
			a.Signature, a.Contact.Staff, a.Consent[1].How = nil, w.id("helper"), "spoken"
		}},
		{"at the window", "window", func(a *core.Application) {
			a.Contact.Staff, a.Consent[1].How, a.Signature = w.id("helper"), "signature", &core.Signature{Strokes: strokes(81)}
		}},
		{"at the door", "visit", func(a *core.Application) {
			a.Contact.Staff, a.Consent[1].How, a.Signature = w.id("helper"), "signature", &core.Signature{Strokes: strokes(82)}
			a.Papers = []core.Paper{{Kind: core.PaperOral, Digest: strokes(83)}}
		}},
		{"on an old text", "", func(a *core.Application) { a.Consent[1].Version = "2025-07" }},
		{"without a tick", "", func(a *core.Application) { a.Consent = a.Consent[:1] }},
	} {
		app := w.ticked()
		app.Receipt, app.Signature = core.Receipt("407188"+string(rune('0'+i))+"000"), &core.Signature{Strokes: strokes(90 + i)}
		app.Applicant.ID, app.People[0].ID, app.Contact.CitizenID = core.IDNumber{}, core.IDNumber{}, "citizen-"+one.name
		one.is(&app)
		w.handOver(app)
		c := w.routed(app)
		var got []string
		for _, p := range w.view(c.ID).Means {
			for _, a := range p.Words {
				if p.Ref != "m1" {
					t.Errorf("%s: the word of %s", one.name, p.Ref)
				}
				got = append(got, string(a.How))
			}
		}
		if strings.Join(got, " ") != one.want {
			t.Errorf("%s: %v, want %q", one.name, got, one.want)
		}
	}
}

// What the household objected to is not asked about behind its back, nor forgotten: it waits until the
// objection is answered, also when the visitor themselves wrote that down, and another visit that looked
// at other things does not end the waiting.
//
// Controls, each seen red: askChange that says of an objection what it says of another word ("asked
// before their objection is answered: <nil>"); situationVisits that forgets what waits ("a later visit ends the waiting").
func TestAMeansCheckWaitsForAnObjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.poorer(w.ticked())
	w.must(w.flow.MeansWord(t.Context(), w.actors["second"], w.word(c, 74)))
	why := registry.Purpose{Actor: w.actors["helper"].Audit(), Why: "their word", Case: c.ID}
	var theirs change.ID
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		theirs, err = w.changes.Propose(ctx, tx, why, change.Change{Household: c.Household, Path: "income_12m", Was: json.RawMessage("30000"), Becomes: json.RawMessage("9000"),
			ValidFrom: w.today(), Origin: change.FromCitizen, Reason: "他家里人说没有这么多"})
		return err
	})
	if err := w.flow.CheckMeans(t.Context(), w.actors["helper"], c.ID); !errors.Is(err, workflow.ErrMeansObjected) {
		t.Errorf("asked before their objection is answered: %v", err)
	}
	w.must(w.flow.PlanVisit(t.Context(), w.actors["officer"], workflow.PlanVisit{Case: c.ID, Visitors: [2]core.StaffID{w.id("officer"), w.id("helper")}, On: w.today() + 1}))
	again := visited()
	again.Case, again.Facts = c.ID, map[string]json.RawMessage{"members/m2/disability": json.RawMessage(`{"kind":"limb","grade":2}`)}
	w.visit(again)
	if _, offered := w.acts(c.ID, w.actors["helper"])[casefile.ActCheckMeans]; !offered {
		t.Fatal("a later visit ends the waiting")
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		return w.changes.Accept(ctx, tx, registry.Purpose{Actor: w.actors["second"].Audit(), Why: "their word"}, theirs, "看了三个月的流水")
	})
	w.must(w.flow.CheckMeans(t.Context(), w.actors["helper"], c.ID))
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'means.checked' and staff like '%1 项去问部门%'`, c.ID); n != 1 {
		t.Errorf("once it is answered, %d entries say that it is asked", n)
	}
}

// The database holds what a word is: of the household, proven, once, by nobody who is kin, on a text
// that nobody changes; and afterwards it is only taken back, once.
//
// Control, seen red: without means_guard a word of somebody who is no member, and one taken back twice, are written ("<nil>").
func TestAWordIsHeldBySQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.poorer(w.ticked())
	w.must(w.flow.MeansWord(t.Context(), w.actors["officer"], w.word(c, 77)))
	const into = `insert into means_authorisation (case_id, region, member, name, agreed, version, digest, how, signature, recording, guardian, relation, reason, at, expires, taken_by)
		select case_id, region, `
	const rest = `, version, digest, how, repeat('e', 64), '', '', '', null, lianou_now(), expires, taken_by from means_authorisation where member = 'm2' and agreed`
	w.refusedSQL("means_member", into+`'m9', '周小山', true`+rest)
	w.refusedSQL("means_member", into+`'m2', '别人', true`+rest)
	w.refusedSQL("means_stands", into+`'m2', '周小山', true`+rest)
	w.refusedSQL("means_stays", `update means_authorisation set withdrawn = lianou_now(), withdrawn_by = 5, withdrawn_why = '\x01' where member = 'm2';
		update means_authorisation set withdrawn_by = 6 where member = 'm2'`)
	w.refusedSQL("means_withdrawn", `update means_authorisation set withdrawn = lianou_now() where member = 'm2'`)
	w.must(w.flow.TakeMeansBack(t.Context(), w.actors["officer"], c.ID, int64(w.count(`select max(id) from means_authorisation`)), "不让查了"))
	const bare = `, version, digest, 'visit', '', '', '', '', null, lianou_now(), expires, taken_by from means_authorisation where member = 'm2' and agreed`
	w.refusedSQL("means_proof", into+`'m2', '周小山', true`+bare)
	w.refusedSQL("means_days", into+`'m2', '周小山', true, version, digest, how, repeat('e', 64), '', '', '', null, lianou_now(), expires + 40, taken_by from means_authorisation where member = 'm2'`)
	w.refusedSQL("means_guardian", into+`'m2', '周小山', true, version, digest, how, repeat('e', 64), '', '周小山', '自己', null, lianou_now(), expires, taken_by from means_authorisation where member = 'm2'`)
	w.refusedSQL("means_authorisation_strokes", into+`'m2', '周小山', true, version, digest, how, signature, '', '', '', null, lianou_now(), expires, taken_by from means_authorisation where member = 'm2'`)
	w.refusedSQL("means_authorisation_version_digest_fkey", into+`'m2', '周小山', true, version, repeat('0', 64), how, repeat('e', 64), '', '', '', null, lianou_now(), expires, taken_by from means_authorisation where member = 'm2'`)
	for _, sql := range []string{`update means_text set words = '什么都查'`, `delete from means_authorisation`, `update means_authorisation set expires = expires + 1`, `delete from means_text`} {
		err := w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return pg.Fail(err, "try")
		})
		if pg.SQLState(err) != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	w.declares("second", "周小山", sonID, "sibling")
	if err := w.flow.MeansWord(t.Context(), w.actors["second"], w.word(c, 78)); !errors.Is(err, casefile.ErrConflictOfInterest) {
		t.Errorf("taken by kin: %v", err)
	}
	w.refusedSQL("means_people", into+`'m2', '周小山', true, version, digest, how, repeat('e', 64), '', '', '', null, lianou_now(), expires, k.staff
		from means_authorisation a join case_conflict k using (case_id, region) where member = 'm2'`)
}
