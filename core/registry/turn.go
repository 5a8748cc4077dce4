package registry

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Turn is somebody who came to a household, or left it.
type Turn struct {
	Person core.PersonID
	Day    core.Date
	Known  time.Time // when the register was told of it; zero for who came with a file
	Came   bool      // else left
	// Back says that nobody came or went on the day: the register had believed that they did,
	// when the fact was told, and took it back at Known.
	Back bool
}

// headcounts are the facts of a household that are told for as many people as live in it: an
// income by head, what all earn, own and spend. They say nothing of somebody who came later,
// and too much where somebody left.
var headcounts = []string{"income_per_capita_month", "income_12m", "financial_assets_per_capita", "houses", "cars", "car_value", "business_with_staff",
	"medical_12m", "education_12m", "rehab_12m", "rigid_12m", "floor_area_per_capita"}

// turned lists who lives in the household and did not when a fact was said, or did and does not
// any more, of a fact that counts everybody. Who both came and left, or left and came again, is
// not among them. Who lived there then is what the register knew then: whoever says an income
// goes by the list in front of them, also where that was wrong.
func (g *gathering) turned(f Fact) (out []Turn) {
	if f.Person != 0 || !slices.Contains(headcounts, f.Path) {
		return nil
	}
	then := g.lived.on(f.ValidFrom, f.KnownAt)
	for _, person := range g.order {
		if !then[person] {
			out = append(out, g.lived.turn(f, person, true))
		}
	}
	for person := range then {
		if !slices.Contains(g.order, person) {
			out = append(out, g.lived.turn(f, person, false))
		}
	}
	slices.SortFunc(out, func(a, b Turn) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Person, b.Person)) })
	return out
}

// told is what an event said of one stay.
type told struct {
	key                memberKey
	came, became, left bool // the stay is new; its relation, or its last day, is another one
	undone             bool // it was taken back, or takes something back: nothing stands of it
	day                core.Date
	known              time.Time
	source             string
	before             json.RawMessage // how the stay was; null for a new one
}

// readTold reads what events said of the stays in a household, and of those that everybody who
// has one here had elsewhere, as far as it was known at a moment, the oldest first.
func readTold(ctx context.Context, tx *pg.Tx, id core.HouseholdID, here map[memberKey]memberImage, known time.Time) ([]told, error) {
	people := make([]int64, 0, len(here))
	for k := range here {
		people = append(people, int64(k.person))
	}
	const sql = `select c.household, c.person, c.since - date '1970-01-01', c.before is null,
			c.after is not null and c.before ->> 'relation' is distinct from c.after ->> 'relation', c.before ->> 'until' is distinct from c.after ->> 'until',
			e.kind = 'undo' or exists (select from life_event u where u.undoes = e.id and u.known_at <= $2), c.day - date '1970-01-01', c.known_at, e.source, c.before
		from life_change c join life_event e on e.id = c.event
		where (c.person = any($1) or c.household = $3) and c.what = 'membership' and c.known_at <= $2 order by c.id`
	rows, err := tx.Query(ctx, sql, people, known, int64(id))
	if err != nil {
		return nil, pg.Fail(err, "read who told of stays")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t told, err error) {
		err = row.Scan(&t.key.household, &t.key.person, &t.key.since, &t.came, &t.became, &t.left, &t.undone, &t.day, &t.known, &t.source, &t.before)
		return t, err
	})
	return list, pg.Fail(err, "read who told of stays")
}

// turnsOf lists who came and left by a day, without those with whom a household was written down.
func turnsOf(all map[memberKey]memberImage, list []told, founders map[memberKey]time.Time, on core.Date) (out []Turn) {
	came, left := map[memberKey]time.Time{}, map[memberKey]time.Time{}
	for _, t := range list {
		if t.came && !t.undone {
			came[t.key] = t.known
		}
		if t.left && !t.undone {
			left[t.key] = t.known
		}
	}
	for k, m := range all {
		if _, first := founders[k]; k.since <= on && !first {
			out = append(out, Turn{Person: k.person, Day: k.since, Known: came[k], Came: true})
		}
		if m.Until != 0 && m.Until <= on {
			out = append(out, Turn{Person: k.person, Day: m.Until, Known: left[k]})
		}
	}
	slices.SortFunc(out, func(a, b Turn) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Person, b.Person)) })
	return out
}

// foundersOf are those with whom a household was written down: they came to it with nobody
// there. Of an imported one they are its first who no event told of, of one that an event founded
// its first.
func foundersOf(all map[memberKey]memberImage, came map[memberKey]time.Time) map[memberKey]bool {
	first := func(of func(memberKey) bool) map[memberKey]bool {
		out, day := map[memberKey]bool{}, core.Date(0)
		for k := range all {
			switch {
			case !of(k):
			case len(out) == 0 || k.since < day:
				out, day = map[memberKey]bool{k: true}, k.since
			case k.since == day:
				out[k] = true
			}
		}
		return out
	}
	imported := first(func(k memberKey) bool { _, told := came[k]; return !told })
	if len(imported) > 0 {
		return imported
	}
	return first(func(memberKey) bool { return true })
}

// voucher is who says something of a person, and since when the register knows it.
type voucher struct {
	source string
	known  time.Time
}

// The words of what no sheet says: how old somebody is, whether a man or a woman, who they
// are in their household. An identity number tells the first two, whoever typed it in; who
// was typed in without one is the word of who did ("registry:people:officer:7,village"); who
// came with a file and has no number stands in no register of the police.
const (
	byPolice = "registry:population"
	byFile   = "registry:people"
	byNumber = byFile + ":id_number"
)

// by is the word of an event: a department's as it is, an officer's as what the register of
// people says by it.
func by(source string) string {
	if Verified(source) {
		return source
	}
	return byFile + ":" + source
}

// vouch finds out who says what of a member: of the person, and of who they are here.
func (m counted) vouch(list []told, home core.HouseholdID) (person, relation voucher) {
	person = voucher{byFile, m.made}
	if m.numbered {
		person.source = byPolice
	}
	relation = person
	for _, t := range list {
		if t.key.person != m.person || t.undone {
			continue
		}
		if t.came && t.known.Equal(m.made) { // the event that brought them into the register
			person.source = by(t.source)
			if m.numbered {
				person.source = byNumber
			}
		}
		if t.became && t.key.household == home && t.key.since == m.since {
			relation = voucher{by(t.source), t.known}
		}
	}
	return person, relation
}
