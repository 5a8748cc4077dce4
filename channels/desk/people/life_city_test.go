package people_test

import (
	"net/url"
	"strings"
	"testing"

	"lianou/core"
)

// Two people of two counties marry: neither county sees both, and each is told who does; the
// city registers it, in the same two steps, and takes it back. A household that moves to
// another county is registered by the city too, which chooses the county first.
//
// Red, as it was: the city has no such page ("the city is offered: 403"), while the county is
// told to call the city. Control, seen red: lifeOf without chooseCounty ("to another county: 422").
func TestTheCityTellsOfTwoCounties(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	form := func(kind string, more ...string) url.Values {
		v := url.Values{"for": {"reported"}, "kind": {kind}, "day": {core.DateOf(h.Shell.Now()).String()}, "proof": {"paper"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	her := herNumber + string(core.IDCheckDigit(herNumber))
	marries := form("marriage", "member", "4", "name", "周桂兰", "other", her, "relation", "other", "where", "here")
	h.cookie = h.over
	h.says(t, "the county's list", zhangs+"?for=reported", nil, "由市里的人在「查人」里找到这一家登记")
	if code, body := h.ask(t, zhangs, marries); code != 404 || !strings.Contains(text(body), "请把两个人的姓名、身份证号和看过的证件告诉市里") {
		t.Errorf("the county: %d %s", code, text(body))
	}
	h.cookie = h.wide
	if code, body := h.ask(t, zhangs+"?for=reported", nil); code != 200 || !strings.Contains(body, "kind=marriage") || strings.Contains(body, "kind=birth") {
		t.Fatalf("the city is offered: %d %s", code, text(body))
	}
	h.says(t, "their page", "/desk/people/household/2?for=check", nil, "登记变动")
	if code, body := h.ask(t, zhangs, spoiled(marries, "name", "周桂花")); code != 404 || strings.Contains(text(body), "告诉市里") || !strings.Contains(text(body), "可能姓名或号码不对") {
		t.Errorf("a slip: %d %s", code, text(body))
	}
	h.says(t, "the last step", zhangs, marries, "周桂兰住到这一家来", "还没有登记", "留在周桂兰家的:王小军")
	if code, body := h.ask(t, zhangs, spoiled(spoiled(marries, "seen", "1"), "sure", "1")); code != 303 {
		t.Fatalf("register: %d %s", code, text(body))
	}
	h.says(t, "they live together", "/desk/people/household/2?for=check", nil, "周桂兰", "5 口人")
	body := h.says(t, "what happened", zhangs+"?for=reported", nil, "结婚:", "周桂兰", "韩立新")
	_, rest, _ := strings.Cut(body, `name="event" value="`)
	event, _, _ := strings.Cut(rest, `"`)
	if code, body := h.ask(t, zhangs+"/undo", url.Values{"for": {"reported"}, "event": {event}, "sure": {"1"}, "reason": {"两个人都说还没有登记"}}); code != 303 {
		t.Errorf("undo: %d %s", code, text(body))
	}
	h.says(t, "as before", motherAndSon+"?for=check", nil, "周桂兰家 · 2 口人")

	body = h.says(t, "which county", zhangs+"?for=reported&kind=move_town", nil, "住到哪个县", "平原县", "!门牌")
	if !strings.Contains(body, "county=371426") {
		t.Error("Pingyuan is not offered")
	}
	h.says(t, "which village", zhangs+"?for=reported&kind=move_town&county=371426", nil, "王庙镇", "门牌", "!德平镇")
	village := h.Regions.Villages("371426104")[0]
	moves := form("move_town", "county", "371426", "town", "371426104", "village", string(village.Code))
	h.says(t, "to another county", zhangs, moves, "家搬到王庙镇"+village.Name, "还没有登记")
	if code, body := h.ask(t, zhangs, spoiled(moves, "sure", "1")); code != 303 {
		t.Errorf("to another county: %d %s", code, text(body))
	}
}
