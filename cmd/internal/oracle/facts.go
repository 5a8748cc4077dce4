package oracle

import (
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// laid gives, as one JSON object for each of whom it is about, the facts that stand: the
// latest true, then the latest known, the surest, the last written; null takes back.
func laid(table, about string) string {
	return fmt.Sprintf(`select about, jsonb_object_agg(key, value) filter (where value <> 'null') as f, max(valid_from) filter (where key = 'shocks' and value <> 'null') as asked from (
		select distinct on (s.%[2]s, e.key) s.%[2]s as about, e.key, e.value, s.valid_from from %[1]s s, jsonb_each(s.facts) e
		where s.valid_from <= $1
		order by s.%[2]s, e.key, s.valid_from desc, s.known_at desc, s.confidence desc, s.id desc) w group by about`, table, about)
}

// members lists who belongs to a household on the day. Of two rows that people have found
// to be one person, the one that was kept counts where both are in the household.
const members = `select m.household, p.id, p.birth, p.sex from membership m join person p on p.id = m.person
	where m.since <= $1 and (m.until is null or m.until > $1)
		and not exists (select from person_alias a join membership k on k.person = a.kept and k.household = m.household
			and k.since <= $1 and (k.until is null or k.until > $1) where a.gone = m.person and a.ended is null)`

// column names a fact's column.
func column(id policy.FactID) string {
	return strings.ReplaceAll(id.Of().Key, ".", "_")
}

// value is the SQL of a fact that stands in the sheets as such, from the object f.
func value(f *policy.Fact) string {
	said := fmt.Sprintf("(f ->> '%s')", f.Path)
	switch f.Unit {
	case policy.UnitBool:
		return said + "::boolean::int"
	case policy.UnitFen, policy.UnitM2:
		return "round(" + said + "::numeric * 100)::bigint"
	case policy.UnitEnum:
		return word(f, said)
	default:
		return said + "::bigint"
	}
}

// word is the number of a word of a fact, null for one that is not in the vocabulary.
func word(f *policy.Fact, said string) string {
	return fmt.Sprintf("array_position(array['%s'], %s) - 1", strings.Join(f.Words, "','"), said)
}

// statuses are the words under which the recognised ones stand in the sheets.
var statuses = map[policy.FactID]string{
	policy.RecognisedDibao: "dibao", policy.RecognisedTekun: "tekun", policy.RecognisedEdge: "edge",
	policy.RecognisedRigid: "rigid", policy.RecognisedPoor: "poor_file",
}

// happened are the sudden events up to the day, and within a year the part of them that is.
const happened = `(select %s from jsonb_array_elements(f -> 'shocks') s where (s ->> 'date')::date <= $1%s)`

// silence is true where the word on what happened is more than ninety days old: then only what
// is in it is known, and not that there was nothing else.
const silence = `$1::date - asked > 90`

// ofHome is the SQL of each household fact, from its object f, its number of members n.
func ofHome(f *policy.Fact) string {
	year := ` and (s ->> 'date')::date >= ($1::date - interval '1 year')::date`
	asked := func(expr, yes string) string {
		return "case when f ? 'shocks' and (" + expr + " " + yes + " or not coalesce(" + silence + ", false)) then " + expr + " end"
	}
	if name, is := statuses[f.ID]; is {
		return fmt.Sprintf("case when f ? 'statuses' then (f -> 'statuses' ? '%s')::int end", name)
	}
	switch f.ID {
	case policy.Rigid12m:
		money := func(path string) string { return fmt.Sprintf("round((f ->> '%s')::numeric * 100)::bigint", path) }
		return fmt.Sprintf("coalesce(%s, %s + %s + %s)", money(f.Path), money("medical_12m"), money("education_12m"), money("rehab_12m"))
	case policy.MembersCount:
		return "n"
	case policy.ShockDays:
		return asked(fmt.Sprintf(happened, fmt.Sprintf("coalesce(min($1::date - (s ->> 'date')::date), %d)", int64(policy.NoShock)), ""), "<= 90")
	case policy.ShockYear:
		return asked(fmt.Sprintf(happened, "(count(*) > 0)::int", year), "= 1")
	case policy.DisasterYear:
		return asked(fmt.Sprintf(happened, "(count(*) > 0)::int", year+` and s ->> 'kind' = 'disaster'`), "= 1")
	case policy.DisasterHome: // of the last year: one that damaged the home settles it; one of which nobody said leaves it open
		return asked(fmt.Sprintf(happened, `case when bool_or(s ->> 'damaged_home' <> 'none') then 1 when bool_or(s ->> 'damaged_home' is null) then null else 0 end`,
			year+` and s ->> 'kind' = 'disaster'`), "= 1")
	}
	if !f.Asked {
		return "null::bigint"
	}
	return value(f)
}

// ofMember is the SQL of each fact of a member, from their object f and the row of the
// person.
func ofMember(f *policy.Fact) string {
	switch f.ID {
	case policy.Age:
		return "date_part('year', age($1::date, birth))::bigint"
	case policy.Sex:
		return word(f, "sex")
	case policy.DisabilityGrade:
		return "case when f ? 'disability' then coalesce((f -> 'disability' ->> 'grade')::bigint, 0) end"
	case policy.DisabilityKind:
		return "case when f ? 'disability' then " + word(f, "coalesce(nullif(f -> 'disability' ->> 'kind', ''), 'none')") + " end"
	case policy.Unattended: // 民发〔2019〕62号: nobody able, and not both dead or missing
		return `(select case when bool_or(p = 'alive') then 0 when count(*) < 2 then null
			when bool_or(p not in ('dead', 'missing')) then 1 else 0 end from jsonb_array_elements_text(f -> 'parents') p)`
	}
	if !f.Asked {
		return "null::bigint"
	}
	return value(f)
}

// tables makes the flat tables: o_home and o_member, a column for each fact, null where it
// is not known.
func tables() []string {
	var home, member []string
	for _, f := range policy.Facts() {
		if f.ID.IsMember() {
			member = append(member, ofMember(f)+" as "+column(f.ID))
		} else {
			home = append(home, ofHome(f)+" as "+column(f.ID))
		}
	}
	return []string{
		`create temp table o_people as ` + members,
		`create index on o_people (household)`,
		`create temp table o_said as ` + laid("household_sheet", "household"),
		`create temp table o_told as ` + laid("person_sheet", "person"),
		`create temp table o_home as select id, region,
			case when own <> '' and coalesce(f ->> 'hukou', '') not in ('other', 'permit') then left(own, 6) else left(region, 6) end as county, ` + strings.Join(home, ",\n") + `
			from (select h.id, h.region, h.hukou as own, coalesce(s.f, '{}') as f, s.asked, c.n from household h join (select household, count(*) as n from o_people group by household) c on c.household = h.id
				left join o_said s on s.about = h.id) x`,
		`create temp table o_member as select household, ` + strings.Join(member, ",\n") + ` from (select m.household, m.birth, m.sex, coalesce(s.f, '{}') as f from o_people m left join o_told s on s.about = m.id) x`,
		`create index on o_member (household)`,
		`analyze o_home`, `analyze o_member`,
	}
}

// places makes the table of parameters: a row for each county and what is known of the
// area, a column p_N for each parameter, null where it has no amount there.
func places(book *policy.Book, counties []core.RegionCode) string {
	var rows []string
	for _, county := range counties {
		for i, area := range []core.Area{"urban", "rural", ""} {
			row := []string{"'" + string(county) + "'", fmt.Sprint(i)}
			for id := range book.Params {
				if a, found := book.Amount(policy.ParamID(id), county, area); found {
					row = append(row, fmt.Sprintf("%d::bigint", a.Value))
				} else {
					row = append(row, "null::bigint")
				}
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
	}
	names := []string{"county", "known"}
	for id := range book.Params {
		names = append(names, fmt.Sprintf("p_%d", id))
	}
	return fmt.Sprintf("create temp table o_place as select * from (values %s) v (%s)", strings.Join(rows, ",\n"), strings.Join(names, ", "))
}
