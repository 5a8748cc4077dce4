package idcard

import (
	"strings"
	"testing"

	"lianou/core"
)

var today = core.NewDate(2026, 11, 28)

// What tesseract says of real pictures, with its spaces and its misreadings. Control:
// nothing squeezed, and 临 邑 县 has gaps; a check digit not asked for.
func TestUnderstand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, side, name, id, address, valid string }{
		"a good front": {"姓名 张桂兰\n性别 女 “民族 汉\n出生 1963 年3 月15日\n住址 山东省德州市临邑县\n王庙镇前张村12号\n公民身份号码 “371424196303150028",
			"front", "张桂兰", "371424196303150028", "山东省德州市临邑县王庙镇前张村12号", ""},
		"without its labels": {"张桂兰\n女             汉\n1963 年 3 月 15\n山东省德州市临 邑 县\n王庙镇前张村12号\n371424196303150028",
			"front", "张桂兰", "371424196303150028", "山东省德州市临邑县王庙镇前张村12号", ""},
		"a digit misread":       {"姓名 张桂兰\n公民身份号码 371424196303150029", "front", "张桂兰", "", "", ""},
		"a digit too many":      {"姓名 张桂兰\n公民身份号码 3371424196303150028", "front", "张桂兰", "371424196303150028", "", ""},
		"two numbers":           {"姓名 张桂兰\n371424196303150028\n371424194107100112", "front", "张桂兰", "", "", ""},
		"a good back":           {"中华人民共和国\n居民喘份证\n签发机关 “” 临虽县公安局\n有效期限。“ 2018.01.05-2038.01.05", "back", "", "", "", "20180105-20380105"},
		"a back without end":    {"居民身份证\n有效期限 2008.03.12-长期", "back", "", "", "", "20080312-长期"},
		"a back with no days":   {"居民身份证\n有效期限 2018.13.45-2038.01.05", "back", "", "", "", ""},
		"a back that ends soon": {"居民身份证\n有效期限 2018.01.05-2008.01.05", "back", "", "", "", ""},
		"a shopping list":       {"白菜\n豆腐 3 块", "", "白菜", "", "", ""},
		"nothing":               {"\n\n", "", "", "", "", ""},
	} {
		got := understand(strings.Split(c.in, "\n"), today)
		if string(got.Side) != c.side || got.Name != c.name || got.ID.Reveal() != c.id || got.Address != c.address || got.Valid != c.valid {
			t.Errorf("%s: side %q name %q number %v address %q valid %q", name, got.Side, got.Name, got.ID, got.Address, got.Valid)
		}
	}
}

func FuzzUnderstand(f *testing.F) {
	f.Add("姓名 张桂兰\n371424196303150028")
	f.Add("有效期限 2008.03.12-长期")
	f.Fuzz(func(t *testing.T, s string) {
		c := understand(strings.Split(s, "\n"), today)
		if c.Side == Back && (c.Name != "" || !c.ID.IsZero()) || c.Valid != "" && c.Side != Back {
			t.Fatalf("%+v", c)
		}
		_ = c.Until()
	})
}

// What people are told. Control: `Others` that asks for nothing stated as well.
func TestNote(t *testing.T) {
	t.Parallel()
	mine, _ := core.ParseID("371424196303150028", today)
	other, err := core.ParseID("371424194107100112", today)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		card   Card
		wanted Side
		stated core.IDNumber
		say    string
	}{
		"fits":                  {Card{Side: Front, ID: mine}, Front, mine, ""},
		"nothing stated":        {Card{Side: Front, ID: mine}, Front, core.IDNumber{}, ""},
		"nothing read":          {Card{}, Front, mine, ""},
		"somebody else's":       {Card{Side: Front, ID: other}, Front, mine, "不一样"},
		"the front again":       {Card{Side: Front, ID: mine}, Back, mine, "国徽面"},
		"the back for a front":  {Card{Side: Back, Valid: "20180105-20380105"}, Front, mine, "人像面"},
		"over":                  {Card{Side: Back, Valid: "20050105-20250105"}, Back, mine, "过期"},
		"its last day":          {Card{Side: Back, Valid: "20161128-20261128"}, Back, mine, ""},
		"good for ever":         {Card{Side: Back, Valid: "20050105-长期"}, Back, mine, ""},
		"no side could be told": {Card{Name: "张桂兰"}, Back, mine, ""},
	} {
		got := c.card.Note(c.wanted, c.stated, today)
		if (got == "") != (c.say == "") || !strings.Contains(got, c.say) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
