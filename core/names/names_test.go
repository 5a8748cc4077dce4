package names_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lianou/core/names"
)

// TestCompare: each way in which one name is written twice, and names that only look
// like one. Control: leave variants.txt out of New.
func TestCompare(t *testing.T) {
	t.Parallel()
	table := names.New()
	for _, tc := range []struct {
		a, b string
		want names.Likeness
	}{
		{"周桂兰", "周桂兰", names.Same},
		{"周桂兰", " 周 桂　兰", names.Same},
		{"阿卜杜拉·买买提", "阿卜杜拉买买提", names.Same},
		{"阿卜杜拉•买买提", "阿卜杜拉・买买提", names.Same},
		{"周桂兰", "周桂蘭", names.Variant},
		{"劉國慶", "刘国庆", names.Variant},
		{"张喆", "张哲", names.Variant},
		{"李昇", "李升", names.Variant},
		{"赵玉峯", "赵玉峰", names.Variant},
		{"王冨贵", "王富贵", names.Variant},
		{"王⽟山", "王玉山", names.Variant}, // a radical in the place of a character
		{"买买提·阿卜杜拉", "阿卜杜拉·买买提", names.Order},
		{"买买提·阿卜杜拉", "阿卜杜拉买买提", names.Order},
		{"王〇", "王喆", names.Hidden},
		{"王□国", "王建国", names.Hidden},
		{"王(三个日)", "王晶", names.Hidden},
		{"王⿰吉吉国", "王喆国", names.Hidden},
		{"王\ue863国", "王䶮国", names.Hidden}, // somebody's own code page
		{"王□国", "王建军", names.Apart},
		{"王□", "李□", names.Apart},
		{"周桂兰", "周贵兰", names.Homophone},
		{"单雄", "善雄", names.Homophone},
		{"解晓红", "谢小红", names.Homophone},
		{"李淼", "李渺", names.Homophone}, // sound alike and are two characters
		{"周桂兰", "周桂芝", names.Near},
		{"周桂兰", "桂兰", names.Short},
		{"王建", "王建国", names.Short},
		{"阿卜杜拉·买买提", "阿布都拉·买买提", names.Heard},
		{"王伟", "王强", names.Surname},
		{"王建国", "王秀英", names.Surname},
		{"王桂兰", "李桂兰", names.Apart},
		{"", "", names.Apart},
		{"王", "", names.Apart},
	} {
		if got := table.Compare(tc.a, tc.b); got != tc.want {
			t.Errorf("%s and %s are %s, want %s", tc.a, tc.b, got, tc.want)
		}
		if got := table.Compare(tc.b, tc.a); got != tc.want {
			t.Errorf("%s and %s are %s, want %s", tc.b, tc.a, got, tc.want)
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	table := names.New()
	for _, tc := range [][3]string{
		{"周桂蘭", "zhouguilan", "zgl"},
		{"单雄信", "shanxiongxin", "sxx"},
		{"单大海", "shandahai", "sdh"},
		{"曾丽", "zengli", "zl"},
		{"尉迟敬德", "yuchijingde", "ycjd"},
		{"欧阳娜", "ouyangna", "oyn"},
		{"王单", "wangdan", "wd"}, // 单 is read as a surname only where it is one
		{"吕布", "lvbu", "lb"},
		{"阿卜杜拉·买买提", "abudulamaimaiti", "abdlmmt"},
		{"王□国", "wangguo", "wg"},
		{"", "", ""},
	} {
		if reading, initials := table.Reading(tc[0]), table.Initials(tc[0]); reading != tc[1] || initials != tc[2] {
			t.Errorf("%s reads %s (%s), want %s (%s)", tc[0], reading, initials, tc[1], tc[2])
		}
	}
	if a, b := table.AnyOrder("买买提·阿卜杜拉"), table.AnyOrder("阿卜杜拉买买提"); a != b || a == "" {
		t.Errorf("the parts in two orders are %q and %q", a, b)
	}
}

// TestFoldIsFinal: folding what is folded changes nothing, and likeness has no side.
func TestFoldIsFinal(t *testing.T) {
	t.Parallel()
	table := names.New()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("王李國国蘭兰喆哲·•〇□⿰(（）)寳寶龢 a")), 0, 8, -1))
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		folded := table.Fold(a)
		if again := table.Fold(folded); again != folded {
			t.Fatalf("%q folds to %q and that to %q", a, folded, again)
		}
		if x, y := table.Compare(a, b), table.Compare(b, a); x != y {
			t.Fatalf("%q and %q are %s, the other way %s", a, b, x, y)
		}
	})
}

// FuzzFold: nothing that anybody types makes a name that is no text, or takes long.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"周桂兰", "阿卜杜拉·买买提", "王⿰吉", "⿲⿲⿲⿲", "王(", "王(三个日)", "\ufffd\ue000", "𠮷野"} {
		f.Add(s)
	}
	table := names.New()
	f.Fuzz(func(t *testing.T, s string) {
		folded := table.Fold(s)
		if !utf8.ValidString(folded) || utf8.RuneCountInString(folded) > 60*18 {
			t.Errorf("%q folds to %q", s, folded)
		}
		table.Reading(s)
		table.AnyOrder(s)
	})
}
