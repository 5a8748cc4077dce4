package talks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

const somebody = "c00000000000000000000000000000001"

func newStore(t *testing.T) (*Store, *pgtest.Env) {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	env := pgtest.New(t)
	queue, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	speech, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	b, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = b.Close() })
	s, err := New(Deps{DB: env.DB(pgtest.Gateway), Ring: keys.Gateway.Ring, Platform: keys.Gateway.Platform, Opener: keys.Gateway.Opener,
		Audit: audit.NewTo(keys.Gateway.Platform), Bell: b, Jobs: queue, Speech: speech})
	must(t, err)
	must(t, s.d.DB.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into citizen (id, created) values ($1, now())`, somebody)
		return err
	}))
	return s, env
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func text(key, words string) Message {
	return Message{Channel: "wechat", Key: key, Citizen: somebody, Kind: Text, Body: words}
}

func (s *Store) count(t *testing.T, sql string) (n int) {
	t.Helper()
	must(t, s.d.DB.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&n) }))
	return n
}

// A message delivered eight times at once is one message and one job.
//
// Control: Heard without "on conflict do nothing" and its look at the rows.
func TestAMessageOnce(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	var fresh sync.Map
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			ok, err := s.Heard(t.Context(), text("24684460523876437", "俺想问问低保"))
			if err != nil {
				t.Error(err)
			}
			fresh.Store(i, ok)
		})
	}
	all.Wait()
	n := 0
	fresh.Range(func(_, v any) bool {
		if v.(bool) {
			n++
		}
		return true
	})
	list, err := s.Waiting(t.Context(), somebody)
	must(t, err)
	if queued := s.count(t, `select count(*) from `+pg.GatewayJobs+`.river_job where kind = 'talk_turn'`); n != 1 || len(list) != 1 || queued != 1 || list[0].Body != "俺想问问低保" {
		t.Errorf("%d fresh, %d waiting, %d jobs", n, len(list), queued)
	}
}

// A turn is whole or it is not: of two that read the same conversation one goes on with it
// and the other begins again.
//
// Control: save without "rev = $2".
func TestOneTurnGoesOn(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	_, err := s.Heard(t.Context(), text("1", "俺想问问低保"))
	must(t, err)
	list, err := s.Waiting(t.Context(), somebody)
	must(t, err)
	said := Said{Citizen: somebody, Channel: "wechat", Talk: Talk{Body: []byte("one")}, Taken: []int64{list[0].ID}, Replies: []string{"您好", "您是替谁报的?"}}
	must(t, s.Say(t.Context(), said))
	if err := s.Say(t.Context(), said); !errors.Is(err, ErrMeanwhile) {
		t.Errorf("the same turn again: %v", err)
	}
	now, err := s.Open(t.Context(), somebody)
	must(t, err)
	_, err = s.Heard(t.Context(), text("2", "我自己"))
	must(t, err)
	list, err = s.Waiting(t.Context(), somebody)
	must(t, err)
	next := said
	next.Talk, next.Taken, next.Replies = now, []int64{list[0].ID}, []string{"您叫什么名字?"}
	next.Talk.Body = []byte("two")
	var done sync.Map
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() { done.Store(i, s.Say(t.Context(), next)) })
	}
	all.Wait()
	good := 0
	done.Range(func(_, v any) bool {
		if v == nil {
			good++
		} else if !errors.Is(v.(error), ErrMeanwhile) {
			t.Error(v)
		}
		return true
	})
	replies, err := s.Speak(t.Context(), somebody)
	must(t, err)
	after, err := s.Open(t.Context(), somebody)
	must(t, err)
	if good != 1 || len(replies) != 3 || replies[2].Words != "您叫什么名字?" || string(after.Body) != "two" || after.Rev != 2 {
		t.Errorf("%d turns went on, replies %+v, conversation %q at %d", good, replies, after.Body, after.Rev)
	}
	if left, err := s.Waiting(t.Context(), somebody); err != nil || len(left) != 0 {
		t.Errorf("left waiting: %+v %v", left, err)
	}
	_, err = s.Heard(t.Context(), text("3", "张桂兰"))
	must(t, err)
	list, err = s.Waiting(t.Context(), somebody)
	must(t, err)
	next.Taken = []int64{list[0].ID} // a message that nobody took, and an old conversation
	if err := s.Say(t.Context(), next); !errors.Is(err, ErrMeanwhile) {
		t.Errorf("a turn from what is no more: %v", err)
	}
}

// A reply is said until it was, and a closed conversation makes room for the next.
func TestSaidAndClosed(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "wechat", Talk: Talk{Body: []byte("x")}, Replies: []string{"一", "二"}}))
	replies, err := s.Speak(t.Context(), somebody)
	must(t, err)
	must(t, s.Sent(t.Context(), somebody, replies[0].ID, ""))
	must(t, s.Sent(t.Context(), somebody, replies[1].ID, "sent"))
	left, err := s.Speak(t.Context(), somebody)
	must(t, err)
	if len(left) != 1 || left[0].Words != "一" || left[0].Tries != 1 {
		t.Errorf("left %+v", left)
	}
	now, err := s.Open(t.Context(), somebody)
	must(t, err)
	must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "wechat", Talk: now, Filed: true}))
	if again, err := s.Open(t.Context(), somebody); err != nil || again.ID != 0 {
		t.Errorf("after the end: %+v %v", again, err)
	}
	must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "wechat", Talk: Talk{Body: []byte("y")}}))
}

// The last conversations that became applications are found again, newest first and no
// others; a forgotten one leaves no row, and what was filed stays.
//
// Control: Filed without its state; Forget that closes.
func TestFiledAndForgotten(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	for i := range filedMost + 2 {
		must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "app", Talk: Talk{Body: fmt.Append(nil, i)}}))
		now, err := s.Open(t.Context(), somebody)
		must(t, err)
		must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "wechat", Talk: now, Filed: true}))
	}
	must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "wechat", Talk: Talk{Body: []byte("open")}}))
	list, err := s.Filed(t.Context(), somebody)
	must(t, err)
	if len(list) != filedMost || string(list[0].Body) != fmt.Sprint(filedMost+1) || list[0].Channel != "app" || list[0].Rev != 2 {
		t.Errorf("filed: %d, first %+v", len(list), list[0])
	}
	now, err := s.Open(t.Context(), somebody)
	must(t, err)
	if err := s.Forget(t.Context(), somebody, Talk{ID: now.ID, Rev: now.Rev + 1}); !errors.Is(err, ErrMeanwhile) {
		t.Errorf("forgotten at another revision: %v", err)
	}
	must(t, s.Forget(t.Context(), somebody, now))
	if now, err := s.Open(t.Context(), somebody); err != nil || now.ID != 0 || s.count(t, `select count(*) from talk`) != filedMost+2 {
		t.Errorf("forgotten: %+v %v", now, err)
	}
}

// No word lies in the database in the open, and nobody but the gateway reads a row (F18).
//
// Control: Heard that keeps m.Body as it is.
func TestNoWordLiesOpen(t *testing.T) {
	t.Parallel()
	s, env := newStore(t)
	const secret = "俺家孩子白血病"
	_, err := s.Heard(t.Context(), text("1", secret))
	must(t, err)
	must(t, s.Say(t.Context(), Said{Citizen: somebody, Channel: "wechat", Talk: Talk{Body: []byte(secret)}, Replies: []string{secret}}))
	for _, sql := range []string{`select body from talk`, `select body from talk_message`, `select body from talk_reply`} {
		var b []byte
		must(t, s.d.DB.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return tx.QueryRow(ctx, sql).Scan(&b) }))
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s: in the open", sql)
		}
	}
	for _, table := range []string{"talk", "talk_message", "talk_reply"} {
		err := env.DB(pgtest.Platform).Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			var n int
			return tx.QueryRow(ctx, `select count(*) from `+table).Scan(&n)
		})
		if err == nil {
			t.Errorf("the platform reads %s", table)
		}
	}
	if _, err := s.Heard(t.Context(), text("2", strings.Repeat("x", maxBody+1))); core.KindOf(err) != core.KindTooLarge {
		t.Errorf("too long: %v", err)
	}
}

// What nobody came back to for thirty days is forgotten, and nothing younger.
func TestSweep(t *testing.T) {
	t.Parallel()
	s, env := newStore(t)
	for i, age := range []int{31, 29} {
		key := fmt.Sprint(i)
		_, err := s.Heard(t.Context(), text(key, "话"))
		must(t, err)
		must(t, env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `update talk_message set came = $2::timestamptz - make_interval(days => $1) where key = $3`, age, tx.Now(), key)
			return err
		}))
	}
	must(t, s.Sweep(t.Context()))
	list, err := s.Waiting(t.Context(), somebody)
	must(t, err)
	if !slices.EqualFunc(list, []string{"1"}, func(m Message, key string) bool { return m.Key == key }) {
		t.Errorf("left %+v", list)
	}
}
