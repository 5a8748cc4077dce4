package city_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/channels/desk/city"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// overdue lays two cases that are late: one has climbed to the city, the other to the
// township, and the second was told later.
func overdue(t *testing.T, d *desktest.Desk, cases *casefile.Store) {
	t.Helper()
	for i, name := range []string{"周桂兰", "王二保"} {
		app := core.Application{ID: core.ApplicationID(fmt.Sprintf("018f0000-0000-7000-8000-00000000000%d", i+1)), Receipt: []core.Receipt{"4071882635", "4071882643"}[i], Channel: "app", At: time.Now(),
			Applicant: core.Applicant{Ref: "m1", Name: name}, Contact: core.Contact{Name: name, Capacity: core.CapacitySelf},
			Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
		must(t, d.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Village: channeltest.Town + "001", Town: "王庙镇", VillageName: "东街村"})
			return err
		}))
	}
	officer, assistant := d.ID(t, "wangmiao.officer"), d.ID(t, "wangmiao.assistant1")
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, s := range []string{fmt.Sprintf(`update casefile set routed = now(), officer = %d, assistant = %d`, officer, assistant),
			`insert into deadline (case_id, region, kind, due, first_due, next, level) select id, region, 'accept', current_date - 10, current_date - 10, current_date, case receipt when '4071882635' then 4 else 2 end from casefile`,
			fmt.Sprintf(`insert into climb (deadline, case_id, region, rung, due, told, staff) select d.id, d.case_id, d.region, r, d.due,
				now() - make_interval(days => 12 - 2 * r, hours => 2 * d.level), case r when 1 then %d when 2 then %d end from deadline d, generate_series(1, d.level) r`, assistant, officer)} {
			if _, err := tx.Exec(ctx, s); err != nil {
				return pg.Fail(err, s)
			}
		}
		return nil
	}))
}

// What is late lies before each rung on its own page, oldest first, with what to do next and
// who was told before: the officer opens it and it is written down; the county reads who in
// the township has it; the city reads its number and nobody's name.
// Control: queue.html without late-list ("the officer sees []"); View without seeClimbs ("it
// is still new"); the city's list with the applicant ("the city reads a name").
func TestWhatIsLateLiesBeforeEachRung(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	overdue(t, d, cases)
	town := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	whole := city.New(city.Deps{DB: d.DB, Cases: cases, Staff: d.Staff, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(town, whole)
	must(t, err)
	site := httptest.NewServer(handler)
	t.Cleanup(site.Close)
	b := browsertest.Start(t)
	as := func(login string) *browsertest.Tab {
		tab := b.Tab(t)
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Desk()
		return tab
	}
	judge := func(tab *browsertest.Tab, name string) {
		tab.Faultless()
		tab.Shot(name)
		tab.View(name+"-360", 360, 740)
		tab.Phone()
		tab.Whole()
		tab.Faultless()
		tab.Desk()
	}
	const late = `[...document.querySelectorAll("section[aria-label*=催到] tbody tr")].map(e => e.innerText.replace(/\s+/g, " "))`

	officer := as("wangmiao.officer")
	officer.Open(site.URL + "/desk/township")
	if got := officer.Eval(late + `.map(e => e.slice(0, 3)).join()`); got != "周桂兰,王二保" {
		t.Errorf("the officer sees [%s]", got)
	}
	if !officer.Has("今天联系这家") || !officer.Has("没看过") {
		t.Errorf("what to do is not said: %s", officer.Eval(late+`.join("\n")`))
	}
	judge(officer, "late-township")
	officer.Open(site.URL + "/desk/township/case/1")
	officer.Open(site.URL + "/desk/township")
	if line := officer.Eval(late + `[0]`); strings.Contains(line, "没看过") {
		t.Errorf("it is still new: %s", line)
	}
	officer.Quiet()

	county := as("pingyuan.county")
	county.Open(site.URL + "/desk/township")
	if line := county.Eval(late + `.join("\n")`); !strings.Contains(line, "周桂兰家") || strings.Contains(line, "王二保") || !strings.Contains(line, "打电话问镇上卡在哪里") || !strings.Contains(line, "看过") {
		t.Errorf("the county reads %s", line)
	}
	judge(county, "late-county")
	county.Quiet()

	mayor := as("city")
	mayor.Open(site.URL + "/desk/city")
	mayor.Until("the list is there", `!!document.querySelector("#late table")`)
	judge(mayor, "late-city-new")
	mayor.Go("#late .btn")
	mayor.Until("who was told is there", `!!document.querySelector("#late .ladder")`)
	if line := mayor.Eval(late + `.join("\n")`); strings.Contains(line, "周桂兰") || !strings.Contains(line, "4071 8826 35") || !strings.Contains(line, "平原县") || strings.Contains(line, "没看过") {
		t.Errorf("the city reads a name, or not what it should: %s", line)
	}
	judge(mayor, "late-city")

	stands(t, d)
	for _, c := range []struct {
		tab              *browsertest.Tab
		path, name, says string
	}{{county, "/desk/township", "late-money-county", "请找发钱的人"}, {mayor, "/desk/city", "late-money-city", "请找发钱的人"}} {
		c.tab.Open(site.URL + c.path)
		c.tab.Until("the money is there", `document.body.innerText.includes("钱停住了,没人动")`)
		if !c.tab.Has(c.says) || !c.tab.Has("1,080 元") {
			t.Errorf("%s does not say how much stands, or what to do", c.name)
		}
		judge(c.tab, c.name)
		c.tab.Quiet()
	}
	officer.Open(site.URL + "/desk/township")
	if officer.Has("钱停住了") {
		t.Error("a township is told of a batch")
	}
}

// stands lays a draft that nobody approved and that climbed to the city.
func stands(t *testing.T, d *desktest.Desk) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, s := range []string{`set session_replication_role = replica`,
		`insert into payout_batch (created_by, lines, total, digest, created) values (1, 3, 108000, 'd', now())`,
		`insert into payout_climb (kind, batch, rung, counties, due, told) select 'draft', id, r, '{371426}', current_date - 6, now() from payout_batch, generate_series(1, 3) r`} {
		_, err := conn.Exec(t.Context(), s)
		must(t, err)
	}
}
