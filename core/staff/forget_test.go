package staff_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/staff"
)

// looked counts how many of ten wrong codes from each of some browsers were looked at.
func (o office) looked(t *testing.T, who staff.Person, browsers []string) (n int) {
	t.Helper()
	for _, b := range browsers {
		for range 10 {
			switch _, err := o.staff.Show(t.Context(), staff.Half{Person: who, Browser: b}, "abcde-fghjk"); {
			case errors.Is(err, staff.ErrCode):
				n++
			case !errors.Is(err, staff.ErrTooMany):
				t.Fatal(err)
			}
		}
	}
	return n
}

func (o office) known(t *testing.T, id core.StaffID) (n int) {
	t.Helper()
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from staff_device where staff = $1`, int64(id)).Scan(&n)
	})
	return n
}

// Whoever had the password before there was a second factor kept twenty browsers that the account
// knows. They are strangers once it has a device, a new password or a lost phone; and of those that it
// came to know since, all together have a hundred tries a day.
//
// Controls: Enrol without forgetBrowsers ("20 browsers of before had 100 tries"), the bound of known
// browsers left out ("30 known browsers had 300 tries"), SetPassword without forgetBrowsers ("31 browsers
// are known after a new password").
func TestBrowsersOfBeforeAreForgotten(t *testing.T) {
	t.Parallel()
	o, c := demanding(t, false)
	id := o.hire(t, "one", staff.Approver, "371426104")
	var kept []string
	for range 20 {
		e, err := o.staff.Enter(t.Context(), staff.Attempt{Login: "one", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, e.Device)
	}
	p, _, own := o.bind(t, id, c)
	who := o.account(t, id)
	if n := o.looked(t, who, kept); n > 10 {
		t.Errorf("%d browsers of before had %d tries", len(kept), n)
	}
	if _, err := o.staff.Show(t.Context(), staff.Half{Person: who, Browser: own}, p.code(0)); err != nil {
		t.Errorf("the browser that the phone was bound in: %v", err)
	}
	var many []string
	know := func() {
		t.Helper()
		many = nil
		for n := range 30 {
			many = append(many, fmt.Sprint("kept ", n))
		}
		if err := o.super(t, `insert into staff_device (staff, device, used)
			select $1, encode(sha256(convert_to(b, 'UTF8')), 'hex'), now() from unnest($2::text[]) as b`, int64(id), many); err != nil {
			t.Fatal(err)
		}
	}
	know()
	if n := o.looked(t, who, many); n != 100 {
		t.Errorf("%d known browsers had %d tries", len(many), n)
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		return o.staff.SetPassword(ctx, tx, operator, id, password+" anew")
	})
	if n := o.known(t, id); n != 0 {
		t.Errorf("%d browsers are known after a new password", n)
	}
	know()
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		return o.staff.LostPhone(ctx, tx, audit.Actor{Kind: "operator", ID: "root"}, id, staff.Loss{Why: "丢了", Password: password})
	})
	if n := o.known(t, id); n != 0 {
		t.Errorf("%d browsers are known after a lost phone", n)
	}
}

// A borrower used up every try at the log-in and at the code. Whom the new password is handed to gets
// in with it at once, and with the code; so does who lost the phone.
//
// Control: SetPassword without forgetGuesses ("with the new password: … sign_in_too_many").
func TestANewPasswordForgetsTries(t *testing.T) {
	t.Parallel()
	o, c := demanding(t, true)
	id := o.hire(t, "one", staff.Approver, "371426104")
	p, _, _ := o.bind(t, id, c)
	who := o.account(t, id)
	usedUp := func() {
		t.Helper()
		for range 11 {
			_, _ = o.staff.Authenticate(t.Context(), "one", "not the password")
		}
		o.looked(t, who, []string{""})
		_, _ = o.staff.Again(t.Context(), staff.Half{Person: who}, "not the password", "")
		if err := o.super(t, `update staff_guess set tries = 900`); err != nil {
			t.Fatal(err)
		}
		if _, err := o.staff.Enter(t.Context(), staff.Attempt{Login: "one", Password: password}); !errors.Is(err, staff.ErrTooMany) {
			t.Fatalf("used up: %v", err)
		}
		if _, err := o.staff.Show(t.Context(), staff.Half{Person: who}, p.code(0)); !errors.Is(err, staff.ErrTooMany) {
			t.Fatalf("used up: %v", err)
		}
	}
	usedUp()
	const next = "another sentence altogether"
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error { return o.staff.SetPassword(ctx, tx, operator, id, next) })
	if e, err := o.staff.Enter(t.Context(), staff.Attempt{Login: "one", Password: next}); err != nil || e.Need != staff.NeedCode {
		t.Errorf("with the new password: %+v, %v", e, err)
	}
	if _, err := o.staff.Again(t.Context(), staff.Half{Person: who, Full: true}, next, ""); !errors.Is(err, staff.ErrCode) {
		t.Errorf("on one's own page: %v", err)
	}
	if _, err := o.staff.Show(t.Context(), staff.Half{Person: who}, p.code(0)); err != nil {
		t.Errorf("the code after it: %v", err)
	}
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		return o.staff.SetPassword(ctx, tx, operator, id, password)
	})
	c.pass(time.Minute)
	usedUp()
	o.tx(t, func(ctx context.Context, tx *pg.Tx) error {
		return o.staff.LostPhone(ctx, tx, audit.Actor{Kind: "operator", ID: "root"}, id, staff.Loss{Why: "丢了", Password: next})
	})
	if e, err := o.staff.Enter(t.Context(), staff.Attempt{Login: "one", Password: next}); err != nil || e.Need != staff.NeedDevice {
		t.Errorf("after the phone was lost: %+v, %v", e, err)
	}
	o.bind(t, id, c)
}
