package casefile

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// Left is a part of a case that nobody has in hand: its hand has left, or nobody could take
// it when it came.
type Left struct {
	Case core.CaseID
	Part Part
	From core.StaffID // who has left; 0: it was in nobody's
}

// LeftBy lists what nobody has in hand, by case, after one, at most limit: of open cases that
// a township has and did not hand back to the county, and of those that are over and somebody is still to be told of. gone are
// closed accounts; there are the villages, townships and counties in which somebody could take that
// part today. What waits for a hand by its turn is left out.
func (s *Store) LeftBy(ctx context.Context, tx *pg.Tx, part Part, gone []core.StaffID, there []core.RegionCode, after core.CaseID, limit int) ([]Left, error) {
	const officers = `select f.id, coalesce(f.officer, 0) from casefile f
		where f.id > $4 and (f.officer = any ($1) or f.officer is null) and f.state not in ('returned', 'settled', 'withdrawn') and f.routed is not null
			and not exists (select from case_wait w where w.case_id = f.id and w.part = 'officer' and w.why = 'full' and w.ended is null)
			and array[f.village, f.region, left(f.region, 6), $3] && $2 order by f.id limit $5`
	const assistants = `select id, hand from (
			select f.id, coalesce(f.assistant, 0) as hand, f.region, f.village from casefile f
				where (f.assistant = any ($1) or f.assistant is null) and f.state not in ('returned', 'settled', 'withdrawn') and f.routed is not null
			union select f.id, coalesce(f.assistant, 0), f.region, f.village from call_task t join casefile f on f.id = t.case_id
				where t.done is null and (f.assistant = any ($1) or f.assistant is null)) l
		where id > $4 and not exists (select from case_wait w where w.case_id = l.id and w.part = 'assistant' and w.ended is null)
			and array[village, region, left(region, 6), $3] && $2 order by id limit $5`
	sql := officers
	if part == PartAssistant {
		sql = assistants
	}
	ids := make([]int64, len(gone))
	for i, id := range gone {
		ids[i] = int64(id)
	}
	rows, err := tx.Query(ctx, sql, ids, texts(there), string(core.DezhouCity), int64(after), limit)
	if err != nil {
		return nil, pg.Fail(err, "look for cases in nobody's hands")
	}
	defer rows.Close()
	var list []Left
	for rows.Next() {
		l := Left{Part: part}
		if err := rows.Scan(&l.Case, &l.From); err != nil {
			return nil, pg.Fail(err, "look for cases in nobody's hands")
		}
		list = append(list, l)
	}
	return list, pg.Fail(rows.Err(), "look for cases in nobody's hands")
}

// Give puts a part of a case, with the tasks that go with it, into somebody's hands. Errors:
// ErrMovedOn where it is not in the hands it was.
func (s *Store) Give(ctx context.Context, tx *pg.Tx, l Left, to core.StaffID) error {
	return s.rehand(ctx, tx, l.Case, l.Part, l.From, to)
}
