package wording

import (
	"regexp"
	"strings"
	"testing"

	"lianou/core"
)

// What is missing is asked for calmly and in the same words at every door, however the
// officer ended what they wrote.
//
// Control: Lacks without stop (“。。”).
func TestLackingIsSaidCalmly(t *testing.T) {
	t.Parallel()
	day := core.NewDate(2026, 12, 11)
	got := AskOne("户口本首页、病历。", "拍照就行。", day).Words
	if want := "还差:户口本首页、病历。拍照就行。最好在12月11日前补上。晚了也能补,不会作废。"; strings.ReplaceAll(got, " ", "") != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A log-in code stands apart: no figure can be read into it, whatever is left out between.
//
// Control: "001379,5 分钟内有效".
func TestCodeStandsApart(t *testing.T) {
	t.Parallel()
	words := LoginCode("001379").Words
	if got := regexp.MustCompile(`[0-9]+`).FindAllString(words, -1); len(got) != 1 || got[0] != "001379" {
		t.Errorf("figures %v in %s", got, words)
	}
}
