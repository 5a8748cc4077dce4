package watch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"lianou/core"
	"lianou/core/facts/factstest"
	"lianou/core/insight"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
)

// given is a case that was granted, as a superuser writes it: how one comes to be is another
// package's to test.
type given struct {
	home   core.HouseholdID
	item   core.ItemCode
	who    []core.PersonID // nobody: the household
	state  string
	period string
	ago    int  // days since its approval
	stop   bool // somebody stopped it
	refuse bool
}

// grant writes one case, in a township of its own, and finds the household by its people.
func (m *money) grant(g given) {
	m.t.Helper()
	m.claim++
	members := []string{}
	for i := range g.who {
		members = append(members, fmt.Sprint("m", i+1))
	}
	refs, _ := json.Marshal(map[string]any{"for": members})
	proposal, outcome := "approve", "approved"
	if g.refuse {
		proposal, outcome, g.state = "refuse", "refused", "refused"
	}
	person, home := any(nil), any(int64(g.home))
	if len(g.who) > 0 {
		person, home = int64(g.who[0]), nil
	}
	m.exec(`insert into casefile (id, region, application, receipt, channel, household, person, applicant, people, state, facts_version, first_contact, opened, settled, updated)
		overriding system value values ($1::bigint, '371402001', gen_random_uuid(), ($1::bigint)::text, 'counter', $2, $3, '样某', 1, 'settled', 1, now(), now(), now(), now())`, m.claim, home, person)
	for i, p := range g.who {
		m.exec(`insert into case_member (case_id, region, ref, person) values ($1, '371402001', $2, $3)`, m.claim, members[i], int64(p))
	}
	m.exec(`insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, book) values ($1, '371402001', 1, $2, $2, 1, 'eligible', true, '[]', '{}', $3, 'x')`,
		m.claim, string(g.item), refs)
	m.exec(`insert into claim (id, case_id, region, item, name, everyday, department, state, decides, notice_days, cash, amount, period, agreed_by, proposer, proposal, reasons, told, created, updated)
		overriding system value values ($1, $1, '371402001', $2, $2, $2, 'MZ', $3, 'township', 0, true, 100, $4, 1, 1, $5, '["x"]', now(), now(), now())`, m.claim, string(g.item), g.state, g.period, proposal)
	m.exec(`insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		values ($1, $1, '371402001', $2, 100, $3, false, 1, 2, '["x"]', 'xxxxxxxxxxxx', '{"a":1}', 1, 'x', 'x', now() - make_interval(days => $4), repeat('a', 64))`, m.claim, outcome, g.period, g.ago)
	if g.stop {
		m.exec(`insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, state, proposer, proposed, approver, decided, appeal)
			values ($1, $1, '371402001', 'stop', 100, '202601', 'x', 'approved', 1, now(), 2, now(), 'xxxxxxxxxxxx')`, m.claim)
	}
}

// runs reports whether a case gives anything today.
func (g given) runs() bool {
	return !g.stop && !g.refuse && (g.period == "month" || g.state == "approved")
}

// TestNoLeadForWhatIsHad: of households of whom anything may be known and who have anything,
// no lead offers an item for those alone who have it: by a case, in whatever township and under
// whatever number of theirs, by the status that goes with it, or as what a rule lets nobody have
// beside it. And none is withheld from somebody who has nothing of the kind.
//
// Controls: had that gives nothing ("household 1208: offers SF-01, which all have whom it
// fits"), the leads of before; Whom that gives everybody ("offers MZ-08, ..."); ReceivedIn without
// runs ("is not offered MZ-06, and nobody has it"); claims_received without person_alias ("offers
// WJ-01, ...").
func TestNoLeadForWhatIsHad(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 700)
	h.scan(t)
	r := rand.New(rand.NewPCG(7, 45))
	books, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	w := &hadWorld{house: h, r: r, money: h.money(t), before: map[core.HouseholdID]insight.Items{}, fits: map[core.HouseholdID]map[core.ItemCode][]core.PersonID{}, statuses: map[core.HouseholdID][]core.Status{}, given: map[core.HouseholdID][]given{}}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		w.book, err = books.On(tx.Today())
		return err
	})
	w.learn(t)
	w.explain(t)
	w.give()
	h.scan(t)

	offered, kept := map[core.ItemCode]int{}, map[core.ItemCode]int{}
	leads := w.due(t)
	for id, fits := range w.fits {
		for code, who := range fits {
			it, _ := w.book.Item(code)
			if w.before[id].Has(it.No) {
				continue
			}
			has, near := w.all(id, code, who, false), w.all(id, code, who, true)
			switch is := leads[id].Has(it.No); {
			case is && has:
				t.Errorf("household %d: offers %s, which all have whom it fits: %v of %+v, %v", id, code, who, w.given[id], w.statuses[id])
			case !is && !near:
				t.Errorf("household %d: is not offered %s, and nobody has it: %v of %+v, %v", id, code, who, w.given[id], w.statuses[id])
			case is:
				offered[code]++
			default:
				kept[code]++
			}
		}
	}
	if len(offered) < 32 || len(kept) < 32 {
		t.Errorf("%d items were offered and %d kept back: the households are too much alike", len(offered), len(kept))
	}

	// What is granted later leaves what lies open, with the next look.
	for id, items := range leads {
		for i := range w.book.Items {
			if it := &w.book.Items[i]; items.Has(it.No) {
				w.grant(given{home: id, item: it.Code, state: "approved", period: "month"})
			}
		}
	}
	h.scan(t)
	if left := w.due(t); len(left) > 0 {
		t.Errorf("%d households are still offered what was granted", len(left))
	}
}

// hadWorld is a city in which everybody's facts are new, and some have something.
type hadWorld struct {
	*house
	*money
	r        *rand.Rand
	book     *policy.Book
	before   map[core.HouseholdID]insight.Items
	fits     map[core.HouseholdID]map[core.ItemCode][]core.PersonID // whom; nobody for the household
	statuses map[core.HouseholdID][]core.Status
	given    map[core.HouseholdID][]given
}

// learn has the register hear something else of everybody.
func (w *hadWorld) learn(t *testing.T) {
	w.city(t, func(ctx context.Context, tx *pg.Tx) error {
		for _, town := range w.towns {
			list, err := w.watch.Found().All(ctx, tx, town)
			if err != nil {
				return err
			}
			for _, f := range list {
				w.before[f.Household] = f.Eligible
			}
		}
		for _, id := range slices.Sorted(maps.Keys(w.before)) {
			said := factstest.Quick(w.r)
			said.Shocks = shifted(said.Shocks, said.On, tx.Today())
			own, members := parts(said)
			who, err := w.people(ctx, tx, id)
			if err != nil {
				return err
			}
			tell := func(person core.PersonID, facts map[string]json.RawMessage) error {
				raw, _ := json.Marshal(facts)
				return w.reg.Learn(ctx, tx, why, id, person, registry.Sheet{Source: "registry:test", ValidFrom: tx.Today(), Confidence: 99, Facts: raw})
			}
			if err := tell(0, own); err != nil {
				return err
			}
			for n, ref := range slices.Sorted(maps.Keys(who)) {
				if n < len(members) {
					if err := tell(who[ref], members[n]); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// people gives who lives in a household, by their ref.
func (w *hadWorld) people(ctx context.Context, tx *pg.Tx, id core.HouseholdID) (map[core.MemberRef]core.PersonID, error) {
	var refs []core.MemberRef
	var ids []core.PersonID
	err := tx.QueryRow(ctx, `select array_agg(ref order by ref), array_agg(person order by ref) from membership where household = $1 and until is null`, int64(id)).Scan(&refs, &ids)
	out := map[core.MemberRef]core.PersonID{}
	for i := range refs {
		out[refs[i]] = ids[i]
	}
	return out, err
}

// explain finds whom what fits, the slow way.
func (w *hadWorld) explain(t *testing.T) {
	w.city(t, func(ctx context.Context, tx *pg.Tx) error {
		m, err := matching.Compile(w.book)
		if err != nil {
			return err
		}
		for id := range w.before {
			home, _, err := w.reg.Facts(ctx, tx, why, id, tx.Today())
			if err != nil {
				return err
			}
			who, err := w.people(ctx, tx, id)
			if err != nil {
				return err
			}
			if home.Statuses != nil {
				w.statuses[id] = *home.Statuses
			}
			w.fits[id] = map[core.ItemCode][]core.PersonID{}
			for _, f := range m.Explain(&home).Findings {
				if f.Outcome != matching.Eligible {
					continue
				}
				w.fits[id][f.Item] = nil
				for _, ref := range f.For {
					w.fits[id][f.Item] = append(w.fits[id][f.Item], who[ref])
				}
			}
		}
		return nil
	})
}

// give grants some of what fits, mostly, to some of those whom it fits.
func (w *hadWorld) give() {
	aka := map[core.PersonID]core.PersonID{}
	for _, id := range slices.Sorted(maps.Keys(w.fits)) {
		fits := w.fits[id]
		for i := range w.book.Items {
			code := w.book.Items[i].Code
			who, does := fits[code]
			if !does && w.r.IntN(30) > 0 || does && w.r.IntN(3) == 0 {
				continue
			}
			g := given{home: id, item: code, state: "approved", period: []string{"month", "once"}[w.r.IntN(2)]}
			for _, p := range who {
				if w.r.IntN(3) > 0 {
					g.who = append(g.who, p)
				}
			}
			if len(who) > 0 && len(g.who) == 0 {
				continue
			}
			switch w.r.IntN(8) {
			case 0:
				g.stop, g.period = true, "month"
			case 1:
				g.refuse = true
			case 2:
				g.state, g.period = "closed", "once"
			}
			w.given[id] = append(w.given[id], g)
			written := g
			written.who = slices.Clone(g.who)
			for i, p := range written.who { // the case knows some by a number that stood aside for this one
				if aka[p] == 0 && w.r.IntN(5) == 0 {
					aka[p] = p + 1<<40
					w.exec(`insert into person_alias (region, gone, kept, decider, at) select region, $1, id, 1, now() from person where id = $2`, int64(aka[p]), int64(p))
				}
				if aka[p] != 0 {
					written.who[i] = aka[p]
				}
			}
			w.grant(written)
		}
	}
}

// has reports whether somebody has an item by a case, or the household where person is 0.
func (w *hadWorld) has(id core.HouseholdID, code core.ItemCode, person core.PersonID) (some, theirs bool) {
	for _, g := range w.given[id] {
		if g.item == code && g.runs() {
			some, theirs = true, theirs || person == 0 || len(g.who) == 0 || slices.Contains(g.who, person)
		}
	}
	return some, theirs
}

// all reports whether all whom an item fits have it; near counts what they may have instead.
func (w *hadWorld) all(id core.HouseholdID, code core.ItemCode, who []core.PersonID, near bool) bool {
	people := who
	if len(people) == 0 {
		people = []core.PersonID{0}
	}
	return !slices.ContainsFunc(people, func(p core.PersonID) bool {
		for _, name := range w.names(code, near) {
			some, theirs := w.has(id, name, p)
			status := slices.ContainsFunc(w.book.Statuses, func(s policy.Status) bool {
				return s.GrantedBy == name && slices.Contains(w.statuses[id], core.Status(s.Key))
			})
			it, _ := w.book.Item(name)
			if theirs || status && (near || !some && (it.Person == nil || len(who) == 1 && name == code)) {
				return false
			}
		}
		return true
	})
}

// names are an item, and where near counts what a rule lets nobody have beside it.
func (w *hadWorld) names(code core.ItemCode, near bool) []core.ItemCode {
	out := []core.ItemCode{code}
	for i := range w.book.Rules {
		switch r := &w.book.Rules[i]; {
		case !near || r.Kind != policy.Exclude:
		case r.A == code:
			out = append(out, r.B)
		case r.B == code:
			out = append(out, r.A)
		}
	}
	return out
}

// due gives what lies open as due.
func (w *hadWorld) due(t *testing.T) map[core.HouseholdID]insight.Items {
	t.Helper()
	out := map[core.HouseholdID]insight.Items{}
	w.city(t, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select household, items from lead where state = 'open' and kind = 'due'`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id core.HouseholdID
			var items int64
			if err := rows.Scan(&id, &items); err != nil {
				return err
			}
			out[id] = insight.Items(items)
		}
		return rows.Err()
	})
	return out
}

// shifted keeps what happened as long ago as it was.
func shifted(list *[]core.Shock, from, to core.Date) *[]core.Shock {
	if list == nil {
		return nil
	}
	out := slices.Clone(*list)
	for i := range out {
		out[i].Date += to - from
	}
	return &out
}

// parts takes a household apart into what sheets say of it and of its members.
func parts(h core.Household) (own map[string]json.RawMessage, members []map[string]json.RawMessage) {
	take := func(v any, not ...string) map[string]json.RawMessage {
		raw, _ := json.Marshal(v)
		out := map[string]json.RawMessage{}
		_ = json.Unmarshal(raw, &out)
		for _, key := range not {
			delete(out, key)
		}
		return out
	}
	for i := range h.Members {
		members = append(members, take(h.Members[i], "ref", "relation", "age", "sex"))
	}
	return take(h, "on", "county", "members"), members
}
