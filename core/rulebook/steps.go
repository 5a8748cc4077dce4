package rulebook

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Step is a change with its reason, as somebody asks for it.
type Step struct {
	Op   Op
	Why  string
	Sure bool // a leap of an amount was asked about, and is meant

	Names Names // of counties, for what is asked about and for the log; nil for their codes
}

// Begin makes a draft from the newest edition and does the first steps, all or none.
// Errors: ErrNoEdition, ErrNotCity, ErrWhy, ErrLeap, ErrAbsurd,
// ErrBody and those of Op.Apply.
func (s *Store) Begin(ctx context.Context, who core.StaffID, why string, steps ...Step) (id int64, err error) {
	if why, err = reason(why); err != nil {
		return 0, err
	}
	err = s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		base, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		set, err := sourceOf(ctx, tx, base.Number)
		if err != nil {
			return err
		}
		packed, err := set.pack()
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `insert into rulebook_draft (base, author, why, files, digest, made) values ($1, $2, $3, $4, $5, $6) returning id`,
			base.Number, int64(who), why, packed, base.Source, tx.Now()).Scan(&id)
		if err != nil {
			return refused(pg.Fail(err, "begin a draft"))
		}
		if err := s.trace(ctx, tx, who, "rulebook.drafted", id, map[string]any{"base": base.Number, "why": why}); err != nil {
			return err
		}
		for i, step := range steps {
			if set, err = s.step(ctx, tx, Draft{ID: id, Author: who}, set, i+1, step); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// Change does one more step of an open draft. What would not load is refused with the
// problems, and nothing of it is kept. Errors: ErrNoDraft, ErrNotAuthor, ErrState, ErrWhy,
// ErrLeap, ErrAbsurd, ErrBody and those of Op.Apply.
func (s *Store) Change(ctx context.Context, who core.StaffID, id int64, step Step) error {
	return s.own(ctx, who, id, func(ctx context.Context, tx *pg.Tx, d Draft) error {
		if d.State != Open {
			return ErrState
		}
		set, err := filesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := steps(ctx, tx, id)
		if err != nil {
			return err
		}
		_, err = s.step(ctx, tx, d, set, n+1, step)
		return err
	})
}

// own runs one act of the author on a locked draft.
func (s *Store) own(ctx context.Context, who core.StaffID, id int64, act func(context.Context, *pg.Tx, Draft) error) error {
	return s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		d, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.Author != who {
			return ErrNotAuthor
		}
		return act(ctx, tx, d)
	})
}

// mostSteps bounds a draft: whoever needs more replaces files.
const mostSteps = 1000

// step does and records one change.
func (s *Store) step(ctx context.Context, tx *pg.Tx, d Draft, set Sources, n int, step Step) (Sources, error) {
	why, err := reason(step.Why)
	if err != nil {
		return Sources{}, err
	}
	raw, err := json.Marshal(step.Op)
	if err != nil || len(raw) > maxOp || n > mostSteps {
		return Sources{}, ErrTooLarge.Wrap(err)
	}
	out, lib, err := step.Op.loaded(set)
	if err != nil {
		return Sources{}, err
	}
	sp := speaker(lib, step.Names)
	if err := vet(set, out, sp, step, tx.Today()); err != nil {
		return Sources{}, err
	}
	if err := writeDown(ctx, tx, d, Change{N: n, Why: why}, raw); err != nil {
		return Sources{}, err
	}
	if err := s.write(ctx, tx, d.ID, written{out, lib.Digest, nil}); err != nil {
		return Sources{}, err
	}
	return out, s.trace(ctx, tx, d.Author, "rulebook.changed", d.ID, map[string]any{"n": n, "what": cut(sp.whole(set, out, step.Op, tx.Today())), "why": why, "digest": lib.Digest})
}

// writeDown records a step, given as its JSON.
func writeDown(ctx context.Context, tx *pg.Tx, d Draft, c Change, raw []byte) error {
	_, err := tx.Exec(ctx, `insert into rulebook_change (draft, n, author, op, why, at) values ($1, $2, $3, $4::jsonb, $5, $6)`,
		d.ID, c.N, int64(d.Author), string(raw), c.Why, tx.Now())
	return refused(pg.Fail(err, "write down a step"))
}

// cut keeps a line short enough for the log.
func cut(text string) string {
	if r := []rune(text); len(r) > 1000 {
		return string(r[:1000]) + "…"
	}
	return text
}

// written is what a draft says from now on: files that load, their digest, and another base
// if one is given.
type written struct {
	set    Sources
	digest string
	base   *int
}

// write keeps the files of a draft, which is open then.
func (s *Store) write(ctx context.Context, tx *pg.Tx, id int64, w written) error {
	packed, err := w.set.pack()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update rulebook_draft set files = $2, digest = $3, base = coalesce($4, base), state = 'open', signed = null where id = $1`,
		id, packed, w.digest, w.base)
	return refused(pg.Fail(err, "write a draft"))
}

// ErrReplay says which step does not fit the newer edition.
var ErrReplay = core.E(core.KindConflict, "rulebook_replay", "草案里有一步和新的一版对不上,换不过去。请撤回这份草案,在新版上重新起草。")

// Rebase does the steps of a draft again on the newest edition. What was signed is open
// again. A step that the newer edition already has is left out. Errors: ErrNoDraft,
// ErrNotAuthor, ErrState, and ErrReplay with the step's own error in it.
func (s *Store) Rebase(ctx context.Context, who core.StaffID, id int64) error {
	return s.own(ctx, who, id, func(ctx context.Context, tx *pg.Tx, d Draft) error {
		if d.State != Open && d.State != SignedOff {
			return ErrState
		}
		last, err := newest(ctx, tx)
		if err != nil || last.Number == d.Base {
			return err
		}
		set, err := sourceOf(ctx, tx, last.Number)
		if err != nil {
			return err
		}
		changes, err := changesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if set, err = Replay(set, changes); err != nil {
			return err
		}
		lib, err := set.Load()
		if err != nil {
			return faulty(err)
		}
		if err := s.write(ctx, tx, id, written{set, lib.Digest, &last.Number}); err != nil {
			return err
		}
		return s.trace(ctx, tx, who, "rulebook.rebased", id, map[string]any{"base": last.Number, "was": d.Base, "digest": lib.Digest})
	})
}

// Replay does recorded steps on a set, but those that were taken back. Errors: ErrReplay.
func Replay(set Sources, changes []Change) (Sources, error) {
	for _, c := range standing(changes) {
		out, err := c.Op.Apply(set)
		switch {
		case errors.Is(err, ErrNothing):
		case err != nil:
			return Sources{}, ErrReplay.Wrap(err)
		default:
			set = out
		}
	}
	return set, nil
}

func (s *Store) trace(ctx context.Context, tx *pg.Tx, who core.StaffID, act string, draft int64, detail map[string]any) error {
	return s.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(who), 10)}, Act: act,
		Subject: "draft:" + strconv.FormatInt(draft, 10), Purpose: "rulebook", Detail: detail})
}
