package township

import (
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/registry"
)

// A stop is handed over on paper as every decision is: what ends and when, why, who
// decided and how to ask again. One that nobody has decided has no letter.
//
// Control: look for decisions only in written.
func TestAStopHasItsLetter(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	v := casefile.View{Claims: []casefile.Claim{{ID: 4, Name: "最低生活保障", Everyday: "低保", Department: "民政局"}}, Changes: []casefile.Change{
		{ID: 7, Claim: 4, Kind: casefile.ChangeStop, Was: 36000, From: "202701", Reason: "儿子上班了。", State: casefile.ChangeApproved, Proposer: 11, Approver: 12,
			Decided: time.Date(2026, 11, 27, 9, 0, 0, 0, core.China), Appeal: "收到信起 60 天内,可向平原县政府申请行政复议。"},
		{ID: 8, Claim: 4, Kind: casefile.ChangeStop, State: casefile.ChangeProposed}}}
	v.Applicant, v.Receipt, v.Town, v.Region = "李秀英", "1234567890", "王庙镇", "371426103"
	room := New(Deps{Regions: regions})
	l, found := room.written(v, "stop-7", "")
	if !found || l.proposer != 11 || l.approver != 12 || l.On != "2026年11月27日" || l.detail["change"] != int64(7) {
		t.Fatalf("found %v: %+v", found, l)
	}
	text := l.Letter.Text()
	for _, want := range []string{"最低生活保障停发告知书", "李秀英", "(停发)", "2027 年 1 月起停发", "360 元", "儿子上班了。", "行政复议", "王庙镇人民政府"} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter lacks %s:\n%s", want, text)
		}
	}
	v.Claims[0].Decides = "township"
	if l, _ := room.written(v, "stop-7", "德州市平原县民政局"); !strings.Contains(l.Letter.Text(), "平原县民政局") || strings.Contains(l.Letter.Text(), "王庙镇人民政府") {
		t.Errorf("what the county decided is signed by the township:\n%s", l.Letter.Text())
	}
	for _, name := range []string{"stop-8", "stop-9", "7", "stop-", "x"} {
		if _, found := room.written(v, name, ""); found {
			t.Errorf("%s is a letter", name)
		}
	}
}
