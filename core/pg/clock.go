package pg

import (
	"context"
	"time"

	"lianou/core"
)

// ErrRealClock says that this database was not made for show, so its clock is the
// real one.
var ErrRealClock = core.E(core.KindForbidden, "real_clock", "")

// Clock is the state of the one clock.
type Clock struct {
	Now   time.Time     // as every transaction sees it
	Shift time.Duration // how far it has been moved
	Demo  bool          // whether it may be moved
}

// ReadClock reads the clock.
func (db *DB) ReadClock(ctx context.Context) (Clock, error) {
	var c Clock
	err := db.Read(ctx, NoScope(), func(ctx context.Context, tx *Tx) error {
		var seconds float64
		err := tx.QueryRow(ctx, `select extract(epoch from shift)::float8, demo from lianou_clock`).Scan(&seconds, &c.Demo)
		c.Now, c.Shift = tx.Now(), time.Duration(seconds*float64(time.Second))
		return Fail(err, "read the clock")
	})
	return c, err
}

// AdvanceClock moves the clock forward for the whole installation. It needs the
// owner's connection; ErrRealClock unless the database was made for show, and
// KindInvalid for a step that is not forward.
func (db *DB) AdvanceClock(ctx context.Context, by time.Duration) (Clock, error) {
	if by <= 0 {
		return Clock{}, core.E(core.KindInvalid, "clock_backwards", "")
	}
	err := db.Tx(ctx, NoScope(), func(ctx context.Context, tx *Tx) error {
		tag, err := tx.Exec(ctx, `update lianou_clock set shift = shift + make_interval(secs => $1) where demo`, by.Seconds())
		if err == nil && tag.RowsAffected() == 0 {
			return ErrRealClock
		}
		return Fail(err, "move the clock")
	})
	if err != nil {
		return Clock{}, err
	}
	return db.ReadClock(ctx)
}
