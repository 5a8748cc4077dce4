package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
)

// hangs puts notices up, with what a masked name, a place and a sum are; law is of the pack.
func (d *door) hangs(t *testing.T) {
	t.Helper()
	d.super(t, `insert into claim (id, case_id, region, item, name, everyday, department, state, decides, notice_days, cash, amount, period, terms, created, updated, proposer, proposal, reasons)
		overriding system value select i.n, i.n, i.region, i.item, i.name, i.name, '民政', 'noticed', 'township', 7, true, 36000, 'month',
			jsonb_build_object('on', '20260301', 'packs', 'C D', 'notice_law', i.law), now(), now(), 1, 'approve', '[{"text":"x"}]'
		from (values (101, '371426104', 'MZ-01', '最低生活保障', '最低生活保障审核确认办法第19条'), (102, '371426104001', 'MZ-02', '特困人员救助供养', '特困人员认定办法第13至16条'),
			(103, '371426104', 'MZ-05', '孤儿基本生活保障', ''), (104, '371426103', 'MZ-01', '最低生活保障', '最低生活保障审核确认办法第19条')) i (n, region, item, name, law)`)
	d.super(t, `insert into public_notice (claim_id, case_id, region, item_name, from_day, until_day, place, name, people, amount, period, sample, proposer)
		select id, id, region, name, (now() at time zone 'Asia/Shanghai')::date, (now() at time zone 'Asia/Shanghai')::date + 7,
			case id when 102 then '王庙镇小王庄' when 104 then '别的镇' else '王庙镇' end, case id when 101 then '张某某' when 102 then '王某' when 103 then '李某' else '赵某某' end, 3, 36000, 'month', true, 1
		from claim where id between 101 and 104`)
}

// The public board shows everybody, without a log-in, what hangs today in a township and in
// each village: masked name, number of people, item and sum, and no more. No child's item is on
// it whatever the rows say. After the last day the same address says that nothing hangs. A
// confirmed benefit is published for seven days more where the law says so, and not while it
// is appealed or once it was changed. No engine may keep the page, and there is no way to ask
// it for a name.
//
// Controls: no filter of children's items ("the board shows 孤儿"); the days not compared ("it
// hangs after its last day"). Named, not seen red: the confirmed whatever the law ("特困").
func TestTheBoardShowsWhatHangsAndNoMore(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	d.hangs(t)
	get := func(path string) (int, string, http.Header) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/c/app"+path, nil)
		must(t, err)
		resp, err := s.Client().Do(r)
		must(t, err)
		defer resp.Body.Close()
		_, page, _ := fetched(t, s.Client(), r)
		return resp.StatusCode, page, resp.Header
	}
	status, page, head := get("/board/" + channeltest.Town)
	for _, want := range []string{"张某某", "家 3 口人", "最低生活保障", "360 元/月", "样本", "特困人员救助供养", "打 <a href=\"tel:12345\">", "校验码"} {
		if !strings.Contains(page, want) {
			t.Errorf("%d: the board lacks %s", status, want)
		}
	}
	for _, bad := range []string{"孤儿", "李某", "赵某某", "别的镇", "type=\"search\"", "<input type=\"text\""} {
		if strings.Contains(page, bad) {
			t.Errorf("the board shows %s", bad)
		}
	}
	if !strings.Contains(head.Get("X-Robots-Tag"), "noindex") || !strings.Contains(page, `name="robots"`) || head.Get("Cache-Control") != "no-store" {
		t.Errorf("an engine may keep it: %v", head)
	}
	if regexp.MustCompile(`\d{15,}|1[3-9]\d{9}`).MatchString(strings.ReplaceAll(page, "371426104001", "")) {
		t.Error("a number stands on the board")
	}
	if _, village, _ := get("/board/371426104001"); !strings.Contains(village, "小王庄") || strings.Contains(village, "张某某") {
		t.Error("the village's board is not its own")
	}
	if _, sheet, _ := get("/board/" + channeltest.Town + "/sheet"); !strings.Contains(sheet, "data-print") || !strings.Contains(sheet, "校验码") {
		t.Error("no sheet")
	}
	for _, none := range []string{"371426", "371426999", "999999999", "x", "371426104'"} {
		if status, _, _ := get("/board/" + none); status != 404 && status != 400 {
			t.Errorf("place %s: %d", none, status)
		}
	}
	if status, page, _ := get("/board"); status != 200 || !strings.Contains(page, "/c/app/board/"+channeltest.Town) {
		t.Errorf("the list of boards: %d", status)
	}
	// Decided on the eighth day: what hung is over, and one of the two laws has it published.
	d.db.Advance(24 * time.Hour * 8)
	d.super(t, `update public_notice set state = 'ended'`)
	if _, page, _ := get("/board/" + channeltest.Town); !strings.Contains(page, "这里现在没有公示。") || strings.Contains(page, "张某某") {
		t.Error("it hangs after its last day")
	}
	d.super(t, `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		select id, id, region, 'approved', 36000, 'month', true, 1, 2, '[{"text":"x"}]', '收到信起 60 天内,可向县政府申请行政复议。', '{"visit": 1, "notice": 1}', 1, repeat('a', 64), 'b', lianou_now(), md5(id::text) || md5(id::text) from claim where id in (101, 102)`)
	_, page, _ = get("/board/" + channeltest.Town)
	if !strings.Contains(page, "已批准,公布") || !strings.Contains(page, "第24条") || !strings.Contains(page, "张某某") || strings.Contains(page, "特困") {
		t.Errorf("after the confirmation:\n%s", page)
	}
	d.db.Advance(24 * time.Hour * 8)
	if _, page, _ := get("/board/" + channeltest.Town); strings.Contains(page, "张某某") {
		t.Error("published for ever")
	}
}
