package workflow_test

import (
	"context"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs/jobstest"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Who speaks for another leaves by which right with the case, once, and a trace of it. A
// second application joins by itself while that holds; when it is over it lies beside,
// for an officer to look at, and is not refused. Controls: Claim not called ("0 mandates");
// doubtOf without Stale ("joined by itself").
func TestMandateOfAnAgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrol()
	w.work()
	app := w.application("4071882635")
	app.Contact.Name, app.Contact.Capacity = "李秀英", core.CapacityEntrusted
	app.Papers = []core.Paper{{Kind: core.PaperOther, Digest: core.BlobDigest("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")}}
	w.handOver(app)
	c := w.routed(app)
	var list []mandate.Mandate
	store := mandate.NewStore(w.log)
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		if err := store.Claim(ctx, tx, c.ID, c.Region, &app); err != nil { // again: once
			return err
		}
		list, err = store.OfCase(ctx, tx, c.ID)
		return err
	})
	if len(list) != 1 || list[0].Kind != core.CapacityEntrusted || list[0].Agent != "李秀英" || list[0].Principal != "周桂兰" || !list[0].Proved {
		t.Fatalf("%d mandates: %+v", len(list), list)
	}
	if err := list[0].May(mandate.Money, list[0].From); core.Known(err).Code != "mandate_scope" {
		t.Errorf("money was claimed: %v", err)
	}
	if n := w.count(`select count(*) from audit_entry where act = 'mandate.claimed'`); n != 1 {
		t.Errorf("%d entries of the claim", n)
	}
	send := func(receipt core.Receipt) string {
		more := w.application(receipt)
		more.Contact = app.Contact
		w.handOver(more)
		var state string
		jobstest.Until(t, "the second application", func(ctx context.Context) bool {
			return w.db.Read(ctx, pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
				return tx.QueryRow(ctx, `select state from case_application where application = $1`, more.ID).Scan(&state)
			}) == nil
		})
		return state
	}
	if state := send("4071882643"); state != "linked" {
		t.Errorf("while it holds: %s", state)
	}
	reader := mandate.NewReader(w.env.DB(pgtest.Gateway), audit.NewTo(w.keys.Gateway.Platform), nil)
	seen, err := reader.Seen(t.Context(), app.Contact.CitizenID)
	w.must(err)
	for _, m := range seen {
		w.must(reader.Revoke(t.Context(), app.Contact.CitizenID, app.Contact.CitizenID, m.ID))
	}
	if state := send("4071882650"); len(seen) != 2 || state != "contested" {
		t.Errorf("%d mandates ended, then: %s joined by itself", len(seen), state)
	}
}

// A minor for whom no guardian spoke waits for an officer, who asks the guardian; nobody
// is refused. Control seen red: NewCase without Guardian, "no doubt".
func TestMinorWaitsForTheGuardian(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work()
	app := w.application("4071882635")
	first := "37142420150315002"
	app.Applicant.ID = w.number(first + string(core.IDCheckDigit(first)))
	app.People[0].ID = app.Applicant.ID
	app.Contact.Name, app.Contact.Capacity = "李秀英", core.CapacityCommittee
	w.handOver(app)
	c := w.routed(app)
	var kinds []casefile.DoubtKind
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		list, err := w.cases.Doubts(ctx, tx, c.ID)
		for _, d := range list {
			kinds = append(kinds, d.Kind)
		}
		return err
	})
	waits := false
	for _, k := range kinds {
		waits = waits || k == casefile.DoubtGuardian
	}
	if !waits {
		t.Errorf("no doubt: %v", kinds)
	}
}

// Nobody sees or ends another's mandate. Control: the policy without its subject.
func TestMandateOfAnotherIsNotSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.work()
	app := w.application("4071882635")
	app.Contact.Name, app.Contact.Capacity = "李秀英", core.CapacityMember
	w.handOver(app)
	w.routed(app)
	reader := mandate.NewReader(w.env.DB(pgtest.Gateway), audit.NewTo(w.keys.Gateway.Platform), nil)
	own, err := reader.Seen(t.Context(), app.Contact.CitizenID)
	w.must(err)
	other, err := reader.Seen(t.Context(), "citizen-9")
	w.must(err)
	if len(own) != 1 || len(other) != 0 {
		t.Fatalf("own %d, another's %d", len(own), len(other))
	}
	if err := reader.Revoke(t.Context(), "citizen-9", "citizen-9", own[0].ID); core.KindOf(err) != core.KindNotFound {
		t.Errorf("ended by another: %v", err)
	}
	if err := reader.Use(t.Context(), app.Contact.CitizenID, app.ID, mandate.Notices, own[0].Until+1); core.Known(err).Code != "mandate_expired" {
		t.Errorf("after its end: %v", err)
	}
	w.must(reader.Use(t.Context(), app.Contact.CitizenID, app.ID, mandate.Notices, own[0].Until))
	// The person themselves, by receipt and number, on whatever telephone.
	cases, err := casefile.NewReader(w.env.DB(pgtest.Gateway), w.keys.Gateway.Shared, audit.NewTo(w.keys.Gateway.Platform))
	w.must(err)
	pair := cases.PairSubject(app.Receipt, app.Applicant.ID.Last4())
	w.must(reader.Revoke(t.Context(), pair, "citizen-9", own[0].ID))
	if err := reader.Use(t.Context(), app.Contact.CitizenID, app.ID, mandate.Notices, own[0].Until); core.Known(err).Code != "mandate_revoked" {
		t.Errorf("after it was ended: %v", err)
	}
	if n := w.count(`select count(*) from audit_entry where act in ('mandate.used', 'mandate.revoked')`); n != 2 {
		t.Errorf("%d entries, want a use and an end", n)
	}
}
