package watch

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// openRaised is what is known of an open lead of back-pay: by which Book its household was
// paid.
type openRaised struct{ was string }

func readRaised(ctx context.Context, tx *pg.Tx, town core.RegionCode) (map[core.HouseholdID]openRaised, error) {
	rows, err := tx.Query(ctx, `select household, was from lead where region = $1 and kind = 'raised' and state = 'open'`, string(town))
	if err != nil {
		return nil, pg.Fail(err, "read leads of back-pay")
	}
	out := map[core.HouseholdID]openRaised{}
	var home core.HouseholdID
	var o openRaised
	_, err = pgx.ForEachRow(rows, []any{&home, &o.was}, func() error {
		out[home] = o
		return nil
	})
	return out, pg.Fail(err, "read leads of back-pay")
}

// layRaised writes what was found, and takes back what is not owed any more. A lead that
// says the same is left as it is. It gives how many are new.
func layRaised(tx *pg.Tx, town core.RegionCode, l *raising, found []owing, book string) (newly int, err error) {
	var who, items, owed []int64
	var since []time.Time
	var places []int32
	var details []string
	gone := make([]int64, 0, len(l.these))
	stays := map[core.HouseholdID]bool{}
	for i := range found {
		o := &found[i]
		set, sum, from := insight.Items(0), core.Fen(0), o.items[0].From
		for _, r := range o.items {
			set, sum, from = set.With(r.No), sum+r.Sum, min(from, r.From)
		}
		id := o.finding.Household
		stays[id] = true
		if _, open := l.these[id]; !open {
			newly++
		}
		text, err := json.Marshal(o.items)
		if err != nil {
			return 0, core.E(core.KindInternal, "lead_detail", "").Wrap(err)
		}
		who, items, owed, since = append(who, int64(id)), append(items, int64(set)), append(owed, int64(sum)), append(since, from.Time())
		places, details = append(places, int32(o.finding.Place)), append(details, string(text))
	}
	for id := range l.these {
		if !stays[id] {
			gone = append(gone, int64(id))
		}
	}
	if len(gone) > 0 {
		const undo = `update lead set state = 'gone', settled = $3 where region = $1 and household = any ($2) and kind = 'raised' and state = 'open'`
		tx.Later("take back leads of back-pay", undo, string(town), gone, tx.Now())
	}
	if len(who) > 0 {
		const lay = `insert into lead (region, household, kind, items, cause, book, since, found, place, found_place, was, owed, raise)
			select $1, h, 'raised', i, 'book', $2, s, $3, p, p, $4, o, r::jsonb
				from unnest($5::bigint[], $6::bigint[], $7::date[], $8::int[], $9::bigint[], $10::text[]) as t (h, i, s, p, o, r)
			on conflict (region, household, kind) where state = 'open'
			do update set items = excluded.items, book = excluded.book, since = excluded.since, owed = excluded.owed, raise = excluded.raise, joined = excluded.found
				where (lead.items, lead.owed, lead.raise) is distinct from (excluded.items, excluded.owed, excluded.raise)`
		tx.Later("lay leads of back-pay", lay, string(town), book, tx.Now(), l.was.Digest, who, items, since, places, owed, details)
	}
	return newly, nil
}
