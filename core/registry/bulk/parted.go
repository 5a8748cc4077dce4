package bulk

import (
	"context"

	"lianou/core/pg"
)

// refuseParted refuses households of the file that would take a family of the store apart: a
// number that the source never used here, and under it somebody who belongs to a household
// that others of the file belong to as well, or that the source has another number for. To
// keep them where they are would pass over what the sender says, and to follow it would part a
// family without anybody having looked: a move is an event that an officer registers. Where
// everybody of the household who has an identity number stands under the new number, it is the
// household's number from now on.
func (w *work) refuseParted(ctx context.Context, tx *pg.Tx, s *runState) error {
	const sql = `with g as (select grp, max(met) as met, count(*) filter (where payload is null and length(identity) = 32) as here
				from bulk_row where run = $1 group by grp having max(met) > 0),
			n as (select g.*, count(*) over (partition by met) > 1 as shared from g),
			torn as (select n.grp from n where not exists (select from bulk_home h where h.source = $2 and h.key = n.grp)
				and (n.shared or n.met in (select h.household from bulk_home h where h.source = $2)
					and n.here < (select count(*) from membership m join person p on p.id = m.person where m.household = n.met and m.until is null and p.id_blind is not null))),
			gone as (delete from bulk_row b using torn where b.run = $1 and b.grp = torn.grp returning b.row)
		insert into bulk_refusal (run, row, col, code, other) select $1, row, $3, 'home_parted', 0 from gone`
	if w.Kind == Facts {
		return nil
	}
	tag, err := tx.Exec(ctx, sql, s.id, w.Source, w.layout.column(fHome))
	if err != nil {
		return pg.Fail(err, "refuse what would part a family")
	}
	s.refused += int(tag.RowsAffected())
	return nil
}
