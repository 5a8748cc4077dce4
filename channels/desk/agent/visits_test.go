package agent_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/pg"
	"lianou/intake/calls"
)

// inVain has the agent ring a caller back three times who never answers, and gives what
// the page said before the last time and after it.
func (b *booth) inVain(t *testing.T, id string, phone core.Phone, typed url.Values) (before, after string) {
	t.Helper()
	long := time.Now().Add(-2 * time.Hour)
	_, err := b.gateway.Heard(t.Context(), calls.Report{ID: id, Exchange: "test", Caller: phone, Began: long, Ended: long.Add(time.Minute)})
	must(t, err)
	for range calls.MostTries {
		_, before = b.ask(t, "0317", "/desk/agent/call/"+id, nil)
		if typed != nil {
			typed.Set("draft.rev", "0")
			if code, said := b.ask(t, "0317", "/desk/agent/call/"+id+"/draft", typed); code != 200 {
				t.Fatalf("save the draft: %d %s", code, said)
			}
			typed = nil
			_, before = b.ask(t, "0317", "/desk/agent/call/"+id, nil)
		}
		if code, said := b.ask(t, "0317", "/desk/agent/call/"+id+"/missed", url.Values{}); code != 303 {
			t.Fatalf("missed: %d %s", code, said)
		}
	}
	_, after = b.ask(t, "0317", "/desk/agent", nil)
	return before, after
}

func (b *booth) visitsAt(t *testing.T, region core.RegionCode) (out []calls.Visit) {
	t.Helper()
	must(t, b.d.DB.Read(t.Context(), pg.Regions(region), func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = b.calls.Visits(ctx, tx, []core.RegionCode{region}, "")
		return err
	}))
	return out
}

// F93: before the third time in vain the page says where somebody will go, and there they
// go: where the form says, before where the register has the number; one of two under a
// number is nobody. Control: whereOf that takes the first of several, "goes to one of two".
func TestWhereSomebodyGoes(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	typed := form(map[string]string{"live.village": "", "live.township": "371424103", "live.county": "371424", "live.detail": "桥头第二家", "story": "说着就断了"})
	before, _ := b.inVain(t, "CA5", core.CallerPhone(channeltest.Phone), typed)
	if !strings.Contains(before, "请协理员上门:临邑县德平镇(坐席在表里记的)") {
		t.Errorf("before the third time: %s", before)
	}
	if list := b.visitsAt(t, "371424103"); len(list) != 1 || list[0].Who != "张桂兰" || list[0].Detail != "桥头第二家" || list[0].Told != "说着就断了" || list[0].Due < core.DateOf(time.Now()) {
		t.Errorf("where the form says: %+v", list)
	}
	before, after := b.inVain(t, "CA6", core.CallerPhone(channeltest.Phone), nil)
	if !strings.Contains(before, "还不知道住哪个镇") || !strings.Contains(after, `要打听住处的 <b class="num">1</b> 人`) || len(b.visitsAt(t, channeltest.Town)) != 0 {
		t.Errorf("goes to one of two under the number: %s %+v", after, b.visitsAt(t, channeltest.Town))
	}
	// Of the two, an agent has heard which one it is: known by the number, and a hint.
	must(t, b.calls.Take(t.Context(), "CA1", b.d.ID(t, "0317")))
	b.ask(t, "0317", "/desk/agent/call/CA1/caller", url.Values{"person": {b.id("周桂兰")}, "theirs": {"yes"}})
	if before, _ := b.inVain(t, "CA7", core.CallerPhone(channeltest.Phone), nil); !strings.Contains(before, "请协理员上门:平原县王庙镇(这个号码登记的,不一定是他)") {
		t.Errorf("known by the number: %s", before)
	}
	if list := b.visitsAt(t, channeltest.Town); len(list) != 1 || list[0].Who != "周桂兰" || list[0].Source != calls.SourceNumber {
		t.Errorf("known by the number: %+v", list)
	}
}

// Who can be found nowhere stands with the agents until one says where, in words; a place
// without a township is asked again. Control: Stuck without "v.lost or", "the list".
func TestFoundOutWhere(t *testing.T) {
	t.Parallel()
	b := newBooth(t)
	b.inVain(t, "CA5", core.Phone{}, nil)
	_, page := b.ask(t, "0318", "/desk/agent/visits", nil)
	found := regexp.MustCompile(`/desk/agent/visits/([0-9]+)/place`).FindStringSubmatch(page)
	if found == nil || !strings.Contains(page, "不知道住哪个镇") || !strings.Contains(page, "没有显示号码") {
		t.Fatalf("the list: %s", page)
	}
	b.d.Env.LoseRace() // control: visits that adds to the list it read before ("told twice")
	if _, again := b.ask(t, "0318", "/desk/agent/visits", nil); strings.Count(again, "/place") != strings.Count(page, "/place") {
		t.Errorf("read again they are told twice: %s", again)
	}
	at := "/desk/agent/visits/" + found[1]
	for _, where := range []string{"平原县", "不知道", ""} {
		if code, _ := b.ask(t, "0318", at+"/place", url.Values{"where": {where}}); code != 422 {
			t.Errorf("%q: %d", where, code)
		}
	}
	if code, said := b.ask(t, "0318", at+"/phone", url.Values{}); code != 200 || !strings.Contains(said, "没有显示号码") {
		t.Errorf("the number: %d %s", code, said)
	}
	if code, said := b.ask(t, "0318", at+"/place", url.Values{"where": {"平原县王庙镇"}, "word": {"村里人说在镇上打工"}}); code != 303 {
		t.Errorf("placed: %d %s", code, said)
	}
	list := b.visitsAt(t, channeltest.Town)
	if len(list) != 1 || list[0].Source != calls.SourceAsked || len(list[0].Words) != 1 {
		t.Errorf("at the township: %+v", list)
	}
	// From here on it is the township's: an agent sees and ends what is on the agents' list.
	for _, act := range []string{"/ended", "/phone", "/place"} {
		code, _ := b.ask(t, "0318", at+act, url.Values{"word": {"又打通了"}, "where": {"平原县王庙镇"}})
		if code != 404 || len(b.visitsAt(t, channeltest.Town)) != 1 {
			t.Errorf("%s of a township's visit: %d", act, code)
		}
	}
}
