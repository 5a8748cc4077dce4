package main

import (
	"strings"
	"testing"

	"lianou/core/pg/pgtest"
)

// The doctor tells of households with members and nobody as 本人, and of how many the
// platform mends by itself; of an empty household and of a whole one it says nothing.
// Red: headless without "where until is null" ("of a whole one and an empty one: households:
// 1 households").
func TestDoctorHeadless(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	db := env.DB(pgtest.Platform)
	insert(t, env, `insert into household (id, region, made) values (1, '371426104', now()), (2, '371426104', now()), (3, '371426104', now()), (4, '371426104', now());
		insert into person (id, region, name, made) select n, '371426104', '人', now() from generate_series(1, 6) n;
		insert into membership (household, person, region, ref, relation, since, until) values (1, 1, '371426104', 'a', 'applicant', '2026-01-01', null),
			(1, 2, '371426104', 'b', 'child', '2026-01-01', null), (2, 3, '371426104', 'a', 'child', '2026-01-01', '2026-02-01')`)
	if list := headless(t.Context(), db); len(list) != 0 {
		t.Errorf("of a whole one and an empty one: %s", told(list))
	}
	insert(t, env, `insert into membership (household, person, region, ref, relation, since) values (3, 5, '371426104', 'b', 'child', '2026-01-01'), (4, 6, '371426104', 'b', 'child', '2026-01-01');
		insert into life_change (region, event, day, known_at, what, household, person, since, before, after)
			values ('371426104', 9, '2026-03-01', now(), 'membership', 3, 4, '2026-01-01', '{"ref": "a", "relation": "applicant"}', '{"ref": "a", "relation": "applicant", "until": 1}')`)
	if list := headless(t.Context(), db); ill(list, "households", "") || !strings.Contains(told(list), "2 households have members and nobody as 本人 (household 3 is one); of 1 it left") {
		t.Errorf("of two without: %s", told(list))
	}
}
