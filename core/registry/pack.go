package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/facts"
	"lianou/core/pg"
)

// packing makes the packed row of one household (core/facts) from what its sheets say
// on a day.
type packing struct {
	home    Home
	members []packMember
	sheets  []storedSheet // of the household and its members
	next    core.Date     // the next day on which something already written changes; zero for none
}

// packMember is what a row keeps of a member beside their sheets.
type packMember struct {
	id    core.PersonID
	ref   core.MemberRef
	sex   core.Sex
	birth core.Date // zero when not known
}

// comes notes a day after today on which the row has to be made anew.
func (p *packing) comes(day, today core.Date) {
	if day > today && (p.next.IsZero() || day < p.next) {
		p.next = day
	}
}

// row packs the household as it is today. The facts of a day to come are left out, and
// the day is noted.
func (p *packing) row(today core.Date) ([]byte, error) {
	h, ok := p.told(today)
	if !ok {
		var err error
		if h, err = p.gathered(today); err != nil {
			return nil, err
		}
	}
	births := make([]core.Date, len(p.members))
	for i := range p.members {
		births[i] = p.members[i].birth
	}
	return facts.Pack(nil, &h, births)
}

// gathered is the long way to the household, through its JSON: the measure for told, and
// for what that one does not understand.
func (p *packing) gathered(today core.Date) (core.Household, error) {
	g := gathering{as: AsOf{On: today}, sources: map[string]core.Provenance{}, top: map[string]json.RawMessage{}, members: map[core.PersonID]map[string]json.RawMessage{}}
	for _, m := range p.members {
		g.order = append(g.order, m.id)
		known := map[string]json.RawMessage{"ref": text(string(m.ref)), "age": json.RawMessage("null")}
		if m.sex != "" {
			known["sex"] = text(string(m.sex))
		}
		g.members[m.id] = known
	}
	var said []word
	for _, s := range p.sheets {
		if p.comes(s.ValidFrom, today); g.members[s.person] == nil && s.person != 0 {
			continue
		}
		more, err := s.words()
		if err != nil {
			return core.Household{}, err
		}
		said = append(said, more...)
	}
	for _, f := range lay(said, AsOf{On: today, Known: always().Known}) {
		if f.about == 0 {
			g.top[f.path] = f.value
			g.sources[f.path] = core.Provenance{Since: f.from}
		} else {
			g.members[f.about][f.path] = f.value
		}
	}
	return g.household(p.home)
}

// packNew packs a household that is not in the store yet.
func packNew(h *NewHousehold, now time.Time) (row []byte, due core.Date, err error) {
	p := packingOf(h)
	row, err = p.row(core.DateOf(now))
	return row, p.next, err
}

func packingOf(h *NewHousehold) *packing {
	p := &packing{home: Home{ID: h.ID, Region: h.Live.Region.Township(), Hukou: h.Hukou}}
	for _, s := range h.Sheets {
		p.sheets = append(p.sheets, storedSheet{Sheet: s, id: int64(len(p.sheets))})
	}
	for i := range h.Members {
		m := &h.Members[i]
		p.members = append(p.members, packMember{id: m.ID, ref: m.Ref, sex: m.Sex, birth: m.Birth})
		for _, s := range m.Sheets {
			p.sheets = append(p.sheets, storedSheet{Sheet: s, person: m.ID, id: int64(len(p.sheets))})
		}
	}
	slices.SortFunc(p.members, func(a, b packMember) int { return cmp.Compare(a.ref, b.ref) })
	return p
}

// Repacked says whose rows were made anew or taken away, and whether others wait.
type Repacked struct {
	Households []core.HouseholdID // in order
	More       bool
}

// Repack packs households of a township of which something was written, or became true,
// since their row was packed: those of up to n entries of the log, and up to n whose day
// has come. Who scans calls it until no more wait. It needs a read-write transaction with
// the township in its scope; one runs at a time for a township. It reads facts for the copy
// of them and shows them to nobody: there is no entry in the log.
func (r *Registry) Repack(ctx context.Context, tx *pg.Tx, town core.RegionCode, n int) (Repacked, error) {
	// The log names a household once for each writing, so it is not the households that
	// say whether the log is empty.
	const take = `with taken as (
			delete from fact_stale where id in (select id from fact_stale where region = $1 order by id limit $2) returning household),
		come as (select household from fact_row where region = $1 and due <= $3 order by due limit $2)
		select household, (select count(*) from taken) >= $2 or (select count(*) from come) >= $2
		from (select household from taken union select household from come) u order by household`
	return r.repack(ctx, tx, town, take, n, pgDate(tx.Today()))
}

// RepackThese packs some households of a township at once, whatever else waits there.
func (r *Registry) RepackThese(ctx context.Context, tx *pg.Tx, town core.RegionCode, ids []core.HouseholdID) error {
	const take = `with taken as (delete from fact_stale where region = $1 and household = any($2))
		select h, false from unnest($2::bigint[]) h group by h order by h`
	_, err := r.repack(ctx, tx, town, take, ids)
	return err
}

// Refresh packs whoever of a township waits to be packed, and leaves the log as it is: what
// follows from a change is still found by the scans, which read the log. It is for who
// needs the rows of everybody as they are now (a list that is drawn at its hour).
func (r *Registry) Refresh(ctx context.Context, tx *pg.Tx, town core.RegionCode) error {
	const waiting = `select household, false from (select household from fact_stale where region = $1
		union select household from fact_row where region = $1 and due <= $2) w where household > $3 order by household limit $4`
	for after := core.HouseholdID(0); ; {
		p, err := r.repack(ctx, tx, town, waiting, pgDate(tx.Today()), int64(after), refreshed)
		if err != nil || len(p.Households) < refreshed {
			return err
		}
		after = p.Households[len(p.Households)-1]
	}
}

// refreshed is how many households Refresh packs at a time: their sheets are in memory.
const refreshed = 1000

// repack picks households by a statement, which may take them off the log, and packs them.
func (r *Registry) repack(ctx context.Context, tx *pg.Tx, town core.RegionCode, take string, args ...any) (p Repacked, err error) {
	const alone = `select pg_advisory_xact_lock(hashtextextended('fact_row ' || $1, 0))`
	tx.Later("wait for whoever packs the same township", alone, string(town))
	rows, err := tx.Query(ctx, take, append([]any{string(town)}, args...)...)
	if err != nil {
		return Repacked{}, pg.Fail(err, "take households to pack")
	}
	var id core.HouseholdID
	_, err = pgx.ForEachRow(rows, []any{&id, &p.More}, func() error { p.Households = append(p.Households, id); return nil })
	if err != nil || len(p.Households) == 0 {
		return Repacked{}, pg.Fail(err, "take households to pack")
	}
	return p, r.remake(ctx, tx, town, p.Households)
}

// remake writes the rows of households as they are now.
func (r *Registry) remake(ctx context.Context, tx *pg.Tx, town core.RegionCode, households []core.HouseholdID) error {
	ids := make([]int64, len(households))
	for i, id := range households {
		ids[i] = int64(id)
	}
	list, err := readPackings(ctx, tx, town, ids, tx.Today())
	if err != nil {
		return err
	}
	for id, p := range list {
		if len(p.members) == 0 {
			delete(list, id) // dissolved, or gone to another township
		}
	}
	return writeRows(ctx, tx, town, ids, list)
}

// writeRows replaces the rows of some households: those that are not in list lose theirs.
func writeRows(ctx context.Context, tx *pg.Tx, town core.RegionCode, ids []int64, list map[int64]*packing) error {
	keys := []int64{} // an absent list compares with nothing in SQL
	var rows [][]byte
	var dues []*pgDate
	for id, p := range list {
		row, err := p.row(tx.Today())
		if err != nil {
			return err
		}
		keys, rows = append(keys, id), append(rows, row)
		var due *pgDate
		if !p.next.IsZero() {
			d := pgDate(p.next)
			due = &d
		}
		dues = append(dues, due)
	}
	const gone = `delete from fact_row where region = $1 and household = any($2) and not household = any($3)`
	if _, err := tx.Exec(ctx, gone, string(town), ids, keys); err != nil {
		return pg.Fail(err, "drop packed rows")
	}
	const put = `insert into fact_row (region, household, facts, due) select $1, k, f, d from unnest($2::bigint[], $3::bytea[], $4::date[]) as t (k, f, d)
		on conflict (region, household) do update set facts = excluded.facts, due = excluded.due
			where (fact_row.facts, fact_row.due) is distinct from (excluded.facts, excluded.due)`
	_, err := tx.Exec(ctx, put, string(town), keys, rows, dues)
	return pg.Fail(err, "write packed rows")
}
