package policy

import (
	"errors"
	"strings"
	"testing"

	"lianou/core"
)

// What the law of a day says of the handling, and which packs are named.
// Control: in applyPacks, dropping the test of Until (old packs go on) or the order
// of the packs turns it red.
func TestPacksOfTheDay(t *testing.T) {
	t.Parallel()
	lib, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		on                          string
		packs                       string
		days, county, special       int
		mark                        string
		twice                       bool
		appraisal                   Appraisal
		byLaw                       string
		review                      string
		edge, rigid, tekunAppraisal string
	}{
		{"2016-07-01", "A", 23, 23, 0, "X", true, AppraisalAlways, ByCounty, "A12 B6 C3", "2021 年 7 月起施行", "2025 年起施行", "always"},
		{"2018-01-23", "A A+", 23, 23, 0, "X", true, AppraisalAlways, ByCounty, "A12 B6 C3", "2021 年 7 月起施行", "2025 年起施行", "always"},
		{"2020-07-31", "A A+", 23, 23, 0, "X", true, AppraisalAlways, ByCounty, "A12 B6 C3", "2021 年 7 月起施行", "2025 年起施行", "always"},
		{"2020-11-30", "A A+ B", 23, 23, 0, "X", true, AppraisalDisputed, ByCounty, "A12 B6", "2021 年 7 月起施行", "2025 年起施行", "disputed"},
		{"2021-07-01", "C", 30, 30, 45, "S", false, AppraisalDisputed, ByTownship, "A12 B6", "由各地定", "2025 年起施行", "disputed"},
		{"2022-10-20", "C D", 20, 30, 45, "S", false, AppraisalDisputed, ByTownship, "A12 B6", "由各地定", "2025 年起施行", "disputed"},
		{"2024-03-01", "C D E", 20, 30, 45, "S", false, AppraisalDisputed, ByTownship, "A12 B6", "审核确认办法第8条", "由各地定", "disputed"},
		{"2025-01-01", "C D E F", 20, 30, 45, "S", false, AppraisalDisputed, ByTownship, "A12 B6", "审核确认办法第8条", "刚性支出困难家庭认定办法第4条", "disputed"},
	} {
		day, err := core.ParseDate(c.on)
		if err != nil {
			t.Fatal(err)
		}
		book, err := lib.On(day)
		if err != nil {
			t.Fatal(err)
		}
		codes := ""
		for _, p := range book.Packs {
			codes += p.Code + " "
			if p.Name == "" || len(p.Laws) == 0 || len(p.Changes) == 0 {
				t.Errorf("pack %s says nothing", p.Code)
			}
		}
		low, _ := book.Item("MZ-01")
		tekun, _ := book.Item("MZ-02")
		review := ""
		for _, r := range low.Review {
			review += r.Class + Unit("count").Number(int64(r.Months)) + " "
		}
		if strings.TrimSpace(codes) != c.packs || low.LimitDays != c.days || low.CountyDays != c.county || low.SpecialDays != c.special || low.LimitMark != c.mark {
			t.Errorf("%s: packs %q, %d, %d and %d days (%s)", c.on, codes, low.LimitDays, low.CountyDays, low.SpecialDays, low.LimitMark)
		}
		if low.NoticeTwice != c.twice || low.NoticeDays != 7 || low.Appraisal != c.appraisal || low.ByLaw != c.byLaw || low.Decides != ByTownship || strings.TrimSpace(review) != c.review {
			t.Errorf("%s: notice twice %v, appraisal %s, by law %s, review %q", c.on, low.NoticeTwice, low.Appraisal, low.ByLaw, review)
		}
		if e := book.status("edge"); !strings.Contains(e.Law, c.edge) {
			t.Errorf("%s: edge by %s", c.on, e.Law)
		}
		if r := book.status("rigid"); !strings.Contains(r.Law, c.rigid) || string(tekun.Appraisal) != c.tekunAppraisal {
			t.Errorf("%s: rigid by %s, tekun %s", c.on, r.Law, tekun.Appraisal)
		}
	}
}

// A pack's slips are told like others.
func TestPackFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, what string }{
		{"appraisal: always", "appraisal: sometimes", "unknown appraisal"},
		{"by_law: county", "by_law: city", "who decides by law"},
		{"items: [MZ-03]", "items: [MZ-33]", "no item"},
		{"{key: edge,", "{key: egde,", "no status"},
		{"code: A+", "code: A", "used twice"},
		{"months: 12", "months: 0", "review class"},
		{"until: 2021-07-01", "until: 2014-05-01", "ends before"},
		{"special: 45", "special: 4500", "working days"},
		{"survey: {days: 3,", "survey: {days: 0,", "a survey needs"},
		{"laws: [社会救助暂行办法, 最低生活保障审核审批办法(试行)]", "laws: []", "its laws"},
	} {
		files := tree(t)
		files["packs.yaml"].Data = []byte(strings.Replace(string(files["packs.yaml"].Data), c.old, c.new, 1))
		var bad Problems
		if _, err := Load(files); !errors.As(err, &bad) || !strings.Contains(bad[0].What, c.what) || bad[0].Line == 0 || bad[0].Say == "" {
			t.Errorf("%s: got %v", c.new, err)
		}
	}
}
