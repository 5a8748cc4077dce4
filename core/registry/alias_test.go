package registry_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/twins/twinstest"
)

// registerDump is every row of the tables that hold people, as the database prints
// them.
const registerDump = `select count(*)::int, coalesce(md5(string_agg(line, e'\n' order by line)), '') from (
	select 'h' || t::text as line from household t union all select 'p' || t::text from person t union all select 'm' || t::text from membership t
	union all select 'hs' || t::text from household_sheet t union all select 'ps' || t::text from person_sheet t
	union all select 't' || t::text from person_token t union all select 'a' || t::text from account_change t) all_rows`

// TestUnmergeRestores: over random households, facts, names and tokens, a merge moves no
// row of the register, and after the unmerge every row is what it was, byte for byte, and
// every read what it was; what was read in between stays what was known then. Controls:
// in Merge, delete the membership of who stands aside, or move their sheets.
func TestUnmergeRestores(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	checks := 0
	rapid.Check(t, func(rt *rapid.T) {
		if checks++; checks > 12 { // one is forty transactions
			return
		}
		towns := []core.RegionCode{wangmiao, deping}
		people := h.randomPeople(t, rt, towns)
		gone := rapid.SampledFrom(people).Draw(rt, "gone")
		kept := rapid.SampledFrom(people).Filter(func(p member) bool { return p.id != gone.id }).Draw(rt, "kept")
		rows, digest := h.row(t, registerDump)
		before := h.reads(t, people, towns)
		twinstest.One(t, h.db, gone.id, kept.id, 3, 4)
		h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
			return h.reg.Merge(ctx, tx, h.why, registry.Alias{Gone: gone.id, Kept: kept.id, Decider: 3, Second: 4})
		})
		if n, d := h.row(t, registerDump); n != rows || d != digest {
			rt.Errorf("a merge changed rows: %d of before, %d now", rows, n)
		}
		known := h.clock(t)
		during := h.factsAt(t, kept.home, known, towns)
		twinstest.Two(t, h.db, gone.id, kept.id, 4, 5)
		h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
			return h.reg.Unmerge(ctx, tx, h.why, gone.id, 4, 5)
		})
		if n, d := h.row(t, registerDump); n != rows || d != digest {
			rt.Errorf("an unmerge left other rows: %d of before, %d now", rows, n)
		}
		if after := h.reads(t, people, towns); after != before {
			rt.Errorf("after the unmerge\n%s\nis read, before it\n%s", after, before)
		}
		if again := h.factsAt(t, kept.home, known, towns); again != during {
			rt.Errorf("as known in between\n%s\nis read, then it was\n%s", again, during)
		}
	})
}

// member is one person of a random household.
type member struct {
	id   core.PersonID
	home core.HouseholdID
}

func (h house) randomPeople(t *testing.T, rt *rapid.T, towns []core.RegionCode) []member {
	var out []member
	for range rapid.IntRange(2, 4).Draw(rt, "households") {
		n := registry.NewHousehold{Live: core.Place{Region: rapid.SampledFrom(towns).Draw(rt, "town")}}
		for k := range rapid.IntRange(1, 3).Draw(rt, "members") {
			p := registry.NewPerson{Ref: core.MemberRef(fmt.Sprintf("m%d", k+1)), Relation: "other",
				Name: rapid.SampledFrom([]string{"周桂兰", "周贵兰", "周桂蘭", "王伟", "阿卜杜拉·买买提"}).Draw(rt, "name")}
			if rapid.Bool().Draw(rt, "born") {
				p.Birth = core.NewDate(1967, 10, rapid.IntRange(1, 28).Draw(rt, "day"))
			}
			for range rapid.IntRange(0, 2).Draw(rt, "sheets") {
				facts := fmt.Sprintf(`{"adl_failed":%d}`, rapid.IntRange(0, 6).Draw(rt, "adl"))
				p.Sheets = append(p.Sheets, registry.Sheet{Source: "registry:disability", ValidFrom: core.NewDate(2026, 1, rapid.IntRange(1, 28).Draw(rt, "from")), Confidence: 90, Facts: json.RawMessage(facts)})
			}
			n.Members = append(n.Members, p)
		}
		h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
			home, ids, err := h.reg.Enrol(ctx, tx, h.why, n)
			for _, id := range ids {
				out = append(out, member{id, home})
			}
			return err
		})
	}
	return out
}

func (h house) step(t *testing.T, towns []core.RegionCode, fn func(ctx context.Context, tx *pg.Tx) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), pg.Regions(towns...), fn); err != nil {
		t.Fatal(err)
	}
}

func (h house) clock(t *testing.T) (now time.Time) {
	h.step(t, nil, func(_ context.Context, tx *pg.Tx) error { now = tx.Now(); return nil })
	return now
}

// reads is what the register says of some people: rows, households, members, facts, hits.
func (h house) reads(t *testing.T, people []member, towns []core.RegionCode) string {
	t.Helper()
	var out string
	h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
		out = ""
		for _, m := range people {
			p, err := h.reg.Person(ctx, tx, h.why, m.id)
			if err != nil {
				return err
			}
			home, err := h.reg.HouseholdOf(ctx, tx, m.id)
			if err != nil {
				return err
			}
			list, err := h.reg.Members(ctx, tx, h.why, m.home)
			if err != nil {
				return err
			}
			f, _, err := h.reg.Facts(ctx, tx, h.why, m.home, tx.Today())
			if err != nil {
				return err
			}
			facts, err := json.Marshal(f)
			if err != nil {
				return err
			}
			out += fmt.Sprintf("%d %s %d %d %s\n", p.ID, p.Name, home, len(list), facts)
		}
		found, err := h.reg.Find(ctx, tx, h.why, "周桂兰")
		for _, f := range found {
			out += fmt.Sprintf("%d %s %s;", f.ID, f.By, f.As)
		}
		return err
	})
	return out
}

func (h house) factsAt(t *testing.T, home core.HouseholdID, known time.Time, towns []core.RegionCode) string {
	t.Helper()
	var out []byte
	h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
		f, _, err := h.reg.FactsAsOf(ctx, tx, h.why, home, registry.AsOf{On: tx.Today(), Known: known})
		if err == nil {
			out, err = json.Marshal(f)
		}
		return err
	})
	return string(out)
}

// TestMergeIsFollowed: who asks for the row that stands aside gets the one that stays;
// a household counts the two once and knows what either row knew; a search gives them
// once; a bank account stays where it was registered. Control: leave follow() out of one().
func TestMergeIsFollowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	towns := []core.RegionCode{wangmiao}
	var ids []core.PersonID
	var home core.HouseholdID
	sheet := func(facts string) []registry.Sheet {
		return []registry.Sheet{{Source: "registry:disability", ValidFrom: core.NewDate(2026, 1, 1), Confidence: 90, Facts: json.RawMessage(facts)}}
	}
	h.step(t, towns, func(ctx context.Context, tx *pg.Tx) (err error) {
		home, ids, err = h.reg.Enrol(ctx, tx, h.why, registry.NewHousehold{Live: core.Place{Region: wangmiao}, Members: []registry.NewPerson{
			{Ref: "m1", Relation: "applicant", Name: "赵玉峰", Birth: core.NewDate(1940, 3, 6)},
			{Ref: "m2", Relation: "other", Name: "赵玉峯", Birth: core.NewDate(1940, 3, 6), Sheets: sheet(`{"adl_failed":4}`)},
			{Ref: "m3", Relation: "spouse", Name: "李秀英", Birth: core.NewDate(1942, 3, 6)}}})
		return err
	})
	twinstest.One(t, h.db, ids[1], ids[0], 3, 4)
	h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
		return h.reg.Merge(ctx, tx, h.why, registry.Alias{Gone: ids[1], Kept: ids[0], Decider: 3, Second: 4})
	})
	h.step(t, towns, func(ctx context.Context, tx *pg.Tx) error {
		p, err := h.reg.Person(ctx, tx, h.why, ids[1])
		if err != nil || p.ID != ids[0] {
			t.Errorf("who asks for the other row gets %d, error %v", p.ID, err)
		}
		list, err := h.reg.Members(ctx, tx, h.why, home)
		if err != nil || len(list) != 2 {
			t.Errorf("the household has %d members, error %v", len(list), err)
		}
		f, _, err := h.reg.Facts(ctx, tx, h.why, home, tx.Today())
		if err != nil || len(f.Members) != 2 || f.Members[0].ADLFailed == nil || *f.Members[0].ADLFailed != 4 {
			t.Errorf("the facts are %+v, error %v", f.Members, err)
		}
		found, err := h.reg.Find(ctx, tx, h.why, "赵玉峯")
		if err != nil || len(found) != 1 || found[0].ID != ids[0] || found[0].As != "赵玉峯" {
			t.Errorf("found %+v, error %v", found, err)
		}
		if _, err := h.reg.AccountOf(ctx, tx, h.why, ids[1]); core.KindOf(err) != core.KindNotFound {
			t.Errorf("an account was followed: %v", err)
		}
		return nil
	})
}

// TestMergeRefuses: no machine, no one person, nobody who did not say so, no chains, nobody
// out of sight; and no end of it by one person. The database says it as well as the code, to
// whoever writes with the program's role. Controls: the trigger without pair_said ("the
// database took two who said nothing", "… one of two towns", "… over somebody's no"); without
// person_alias_ends_once's words ("the database took an end that one asked for").
func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ids := h.enrol(t, wangmiao, "周贵兰", "周桂蘭", "周桂岚")
	far := h.enrol(t, deping, "周桂兰")
	one, two, three := ids["周贵兰"], ids["周桂蘭"], ids["周桂岚"]
	merge := func(a registry.Alias, towns ...core.RegionCode) error {
		return h.db.Tx(t.Context(), pg.Regions(towns...), func(ctx context.Context, tx *pg.Tx) error { return h.reg.Merge(ctx, tx, h.why, a) })
	}
	for _, pair := range [][2]core.PersonID{{two, one}, {three, one}, {three, two}, {1, 2}, {far["周桂兰"], one}} {
		twinstest.One(t, h.db, pair[0], pair[1], 3, 4)
	}
	if err := merge(registry.Alias{Gone: two, Kept: one, Decider: 3, Second: 4}, wangmiao); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		a     registry.Alias
		towns []core.RegionCode
		want  core.Kind
	}{
		"nobody decided":           {registry.Alias{Gone: three, Kept: one}, []core.RegionCode{wangmiao}, core.KindForbidden},
		"one person":               {registry.Alias{Gone: three, Kept: one, Decider: 3}, []core.RegionCode{wangmiao}, core.KindForbidden},
		"one person twice":         {registry.Alias{Gone: three, Kept: one, Decider: 3, Second: 3}, []core.RegionCode{wangmiao}, core.KindForbidden},
		"who said nothing":         {registry.Alias{Gone: three, Kept: one, Decider: 3, Second: 5}, []core.RegionCode{wangmiao}, core.KindForbidden},
		"itself":                   {registry.Alias{Gone: three, Kept: three, Decider: 3, Second: 4}, []core.RegionCode{wangmiao}, core.KindNotFound},
		"who stays stands aside":   {registry.Alias{Gone: one, Kept: three, Decider: 3, Second: 4}, []core.RegionCode{wangmiao}, core.KindConflict},
		"for one who stands aside": {registry.Alias{Gone: three, Kept: two, Decider: 3, Second: 4}, []core.RegionCode{wangmiao}, core.KindConflict},
		"twice":                    {registry.Alias{Gone: two, Kept: one, Decider: 3, Second: 4}, []core.RegionCode{wangmiao}, core.KindConflict},
		"another township's":       {registry.Alias{Gone: far["周桂兰"], Kept: one, Decider: 3, Second: 4}, []core.RegionCode{wangmiao}, core.KindNotFound},
	} {
		if err := merge(tc.a, tc.towns...); core.KindOf(err) != tc.want {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	const no = `with said as (insert into person_verdict (pair, region, verdict, reason, staff, at)
		select pair, region, 'different', '\x01'::bytea, 6, now() from person_pair where person = 1 and other = 2 returning 1) select count(*) from said`
	if h.count(t, no) != 1 {
		t.Fatal("no word against")
	}
	alias := func(region core.RegionCode, gone, kept core.PersonID, by string) string {
		return fmt.Sprintf(`insert into person_alias (region, gone, kept, decider, second, at) values ('%s', %d, %d, %s, now())`, region, gone, kept, by)
	}
	for name, sql := range map[string]string{
		"one person":                  alias(wangmiao, three, one, "3, null"),
		"nobody":                      alias(wangmiao, three, one, "0, null"),
		"one twice":                   alias(wangmiao, three, one, "3, 3"),
		"two who said nothing":        alias(wangmiao, three, one, "5, 6"),
		"one who said nothing":        alias(wangmiao, three, one, "3, 6"),
		"two of whom no pair is":      alias(wangmiao, far["周桂兰"], 1, "3, 4"),
		"two over somebody's no":      alias(wangmiao, 1, 2, "3, 4"),
		"third township":              alias("371424106", three, one, "3, 4"),
		"an end by nobody else":       fmt.Sprintf(`update person_alias set ended = now(), ender = 3 where gone = %d`, two),
		"an end that one asked for":   fmt.Sprintf(`update person_alias set ended = now(), ender = 3, end_asker = 4 where gone = %d`, two),
		"an end by one and the same":  fmt.Sprintf(`update person_alias set ended = now(), ender = 3, end_asker = 3 where gone = %d`, two),
		"a word of somebody unknown":  fmt.Sprintf(`insert into person_verdict (pair, region, verdict, reason, staff, at) select pair, region, 'same', '\x01'::bytea, 77, now() from person_pair where person = %d and other = %d`, three, one),
		"a word for another township": fmt.Sprintf(`insert into person_verdict (pair, region, verdict, reason, staff, at) select pair, '371424106', 'same', '\x01'::bytea, 3, now() from person_pair where person = %d and other = %d`, three, one),
	} {
		err := h.db.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return pg.Fail(err, name)
		})
		if state := pg.SQLState(err); state != "23514" && state != "23503" {
			t.Errorf("the database took %s: %v", name, err)
		}
	}
	if err := merge(registry.Alias{Gone: far["周桂兰"], Kept: one, Decider: 3, Second: 4}, wangmiao, deping); err != nil {
		t.Errorf("who sees both: %v", err)
	}
	if n := h.count(t, `select count(*) from person_alias where gone = $1`, far["周桂兰"]); n != 2 {
		t.Errorf("a merge over a border left %d lines, want one on each side", n)
	}
}
