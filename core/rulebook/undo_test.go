package rulebook_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/rulebook"
)

func careHalf(value string) rulebook.Op {
	return rulebook.Op{Amount: &rulebook.Amount{Param: "tekun.care_half", Value: value, From: day("2026-07-01"), Source: "德民发〔2026〕2号"}}
}

// TestAStepIsTakenBackAlone: a step that no later one rests on is taken back by its author
// before the signature; what the others did stays, both are written down, and the draft is as
// if it had never been done. One that a later step rests on, or has written over, is not.
//
// Red by deliberate defects: leaveOut without over "under a file that was replaced: <nil>, want
// rulebook_rests"; without's comparison with the draft's files left out "written over by a later
// amount: <nil>, want rulebook_rests".
func TestAStepIsTakenBackAlone(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	begin := func(ops ...rulebook.Op) int64 {
		var list []rulebook.Step
		for _, op := range ops {
			list = append(list, rulebook.Step{Op: op, Why: "会议"})
		}
		id, err := w.store.Begin(ctx, w.han, "提高标准", list...)
		must(t, err)
		return id
	}
	is := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	id, alone := begin(amount("520", "2026-07-01"), careHalf("140")), begin(careHalf("140"))
	is("by another", w.store.TakeBack(ctx, w.lin, id, 1, "写错了"), rulebook.ErrNotAuthor)
	is("without a reason", w.store.TakeBack(ctx, w.han, id, 1, " "), rulebook.ErrWhy)
	is("a step that is none", w.store.TakeBack(ctx, w.han, id, 3, "写错了"), rulebook.ErrNotThere)
	must(t, w.store.TakeBack(ctx, w.han, id, 1, "写错了"))
	is("again", w.store.TakeBack(ctx, w.han, id, 1, "写错了"), rulebook.ErrNotThere)
	is("what took it back", w.store.TakeBack(ctx, w.han, id, 3, "写错了"), rulebook.ErrNotThere)
	f, err := w.store.Draft(ctx, id)
	must(t, err)
	one, err := w.store.Draft(ctx, alone)
	must(t, err)
	if f.Digest != one.Digest || len(f.Changes) != 3 || len(f.Standing()) != 1 || f.Changes[2].Why != "写错了" {
		t.Errorf("after: digest %s, want %s; %d steps, %d of them hold", f.Digest, one.Digest, len(f.Changes), len(f.Standing()))
	}
	if acts := w.acts(t); acts[len(acts)-1] != "rulebook.taken_back" {
		t.Errorf("the log: %v", acts)
	}
	must(t, w.store.TakeBack(ctx, w.han, id, 2, "都不改了"))
	f, err = w.store.Draft(ctx, id)
	must(t, err)
	is("signed with nothing left", w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}), rulebook.ErrNothing)
	must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: alone, Digest: one.Digest, Apart: true}))
	is("after the signature", w.store.TakeBack(ctx, w.han, alone, 1, "写错了"), rulebook.ErrState)

	is("written over by a later amount", w.store.TakeBack(ctx, w.han, begin(amount("520", "2026-07-01"), amount("530", "2026-07-01")), 1, "写错了"), rulebook.ErrRests)
	set := shipped(t)
	text, _ := set.File("amounts.yaml")
	next, err := set.With("amounts.yaml", strings.Replace(text, "label: 特困照料护理标准(半护理)", "label: 特困照料护理标准(半护理)二", 1))
	must(t, err)
	is("under a file that was replaced", w.store.TakeBack(ctx, w.han, begin(careHalf("140"), rulebook.Op{Files: set.Changes(next)}), 1, "写错了"), rulebook.ErrRests)
	if _, err := w.store.Begin(ctx, w.han, "试", rulebook.Step{Op: rulebook.Op{Undo: 1}, Why: "试"}); !errors.Is(err, rulebook.ErrOp) {
		t.Errorf("a draft begun by taking back: %v", err)
	}
}

// TestNothingIsLoadedWhileADraftIsHeld: whoever signs loads before the draft is held, and a
// step that is added meanwhile refuses the signature: nobody saw it.
//
// Red by a Sign that loads while it holds the draft: nothing is loaded while another holds it,
// and the wait ends in "timeout: context deadline exceeded".
func TestNothingIsLoadedWhileADraftIsHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	set := shipped(t)
	next, err := set.With("more.yaml", "items: []\n")
	must(t, err)
	id, err := w.store.Begin(ctx, w.han, "换文件", rulebook.Step{Op: rulebook.Op{Files: set.Changes(next)}, Why: "会议"})
	must(t, err)
	for _, c := range []struct {
		what string
		act  func(f rulebook.Folder) error
	}{
		{"signed", func(f rulebook.Folder) error {
			return w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true})
		}},
		{"published", func(f rulebook.Folder) error {
			_, err := w.store.Publish(ctx, w.lin, rulebook.Publication{Draft: id, Digest: f.Digest, From: w.today(t), Apart: true})
			return err
		}},
	} {
		f, err := w.store.Draft(ctx, id)
		must(t, err)
		if c.what == "published" {
			must(t, w.store.Sign(ctx, w.han, rulebook.Signature{Draft: id, Digest: f.Digest, Apart: true}))
		}
		was, done := w.store.Loads(), make(chan error, 1)
		must(t, w.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `select from rulebook_draft where id = $1 for update`, id); err != nil {
				return err
			}
			go func() { done <- c.act(f) }()
			for w.store.Loads() == was {
				if _, err := tx.Exec(ctx, `select 1`); err != nil {
					return core.E(core.KindInternal, "test", c.what+": nothing is loaded while another holds the draft").Wrap(err)
				}
			}
			// As Store.Change does, on a signed draft after its author opened it again.
			for _, sql := range []string{`update rulebook_draft set state = 'open', signed = null where id = $1`,
				`insert into rulebook_change (draft, n, author, op, why, at) select id, (select count(*) from rulebook_change where draft = $1) + 1, author, '{"undo": 9}'::jsonb, '试', lianou_now() from rulebook_draft where id = $1`} {
				if _, err := tx.Exec(ctx, sql, id); err != nil {
					return err
				}
			}
			if c.what == "published" {
				_, err := tx.Exec(ctx, `update rulebook_draft set state = 'signed', signed = lianou_now() where id = $1`, id)
				return err
			}
			return nil
		}))
		if err := <-done; !errors.Is(err, rulebook.ErrSeen) {
			t.Errorf("%s with a step that was added meanwhile: %v", c.what, err)
		}
	}
	list, err := w.store.Editions(ctx)
	must(t, err)
	if len(list) != 1 {
		t.Errorf("%d editions: half a publication", len(list))
	}
}
