package bulk_test

import (
	"strings"
	"testing"

	"lianou/core/registry/seed"
)

// A file that writes one of a family under a number the source never used keeps nobody where
// they are in silence and parts nobody: the rows under that number come back with what to do,
// whoever else stands under it. Where the whole family stands under it, it is their number.
//
// Red, as it was: "row 2 came in, want 户号库里没有", and the wife into the old household
// ("5 live with 赵大, want 4"); of who has left "row 2 came in, want 不属于哪一户".
func TestAFeedTakesNoFamilyApart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	father, mother, son := id("19600101", 111), id("19620202", 122), id("19900303", 113)
	res, bad := o.bring(o.order(head + line("赵大", father, "H1", "户主") + line("钱二", mother, "H1", "妻") + line("赵小", son, "H1", "子")))
	if res.People != 3 || len(bad) > 0 {
		t.Fatalf("%+v %q", res, bad)
	}
	story := seed.Stories()[0].Members
	before := o.count(`select count(*) from person`)
	res, bad = o.bring(o.order(head + // row
		line("赵小", son, "N1", "户主") + // 2: of H1, written under a number of his own
		line("孙三", id("19910404", 124), "N1", "妻") + // 3: whom nobody knows
		line("赵大", father, "H1", "户主") + // 4
		line(story[0].Name, story[0].ID.Reveal(), "S1", "户主") + // 5: one household of the store,
		line(story[1].Name, story[1].ID.Reveal(), "S2", "户主"))) // 6: under two numbers
	wantRefused(t, bad, map[string]string{"2": "户号库里没有", "3": "户号库里没有", "5": "户号库里没有", "6": "户号库里没有"})
	if len(bad) > 0 && !strings.Contains(bad[0][3], "登记变动") {
		t.Errorf("what to do: %q", bad[0][3])
	}
	if res.People != 0 || res.Known != 1 || o.count(`select count(*) from person`) != before || o.count(`select count(distinct household) from bulk_home`) != 1 {
		t.Errorf("%+v, %d people more", res, o.count(`select count(*) from person`)-before)
	}

	res, bad = o.bring(o.order(head + line("赵大", father, "N2", "户主") + line("钱二", mother, "N2", "妻") + line("赵小", son, "N2", "子") +
		line("赵新", id("20240505", 115), "N2", "孙子") + line(story[0].Name, story[0].ID.Reveal(), "S1", "户主")))
	if res.People != 1 || res.Households != 0 || res.Known != 4 || len(bad) > 0 {
		t.Errorf("the whole family under a new number: %+v %q", res, bad)
	}
	if n := o.count(`select count(*) from membership where until is null and household = (select household from membership m join person p on p.id = m.person where p.name = '赵大')`); n != 4 {
		t.Errorf("%d live with 赵大, want 4", n)
	}

	if n := o.count(`with left_it as (update membership set since = current_date - 9, until = current_date from person p where p.id = person and p.name = '赵小' returning 1) select count(*) from left_it`); n != 1 {
		t.Fatal("he belongs to them still")
	}
	_, bad = o.bring(o.order(head + line("赵小", son, "N3", "户主")))
	wantRefused(t, bad, map[string]string{"2": "不属于哪一户"})
}
