package quota_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
)

// TestWordsLieSealed (P24): what a household said, how it was tried and why one was passed
// over or an act undone stand nowhere in the rows, and are read as they were said; what lay
// in the clear from before is sealed by Reseal and says the same after it.
//
// Controls: sealed that gives the words as they are ("words lie in the clear"); Reseal without
// resealTries ("1 left in the clear"); words_stay without words_only_sealed ("what was said stays").
func TestWordsLieSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.frozen(t, 2, 5)
	ctx, by := t.Context(), w.today(t)+7
	must(t, w.quota.Offer(ctx, w.han, id, quota.Offering{N: 1, By: by}))
	must(t, w.quota.Try(ctx, w.han, id, 1, w.offered(t, id, 1), quota.Try{How: quota.ByCall, Words: "他说在医院"}))
	must(t, w.quota.Answer(ctx, w.han, id, quota.Answer{N: 1, Offer: w.offered(t, id, 1), State: quota.Declined, Words: "儿子有病不要"}))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
	w.undone(t, id, 1, "听错了人家")
	must(t, w.quota.Skip(ctx, w.han, id, quota.Skip{N: 1, Reason: quota.Away, Words: "女儿在坐牢"}))
	w.heard(t)
	must(t, w.quota.Second(ctx, w.lin, id, 1, w.stands(t, id, 1), true))
	w.undone(t, id, 1, "问过邻居了")
	said := []string{"他说在医院", "儿子有病不要", "听错了人家", "儿子有病不要", "女儿在坐牢", "问过邻居了"}
	w.says(t, id, said)
	for _, s := range said {
		if w.lies(t, s) {
			t.Errorf("words lie in the clear: %s", s)
		}
	}
	w.admin(t, `update quota_offer set words = null, words_clear = '儿子有病不要', undo_why = null, undo_clear = '听错了人家' where words is not null;
		update quota_try set words = null, words_clear = '他说在医院';
		update quota_skip set words = null, words_clear = '儿子有病不要' where reason = 'declined';
		update quota_skip set words = null, words_clear = '女儿在坐牢', undo_why = null, undo_clear = '问过邻居了' where reason = 'away'`)
	w.says(t, id, said)
	n, err := w.quota.Reseal(ctx)
	must(t, err)
	if more, err := w.quota.Reseal(ctx); n != 4 || more != 0 || err != nil {
		t.Errorf("%d sealed, then %d: %v", n, more, err)
	}
	for _, s := range said {
		if w.lies(t, s) {
			t.Errorf("left in the clear: %s", s)
		}
	}
	w.says(t, id, said)
	for _, sql := range []string{`update quota_try set words = '\x00'`, `update quota_try set words_clear = '别的话'`, `update quota_skip set words = '\x00'`, `update quota_offer set words = '\x00'`} {
		err := w.db.Tx(ctx, pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { _, err := tx.Exec(ctx, sql); return err })
		if err == nil {
			t.Errorf("%s is let through", sql)
		}
	}
}

// says checks what a round's course says: of the attempt, the answer, its undo, the
// word that another held, the skip and its undo.
func (w *world) says(t *testing.T, id int64, want []string) {
	t.Helper()
	c := w.course(t, id)
	for i, got := range []string{c.Offers[0].Tries[0].Words, c.Offers[0].Words, c.Offers[0].UndoWhy, c.Skips[0].Words, c.Skips[2].Words, c.Skips[2].UndoWhy} {
		if got != want[i] {
			t.Errorf("%q is read as %q", want[i], got)
		}
	}
}

// lies reports whether words can be read in the tables by somebody with the disk.
func (w *world) lies(t *testing.T, words string) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.env.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var all bytes.Buffer
	for _, sql := range []string{`copy quota_offer to stdout`, `copy quota_try to stdout`, `copy quota_skip to stdout`, `copy quota_visit to stdout`, `copy quota_round to stdout`} {
		_, err := conn.PgConn().CopyTo(t.Context(), &all, sql)
		must(t, err)
	}
	return bytes.Contains(all.Bytes(), []byte(words)) || bytes.Contains(all.Bytes(), []byte(hex.EncodeToString([]byte(words))))
}

func (w *world) admin(t *testing.T, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.env.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), "set session_replication_role = replica; "+sql)
	must(t, err)
}

func (w *world) today(t *testing.T) (day core.Date) {
	t.Helper()
	w.see(t, func(_ context.Context, tx *pg.Tx) error { day = tx.Today(); return nil })
	return day
}
