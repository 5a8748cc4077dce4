package rulebook

import (
	"context"
	"strings"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/policy"
)

// ready is a draft as it was read and loaded before it was held: loading takes a second, and
// whoever holds a draft keeps all others from it.
type ready struct {
	Folder
	done   bool             // it was loaded, for its signature can be given
	untold error            // ErrUntold, where a step of whole files cannot be told
	apart  []string         // standards that are not the declared multiples any more
	lib    *policy.Library  // of its files, for a publication
	was    hardship.Weights // of its edition, for a publication
}

// loaded reads a draft and, where may says that its signature can be given at all, loads what
// the signature goes by. Errors: ErrNoDraft and those of Load.
func (s *Store) loaded(ctx context.Context, id int64, may func(*Folder) bool, publish bool) (r ready, err error) {
	if r.Folder, err = s.Draft(ctx, id); err != nil || !may(&r.Folder) {
		return r, err // which refusal it is, is found out on the draft that is held
	}
	base, err := s.Sources(ctx, r.Base)
	if err != nil {
		return r, err
	}
	load := s.loader()
	if r.ByFiles() {
		var today core.Date
		if err := s.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { today = tx.Today(); return nil }); err != nil {
			return r, err
		}
		_, r.untold = r.tell(base, today, nil, load)
	}
	if r.apart, err = s.apart(ctx, base, r.Files, nil, load); err != nil {
		return r, err
	}
	r.done = true
	if !publish {
		return r, nil
	}
	was, err := load(base)
	if err != nil {
		return r, faulty(err)
	}
	r.was = weights(was)
	if r.lib, err = load(r.Files); err != nil {
		return r, faulty(err)
	}
	return r, nil
}

// answered wants a word of whoever signs about what stands apart. Errors: ErrApart.
func (r *ready) answered(word bool) error {
	if len(r.apart) > 0 && !word {
		return ErrApart
	}
	return nil
}

// detail puts what stands apart into an entry of the log: who signs has read it.
func (r *ready) detail(of map[string]any) map[string]any {
	if len(r.apart) > 0 {
		of["apart"] = cut(strings.Join(r.apart, ";"))
	}
	return of
}

// still compares what was loaded with the draft that is held: a step added, taken back or done
// on another edition meanwhile was seen by nobody. Errors: ErrSeen, ErrUntold.
func (r *ready) still(ctx context.Context, tx *pg.Tx, d Draft) error {
	n, err := steps(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	if !r.done || r.Digest != d.Digest || r.Base != d.Base || len(r.Changes) != n {
		return ErrSeen
	}
	return r.untold
}

// steps counts the steps of a draft.
func steps(ctx context.Context, tx *pg.Tx, id int64) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from rulebook_change where draft = $1`, id).Scan(&n)
	return n, pg.Fail(err, "count the steps of a draft")
}
