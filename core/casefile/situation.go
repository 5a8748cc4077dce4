package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/mandate"
	"lianou/core/pg"
)

// Situation reads what legality depends on. The case must have been locked in
// this transaction when an act follows.
func (s *Store) Situation(ctx context.Context, tx *pg.Tx, c Case) (Situation, error) {
	out := Situation{Case: c, Today: tx.Today(), NoticeTill: map[core.ClaimID]core.Date{}}
	var err error
	if out.Claims, err = s.Claims(ctx, tx, c.ID); err != nil {
		return out, err
	}
	if err := s.situationVisits(ctx, tx, &out); err != nil {
		return out, err
	}
	if err := s.situationMeans(ctx, tx, &out); err != nil {
		return out, err
	}
	if out.Card, err = s.openCard(ctx, tx, c.ID); err != nil {
		return out, err
	}
	notices, err := s.Notices(ctx, tx, c.ID)
	if err != nil {
		return out, err
	}
	for _, n := range notices {
		if n.State != "stopped" {
			out.NoticeTill[n.Claim] = n.Until
		}
	}
	if out.Changes, err = s.Changes(ctx, tx, c.ID); err != nil {
		return out, err
	}
	if out.Reviews, err = s.reviews(ctx, tx, c.ID, nil); err != nil {
		return out, err
	}
	if out.Unsolved, err = s.unsolveds(ctx, tx, c.ID, nil); err != nil {
		return out, err
	}
	if err := s.situationDecided(ctx, tx, &out); err != nil {
		return out, err
	}
	if err := s.situationAppeals(ctx, tx, &out); err != nil {
		return out, err
	}
	if err := s.situationHeard(ctx, tx, &out); err != nil {
		return out, err
	}
	if err := s.situationAppraised(ctx, tx, &out); err != nil {
		return out, err
	}
	if err := s.situationDelivered(ctx, tx, &out); err != nil {
		return out, err
	}
	if out.Conference, err = s.openConference(ctx, tx, c.ID); err != nil {
		return out, err
	}
	if out.Parent, err = s.parents(ctx, tx, c); err != nil {
		return out, err
	}
	if out.Doubts, err = s.openDoubts(ctx, tx, c.ID); err != nil {
		return out, err
	}
	if out.Papers, err = s.unlooked(ctx, tx, c.ID); err != nil {
		return out, err
	}
	if err = s.situationLooks(ctx, tx, &out); err != nil {
		return out, err
	}
	if out.Agents, err = mandate.Standing(ctx, tx, c.ID); err != nil {
		return out, err
	}
	kin, err := s.Conflicts(ctx, tx, c.ID)
	for _, k := range kin {
		out.Kin = append(out.Kin, k.Staff)
	}
	return out, err
}

func (s *Store) situationVisits(ctx context.Context, tx *pg.Tx, out *Situation) error {
	rows, err := tx.Query(ctx, `select id, first_staff, second_staff, planned, done, coalesce(recorded_by, 0), seconded, moved, coalesce(facts_version, 0), remote, means_held, `+ofThis+`
		from visit where case_id = $1 order by id`, out.Case.ID)
	if err != nil {
		return pg.Fail(err, "read who visited")
	}
	defer rows.Close()
	for rows.Next() {
		v := Visit{Case: out.Case.ID}
		var planned time.Time
		var done, seconded *time.Time
		var own bool
		if err := rows.Scan(&v.ID, &v.First, &v.Second, &planned, &done, &v.RecordedBy, &seconded, &v.Moved, &v.FactsVersion, &v.Remote, &v.Held, &own); err != nil {
			return pg.Fail(err, "read who visited")
		}
		v.Planned, v.Done, v.Seconded = dayOf(&planned), timeOf(done), timeOf(seconded)
		out.Visitors = append(out.Visitors, v.First, v.Second)
		switch {
		case !own:
		case v.Done.IsZero():
			out.Planned = &v
		case v.Waits():
			out.Unseconded = &v
		default:
			out.Visited, out.Unseconded = true, nil // an older record that nobody seconded is past
			if len(v.Held) > 0 {
				out.Held = &v
			}
		}
	}
	return pg.Fail(rows.Err(), "read who visited")
}

func (s *Store) situationDecided(ctx context.Context, tx *pg.Tx, out *Situation) error {
	out.Decided = map[core.ClaimID][]core.StaffID{}
	rows, err := tx.Query(ctx, `select claim_id, proposer, approver from decision where case_id = $1 and outcome <> 'approved'`, out.Case.ID)
	if err != nil {
		return pg.Fail(err, "read who decided")
	}
	var claim core.ClaimID
	var proposer, approver core.StaffID
	_, err = pgx.ForEachRow(rows, []any{&claim, &proposer, &approver}, func() error {
		out.Decided[claim] = append(out.Decided[claim], proposer, approver)
		return nil
	})
	return pg.Fail(err, "read who decided")
}

// parents reads which items follow another, from the newest findings.
func (s *Store) parents(ctx context.Context, tx *pg.Tx, c Case) (map[core.ItemCode]core.ItemCode, error) {
	rows, err := tx.Query(ctx, `select item, after from finding where case_id = $1 and version = $2 and after <> ''`, c.ID, c.FactsVersion)
	if err != nil {
		return nil, pg.Fail(err, "read what follows what")
	}
	out := map[core.ItemCode]core.ItemCode{}
	var item, after core.ItemCode
	_, err = pgx.ForEachRow(rows, []any{&item, &after}, func() error { out[item] = after; return nil })
	return out, pg.Fail(err, "read what follows what")
}

// Claim finds one claim of the situation; the zero Claim when it is not there.
func (s Situation) Claim(id core.ClaimID) Claim {
	for _, c := range s.Claims {
		if c.ID == id {
			return c
		}
	}
	return Claim{}
}
