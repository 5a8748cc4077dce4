package township_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// proposed opens a case with two proposals: one that the township decides, with a
// sample sum for each month, and one that is the county's.
func proposed(t *testing.T, d *desktest.Desk, cases *casefile.Store) {
	t.Helper()
	app := core.Application{ID: "018f0000-0000-7000-8000-000000000001", Receipt: "4071882635", Channel: "app", At: time.Now(),
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰"}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	must(t, d.DB.Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		_, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Village: channeltest.Town + "001", Town: "王庙镇", VillageName: "东街村"})
		return err
	}))
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, s := range []string{`update casefile set routed = now(), state = 'accepted', accepted = now(), officer = 99999`,
			`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, sample, created, updated)
				select id, region, i.item, i.name, i.name, '民政', i.decides, 0, true, 36000, 'month', true, now(), now()
				from casefile, (values ('MZ-01', '最低生活保障', 'township'), ('MZ-05', '孤儿基本生活保障', 'county')) as i (item, name, decides)`,
			`update claim set state = 'agreed', agreed_how = 'phone', agreed_at = now()`,
			`update claim set state = 'reviewed', proposer = 99999, proposal = 'approve', reasons = '[{"outcome": "stated", "text": "符合条件"}]'`} {
			if _, err := tx.Exec(ctx, s); err != nil {
				return pg.Fail(err, s)
			}
		}
		return nil
	}))
}

// Whoever decides sees how much, how often, and that the figure is a sample; what is
// the county's is said to be there.
// Control: the panel as it was says 360 元 and no more, and nothing of the county.
func TestTheDecidingPageSaysSumPeriodAndCounty(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	proposed(t, d, cases)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	r := httptest.NewRequest(http.MethodGet, "/desk/township/case/1", nil)
	r.AddCookie(d.Sessions(t, room, "wangmiao.approver")["wangmiao.approver"])
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	page := w.Body.String()
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %.600s", w.Code, page)
	}
	for what, want := range map[string]string{
		"the sum":        `<p><b class="num">360 元/月</b> <span class="chip amber">样本</span></p>`,
		"the county":     `<b>孤儿基本生活保障</b><br>等县里定。`,
		"the chip":       `<span class="chip petal">等县里定</span>`,
		"the other chip": `<span class="chip petal">等第二人定</span>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing: %s", what, want)
		}
	}
}
