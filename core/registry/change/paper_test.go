package change_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry/change"
)

// TestWhatAPaperSaysNamesIt: an officer who asks for what an authority's paper says names it, by a
// number that can be one and a day that was; whoever decides reads it. That there is none needs no
// paper. What a citizen disputes and what two saw waits without, and is not accepted before
// whoever decides named it: not who asked, nor who was there. It is kept sealed, and named once.
//
// Controls: paper without its FromOfficer case ("no paper: <nil>"); numbered that is true ("x:
// <nil>"); change_papered without change_paper ("nobody named it: <nil>"); Vouch without its look
// at the proposer ("who asked named it: <nil>"); paper kept unsealed ("lies open").
func TestWhatAPaperSaysNamesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, p := range map[string]*change.Paper{"no paper": nil, "x": {Number: "x", On: core.NewDate(2026, 11, 1)}, "one figure": {Number: "00000000", On: core.NewDate(2026, 11, 1)},
		"no day": {Number: "平房鉴2026-118"}, "tomorrow": {Number: "平房鉴2026-118", On: core.NewDate(2099, 1, 1)}} {
		ch := o.house()
		ch.Paper = p
		if _, err := o.propose("7", ch); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	none := o.house()
	none.Person, none.Path, none.Was, none.Becomes, none.Paper = o.people[0], "veteran", nil, json.RawMessage(`false`), nil
	if _, err := o.propose("7", none); err != nil {
		t.Errorf("none needs none: %v", err)
	}
	theirs := o.house()
	theirs.Origin, theirs.Paper = change.FromCitizen, nil
	id, err := o.propose("7", theirs)
	must(t, err)
	if err := o.accept("8", id); !errors.Is(err, change.ErrPaper) {
		t.Errorf("nobody named it: %v", err)
	}
	vouch := func(who string) error {
		return o.tx(func(ctx context.Context, tx *pg.Tx) error {
			return o.changes.Vouch(ctx, tx, by(who), id, change.Paper{Number: " 平房鉴〔2026〕118号", On: tx.Today() - 3})
		})
	}
	if err := vouch("7"); !errors.Is(err, change.ErrTwoPeople) {
		t.Errorf("who asked named it: %v", err)
	}
	must(t, vouch("8"))
	if err := vouch("9"); !errors.Is(err, change.ErrSettled) {
		t.Errorf("named twice: %v", err)
	}
	must(t, o.accept("8", id))
	must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		r, err := o.changes.Get(ctx, tx, by("9"), id)
		if err != nil || r.Paper == nil || r.Paper.Number != "平房鉴〔2026〕118号" || r.Paper.By != "staff:8" {
			t.Errorf("read: %+v, %v", r.Paper, err)
		}
		return err
	}))
	conn, err := pgx.Connect(t.Context(), o.env.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var kept []byte
	must(t, conn.QueryRow(t.Context(), `select paper from change_request where id = $1`, id).Scan(&kept))
	if bytes.Contains(kept, []byte("118")) {
		t.Error("the number lies open")
	}
}

// TestACardIsWhoseItSays: the number of a certificate of disability is the identity number of whom
// it is about, the kind and the grade that are claimed.
//
// Controls: checkCard without BlindOf ("another's: <nil>"); without the kind and the grade ("the
// kind: <nil>", "the grade: <nil>").
func TestACardIsWhoseItSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const own, other = "37142619600304002", "37142619600304004"
	id := func(s string) string { return s + string(core.IDCheckDigit(s)) }
	numbered := o.numbered(id(own))
	for _, c := range []struct {
		what, number string
		ok           bool
	}{
		{"theirs", id(own) + "42", true}, {"issued anew", id(own) + "42B1", true}, {"small letters and blanks", id(own)[:6] + " " + id(own)[6:] + "42b1", true},
		{"another's", id(other) + "42", false}, {"the kind", id(own) + "12", false}, {"the grade", id(own) + "43", false}, {"the identity number", id(own), false},
		{"no identity number", "371426196003040099" + "42", false}, {"an eighth kind", id(own) + "82", false},
	} {
		ch := o.house()
		ch.Household, ch.Person, ch.Path, ch.Was, ch.Becomes = o.home, numbered, "disability", nil, json.RawMessage(`{"kind":"limb","grade":2}`)
		ch.Paper.Number = c.number
		err := o.tx(func(ctx context.Context, tx *pg.Tx) error {
			ch.ValidFrom = tx.Today() - 10
			if _, err := o.changes.Propose(ctx, tx, by("7"), ch); err != nil {
				return err
			}
			return errDry
		})
		if errors.Is(err, errDry) != c.ok || !c.ok && core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

var errDry = errors.New("kept nothing")

// numbered gives the office's one person a number and says who that is.
func (o *office) numbered(number string) core.PersonID {
	o.t.Helper()
	id, err := core.ParseID(number, core.NewDate(2026, 11, 28))
	must(o.t, err)
	conn, err := pgx.Connect(o.t.Context(), o.env.Superuser())
	must(o.t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(o.t.Context())) }()
	_, err = conn.Exec(o.t.Context(), `update person set id_blind = $2 where id = $1`, int64(o.people[0]), o.reg.NumberBlind(id))
	must(o.t, err)
	return o.people[0]
}
