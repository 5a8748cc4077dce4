package township_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/core/staff"
)

// A periodic re-check that is near stands over the queue and is the first thing on its case; whoever looked
// says that it goes on, and it is on record with what was seen. The money is nobody's to stop meanwhile.
//
// Controls, named: ReviewsDue left out of the queue; the act not among the leading.
func TestARecheckOnThePage(t *testing.T) {
	t.Parallel()
	h := newStore(t)
	root, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica;
		update casefile set state = 'settled', settled = now();
		update claim set state = 'closed', money = 'paid', paid = now(), told = now(), cash = true, period = 'month', amount = 36000, item = 'MZ-01', name = '最低生活保障', everyday = '低保' where item = 'YJ-01';
		insert into benefit_review (claim_id, case_id, region, nth, class, who, months, packs, since, due, told)
			select id, case_id, region, 1, 'B', '收入不稳定、有劳动能力的', 6, 'C D', current_date - 170, current_date + 12, 15 from claim where item = 'MZ-01';
		commit`)
	must(t, err)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	officer := browsertest.Start(t).Tab(t)
	officer.Open(site.URL + "/desk/login")
	officer.Fill("input[name=login]", "wangmiao.officer")
	officer.Fill("input[name=password]", staff.DemoPassword)
	officer.Go(".login .btn.go")
	officer.Open(site.URL + "/desk/township")
	narrow(officer)
	officer.Until("it stands over the queue", `["要定期复核的", "周桂兰", "最低生活保障", "没看以前,钱照发"].every((w) => document.querySelector("main").innerText.includes(w))`)
	officer.Accessible()
	officer.Whole()
	officer.Shot("township-reviews-phone")
	officer.Go(`[aria-label="要定期复核的"] a`)
	form := `form[action$="/periodic_review"]`
	officer.Until("it leads", `!!document.querySelector('.lead `+form+`') && ["B 类,6 个月一次", "没看以前,钱照发"].every((w) => document.querySelector('`+form+`').innerText.includes(w))`)
	officer.Accessible()
	officer.Whole()
	officer.Eval(`document.querySelector('` + form + `').scrollIntoView(); ""`)
	officer.Shot("township-review-phone")
	officer.Fill(form+" [name=seen]", "上门看过,还是娘俩,没变")
	officer.Go(form + " .btn")
	officer.Wait("办好了:定期复核")
	officer.Until("it is on record", `["照原来的发", "上门看过,还是娘俩,没变"].every((w) => document.querySelector("#reviews").innerText.includes(w)) && !document.querySelector('`+form+`')`)
	officer.Desk()
	officer.Accessible()
	officer.Eval(`document.querySelector("#reviews").scrollIntoView(); ""`)
	officer.Shot("township-review-done")
	officer.Quiet()
}
