package workflow

import (
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
)

// A letter rests first on the ground of its own item: a heating subsidy that hangs on
// 低保 does not cite only the measure for 低保. Control: leave groundOf out of lawsOf.
func TestALetterCitesItsOwnItem(t *testing.T) {
	t.Parallel()
	book, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	d := casefile.Decision{Item: "ZJ-04", At: time.Date(2026, 11, 27, 9, 0, 0, 0, core.China), Reasons: []casefile.Reason{{Text: "家里是低保户", Law: "最低生活保障审核确认办法第4条"}}}
	got := Letters{Books: book}.lawsOf(casefile.View{}, d)
	if len(got) == 0 || len(got) > mostLaws || !strings.Contains(got[0], "残疾人保障法") {
		t.Errorf("%v", got)
	}
}
