package bulk_test

import (
	"context"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/registry/seed"
)

const factHead = "身份证号,姓名,日期,残疾类别,残疾等级,全家一年收入,已认定身份,要人长期照护\n"

// facts orders a file of facts.
func (o office) facts(content string) bulk.Order {
	order := o.order(content)
	order.Kind, order.Source = bulk.Facts, "registry:disability"
	return order
}

// A row becomes one sheet about the person and one about the household, with source
// and day; again it adds nothing, and an older day overrules nothing.
//
// Controls: LearnAll without `is distinct from` ("2 sheets" on the second file);
// without Check in sheet (the 5th grade comes in); without the look for the person
// (rows 4 and 5 break the batch).
func TestFactsComeIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	son := seed.Stories()[0].Members[1]
	number := son.ID.Reveal()
	row := func(parts ...string) string { return strings.Join(parts, ",") + "\n" }
	file := factHead +
		row(number, son.Name, "2024-03-01", "肢体", "二级", `"12,000"`, "低保、特困", "否") + // 2
		row(number, son.Name, "2024-03-02", "肢体", "五级", "", "", "") + // 3
		row(id("19600101", 111), "赵大", "2024-03-01", "肢体", "1", "", "", "") + // 4: nobody
		row(number, "王大军", "2024-03-03", "肢体", "1", "", "", "") + // 5: another name
		row(number, son.Name, "2024-03-04", "", "", "", "", "") + // 6: says nothing
		row(number, son.Name, "2024-03-05", "肢体", "1", "", "", "") + // 7
		row(number, son.Name, "2024-03-05", "视力", "1", "", "", "") + // 8: contradicts 7
		row(number, son.Name, "2024-03-06", "肢体", "", "", "", "") + // 9: no grade
		row(number, son.Name, "2024-03-07", "", "", "一万", "", "") // 10: no number
	res, bad := o.bring(o.facts(file))
	wantRefused(t, bad, map[string]string{"3": "词不认识", "4": "库里没有这个人", "5": "名字对不上", "6": "没有要记的内容", "7": "另见第 8 行", "8": "另见第 7 行", "9": "这一格收不下", "10": "不是数"})
	if res.Sheets != 2 || res.Known != 0 {
		t.Errorf("%+v", res)
	}
	sheets := func() int {
		return o.count(`select (select count(*) from person_sheet where source = 'registry:disability' and valid_from = '2024-03-01') +
			(select count(*) from household_sheet where source = 'registry:disability')`)
	}
	if n := sheets(); n != 2 {
		t.Errorf("%d sheets", n)
	}
	// Another file that says the same of the same day.
	res, _ = o.bring(o.facts("户号,身份证号,日期,残疾类别,残疾等级,要人长期照护\n" + row("", number, "2024-03-01", "肢体", "2", "不要")))
	if res.Sheets != 0 || res.Known != 1 {
		t.Errorf("again: %+v", res)
	}
	if n := sheets(); n != 2 {
		t.Errorf("again: %d sheets", n)
	}
}

// An older day than what is known is kept below it.
// Control: LearnAll with tx.Now() as the valid day: the grade of today becomes 4.
func TestOlderFactDoesNotOverrule(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	son := seed.Stories()[0].Members[1]
	grade := func(on core.Date) int {
		var out int
		must(t, o.env.DB(pgtest.Platform).Tx(t.Context(), pg.Regions("371426104"), func(ctx context.Context, tx *pg.Tx) error {
			why := registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}
			h, _, err := o.reg.Facts(ctx, tx, why, 1, on)
			if err == nil {
				for _, m := range h.Members {
					if m.Ref == son.Ref && m.Disability != nil {
						out = m.Disability.Grade
					}
				}
			}
			return err
		}))
		return out
	}
	for _, day := range []string{"2022-05-01,3", "2021-04-01,4"} {
		from, g, _ := strings.Cut(day, ",")
		res, bad := o.bring(o.facts("身份证号,日期,残疾类别,残疾等级\n" + son.ID.Reveal() + "," + from + ",肢体," + g + "\n"))
		if res.Sheets != 1 {
			t.Errorf("%+v %q", res, bad)
		}
	}
	today := core.NewDate(2026, 11, 28)
	if now, then, before := grade(today), grade(core.NewDate(2022, 6, 1)), grade(core.NewDate(2021, 6, 1)); now != 1 || then != 3 || before != 4 {
		t.Errorf("grade %d now, %d in 2022, %d in 2021", now, then, before)
	}
}

// What a department knows of a household's statuses and of what struck it is added to what
// others know, and takes nothing away; rows of two members that contradict each other about
// their household are refused, whichever comes last.
//
// Controls: household_lists that gives back what was said ("[poor_file]"); grp of the person
// for both rows ("2 sheets").
func TestListsAddAndMembersAgree(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mother, son := seed.Stories()[0].Members[0].ID.Reveal(), seed.Stories()[0].Members[1].ID.Reveal()
	o.bring(o.facts("身份证号,日期,已认定身份\n" + son + ",2026-03-01,低保\n"))
	for want, again := range []string{"", "\n"} { // another file of the same words brings nothing new
		file := o.facts("身份证号,日期,已认定身份,出了什么事,哪天出的事\n" + mother + ",2026-03-02,防返贫监测,火灾,2026-03-01\n" + again)
		file.Source = "registry:population"
		if res, bad := o.bring(file); res.Sheets != 1-want {
			t.Errorf("%+v %q", res, bad)
		}
	}
	if n := o.count(`select count(*) from household_sheet where household = 1 and valid_from = '2026-03-02' and facts -> 'statuses' @> '["dibao"]' and jsonb_array_length(facts -> 'statuses') = 2
		and jsonb_array_length(facts -> 'shocks') = 1`); n != 1 {
		t.Errorf("%d sheets hold both statuses", n)
	}
	res, bad := o.bring(o.facts("身份证号,日期,全家一年收入\n" + mother + ",2026-04-01,20000\n" + son + ",2026-04-01,60000\n" + mother + ",2026-04-02,20000\n" + son + ",2026-04-02,20000\n"))
	wantRefused(t, bad, map[string]string{"2": "另见第 3 行", "3": "另见第 2 行"})
	if res.Sheets != 1 || res.Known != 1 {
		t.Errorf("two members of one word: %+v", res)
	}
}
