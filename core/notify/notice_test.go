package notify

import (
	"context"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
	"lianou/core/wording"
)

const town core.RegionCode = "371426101"

func keysOf(t testing.TB) *seal.Keys {
	t.Helper()
	k, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func phoneOf(t testing.TB, s string) core.Phone {
	t.Helper()
	p, err := core.ParsePhone(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func paidNotice(t testing.TB) Notice {
	t.Helper()
	return Notice{Key: "paid/81/202603", Region: town, Case: 7, Claim: 81, Phone: phoneOf(t, "13905340000"),
		Text: wording.Paid(wording.Payment{Item: "最低生活保障", Month: 3, Amount: 36000}, "6217")}
}

// Control: take the unique index off notice.key and twenty jobs are made.
func TestEnqueueOnceUnderConcurrency(t *testing.T) {
	t.Parallel()
	env, keys := pgtest.New(t), keysOf(t)
	box, err := NewOutbox(keys.Platform.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	db := env.DB(pgtest.Platform)
	ids := make([]int64, 20)
	var wait sync.WaitGroup
	for i := range ids {
		wait.Go(func() {
			err := db.Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
				ids[i], err = box.Enqueue(ctx, tx, paidNotice(t))
				return err
			})
			if err != nil {
				t.Errorf("enqueue: %v", err)
			}
		})
	}
	wait.Wait()
	for _, id := range ids {
		if id == 0 || id != ids[0] {
			t.Fatalf("different ids for one key: %v", ids)
		}
	}
	if got := jobstest.States(t, env.DB(pgtest.Gateway), jobs.Gateway, "notify"); got["available"] != 1 {
		t.Errorf("jobs = %v, want one", got)
	}
}

func TestEnqueueRefuses(t *testing.T) {
	t.Parallel()
	env, keys := pgtest.New(t), keysOf(t)
	box, err := NewOutbox(keys.Platform.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Notice){
		"no key":       func(n *Notice) { n.Key = "" },
		"no township":  func(n *Notice) { n.Region = "371426" },
		"no words":     func(n *Notice) { n.Text.Words = "" },
		"a zero byte":  func(n *Notice) { n.Text.Words += "\x00" },
		"broken UTF-8": func(n *Notice) { n.Text.Words += "\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			n := paidNotice(t)
			spoil(&n)
			err := env.DB(pgtest.Platform).Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
				_, err := box.Enqueue(ctx, tx, n)
				return err
			})
			if core.KindOf(err) != core.KindInvalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The platform cannot read back the phone it wrote, another township sees nothing.
func TestNoticeIsSealedAndScoped(t *testing.T) {
	t.Parallel()
	env, keys := pgtest.New(t), keysOf(t)
	box, err := NewOutbox(keys.Platform.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	db := env.DB(pgtest.Platform)
	var id int64
	err = db.Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) (err error) {
		id, err = box.Enqueue(ctx, tx, paidNotice(t))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(scope pg.Scope) (v View, err error) {
		err = db.Read(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) (err error) {
			v, err = Get(ctx, tx, id)
			return err
		})
		return v, err
	}
	if v, err := read(pg.Regions(town)); err != nil || v.State != Queued || v.Words != paidNotice(t).Text.Words {
		t.Errorf("own township: %+v, %v", v, err)
	}
	if _, err := read(pg.Regions("371426102")); core.KindOf(err) != core.KindNotFound {
		t.Errorf("another township sees it: %v", err)
	}
	if _, err := keys.Platform.Opener.Envelope([]byte("x")); err == nil {
		t.Error("the platform opens what is the gateway's")
	}
}

// A citizen sees their own notices through the gateway and nobody else's.
func TestCitizenSeesTheirOwn(t *testing.T) {
	t.Parallel()
	env, keys := pgtest.New(t), keysOf(t)
	box, err := NewOutbox(keys.Platform.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	for i, citizen := range []string{"cA", "cB"} {
		err := env.DB(pgtest.Platform).Tx(t.Context(), pg.Job(town), func(ctx context.Context, tx *pg.Tx) error {
			n := paidNotice(t)
			n.Key, n.Citizen = n.Key+citizen, citizen
			_, err := box.Enqueue(ctx, tx, n)
			return err
		})
		if err != nil {
			t.Fatal(i, err)
		}
	}
	for who, want := range map[string]int{"cA": 1, "cB": 0, "": 0} {
		err := env.DB(pgtest.Gateway).Read(t.Context(), pg.Subject(who), func(ctx context.Context, tx *pg.Tx) error {
			got, err := OfCitizen(ctx, tx, "cA")
			if err == nil && len(got) != want {
				t.Errorf("%q sees %d notices of cA, want %d", who, len(got), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
