package people_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"lianou/core/pg"
)

// Where the other of two rows stands that are one person is read by who may see the people of
// that township too, here the county of both; others read that it was found elsewhere, and no
// word of a township, whichever side they look from.
//
// Red by the page before: "the officer reads 乡镇"; "the county is not told where". Control:
// otherPlace without Covers ("the officer reads 德平").
func TestWhereTheOtherRowStandsIsReadByWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	third := int64(0)
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.QueryRow(ctx, `select min(id) from person where region = '371424106'`).Scan(&third); err != nil {
			return err
		}
		const sql = `insert into person_pair (pair, region, person, other, other_region, total, found, state, settled) values
			(901, '371426104', 1, 5, '371424103', 90, now(), 'same', now()), (901, '371424103', 5, 1, '371426104', 90, now(), 'same', now()),
			(902, '371424103', 5, $1, '371424106', 90, now(), 'same', now()), (902, '371424106', $1, 5, '371424103', 90, now(), 'same', now())`
		_, err := tx.Exec(ctx, sql, third)
		return err
	}))
	_, body := h.ask(t, mother+"?for=check", nil)
	said := text(body)
	section := said[max(0, strings.Index(said, "登记过两次")):]
	section = section[:min(len(section), 300)]
	if !strings.Contains(section, "在别处定的") {
		t.Errorf("the officer is not told of it: %s", section)
	}
	for _, never := range []string{"乡镇", "德平", "临邑"} {
		if strings.Contains(section, never) {
			t.Errorf("the officer reads %s: %s", never, section)
		}
	}
	h.cookie = h.over
	_, body = h.ask(t, "/desk/people/"+strconv.FormatInt(third, 10)+"?for=check", nil)
	if said := text(body); !strings.Contains(said, "另一条登记在临邑县德平镇") {
		t.Errorf("the county is not told where: %s", said)
	}
	_, body = h.ask(t, foreign+"?for=check", nil)
	if said := text(body); strings.Count(said, "另一条登记在") != 1 || strings.Contains(said, "另一条登记在平原县") {
		t.Errorf("the county reads of another county's: %s", said)
	}
}
