package rulebook_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/rulebook"
)

// TestAStandardThatFallsBehindIsAnswered: dibao raised past what tekun stands on is said of the
// draft, with the place, both sums, what is missing and the law; neither signs without saying
// that they read it, and the log keeps what they read; tekun raised as well needs no word, and what the
// edition already has is no news of the next draft. By a newcomer, whom nothing reminded.
//
// Controls: answered that asks for nothing ("the author signs in silence: <nil>" and the second);
// Reminders that forget the edition ("the next draft: …"); detail without it ("the log: … bytes of what was read, …");
// apart without unfollowed ("days that the program does not follow: ").
func TestAStandardThatFallsBehindIsAnswered(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	today := w.today(t)
	name := func(c core.RegionCode) string { return string(c) }
	begin := func(ops ...rulebook.Op) rulebook.Folder {
		t.Helper()
		var steps []rulebook.Step
		for _, op := range ops {
			steps = append(steps, rulebook.Step{Op: op, Why: "市政府常务会议", Sure: true})
		}
		id, err := w.store.Begin(ctx, w.han, "提高标准", steps...)
		must(t, err)
		f, err := w.store.Draft(ctx, id)
		must(t, err)
		return f
	}
	apart := func(f rulebook.Folder) string {
		t.Helper()
		read, err := w.store.Read(ctx, &f, name, func() error { return nil })
		must(t, err)
		return strings.Join(read.Apart, "\n")
	}
	raise := func(param, value string) rulebook.Op {
		return rulebook.Op{Amount: &rulebook.Amount{Param: param, Area: "rural", Value: value, From: today, Source: "德民发〔2026〕1号"}}
	}
	f := begin(raise("dibao.standard", "700"))
	want := "各县 农村的特困基本生活标准(每人每月)是 624 元/月,不到低保标准(每人每月) 700 元/月的 1.3 倍(910 元/月),少 286 元/月,从 " + today.String() + " 起。依据:德州市"
	if got := apart(f); !strings.HasPrefix(got, want) || strings.Contains(got, "\n") {
		t.Errorf("said: %s", got)
	}
	if err := w.store.Sign(ctx, w.han, rulebook.Signature{Draft: f.ID, Digest: f.Digest}); !errors.Is(err, rulebook.ErrApart) {
		t.Errorf("the author signs in silence: %v", err)
	}
	must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: f.ID, Digest: f.Digest, Apart: true}))
	p := rulebook.Publication{Draft: f.ID, Digest: f.Digest, From: today}
	if _, err := w.store.Publish(ctx, w.lin, p); !errors.Is(err, rulebook.ErrApart) {
		t.Errorf("the second signs in silence: %v", err)
	}
	p.Apart = true
	_, err := w.store.Publish(ctx, w.lin, p)
	must(t, err)
	if got := apart(begin(rulebook.Op{Amount: &rulebook.Amount{Param: "relief.winter", Value: "95", From: today, Source: "文件"}})); got != "" {
		t.Errorf("the next draft: %s", got)
	}
	days := func(n string) string {
		t.Helper()
		return apart(begin(rulebook.Op{Amount: &rulebook.Amount{Param: "shock.window", Value: n, From: today, Source: "文件", Sample: true}}))
	}
	if got := days("120"); !strings.Contains(got, "急难救助看最近多少天是 120 天,可是登记的“没出过事”只管 90 天") || strings.Contains(got, "\n") {
		t.Errorf("days that the program does not follow: %s", got)
	}
	both := begin(raise("dibao.standard", "720"), raise("tekun.standard", "936"))
	if got := apart(both); got != "" {
		t.Errorf("raised together: %s", got)
	}
	must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: both.ID, Digest: both.Digest}))
	var with, without int // what the log keeps is sealed: longer by a sentence
	must(t, w.db.Read(ctx, pg.City("a test reads the log"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select max(octet_length(detail)), min(octet_length(detail)) from audit_entry where act = 'rulebook.signed'`).Scan(&with, &without)
	}))
	if with < without+len("少 286 元/月,从 "+today.String()+" 起") {
		t.Errorf("the log: %d bytes of what was read, %d of nothing", with, without)
	}
}
