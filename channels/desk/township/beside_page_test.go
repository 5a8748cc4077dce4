package township_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels/browsertest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
	"lianou/intake/talks"
)

// beside is a desk with one case, whose application an account sent, and what the owner
// lays beside it.
func beside(t *testing.T, lay ...string) (*desktest.Desk, http.Handler, *http.Cookie) {
	t.Helper()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	proposed(t, d, cases)
	far := core.Application{ID: core.ApplicationID(uuid.NewString()), Receipt: "4071882643", Channel: "app", At: time.Now(),
		Applicant: core.Applicant{Ref: "m1", Name: "别处的人"}, Contact: core.Contact{Name: "别处的人", Capacity: core.CapacitySelf},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	must(t, d.DB.Tx(t.Context(), pg.Regions("371426102"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := cases.Open(ctx, tx, casefile.NewCase{Application: far, Region: "371426102", Town: "恩城镇"})
		return err
	}))
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, s := range lay {
			if _, err := tx.Exec(ctx, s); err != nil {
				return pg.Fail(err, s)
			}
		}
		return nil
	}))
	in, err := jobs.NewInserter(jobs.Gateway)
	must(t, err)
	chats, err := talks.NewDesk(talks.DeskDeps{DB: d.DB, Opener: d.Keys.Platform.Opener, Self: d.Keys.Platform.Self, Gateway: d.Keys.Platform.Gateway, Jobs: in, Audit: d.Audit, Bell: d.Bell})
	must(t, err)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions, Chats: chats})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	return d, handler, d.Sessions(t, room, "wangmiao.officer")["wangmiao.officer"]
}

// The page of a case says that the same person has one in another town: the town, the last
// four of its receipt, its day and how far it is, and nothing of who is in it. It says by
// which law its days run, and offers the meeting that the law of its day has for a dispute.
//
// Controls: doubtViews without Beyond, and case.html without its list: the words are missing;
// case_beyond with the whole receipt: "4071882643"; case.html without the law of what is ahead.
func TestThePageSaysWhereElseThePersonAsked(t *testing.T) {
	t.Parallel()
	_, handler, _ := beside(t, `insert into case_doubt (case_id, region, application, kind, other, made)
		select f.id, f.region, f.application, 'elsewhere', o.id, now() from casefile f, casefile o where f.id < o.id`,
		`alter table claim disable trigger claim_terms_stay`, // terms are given when a claim is accepted; this one was laid bare
		`update claim set notice_days = 7, state = 'noticed', terms = '{"on": "2024-03-01", "packs": "C D E", "days": 20, "special": 45, "law": "通知第四部分",
			"notices": 1, "notice_law": "审核确认办法第19条", "appraisal": "disputed", "appraise_law": "审核确认办法"}' where item = 'MZ-01'`,
		`alter table claim enable trigger claim_terms_stay`,
		`update claim set state = 'objected' where item = 'MZ-01'`,
		`insert into deadline (case_id, region, claim_id, kind, due, first_due, next, law) select case_id, region, id, 'decide', '2030-05-08', '2030-05-08', '2030-05-08',
			'特殊情况,45 个工作日。通知第四部分' from claim where item = 'MZ-01'`)
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login")
	tab.Fill("input[name=login]", "wangmiao.officer")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Desk()
	tab.Open(site.URL + "/desk/township/case/1")
	tab.Eval(`document.querySelectorAll("details").forEach(d => d.open = true); ""`)
	for _, want := range []string{"先核对:同一个人在别处还有一件没办完", "那一件:恩城镇 · 回执尾号 2643", "等受理", "别的镇也有一件:恩城镇",
		"5月8日 前 · 特殊情况,45 个工作日。通知第四部分", "登记民主评议", "按2024年3月1日的办法办"} {
		if !tab.Has(want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	for _, never := range []string{"别处的人", "4071882643", "4071 8826 43"} {
		if tab.Has(never) {
			t.Errorf("the page says %s", never)
		}
	}
	tab.Faultless()
	tab.Shot("township-beyond")
	tab.Phone()
	tab.Faultless()
	tab.Shot("township-beyond-phone")
	tab.Quiet()
}

// The timeline says when the conversation was with an agent and how it came back; of the
// account that sent the application, before it came, and of nobody else.
//
// Controls: Hands without the account ("转人工" of another), without Until (three of them).
func TestTheTimelineSaysThatAnAgentHadTheTalk(t *testing.T) {
	t.Parallel()
	_, handler, cookie := beside(t, `insert into citizen (id, created) values ('c00000000000000000000000000000001', now()), ('c00000000000000000000000000000002', now())`,
		`update case_application set citizen = 'c00000000000000000000000000000001' where receipt = '4071882635'`,
		`insert into call (id, exchange, began, noted) select 'chat-' || n, 'wechat', now(), now() from generate_series(1, 4) n`,
		`insert into talk_hand (call, citizen, asked, opened, closed, how, over) values
			('chat-1', 'c00000000000000000000000000000001', now() - interval '3 days', null, now() - interval '2 days', 'lapsed', now() - interval '2 days'),
			('chat-2', 'c00000000000000000000000000000001', now() - interval '5 hours', now() - interval '4 hours', now() - interval '3 hours', 'back', now() - interval '3 hours'),
			('chat-3', 'c00000000000000000000000000000001', now() + interval '1 hour', null, now() + interval '2 hours', 'rung', now() + interval '2 hours'),
			('chat-4', 'c00000000000000000000000000000002', now() - interval '1 hours', null, now(), 'left', now())`)
	r := httptest.NewRequest(http.MethodGet, "/desk/township/case/1", nil)
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	page := w.Body.String()
	for words, n := range map[string]int{"微信里转人工": 2, "一天没人再说话,机器接着问": 1, "坐席接了微信对话": 1, "坐席交回,机器接着问": 1, "本人不等坐席": 0, "本人要坐席打电话": 0} {
		if got := strings.Count(page, words); got != n {
			t.Errorf("%q %d times, want %d", words, got, n)
		}
	}
	if at, back := strings.Index(page, "一天没人再说话"), strings.Index(page, "坐席接了微信对话"); at < 0 || at > back {
		t.Error("not in their order")
	}
}
