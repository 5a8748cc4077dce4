package registry

import (
	"slices"
	"strings"
	"testing"

	"lianou/core"
)

// A number or day that is wrong is refused with what is wrong with it, and nothing is
// looked for. Red by the old code, each "请用姓名(至少两个字)…".
func TestWhatIsMistypedIsSaid(t *testing.T) {
	r := bare(t)
	for _, c := range []struct{ query, says string }{
		{"372422196710209928", "身份证号有一位不对"},
		{"周桂兰 372422196710209928", "身份证号有一位不对"},
		{"37242219671020992", "身份证号要 18 位,您写了 17 位"},
		{"3724221967102099299", "身份证号要 18 位,您写了 19 位"},
		{"372422196713209929", "身份证号里的出生日期不对"},
		{"19671320", "没有 13 月"},
		{"1967-00-20", "没有 0 月"},
		{"1967年13月2日", "没有 13 月"},
		{"19670230", "1967 年 2 月没有 30 日"},
		{"1390534001", "手机是 11 位"},
		{"3月3日", "生日要把年也写上"}, // red: "电话号码不对。手机是 11 位…"
		{"周桂兰 10 月 20 号", "生日要把年也写上"},
		{"周 东街村", "只写一个字查不了"},
		{"周", "只写一个字查不了"},
		{"周 9929", "只写一个字查不了"},
		{"东街村", "只有地名还查不到人"},
		{"x!", "请用姓名"},
	} {
		q, err := r.parse(c.query, core.NewDate(2026, 11, 23), false)
		if err == nil || !strings.Contains(saidOf(err), c.says) {
			t.Errorf("%q: %q, want %q", c.query, saidOf(err), c.says)
		}
		if q.id != nil {
			t.Errorf("%q is looked for", c.query)
		}
	}
}

// What people type reaches the register in the one form that it has there. Red by the old
// code: `"周桂兰9929": … by "" (请用姓名(至少两个字)…` and seventeen more.
func TestWhatIsTypedHasOneForm(t *testing.T) {
	r := bare(t)
	for _, c := range []struct{ query, parts, by string }{
		{"３７２４２２１９６７１０２０９９２９", "372422196710209929", "id_number"},
		{"372422 19671020 9929", "372422196710209929", "id_number"},
		{"ｚｇｌ　００１１", "zgl 0011", "pinyin tail"},
		{"139 0534 0011", "13905340011", "phone"},
		{"139-0534-0011", "139-0534-0011", "phone"},
		{"+86 139 0534 0011", "+8613905340011", "phone"},
		{"008613905340011", "008613905340011", "phone"},
		{"0534 2612345", "05342612345", "phone"},
		{"0531 86012345", "053186012345", "phone"},
		{"0531 20100101", "0531 20100101", "tail birth"}, // red: "053120100101" by "phone"
		{"0128 2010-01-01", "0128 20100101", "tail birth"},
		{"20100101 0531", "20100101 0531", "birth tail"},
		{"1967-10-20", "19671020", "birth"},
		{"1967.1.2", "19670102", "birth"},
		{"1967/10/20", "19671020", "birth"},
		{"周桂兰1967年10月20日", "周桂兰 19671020", "name birth"},
		{"1967 年 1 月 2 号 周桂兰", "19670102 周桂兰", "birth name"},
		{"周桂兰9929", "周桂兰 9929", "name tail"},
		{"周桂兰992X", "周桂兰 992X", "name tail"},
		{"9929周桂兰", "9929 周桂兰", "tail name"},
		{"zgl9929", "zgl 9929", "pinyin tail"},
		{"周桂兰\u200b", "周桂兰", "name"},
		{"19671020 9929", "19671020 9929", "birth tail"},
		{"周?兰", "周?兰", "name"},
		{"阿卜杜拉．买买提", "阿卜杜拉．买买提", "name"},
	} {
		q, err := r.parse(c.query, core.NewDate(2026, 11, 23), false)
		if got := strings.Join(Spelled(c.query), " "); err != nil || got != c.parts || strings.Join(q.by, " ") != c.by {
			t.Errorf("%q: %q by %q (%s), want %q by %q", c.query, got, strings.Join(q.by, " "), saidOf(err), c.parts, c.by)
		}
	}
	for query, one := range map[string]bool{"zhou": true, "ＷＡＮＧ": true, "zhou 东街村": true, "zgl": false, "guilan": false, "zhou gui lan": false, "周桂兰": false} {
		if OneSyllable(query) != one {
			t.Errorf("%q is one syllable: %v", query, !one)
		}
	}
	if got := Spelled("周桂兰,王庙镇;9929、zgl"); !slices.Equal(got, []string{"周桂兰", "王庙镇", "9929", "zgl"}) {
		t.Errorf("parts %q", got)
	}
}

func saidOf(err error) string {
	if err == nil {
		return ""
	}
	return core.Known(err).Say
}
