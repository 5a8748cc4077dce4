package rulebook

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/pg"
)

// ErrRests: a step that a later one rests on, or has written over, is not taken back alone.
var ErrRests = core.E(core.KindConflict, "rulebook_rests", "后面有一步要靠这一步,或者已经把它盖过了,不能单独收回。请从后面的一步收回起。")

// standing are the steps that hold: neither taken back nor taking back.
func standing(changes []Change) []Change {
	undone := Undone(changes)
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Op.Undo > 0 || undone[c.N] })
}

// Undone are the steps that were taken back, by their numbers.
func Undone(changes []Change) map[int]bool {
	out := map[int]bool{}
	for _, c := range changes {
		if c.Op.Undo > 0 {
			out[c.Op.Undo] = true
		}
	}
	return out
}

// Standing are the steps of the draft that hold.
func (f Folder) Standing() []Change { return standing(f.Changes) }

// TakeBack takes a step back that no later one rests on, before the draft is signed. It stays
// written down, and so does that it was taken back. Errors: ErrNoDraft, ErrNotAuthor,
// ErrState, ErrWhy, ErrNotThere for a step that does not hold, ErrRests, and ErrSeen where the
// draft was changed meanwhile.
func (s *Store) TakeBack(ctx context.Context, who core.StaffID, id int64, n int, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	f, err := s.Draft(ctx, id)
	if err != nil {
		return err
	}
	var out written
	var fault error
	if tried := f.Author == who && f.State == Open; tried {
		out, fault = s.without(ctx, &f, n)
	}
	return s.own(ctx, who, id, func(ctx context.Context, tx *pg.Tx, d Draft) error {
		if d.State != Open {
			return ErrState
		}
		had, err := steps(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case d.Digest != f.Digest || d.Base != f.Base || had != len(f.Changes) || fault == nil && out.digest == "":
			return ErrSeen
		case fault != nil:
			return fault
		case had >= mostSteps:
			return ErrTooLarge
		}
		raw, err := json.Marshal(Op{Undo: n})
		if err != nil {
			return core.E(core.KindInternal, "rulebook_op", "").Wrap(err)
		}
		if err := writeDown(ctx, tx, d, Change{N: had + 1, Why: why}, raw); err != nil {
			return err
		}
		if err := s.write(ctx, tx, id, out); err != nil {
			return err
		}
		return s.trace(ctx, tx, who, "rulebook.taken_back", id, map[string]any{"n": had + 1, "step": n, "why": why, "digest": out.digest})
	})
}

// without is what a draft says without one of its steps. Errors: ErrNotThere, ErrRests.
func (s *Store) without(ctx context.Context, f *Folder, n int) (out written, err error) {
	holds := f.Standing()
	if !slices.ContainsFunc(holds, func(c Change) bool { return c.N == n }) {
		return out, ErrNotThere
	}
	base, err := s.Sources(ctx, f.Base)
	if err != nil {
		return out, err
	}
	set, err := leaveOut(base, holds, n)
	if err != nil {
		return out, err
	}
	if set.Equal(f.Files) {
		return out, ErrRests // a later step says the same, or more
	}
	lib, err := s.loader()(set)
	if err != nil {
		return out, ErrRests.Wrap(err)
	}
	return written{set: set, digest: lib.Digest}, nil
}

// leaveOut does steps again without one of them. A later step that cannot be done then, that
// has nothing to do then, or that replaces a file which the one wrote in, rests on it.
func leaveOut(base Sources, holds []Change, n int) (Sources, error) {
	with, set := base, base
	touched := map[string]string{}
	for _, c := range holds {
		next, err := c.Op.apply(with)
		if err != nil {
			return Sources{}, ErrRests.Wrap(err)
		}
		if c.N == n {
			touched = with.Changes(next)
			with = next
			continue
		}
		out, err := c.Op.apply(set)
		if err != nil {
			return Sources{}, ErrRests.Wrap(err)
		}
		over := slices.ContainsFunc(slices.Collect(maps.Keys(c.Op.Files)), func(name string) bool { _, both := touched[name]; return both })
		if over || !next.Equal(with) && out.Equal(set) {
			return Sources{}, ErrRests
		}
		with, set = next, out
	}
	return set, nil
}
