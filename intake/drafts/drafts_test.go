package drafts

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

func newStore(t *testing.T) (*Store, *pgtest.Env) {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	env := pgtest.New(t)
	s, err := New(env.DB(pgtest.Platform), keys.Platform.Ring)
	must(t, err)
	return s, env
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func typed(name string) Draft {
	return Draft{Form: url.Values{"applicant.name": {name}, "item": {"MZ-01", "MZ-03"}, "h.income_12m": {""}}, Staff: 7}
}

// What was typed comes back as it was, an empty field too, for it is "not asked yet".
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	first, err := s.Save(t.Context(), "call:a", typed("周桂兰"))
	must(t, err)
	next := typed("周桂兰二")
	next.Rev = first.Rev
	second, err := s.Save(t.Context(), "call:a", next)
	must(t, err)
	got, err := s.Load(t.Context(), "call:a")
	must(t, err)
	if got.Form.Encode() != next.Form.Encode() || got.Rev != 2 || second.Rev != 2 || got.Staff != 7 || got.Saved.IsZero() {
		t.Errorf("loaded %+v after revision %d", got, second.Rev)
	}
	if other, err := s.Load(t.Context(), "call:b"); err != nil || other.Form != nil || other.Rev != 0 {
		t.Errorf("a place without a draft: %+v %v", other, err)
	}
	must(t, s.Drop(t.Context(), "call:a"))
	if gone, err := s.Load(t.Context(), "call:a"); err != nil || gone.Form != nil {
		t.Errorf("after the form was sent: %+v %v", gone, err)
	}
}

// Two pages of one call cannot wipe out each other's words: of many that saw the same
// revision one is kept and the others are told. Control: the update without "and rev",
// "8 of 8 pages were told that their words are kept".
func TestOnePageWins(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	first, err := s.Save(t.Context(), "call:a", typed("一"))
	must(t, err)
	names := strings.Split("甲乙丙丁戊己庚辛", "")
	for round, rev := range []int64{first.Rev, 0} {
		var wg sync.WaitGroup
		var mu sync.Mutex
		kept := 0
		for i := range 8 {
			wg.Go(func() {
				d := typed(names[i]) // two pages never hold the very same
				d.Rev = rev
				place := map[int]string{0: "call:a", 1: "call:fresh"}[round]
				_, err := s.Save(context.WithoutCancel(t.Context()), place, d)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					kept++
				} else if !errors.Is(err, ErrElsewhere) {
					t.Errorf("save: %v", err)
				}
			})
		}
		wg.Wait()
		if kept != 1 {
			t.Errorf("revision %d: %d of 8 pages were told that their words are kept", rev, kept)
		}
	}
}

// An answer that got lost is no other page: the page that saved last goes on, with what
// was typed since as well, and a form of its own that comes late changes nothing. Another
// page, or another hand, is told. Controls: the update without "page = $6", "the page is
// shut out"; without "again < $7", "an older form came late and won".
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	by := func(page string, again int64, story string) Draft {
		d := typed("周桂兰")
		d.Page, d.Again = page, again
		d.Form.Set("story", story)
		return d
	}
	for again, story := range []string{"", "还有", "还有两句"} { // no answer comes: the page knows no revision
		if _, err := s.Save(t.Context(), "call:a", by("p1", int64(again), story)); err != nil {
			t.Errorf("the page is shut out: %v", err)
		}
	}
	if late, err := s.Save(t.Context(), "call:a", by("p1", 1, "还有")); err != nil || late.Rev != 3 {
		t.Errorf("a form that comes late: %d %v", late.Rev, err)
	}
	if now, err := s.Load(t.Context(), "call:a"); err != nil || now.Form.Get("story") != "还有两句" {
		t.Errorf("an older form came late and won: %q %v", now.Form.Get("story"), err)
	}
	if _, err := s.Save(t.Context(), "call:a", by("p2", 9, "别的")); !errors.Is(err, ErrElsewhere) {
		t.Errorf("another page at an old revision: %v", err)
	}
	stranger := by("p1", 9, "别的")
	stranger.Staff = 8
	if _, err := s.Save(t.Context(), "call:a", stranger); !errors.Is(err, ErrElsewhere) {
		t.Errorf("another hand: %v", err)
	}
	if nameless, err := s.Save(t.Context(), "call:a", by("", 9, "别的")); !errors.Is(err, ErrElsewhere) {
		t.Errorf("a page without a name: %d %v", nameless.Rev, err)
	}
}

// What a machine locks opens for the same hand at the same place, and for nobody else.
func TestLock(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	if own := s.Lock("call:a", 7); len(own) != 32 || !bytes.Equal(own, s.Lock("call:a", 7)) ||
		bytes.Equal(own, s.Lock("call:b", 7)) || bytes.Equal(own, s.Lock("call:a", 8)) {
		t.Errorf("the lock of a place: %d bytes", len(own))
	}
}

// Nothing of a draft lies in the clear, and one place's bytes do not open at another.
// Control: the form stored as it is, "the name lies in the clear".
func TestSealedAtItsPlace(t *testing.T) {
	t.Parallel()
	s, env := newStore(t)
	_, err := s.Save(t.Context(), "call:a", typed("周桂兰"))
	must(t, err)
	conn, err := pgx.Connect(t.Context(), env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var form []byte
	must(t, conn.QueryRow(t.Context(), `select form from draft`).Scan(&form))
	if bytes.Contains(form, []byte("周桂兰")) {
		t.Error("the name lies in the clear")
	}
	_, err = conn.Exec(t.Context(), `insert into draft select 'call:b', staff, form, rev, saved from draft`)
	must(t, err)
	if d, err := s.Load(t.Context(), "call:b"); err == nil {
		t.Errorf("moved to another call it opens: %v", d.Form)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	long := Draft{Form: url.Values{"story": {strings.Repeat("难", most)}}, Staff: 7}
	if _, err := s.Save(t.Context(), "call:a", long); core.KindOf(err) != core.KindTooLarge {
		t.Errorf("a form without end: %v", err)
	}
	nul := Draft{Form: url.Values{"story": {"a\x00b"}}, Staff: 7}
	if _, err := s.Save(t.Context(), "call:a", nul); core.KindOf(err) != core.KindInvalid {
		t.Errorf("a zero byte: %v", err)
	}
}

// A draft nobody came back to goes after a month, and not before.
func TestSweep(t *testing.T) {
	t.Parallel()
	s, env := newStore(t)
	for place, age := range map[string]time.Duration{"call:old": 31 * 24 * time.Hour, "call:young": 29 * 24 * time.Hour} {
		_, err := s.Save(t.Context(), place, typed("周"))
		must(t, err)
		conn, err := pgx.Connect(t.Context(), env.Superuser())
		must(t, err)
		_, err = conn.Exec(t.Context(), `update draft set saved = saved - $2::interval where place = $1`, place, age)
		must(t, err)
		must(t, conn.Close(t.Context()))
	}
	must(t, s.Sweep(t.Context()))
	for place, want := range map[string]bool{"call:old": false, "call:young": true} {
		if d, err := s.Load(t.Context(), place); err != nil || (d.Form != nil) != want {
			t.Errorf("%s: %v %v", place, d.Form != nil, err)
		}
	}
}
