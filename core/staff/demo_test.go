package staff_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
	"lianou/core/staff"
)

func towns(o office) []staff.Town {
	var list []staff.Town
	for _, c := range o.tree.Counties() {
		for _, s := range o.tree.Townships(c.Code) {
			list = append(list, staff.Town{Code: s.Code, Name: s.Name, County: c.Name})
		}
	}
	return list
}

// setDemo makes the test's database one that was made for show, or not.
func setDemo(t *testing.T, o office, demo bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), o.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, sql := range []string{`alter table lianou_clock disable trigger all`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conn.Exec(t.Context(), `update lianou_clock set demo = $1, shift = interval '0'`, demo); err != nil {
		t.Fatal(err)
	}
}

// TestDemo: every township has its people, every printed log-in works, and none
// of it is possible in a database that was not made for show.
func TestDemo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	in := o.env.DB(pgtest.Import)
	setDemo(t, o, false)
	if _, err := staff.Seed(t.Context(), in, towns(o)); !errors.Is(err, staff.ErrNotDemo) {
		t.Fatalf("seeded a real database: %v", err)
	}
	setDemo(t, o, true)
	made, err := staff.Seed(t.Context(), in, towns(o))
	if err != nil || made != 134*4+13*2+7 {
		t.Fatalf("made %d accounts: %v", made, err)
	}
	if again, err := staff.Seed(t.Context(), in, towns(o)); err != nil || again != 0 {
		t.Errorf("made %d accounts again: %v", again, err)
	}
	roles := map[staff.Role]bool{}
	for _, d := range staff.Demo() {
		p, err := o.staff.Authenticate(t.Context(), d.Login, staff.DemoPassword)
		if err != nil || p.Name != d.Name || p.Roles[0].Chinese() != d.Role {
			t.Errorf("%+v: got %+v, %v", d, p, err)
			continue
		}
		roles[p.Roles[0]] = true
	}
	if len(roles) != 9 {
		t.Errorf("%d roles have a printed log-in, want 9", len(roles))
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		for _, s := range o.tree.Townships(core.DezhouCity) {
			officers, err := o.staff.Officers(ctx, tx, s.Code)
			if err != nil {
				return err
			}
			approvers, err := o.staff.Approvers(ctx, tx, s.Code)
			if err != nil {
				return err
			}
			helpers, err := o.staff.Assistants(ctx, tx, s.Code)
			if err != nil || len(officers) != 1 || len(approvers) != 1 || len(helpers) != 2 {
				t.Fatalf("%s: %d officers, %d approvers, %d assistants, %v", s.Name, len(officers), len(approvers), len(helpers), err)
			}
		}
		return nil
	})
	setDemo(t, o, false)
	if _, err := o.open(t); !errors.Is(err, staff.ErrDemoAccounts) {
		t.Errorf("started on a real database with demonstration accounts: %v", err)
	}
}

// Demonstration accounts in a real database keep the platform from starting, and
// the operator's tool from nothing: it closes them, and then the platform starts.
// Control: New without Mending for the tool.
func TestDemoAccountsAreClosed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if _, err := staff.Seed(t.Context(), o.env.DB(pgtest.Import), towns(o)); err != nil {
		t.Fatal(err)
	}
	setDemo(t, o, false)
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	tool, err := staff.New(t.Context(), staff.Config{DB: o.db, Log: audit.New(keys.Platform.Ring), Expand: o.tree.Expand, Mending: true})
	if err != nil {
		t.Fatal(err)
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tool.CloseDemo(ctx, tx, operator)
		if n != 134*4+13*2+7 {
			t.Errorf("closed %d", n)
		}
		return err
	})
	if _, err := o.open(t); err != nil {
		t.Errorf("still refused: %v", err)
	}
}

// Passwords are hashed lightly where nobody real logs in, and nowhere else: one setting that slipped into
// a real city would lie in every stolen copy of its accounts.
//
// Control: New without the refusal (`a real database hashes lightly: <nil>`).
func TestLightHashesAreForShow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	cfg := staff.Config{DB: o.db, Log: audit.New(keys.Platform.Ring), Expand: o.tree.Expand, Light: true}
	quick, err := staff.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	o.staff = quick
	o.hire(t, "light.hash", staff.Officer, "371426104")
	setDemo(t, o, false)
	if _, err := staff.New(t.Context(), cfg); !errors.Is(err, staff.ErrNotDemo) {
		t.Errorf("a real database hashes lightly: %v", err)
	}
}
