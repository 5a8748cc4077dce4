package notify

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// Wishes is where somebody says by which way they want to be told first (F69). It orders the
// ways and takes none away.
type Wishes struct {
	db   *pg.DB
	keys Keys
}

// NewWishes makes Wishes on a program's store.
func NewWishes(db *pg.DB, keys Keys) *Wishes { return &Wishes{db, keys} }

// Of reads what an account wished last; the zero Wish for nothing.
func (w *Wishes) Of(ctx context.Context, citizen string) (out Wish, err error) {
	err = w.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		out, err = WishOf(ctx, tx, w.keys.Person(citizen, core.Phone{}))
		return err
	})
	return out, err
}

// Set writes down what an account wishes for itself; "" takes it back. Errors: KindInvalid for
// a way that is none.
func (w *Wishes) Set(ctx context.Context, citizen string, way core.ChannelName) error {
	return w.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return SetWish(ctx, tx, w.keys.Person(citizen, core.Phone{}), Wish{Channel: way})
	})
}
