package casefile

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

func (s *Store) members(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Member, error) {
	rows, err := tx.Query(ctx, `select ref, name, coalesce(person, 0), id_number from case_member where case_id = $1 and ended is null order by ref`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the members of a case")
	}
	defer rows.Close()
	var list []Member
	for rows.Next() {
		var m Member
		var sealed []byte
		if err := rows.Scan(&m.Ref, &m.Name, &m.Person, &sealed); err != nil {
			return nil, pg.Fail(err, "read a member of a case")
		}
		plain, err := b.get("case_member", "id_number/"+string(m.Ref), sealed)
		if err != nil {
			return nil, err
		}
		m.ID = maskID(plain)
		list = append(list, m)
	}
	return list, pg.Fail(rows.Err(), "read the members of a case")
}

// People lists who belongs to a case, without their numbers.
func (s *Store) People(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Member, error) {
	rows, err := tx.Query(ctx, `select ref, name, coalesce(person, 0) from case_member where case_id = $1 and ended is null order by ref`, id)
	if err != nil {
		return nil, pg.Fail(err, "read who belongs to a case")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m Member, err error) {
		err = r.Scan(&m.Ref, &m.Name, &m.Person)
		return m, err
	})
	return list, pg.Fail(err, "read who belongs to a case")
}

// around reads what lies beside the case: its applications, its tasks, the same
// household's other claims, its rank.
func (s *Store) around(ctx context.Context, tx *pg.Tx, v *View, b box) error {
	if err := s.linked(ctx, tx, v, b); err != nil {
		return err
	}
	if err := s.history(ctx, tx, v); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `select `+taskColumns+` from call_task t join casefile f on f.id = t.case_id where t.case_id = $1 order by t.id`, v.ID)
	if err != nil {
		return pg.Fail(err, "read the tasks of a case")
	}
	if v.Tasks, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (CallTask, error) { return scanTask(r) }); err != nil {
		return pg.Fail(err, "read the tasks of a case")
	}
	spoken, err := s.spoken(ctx, tx, v.ID, b)
	if err != nil {
		return err
	}
	for i := range v.Tasks {
		v.Tasks[i].Spoken = spoken[v.Tasks[i].ID]
	}
	if !v.Index.Known {
		return nil
	}
	err = tx.QueryRow(ctx, `select count(*) filter (where (index_low, index_high) > ($2, $3)) + 1, count(*) from casefile
		where region = $1 and state not in ('settled', 'withdrawn') and index_low is not null`,
		v.Region, v.Index.Low, v.Index.High).Scan(&v.Rank, &v.RankOf)
	return pg.Fail(err, "rank a case")
}

func (s *Store) linked(ctx context.Context, tx *pg.Tx, v *View, b box) error {
	rows, err := tx.Query(ctx, `select a.application::text, a.receipt, a.channel, a.state, a.at, a.story, a.recording, a.papers, a.applicant, a.applicant_id,
		a.contact_name, a.contact_phone, a.capacity, a.account, a.citizen, a.urgent, a.facts, a.application = coalesce(f.speaks, f.application)
		from case_application a join casefile f on f.id = a.case_id where a.case_id = $1 order by a.at, a.application`, v.ID)
	if err != nil {
		return pg.Fail(err, "read the applications of a case")
	}
	v.Applications, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (l Linked, err error) {
		var story, number, phone, account, facts []byte
		err = r.Scan(&l.Application, &l.Receipt, &l.Channel, &l.State, &l.At, &story, &l.Recording, &l.Papers, &l.Applicant, &number,
			&l.Contact, &phone, &l.Capacity, &account, &l.Sender, &l.Urgent, &facts, &l.Speaks)
		if l.HasLogin = l.Sender != ""; err == nil {
			err = json.Unmarshal(facts, &l.Facts)
		}
		for _, one := range []struct {
			into   *string
			column string
			sealed []byte
			mask   func(string) string
		}{{&l.Story, "story", story, nil}, {&l.ApplicantID, "applicant_id", number, maskID},
			{&l.Phone, "contact_phone", phone, maskPhone}, {&l.Account, "account", account, maskAccount}} {
			if err != nil {
				return l, err
			}
			if *one.into, err = b.get("case_application", one.column+"/"+string(l.Application), one.sealed); one.mask != nil {
				*one.into = one.mask(*one.into)
			}
		}
		return l, err
	})
	return pg.Fail(err, "read the applications of a case")
}

// maxHistory bounds what lies beside a case on the screen.
const maxHistory = 40

func (s *Store) history(ctx context.Context, tx *pg.Tx, v *View) error {
	rows, err := tx.Query(ctx, `select f.id, f.receipt, k.name, k.state, k.amount is not null, coalesce(k.amount, 0), k.period, k.sample,
			f.first_contact, f.state not in ('settled', 'withdrawn')
		from casefile f join claim k on k.case_id = f.id
		where f.id <> $1 and k.state <> 'proposed' and (f.household = $2 or f.person = $3)
		order by f.first_contact desc, k.id limit $4`, v.ID, number(v.Household), number(v.Person), maxHistory)
	if err != nil {
		return pg.Fail(err, "read the household's other claims")
	}
	v.History, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (p Past, err error) {
		var first time.Time
		err = r.Scan(&p.Case, &p.Receipt, &p.Item, &p.State, &p.HasSum, &p.Amount, &p.Period, &p.Sample, &first, &p.Open)
		p.On = core.DateOf(first)
		return p, err
	})
	return pg.Fail(err, "read the household's other claims")
}
