package rulebook

import (
	"cmp"
	"context"
	"strconv"

	"lianou/core"
	"lianou/core/pg"
)

// A Signature is the author's word about these files.
type Signature struct {
	Draft  int64
	Digest string // of the files they saw
	Apart  bool   // they read which standards are not the declared multiples of others (Reading.Apart)
}

// Sign is the author's word for what a draft says now: the digest of the files they saw. What
// has to be loaded is loaded before the draft is held. Errors: ErrNoDraft, ErrNotAuthor,
// ErrNotCity, ErrState, ErrStale, ErrSeen, ErrUntold, ErrApart, and ErrNothing for a draft that says the
// same as its edition.
func (s *Store) Sign(ctx context.Context, who core.StaffID, g Signature) error {
	id, digest := g.Draft, g.Digest
	seen, err := s.loaded(ctx, id, func(f *Folder) bool { return f.Author == who && f.State == Open && f.Digest == digest }, false)
	if err != nil {
		return err
	}
	return s.own(ctx, who, id, func(ctx context.Context, tx *pg.Tx, d Draft) error {
		last, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case d.State != Open:
			return ErrState
		case d.Base != last.Number:
			return ErrStale
		case d.Digest != digest:
			return ErrSeen
		case d.Digest == last.Source:
			return ErrNothing
		}
		if err := cmp.Or(seen.still(ctx, tx, d), seen.answered(g.Apart)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update rulebook_draft set state = 'signed', signed = $2 where id = $1`, id, tx.Now()); err != nil {
			return refused(pg.Fail(err, "sign a draft"))
		}
		return s.trace(ctx, tx, who, "rulebook.signed", id, seen.detail(map[string]any{"digest": digest, "base": d.Base}))
	})
}

// Reopen takes the author's signature back, so that the draft can be changed. Errors:
// ErrNoDraft, ErrNotAuthor, ErrState.
func (s *Store) Reopen(ctx context.Context, who core.StaffID, id int64) error {
	return s.own(ctx, who, id, func(ctx context.Context, tx *pg.Tx, d Draft) error {
		if d.State != SignedOff {
			return ErrState
		}
		if _, err := tx.Exec(ctx, `update rulebook_draft set state = 'open', signed = null where id = $1`, id); err != nil {
			return refused(pg.Fail(err, "open a draft again"))
		}
		return s.trace(ctx, tx, who, "rulebook.reopened", id, map[string]any{"digest": d.Digest})
	})
}

// Withdraw ends a draft for good; its author may, and so may who was to sign second, with a
// reason. Errors: ErrNoDraft, ErrNotCity, ErrState, ErrWhy.
func (s *Store) Withdraw(ctx context.Context, who core.StaffID, id int64, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		d, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.State != Open && d.State != SignedOff {
			return ErrState
		}
		if _, err := tx.Exec(ctx, `update rulebook_draft set state = 'withdrawn', ended = $2, ended_by = $3 where id = $1`, id, tx.Now(), int64(who)); err != nil {
			return refused(pg.Fail(err, "withdraw a draft"))
		}
		return s.trace(ctx, tx, who, "rulebook.withdrawn", id, map[string]any{"why": why, "digest": d.Digest})
	})
}

// A Publication is what the second person signs: these files, from this day on.
type Publication struct {
	Draft  int64
	Digest string // of the files they saw
	From   core.Date
	Apart  bool // as of a Signature
}

// Publish is the second signature: the draft becomes the next edition. Of several at once
// one does. Programs hear of it after commit. What has to be loaded is loaded before the draft
// is held. Errors: ErrNoDraft, ErrSamePerson, ErrNotCity, ErrState, ErrStale, ErrSeen,
// ErrUntold, ErrDay, ErrApart, ErrNotSensed.
func (s *Store) Publish(ctx context.Context, who core.StaffID, p Publication) (number int, err error) {
	seen, err := s.loaded(ctx, p.Draft, func(f *Folder) bool { return f.Author != who && f.State == SignedOff && f.Digest == p.Digest }, true)
	if err != nil {
		return 0, err
	}
	err = s.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		// Step 1: what was signed, by somebody else, and seen.
		d, err := held(ctx, tx, p.Draft)
		if err != nil {
			return err
		}
		last, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		if err := publishable(tx, d, last, who, p); err != nil {
			return err
		}
		if err := cmp.Or(seen.still(ctx, tx, d), seen.answered(p.Apart)); err != nil {
			return err
		}
		// Step 2: the files and their Books, under their digests.
		if err := s.sensed(ctx, tx, seen.was, weights(seen.lib)); err != nil {
			return err
		}
		if err := keepLoaded(ctx, tx, seen.lib, seen.Files); err != nil {
			return err
		}
		if seen.lib.Digest != d.Digest {
			return core.E(core.KindInternal, "rulebook_digest", "")
		}
		// Step 3: the edition, whose number only one gets, and the end of the draft.
		number = last.Number + 1
		_, err = tx.Exec(ctx, `insert into rulebook_edition (number, source, from_day, published, why, draft, author, signed, publisher)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, number, d.Digest, p.From.Time(), tx.Now(), d.Why, d.ID, int64(d.Author), d.Signed, int64(who))
		if err != nil {
			return refused(pg.Fail(err, "publish an edition"))
		}
		if _, err := tx.Exec(ctx, `update rulebook_draft set state = 'published', ended = $2, ended_by = $3 where id = $1`, d.ID, tx.Now(), int64(who)); err != nil {
			return refused(pg.Fail(err, "end a draft"))
		}
		return s.trace(ctx, tx, who, "rulebook.published", d.ID, seen.detail(map[string]any{"edition": number, "from": p.From, "digest": d.Digest, "author": strconv.FormatInt(int64(d.Author), 10)}))
	})
	if err != nil {
		return 0, err
	}
	s.ring(ctx, number)
	return number, nil
}

func publishable(tx *pg.Tx, d Draft, last Edition, who core.StaffID, p Publication) error {
	switch {
	case d.State != SignedOff:
		return ErrState
	case d.Author == who:
		return ErrSamePerson
	case d.Base != last.Number:
		return ErrStale
	case d.Digest != p.Digest:
		return ErrSeen
	case p.From < tx.Today() || p.From < last.From:
		return ErrDay
	}
	return nil
}
