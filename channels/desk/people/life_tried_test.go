package people_test

import (
	"context"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Whoever asks by the form of an arrival whether somebody is new leaves an entry with what they ask
// for, whatever the answer is: nobody has the number, somebody has it, somebody is called otherwise.
// The same number counts once among whom an officer is shown in a day, and who was shown as many as
// a day has asks about nobody more.
//
// Controls: mayTry as it was, without its entry ("0 entries, want 3"); without MayShow ("0 numbers
// are counted, want 2", "the 2,001st: 200").
func TestEveryNumberThatIsAskedAboutIsAnEntry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	known := child17 + string(core.IDCheckDigit(child17))
	for i, c := range []struct {
		what, name, number string
		code               int
	}{
		{"nobody has it", "李小新", new9(h), 200}, {"called otherwise", "李大新", new9(h), 200}, {"somebody has it", "陈佳明", known, 409}, {"no number at all", "陈佳明", "3714", 422},
	} {
		if code, body := h.ask(t, theirLife, comes(h, "name", c.name, "other", c.number)); code != c.code {
			t.Errorf("%s: %d %s", c.what, code, text(body))
		}
		if n, want := h.entries(t, "person.searched", "有人反映"), min(i+1, 3); n != want {
			t.Errorf("%s: %d entries, want %d", c.what, n, want)
		}
	}
	var counted int
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from people_shown where who < 0`).Scan(&counted)
	}))
	if counted != 2 {
		t.Errorf("%d numbers are counted, want 2", counted)
	}
	was := h.cookie
	h.cookie = h.over
	slip := comes(h, "kind", "adoption", "name", "陈家明", "other", known)
	if code, _ := h.ask(t, zhangs, slip); code != 404 {
		t.Errorf("a county that writes another name: %d", code)
	}
	if n := h.entries(t, "person.searched", "有人反映"); n != 4 {
		t.Errorf("a county that writes another name: %d entries, want 4", n)
	}
	h.cookie = was
	h.shown(t, audit.ShownPerDay, 2*time.Hour)
	if code, _ := h.ask(t, theirLife, comes(h)); code != 429 {
		t.Errorf("the 2,001st: %d", code)
	}
}
