package bulk

import (
	"context"
	"strconv"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
)

// family is the rows of one household of the file that are to be written.
type family struct {
	group   []byte
	met     core.HouseholdID // 0: the store does not have it
	members []person
}

// families cuts rows, which are in the order of their groups, into households.
func (w *work) families(rows []waiting) ([]family, error) {
	var list []family
	for _, r := range rows {
		if len(list) == 0 || string(list[len(list)-1].group) != string(r.group) {
			list = append(list, family{group: r.group})
		}
		f := &list[len(list)-1]
		f.met = max(f.met, r.met)
		if r.payload == nil {
			continue
		}
		packed, err := w.open(r)
		if err != nil {
			return nil, err
		}
		p, err := unpackPerson(packed, w.today)
		if err != nil {
			return nil, err
		}
		f.members = append(f.members, p)
	}
	return list, nil
}

// buildPeople numbers and seals people and households.
func (w *work) buildPeople(ctx context.Context, rows []waiting) (batch, error) {
	list, err := w.families(rows)
	if err != nil {
		return batch{}, err
	}
	m := moveIn{work: w}
	err = w.cfg.DB.Tx(ctx, pg.City("import: numbering"), func(ctx context.Context, tx *pg.Tx) error {
		m.now = tx.Now()
		if m.residents, err = w.refs(ctx, tx, list); err != nil {
			return err
		}
		return m.number(ctx, tx, list)
	})
	if err != nil {
		return batch{}, err
	}
	for _, f := range list {
		m.add(f)
	}
	fresh, err := w.cfg.Registry.Seal(m.fresh, m.now)
	if err != nil {
		return batch{}, err
	}
	joined, err := w.cfg.Registry.SealJoining(m.joined, m.now)
	if err != nil {
		return batch{}, err
	}
	return batch{rows: len(rows), put: func(ctx context.Context, tx *pg.Tx) (written, error) {
		for _, s := range []registry.Sealed{fresh, joined} {
			if err := w.cfg.Registry.Load(ctx, tx, s); err != nil {
				return written{}, err
			}
		}
		return written{people: fresh.People + joined.People, households: fresh.Households}, w.bind(ctx, tx, m.keys, m.homes)
	}}, nil
}

// moveIn makes households of families.
type moveIn struct {
	*work
	now       time.Time
	residents map[core.HouseholdID][]registry.Resident
	people    []core.PersonID
	numbers   []core.HouseholdID

	fresh  []registry.NewHousehold
	joined []registry.Joining
	keys   [][]byte // household numbers of the source, and whose they are
	homes  []int64
}

func (m *moveIn) number(ctx context.Context, tx *pg.Tx, list []family) (err error) {
	people, homes := 0, 0
	for _, f := range list {
		people += len(f.members)
		if f.met == 0 && len(f.members) > 0 {
			homes++
		}
	}
	m.people, m.numbers, err = m.cfg.Registry.NumberPeople(ctx, tx, people, homes)
	return err
}

// add makes a household of a family that is new, or lets its new members join.
func (m *moveIn) add(f family) {
	switch {
	case f.met != 0:
		m.keys, m.homes = append(m.keys, f.group), append(m.homes, int64(f.met))
		m.join(f)
	case len(f.members) > 0:
		id := m.numbers[0]
		m.numbers = m.numbers[1:]
		m.keys, m.homes = append(m.keys, f.group), append(m.homes, int64(id))
		head := f.members[0]
		h := registry.NewHousehold{ID: id, Live: core.Place{Region: head.place, Detail: head.detail}, Hukou: head.hukou, Since: m.since(f.members)}
		for i, p := range f.members {
			h.Members = append(h.Members, m.person(p, i+1))
		}
		m.fresh = append(m.fresh, h)
	}
}

// join adds members under refs that nobody of the household has or had.
func (m *moveIn) join(f family) {
	there, last := map[resident]bool{}, 0
	j := registry.Joining{Household: f.met, Since: m.since(f.members)}
	for _, r := range m.residents[f.met] {
		there[resident{0, r.Name, r.Birth}] = true
		if n, err := strconv.Atoi(strings.TrimPrefix(string(r.Ref), "m")); err == nil {
			last = max(last, n)
		}
		j.Home = r.Home
	}
	for _, p := range f.members {
		if p.id.IsZero() && there[resident{0, p.name, p.birth}] {
			continue
		}
		last++
		j.Members = append(j.Members, m.person(p, last))
	}
	if len(j.Members) > 0 {
		m.joined = append(m.joined, j)
	}
}

func (m *moveIn) person(p person, ref int) registry.NewPerson {
	id := m.people[0]
	m.people = m.people[1:]
	return registry.NewPerson{ID: id, Ref: core.MemberRef("m" + strconv.Itoa(ref)), Relation: p.relation, Name: p.name, IDNumber: p.id,
		Birth: p.birth, Sex: p.sex, Phone: p.phone}
}

// since is the day the first row that says one says.
func (m *moveIn) since(members []person) core.Date {
	for _, p := range members {
		if !p.since.IsZero() {
			return p.since
		}
	}
	return m.On
}

// refs reads who lives, or lived, in the households that people join.
func (w *work) refs(ctx context.Context, tx *pg.Tx, list []family) (map[core.HouseholdID][]registry.Resident, error) {
	var ids []core.HouseholdID
	for _, f := range list {
		if f.met != 0 && len(f.members) > 0 {
			ids = append(ids, f.met)
		}
	}
	out := map[core.HouseholdID][]registry.Resident{}
	if len(ids) == 0 {
		return out, nil
	}
	now, gone, err := w.cfg.Registry.Residents(ctx, tx, ids)
	for _, r := range append(gone, now...) {
		out[r.Household] = append(out[r.Household], r)
	}
	return out, err
}

// bind keeps the source's household numbers.
func (w *work) bind(ctx context.Context, tx *pg.Tx, keys [][]byte, homes []int64) error {
	const sql = `insert into bulk_home (source, key, household) select $1, u.key, u.home from unnest($2::bytea[], $3::int8[]) u (key, home)
		on conflict (source, key) do nothing`
	_, err := tx.Exec(ctx, sql, w.Source, keys, homes)
	return pg.Fail(err, "keep household numbers")
}
