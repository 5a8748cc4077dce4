package casefile_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// P17: a step and its entry are one transaction: where the log refuses, nothing moves.
// Control: stepped that drops the error of Write.
func TestNoStepWithoutItsEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open(newCase(application(t, "4071882635"), 11))
	root, err := pgx.Connect(t.Context(), w.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close(context.Background())
	const refuse = `create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
		create trigger refuse before insert on audit_entry for each row when (new.act = 'case.moved') execute function refuse();
		insert into staff_account (id, login, name, roles, regions, password, made) overriding system value values (3, 'n3', 'n', array['officer'], array['371426103'], '$argon2id$x', now())`
	log := audit.New(w.keys.Platform.Ring)
	if _, err := root.Exec(t.Context(), refuse); err != nil {
		t.Fatal(err)
	}
	withdraw := func(ctx context.Context, tx *pg.Tx) error {
		c, err := w.store.Lock(ctx, tx, opened.Case)
		if err != nil {
			return err
		}
		// Nobody's case is withdrawn by nobody (P19): there is a line of whoever said so, and their entry.
		entry := audit.Entry{Actor: officer(3, casefile.RoleOfficer).Audit(), Act: "case.withdrawn", Case: c.ID, Region: town, Purpose: "casework"}
		if err := log.Write(ctx, tx, entry); err != nil {
			return err
		}
		if err := w.store.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.withdrawn", Actor: officer(3, casefile.RoleOfficer), Staff: "本人说不要了"}); err != nil {
			return err
		}
		return w.store.Close(ctx, tx, c, casefile.CaseWithdrawn)
	}
	if err := w.try(withdraw); err == nil {
		t.Error("a case moved without an entry")
	}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		c, err := w.store.Get(ctx, tx, opened.Case)
		if c.State != casefile.CaseOpen {
			t.Errorf("the case is %s", c.State)
		}
		return err
	})
	if _, err := root.Exec(t.Context(), `drop trigger refuse on audit_entry`); err != nil {
		t.Fatal(err)
	}
	w.in(withdraw)
	var said string
	err = w.env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select string_agg(subject || ' ' || purpose, ',') from audit_entry where act = 'case.moved' and case_id = $1`, opened.Case).Scan(&said)
	})
	if err != nil || said != "case:1 open>withdrawn" {
		t.Errorf("the log says %q, %v", said, err)
	}
}

// P22: who may not see the 31st full number one after another may not see it at once.
// Control: audit.Revealed without its lock.
func TestRevealsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open(newCase(application(t, "4071882635"), 11))
	var shown, refused atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			err := w.try(func(ctx context.Context, tx *pg.Tx) error {
				_, err := w.store.Reveal(ctx, tx, casefile.Look{Case: opened.Case, Field: casefile.FieldPhone, Actor: officer(3, casefile.RoleOfficer), Reason: "打电话核对"})
				return err
			})
			switch {
			case err == nil:
				shown.Add(1)
			case core.KindOf(err) == core.KindTooMany:
				refused.Add(1)
			default:
				t.Errorf("reveal: %v", err)
			}
		})
	}
	all.Wait()
	if shown.Load() != 30 || refused.Load() != 10 {
		t.Errorf("of forty full numbers asked for at once %d were shown and %d refused, want 30 and 10", shown.Load(), refused.Load())
	}
}
