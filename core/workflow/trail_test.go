package workflow_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/trail"
)

// tracing is a world with five families, two of which asked by telephone, whose money is in one
// batch that two people made.
type tracing struct {
	*world
	walker *trail.Walker
	by     trail.By
	homes  []core.CaseID
	lines  []string // every payment, by case
	of     map[string]core.CaseID
}

func newTracing(t *testing.T) *tracing {
	t.Helper()
	w := &tracing{world: newWorld(t), of: map[string]core.CaseID{}}
	blobs, err := blob.Open(blob.Config{URL: "file://" + t.TempDir(), To: w.keys.Platform.Self, Opener: w.keys.Platform.Opener})
	w.must(err)
	w.walker, err = trail.New(trail.Deps{DB: w.db, Cases: w.cases, Staff: w.staff, Audit: w.log, Blobs: blobs})
	w.must(err)
	w.by = trail.By{Actor: audit.Actor{Kind: "staff", ID: "77"}, Staff: 77, Scope: pg.City("test")}
	for n := 1; n <= 5; n++ {
		c := w.familyBy(n, func(app *core.Application) { w.comes(blobs, app, n > 3) })
		for _, item := range cash {
			w.decide(c, item)
		}
		w.homes = append(w.homes, c.ID)
	}
	w.must(w.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		b, err := w.payout.CreateBatch(ctx, tx, w.id("payer"), payout.Choice{})
		if err != nil {
			return err
		}
		if err := w.payout.Approve(ctx, tx, w.id("city"), b.ID, b.Totals); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select l.name, e.case_id from payout_line l join payout_entitlement e on e.id = l.entitlement order by e.case_id, l.id`)
		if err != nil {
			return err
		}
		w.lines = nil
		var line string
		var of core.CaseID
		_, err = pgx.ForEachRow(rows, []any{&line, &of}, func() error { w.lines, w.of[line] = append(w.lines, line), of; return nil })
		return err
	}))
	return w
}

// comes writes what intake and the exchange write of an application, which a world of workflow
// has not: the row, its receipt, its entry, and of a call the row and the recording.
func (w *tracing) comes(blobs *blob.Store, app *core.Application, call bool) {
	w.t.Helper()
	if call {
		app.Channel, app.Contact.Staff = "agent", w.id("second")
		id := "CA" + string(app.Receipt)
		info, err := blobs.Put(w.t.Context(), strings.NewReader("the words of "+id), blob.PutOptions{Class: "recording", MIME: "audio/wav", Max: 1 << 20})
		w.must(err)
		app.Call = &core.CallRef{ID: id, Recording: info.Digest}
		app.Sources = map[string]core.Provenance{"income_12m": {Said: "citizen", By: "agent", At: app.At, CallID: id, FromMS: 94000, ToMS: 101000},
			"income_per_capita_month": {Said: "citizen", By: "agent", At: app.At, CallID: id, FromMS: 94000, ToMS: 101000}}
		w.super(`insert into call (id, exchange, began, recording, recording_state, noted) values ($1, 'x', now(), $2, 'stored', now())`, id, string(info.Digest))
	}
	w.super(`insert into application (id, channel, key, body_digest, receipt, region, urgent, at) values ($1, $2, $3, sha256('x'), $4, $5, false, $6)`,
		string(app.ID), string(app.Channel), app.Key, string(app.Receipt), string(town), app.At)
	w.super(`insert into receipt values ($1, $2)`, string(app.Receipt), string(app.ID))
	w.must(w.env.DB(pgtest.Platform).Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return w.log.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "channel", ID: string(app.Channel)}, Act: "application.received", Application: app.ID})
	}))
}

func (w *tracing) walk(line string) trail.Trail {
	w.t.Helper()
	got, err := w.walker.Walk(w.t.Context(), w.by, line)
	w.must(err)
	return got
}

// One stranger can trace it (security.md P17): from twenty payments drawn at
// random to the seconds of the call or the words at the door, without a gap, nobody's name on
// the way, and an entry for each hop that was shown.
//
// Controls: see TestABrokenLinkIsNamed; Veil.Over that gives the words back unmasked; looked that
// writes nothing.
func TestOneStrangerCanTraceIt(t *testing.T) {
	t.Parallel()
	w := newTracing(t)
	if len(w.lines) < 20 {
		t.Fatalf("only %d payments", len(w.lines))
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	seconds := 0
	for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(w.lines))[:20] {
		got := w.walk(w.lines[i])
		var said bytes.Buffer
		w.must(got.Print(&said))
		if !got.Whole() || len(got.Hops) != 7 || !strings.Contains(said.String(), "从头走到底") {
			t.Errorf("%s breaks at %q:\n%s", w.lines[i], got.Breaks(), said.String())
		}
		for _, name := range []string{"周桂兰", "周小山", "13905340001", "62284800000017"} {
			if strings.Contains(said.String(), name) {
				t.Errorf("%s shows %s:\n%s", w.lines[i], name, said.String())
			}
		}
		for _, want := range []string{"payer", "city", "officer", "儿子瘫在床上", "周某"} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("%s does not show %s:\n%s", w.lines[i], want, said.String())
			}
		}
		if strings.Contains(said.String(), "第 94–101 秒") {
			seconds++
		}
	}
	if seconds == 0 {
		t.Error("no payment leads to the seconds of a call")
	}
	if n := w.count(`select count(*) from audit_entry where act = 'payment.walked' and actor_id = '77'`); n != 140 {
		t.Errorf("%d entries of 140 hops", n)
	}
}

// Whatever one link is, without it the walk ends there and says so.
//
// Controls: each row of the table is one; without a check of walk its row is not named.
func TestABrokenLinkIsNamed(t *testing.T) {
	t.Parallel()
	w := newTracing(t)
	first := map[core.CaseID][]string{}
	for _, line := range w.lines {
		first[w.of[line]] = append(first[w.of[line]], line)
	}
	const owed = `(select entitlement from payout_line where name = '%[1]s')`
	const decision = `(select decision from payout_entitlement where id = ` + owed + `)`
	const of = `(select case_id from payout_entitlement where id = ` + owed + `)`
	for _, c := range []struct {
		what, line, sql string
		at              trail.Stage
		gap             bool
	}{
		{"another sum is owed", first[w.homes[0]][0], `update payout_entitlement set amount = amount + 1 where id = ` + owed, trail.Entitlement, false},
		{"nothing is owed", first[w.homes[0]][1], `delete from payout_entitlement where id = ` + owed, trail.Entitlement, true},
		{"other reasons", first[w.homes[0]][2], `update decision set reasons = '[{"outcome": "stated", "text": "说不清"}]' where id = ` + decision, trail.Decision, false},
		{"no decision", first[w.homes[0]][3], `delete from decision where id = ` + decision, trail.Decision, true},
		{"other facts", first[w.homes[1]][0], `update case_facts set facts = jsonb_set(facts, '{cars}', '3') where case_id = ` + of, trail.Facts, false},
		{"intake knows nothing of it", first[w.homes[2]][0], `delete from application where receipt = (select receipt from casefile where id = ` + of + `)`, trail.Request, false},
		{"no findings", first[w.homes[2]][1], `delete from finding where case_id = ` + of, trail.Facts, false},
		{"another recording", first[w.homes[3]][0], `update call set recording = repeat('e', 64) where id = (select call_id from casefile where id = ` + of + `)`, trail.Voice, false},
		{"no call", first[w.homes[4]][0], `delete from call where id = (select call_id from casefile where id = ` + of + `)`, trail.Voice, true},
		{"one fen less in the batch", first[w.homes[4]][1], `update payout_batch set total = total - 1`, trail.Batch, true},
		{"and back", first[w.homes[4]][1], `update payout_batch set total = total + 1`, trail.Voice, true},
		{"one person alone", first[w.homes[4]][1], `alter table payout_batch drop constraint payout_batch_check; update payout_batch set approved_by = created_by`, trail.Batch, true},
		{"two people again", first[w.homes[4]][1], `update payout_batch set approved_by = ` + strconv.FormatInt(int64(w.id("city")), 10), trail.Voice, true},
		{"a line less in the batch", first[w.homes[4]][1], `delete from payout_line where name = '` + first[w.homes[4]][2] + `'`, trail.Batch, true},
		{"another who approved", first[w.homes[4]][1], `update payout_batch set approved_by = ` + strconv.FormatInt(int64(w.id("second")), 10), trail.Batch, true},
		{"no batch", first[w.homes[4]][1], `delete from payout_batch`, trail.Batch, true},
	} {
		w.super(`set session_replication_role = replica; ` + strings.NewReplacer("%[1]s", c.line).Replace(c.sql))
		got := w.walk(c.line)
		if got.Breaks() != c.at || (got.Gap != "") != c.gap {
			var said bytes.Buffer
			w.must(got.Print(&said))
			t.Errorf("%s: breaks at %q, gap %q, want %q\n%s", c.what, got.Breaks(), got.Gap, c.at, said.String())
		}
	}
	if _, err := w.walker.Walk(t.Context(), w.by, "P000000000999999"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("a payment that never was: %v", err)
	}
	elsewhere := w.by
	elsewhere.Scope = pg.Regions("371426104")
	if _, err := w.walker.Walk(t.Context(), elsewhere, w.lines[0]); core.KindOf(err) != core.KindNotFound {
		t.Errorf("another township's payment: %v", err)
	}
}
