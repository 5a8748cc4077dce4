package rulebook

import (
	"context"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/pg"
	"lianou/core/policy"
)

// Sensed reports whether somebody found out what these very weights would do to the order
// of the city, and the report is kept: nil, or an error of any kind.
type Sensed func(ctx context.Context, tx *pg.Tx, w *hardship.Weights) error

// ErrNotSensed: weights are not published blindly.
var ErrNotSensed = core.E(core.KindConflict, "rulebook_not_sensed", "这份草案改了困难指数的权重,还没有算过会怎么变,不能发布。请先运行 lianou index sensitivity。")

// sensed refuses weights that differ from the newest edition's and that no kept report is
// about. Errors: ErrNotSensed, which says how a report is made.
func (s *Store) sensed(ctx context.Context, tx *pg.Tx, last Edition, lib *policy.Library) error {
	set, err := sourceOf(ctx, tx, last.Number)
	if err != nil {
		return err
	}
	was, _, err := set.Weights()
	if err != nil {
		return core.E(core.KindInternal, "rulebook_weights", "").Wrap(err)
	}
	is := weights(lib)
	if is == was {
		return nil
	}
	if s.Sensed != nil {
		if err = s.Sensed(ctx, tx, &is); err == nil {
			return nil
		}
		if k := core.KindOf(err); k != core.KindNotFound {
			return err // the database is away: that says nothing of the weights
		}
	}
	return core.E(ErrNotSensed.Kind, ErrNotSensed.Code, "这份草案改了困难指数的权重,还没有算过会怎么变,不能发布。请把 "+is.String()+
		" 存成文件,运行 lianou index sensitivity --weights 文件,看过结果再发布。").Wrap(ErrNotSensed)
}
