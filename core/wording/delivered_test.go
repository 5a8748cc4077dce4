package wording

import (
	"strings"
	"testing"

	"lianou/core"
)

// What is handed over is said in plain words with what to do where it did not arrive, and by no
// name: it may lie on a table.
//
// Control: the sentence of 12345 left out.
func TestDeliveredKeepsTheVoice(t *testing.T) {
	t.Parallel()
	for _, h := range []Handed{
		{Item: "临时救助(花费大)", What: "面粉和食用油", Amount: "2 袋", On: core.NewDate(2026, 11, 29)},
		{Item: "帮找工作", What: "村里保洁的岗位", Amount: "1 个", On: core.NewDate(2026, 12, 1), Service: true, Deputy: true},
	} {
		n := Delivered(h)
		for _, fault := range Lint(n.Words) {
			t.Errorf("%s\n  in: %s", fault, n.Words)
		}
		for _, want := range []string{h.What + "," + h.Amount + "。", "如果没有", "请打 12345", Promise, "1"} {
			if !strings.Contains(n.Words, want) {
				t.Errorf("%q is not in: %s", want, n.Words)
			}
		}
	}
	if got := Delivered(Handed{Item: "取暖补助", What: "块煤", Amount: "1 吨", On: core.NewDate(2026, 11, 29)}).Words; got !=
		"取暖补助已经送到:块煤,1 吨。11月29日交给您家里人。如果没有收到,请打 12345,外地打 0534-12345。我们不收钱,不要验证码。" {
		t.Error(got)
	}
}
