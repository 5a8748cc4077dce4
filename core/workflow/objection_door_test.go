package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/core/wording"
	"lianou/core/workflow"
	"lianou/intake/objections"
)

// edge takes opinions as the gateway does. Its jobs lie in a queue that nobody works here: a test
// files them when it wants to.
func (w *world) edge() *objections.Store {
	w.t.Helper()
	nobodys, err := jobs.NewInserter(jobs.Gateway)
	w.must(err)
	keys := w.keys.Gateway
	s, err := objections.New(objections.Deps{DB: w.env.DB(pgtest.Gateway), Platform: keys.Platform, Shared: keys.Shared, Audit: audit.NewTo(keys.Platform), Jobs: nobodys})
	w.must(err)
	return s
}

// files files all that was sent.
func (w *world) files() {
	w.t.Helper()
	for id := 1; id <= w.count(`select coalesce(max(id), 0) from objection_sent`); id++ {
		w.must(w.flow.ObjectionSent(w.t.Context(), jobs.ObjectionSent{Objection: int64(id)}))
	}
}

// hung is a claim whose notice hangs, and the number on it.
func (w *world) hung() (casefile.Case, casefile.Claim, int64) {
	w.t.Helper()
	w.enrol()
	w.work()
	c, claim := w.ready("4071882635")
	w.must(w.flow.Propose(w.t.Context(), w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeApprove, Reasons: []string{"符合"}}))
	w.must(w.flow.PublishNotice(w.t.Context(), w.actors["officer"], claim.ID))
	return c, claim, int64(w.count(`select max(id) from public_notice`))
}

func neighbour(notice int64, key, says string) objections.Saying {
	return objections.Saying{Notice: notice, Channel: "app", What: "device", Which: "D1", Key: key, Says: says}
}

// A villager says on the app's board that something is not so, with a name and a telephone. From
// then on the claim is not decided; the same again is the same number. What they said is sealed at rest twice over, and neither words nor name nor
// telephone reach anything that the household reads. Once answered they are told in general
// words, by a notice of no case, and the number says the same; nothing of the household is in it.
//
// Control: the notice of the case ("0 notices to who objected", "the household's notices hold
// [{… Key:objection/1/1 …"). Named, not seen red: the words in the clear.
func TestAVillagerObjectsAtADoorOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, notice := w.hung()
	ctx, edge := t.Context(), w.edge()
	in := neighbour(notice, "k1", "他家去年买了辆面包车,停在村东头")
	in.Name, in.Phone = "李大壮", "13905340077"
	sent, err := edge.Send(ctx, in)
	w.must(err)
	again, err := edge.Send(ctx, in)
	w.must(err)
	if !again.Again || again.Number != sent.Number || w.count(`select count(*) from objection_sent`) != 1 {
		t.Errorf("the same again: %+v, then %+v", sent, again)
	}
	other := in
	other.Says = "别的话"
	if _, err := edge.Send(ctx, other); code(err) != objections.ErrKeyReused.Code {
		t.Errorf("the same key with other words: %v", err)
	}
	// 1. Filed once.
	w.files()
	w.files()
	w.env.Advance(9 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	late := neighbour(notice, "k2", "晚了")
	if _, err := edge.Send(ctx, late); code(err) != objections.ErrOver.Code {
		t.Errorf("after the last day: %v", err)
	}
	w.named("decided before it was answered", casefile.ErrMovedOn.Code, w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimObjected || w.count(`select count(*) from objection where door = 'app' and taken_by is null`) != 1 {
		t.Fatalf("filed: the claim is %s", got.State)
	}
	// 2. Sealed at rest, and in nothing of the household's.
	w.nowhere("面包车", "李大壮", "13905340077")
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'objection.filed' and citizen = '公示时有人提了意见,镇上在核实。'`, c.ID); n != 1 {
		t.Errorf("the household reads it %d times", n)
	}
	// 3. Answered: told in general words.
	if say, err := edge.Said(ctx, sent.Number); err != nil || say != "open" {
		t.Errorf("before the answer: %q %v", say, err)
	}
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "车是他弟弟的,行驶证看过了。")))
	if say, err := edge.Said(ctx, sent.Number); err != nil || say != "unfounded" {
		t.Errorf("after the answer: %q %v", say, err)
	}
	w.generalOnly(c)
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
	w.nowhere("面包车", "李大壮", "13905340077")
}

// nowhere holds that words stand in no row of any table that is checked, as text or as bytes.
func (w *world) nowhere(words ...string) {
	w.t.Helper()
	seen := 0
	w.must(w.env.DB(pgtest.Check).Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
			and has_table_privilege(oid, 'select') order by 1`)
		if err != nil {
			return err
		}
		tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, table := range tables {
			for _, word := range words {
				var n int
				q := `select count(*) from ` + table + ` x where position($1 in x::text) > 0 or position(encode(convert_to($1, 'UTF8'), 'hex') in x::text) > 0`
				if err := tx.QueryRow(ctx, q, word).Scan(&n); err != nil {
					return err
				}
				if n != 0 {
					w.t.Errorf("%s stands in %d rows of %s", word, n, table)
				}
			}
			seen++
		}
		return nil
	}))
	if seen < 50 || w.count(`select count(*) from public_notice where position('周某某' in public_notice::text) > 0`) == 0 {
		w.t.Errorf("it looked into %d tables: too few to believe it", seen)
	}
}

// generalOnly holds that one notice went to who objected, of no case, and says nothing of it.
func (w *world) generalOnly(c casefile.Case) {
	w.t.Helper()
	if n := w.count(`select count(*) from notice where kind = $1 and case_id = 0 and application is null and citizen = '' and phone is not null`, wording.KindObjection); n != 1 {
		w.t.Errorf("%d notices to who objected", n)
	}
	if n := w.count(`select count(*) from notice where kind = $1 and (words ~ $2 or fields::text ~ $2)`, wording.KindObjection, "周|低保|"+string(c.Town)+"|"+c.Applicant+"|车"); n != 0 {
		w.t.Error("the notice says something of the household")
	}
	if list := w.notices(c, wording.KindObjection); len(list) != 0 {
		w.t.Errorf("the household's notices hold %+v", list)
	}
}

// Two hundred opinions of one sender are one, with the words added: one answer frees the claim,
// none was refused, and the officer reads how often. What the same sender writes after the answer
// is read, and holds nothing. Beyond fifty senders those who come are put together.
//
// Controls: MostSenders a thousand ("60 objections of 60 senders"). Named, not seen red: no sender.
func TestAFloodIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, notice := w.hung()
	ctx, edge := t.Context(), w.edge()
	for i := range 200 {
		_, err := edge.Send(ctx, neighbour(notice, fmt.Sprint("k", i), fmt.Sprint("第", i, "遍,他家有车")))
		w.must(err)
	}
	if _, err := edge.Send(ctx, neighbour(notice, "k200", "再说一遍")); code(err) != "objection_enough" {
		t.Errorf("the two hundred and first: %v", err)
	}
	w.files()
	if n, words := w.count(`select count(*) from objection`), w.count(`select count(*) from objection_word`); n != 1 || words != 200 {
		t.Fatalf("%d open objections with %d words", n, words)
	}
	if n := w.count(`select count(*) from case_event where case_id = $1 and kind = 'objection.filed'`, c.ID); n != 1 {
		t.Errorf("%d lines in the timeline", n)
	}
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "车是邻居的")))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimNoticed {
		t.Errorf("after one answer the claim is %s", got.State)
	}
	for i := range 60 {
		in := neighbour(notice, fmt.Sprint("n", i), "他家有车")
		in.Which = fmt.Sprint("D", i+1) // the first is the one of before
		if i == 0 {
			continue
		}
		_, err := edge.Send(ctx, in)
		w.must(err)
	}
	w.files()
	if n := w.count(`select count(*) from objection`); n != casefile.MostSenders+1 {
		t.Errorf("%d objections of 60 senders", n)
	}
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "说的是同一辆车")))
	w.env.Advance(9 * 24 * time.Hour)
	w.must(w.flow.Sweep(ctx))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved}))
}

// What the same sender writes after the answer is shown to who could answer, says so to them by
// its number, and gates nothing again; an answer is about no word that its page did not show.
//
// Control: hush without the words ("officer reads [{… Says:他家有车"). Named, not seen red: heard left at
// 0 in AnswerObjections.
func TestWordsAfterTheAnswerAreReadAndHoldNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, notice := w.hung()
	ctx, edge := t.Context(), w.edge()
	first, err := edge.Send(ctx, neighbour(notice, "k1", "他家有车"))
	w.must(err)
	w.files()
	page := w.answers(claim, false, "没有车")
	blind := page
	blind.Heard = 0
	w.named("a page that showed no word", "record_changed", w.flow.AnswerObjection(ctx, w.actors["second"], blind))
	second, err := edge.Send(ctx, neighbour(notice, "k2", "车牌尾号是 77"))
	w.must(err)
	w.files()
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], page))
	third, err := edge.Send(ctx, neighbour(notice, "k3", "还停在那里"))
	w.must(err)
	w.files()
	for number, want := range map[string]string{first.Number: "unfounded", second.Number: "more", third.Number: "more"} {
		if say, err := edge.Said(ctx, number); err != nil || say != want {
			t.Errorf("%s: %q %v, want %s", number, say, err, want)
		}
	}
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimNoticed {
		t.Errorf("the claim is %s", got.State)
	}
	for who, reads := range map[string]bool{"county": true, "officer": false, "approver": false} {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			v, err := w.cases.View(ctx, tx, c.ID, w.actors[who], "test")
			if err != nil {
				return err
			}
			words := v.Objections[0].Words
			if len(words) != 3 || words[0].After || !words[1].After || !words[2].After || (words[2].Says != "") != reads {
				t.Errorf("%s reads %+v", who, words)
			}
			return nil
		})
	}
}

// 12345 and the window take one down by the number on the notice, once for the key of their page;
// who rings again from the same telephone adds to it. An agent's name is nobody's who answers;
// kin of the household take none; another township's clerk has no such notice. Who left a name is
// shown to who may answer alone, each time with a reason and an entry, which the household does
// not read; who objected does not answer, where the staff took the words down.
//
// Controls: ShowObjector without Check ("officer sees {Objection:1 Word:1 Name:second …}", the clerk
// and the approver too); no comparison of names (`who is named as having objected
// answers: "", want same_person`). Named, not seen red: ObjectAt with the city's scope.
func TestTheStaffTakeAnObjectionDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, notice := w.hung()
	ctx := t.Context()
	w.employ("clerk", staff.Clerk, town)
	w.employ("away", staff.Clerk, "371426104")
	in := workflow.ObjectAt{Notice: notice, Says: "他家有三间门面房", Name: "second", Phone: "13905340078", Door: casefile.DoorWindow, Key: "p1"}
	if _, err := w.flow.ObjectAt(ctx, w.actors["away"], in); code(err) != casefile.ErrNoticeOver.Code {
		t.Errorf("another township's clerk: %v", err)
	}
	say, err := w.flow.ObjectAt(ctx, w.actors["clerk"], in)
	w.must(err)
	same, err := w.flow.ObjectAt(ctx, w.actors["clerk"], in)
	w.must(err)
	if say != same || !strings.Contains(say, "意见回执号 ") || w.count(`select count(*) from objection_word`) != 1 {
		t.Errorf("the page sent twice: %s, then %s", say, same)
	}
	in.Key, in.Says = "p2", "门面房在镇上"
	_, err = w.flow.ObjectAt(ctx, w.actors["clerk"], in)
	w.must(err)
	if n, words := w.count(`select count(*) from objection where door = 'window'`), w.count(`select count(*) from objection_word where taken_by is not null`); n != 1 || words != 2 {
		t.Errorf("the same telephone: %d objections, %d words", n, words)
	}
	w.nowhere("门面房", "13905340078")
	word := int64(w.count(`select min(id) from objection_word`))
	shown := func(who string) (o casefile.Objector, err error) {
		err = w.db.Tx(ctx, pg.Regions(w.actors[who].Regions...), func(ctx context.Context, tx *pg.Tx) error {
			o, err = w.cases.ShowObjector(ctx, tx, casefile.WhoObjected{Case: c.ID, Word: word, Actor: w.actors[who], Reason: "问清是哪间房"})
			return err
		})
		return o, err
	}
	for _, who := range []string{"officer", "approver", "helper", "clerk", "stranger"} {
		if o, err := shown(who); err == nil {
			t.Errorf("%s sees %+v", who, o)
		}
	}
	if o, err := shown("county"); err != nil || o.Name != "second" || o.Phone.Reveal() != "13905340078" {
		t.Errorf("who may answer sees %+v %v", o, err)
	}
	if n := w.count(`select count(*) from audit_entry where act = 'objector.shown' and subject like 'objection:%' and case_id = $1`, c.ID); n != 1 {
		t.Errorf("%d entries of openings", n)
	}
	if n := w.count(`select count(*) from pg_proc where proname = 'seen_by_staff' and position('objector.shown' in prosrc) = 0 and position('objection.' in prosrc) = 0`); n != 1 {
		t.Error("the household reads in who looked at its case that somebody objected")
	}
	w.named("who is named as having objected answers", casefile.ErrSamePerson.Code, w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "没有")))
	w.must(w.flow.AnswerObjection(ctx, w.actors["county"], w.answers(claim, true, "房是他的,出租着。")))
	if got := w.claim(c.ID, dibao); got.State != casefile.ClaimAgreed {
		t.Errorf("founded, and the claim is %s", got.State)
	}
	if n := w.count(`select count(*) from notice where kind = 'objection'`); n != 1 {
		t.Errorf("one telephone was told %d times", n)
	}
	in.Key = "p3"
	if _, err := w.flow.ObjectAt(ctx, w.actors["clerk"], in); code(err) != casefile.ErrNoticeOver.Code {
		t.Errorf("the notice was taken down: %v", err)
	}
}

// What was sent while the notice hung and is filed after it was taken down holds nothing that
// nobody could answer: it stands with what was said before, and its sender is not told that they
// had said something before.
//
// Control: AddObjection that files whatever the claim's state.
func TestWhatComesTooLateBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, notice := w.hung()
	ctx, edge := t.Context(), w.edge()
	w.must(w.flow.Object(ctx, w.actors["officer"], claim.ID, "他家有车"))
	sent, err := edge.Send(ctx, neighbour(notice, "k1", "他家有房"))
	w.must(err)
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, true, "有车")))
	w.files()
	if n := w.count(`select count(*) from objection where answered is null`); n != 0 || w.claim(c.ID, dibao).State != casefile.ClaimAgreed {
		t.Errorf("%d wait for an answer that nobody can give", n)
	}
	if say, err := edge.Said(ctx, sent.Number); err != nil || say != "late" {
		t.Errorf("its number says %q %v", say, err)
	}
	w.must(w.flow.Propose(ctx, w.actors["officer"], workflow.Propose{Claim: claim.ID, Outcome: casefile.ProposeRefuse, Reasons: []string{"有车"}}))
	w.must(w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Refused}))
}

// What was sent and whose job was lost is on the page of its case, holds the decision, and is filed by
// the next sweep after the job's time, also where another one of them fails: no opinion waits
// for somebody to find a job that was given up. In SQL as in Go the decision waits for it.
//
// Controls: claim_outcome_guard without what is not filed yet (`decided before it was filed: "", want
// objection_coming`); Sweep without sweepObjections ("one of them fails: 0 filed, the page says 2
// are not"). Named, not seen red: one transaction for all of them; View without Unfiled.
func TestWhatNoJobFilesASweepFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, claim, notice := w.hung()
	ctx, edge := t.Context(), w.edge()
	for i, key := range []string{"k1", "k2"} {
		in := neighbour(notice, key, "他家有车")
		in.Which = fmt.Sprint("D", i)
		_, err := edge.Send(ctx, in)
		w.must(err)
	}
	root, err := pgx.Connect(ctx, w.env.Superuser())
	w.must(err)
	defer root.Close(context.WithoutCancel(ctx))
	_, err = root.Exec(ctx, `create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
		create trigger broken before update on objection_sent for each row when (old.id = 1) execute function broken()`)
	w.must(err)
	unfiled := func() (n int) {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			v, err := w.cases.View(ctx, tx, c.ID, w.actors["approver"], "test")
			n = v.Unfiled
			return err
		})
		return n
	}
	swept := func(what string, fails bool, filed int) {
		t.Helper()
		if err := w.flow.Sweep(ctx); (err != nil) != fails {
			t.Errorf("%s: swept: %v", what, err)
		}
		if n, left := w.count(`select count(*) from objection`), unfiled(); n != filed || left != 2-filed {
			t.Errorf("%s: %d filed, the page says %d are not", what, n, left)
		}
	}
	approve := func() error {
		return w.flow.Decide(ctx, w.actors["approver"], workflow.Decide{Claim: claim.ID, Outcome: casefile.Approved})
	}
	swept("the job has its time", false, 0)
	w.env.Advance(11 * time.Minute)
	swept("one of them fails", true, 1)
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "没有车")))
	w.env.Advance(9 * 24 * time.Hour)
	swept("it fails still", true, 1)
	w.named("decided before it was filed", casefile.ErrObjectionComing.Code, approve())
	_, err = root.Exec(ctx, `drop trigger broken on objection_sent`)
	w.must(err)
	swept("mended", false, 2)
	w.must(w.flow.AnswerObjection(ctx, w.actors["second"], w.answers(claim, false, "没有车")))
	w.must(approve())
}
