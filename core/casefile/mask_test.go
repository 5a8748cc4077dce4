package casefile

import (
	"strings"
	"testing"
)

// What a board shows of a name is its first character and 某, and never two characters of a
// given name: of two, three and four characters, compound surnames, names with a dot, in
// Latin letters, of one character, with spaces; nor anything of a number, a telephone or an
// address that stands where a name should.
//
// Control: the first character taken whatever it is ("371426195803042213": "3某某").
func TestABoardTellsNoName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"王五": "王某", "张桂兰": "张某某", "欧阳修": "欧某某", "欧阳修文": "欧某某", "司马相如": "司某某", "诸葛亮": "诸某某", "尉迟恭": "尉某某",
		"阿里·买买提": "阿某某", "买买提·艾力": "买某某", "古丽娜尔·阿不都热依木": "古某某", "艾合买提•托合提": "艾某某", "卓玛": "卓某",
		"李": "李某", "𠮷田": "𠮷某", "John Smith": "J某某", "Li": "L某", " 王五 ": "王某", "王 五": "王某某", "": "某某", "  ": "某某",
		"371426195803042213": "某某", "13905341234": "某某", "·买买提": "某某", "(王五)": "某某", "0534": "某某",
	} {
		got := MaskName(name)
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		shown := []rune(strings.ReplaceAll(got, "某", ""))
		if len(shown) > 1 {
			t.Errorf("%q shows %d characters: %q", name, len(shown), got)
		}
		if strings.ContainsAny(got, "0123456789·•") {
			t.Errorf("%q shows a digit or how it is built: %q", name, got)
		}
	}
}
