package township_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/workflow"
)

// toVisit is a township whose officer and assistant have some households to go to.
func toVisit(t *testing.T, homes int) house {
	t.Helper()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	must(t, d.DB.Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		for i := range homes {
			name := fmt.Sprintf("周桂%c", '一'+rune(i))
			app := core.Application{ID: core.ApplicationID(fmt.Sprintf("018f0000-0000-7000-8000-%012d", i+1)), Receipt: core.Receipt(fmt.Sprintf("40718%05d", i)), Channel: "app", At: time.Now(),
				Applicant: core.Applicant{Ref: "m1", Name: name}, Contact: core.Contact{Name: name, Capacity: core.CapacitySelf}, Story: "儿子瘫在床上,没有钱看病。",
				People:    []core.NamedMember{{Ref: "m1", Name: name}, {Ref: "m2", Name: "周小山"}},
				Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}, {Ref: "m2", Relation: "child"}}}}
			c, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Village: channeltest.Town + "001", Town: "王庙镇", VillageName: "东街村"})
			if err != nil {
				return err
			}
			cars := 0
			h := app.Household
			h.On, h.County, h.Cars = tx.Today(), core.RegionCode(channeltest.Town).County(), &cars
			if _, err := cases.AddFacts(ctx, tx, c.Case, casefile.Facts{Household: h, Provenance: map[string]core.Provenance{"cars": {Said: "citizen", By: "app", At: tx.Now()}}, Cause: "application"}); err != nil {
				return err
			}
		}
		return nil
	}))
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica;
		update casefile set routed = now(), state = 'visiting', accepted = now(), facts_version = 1, officer = (select id from staff_account where login = 'wangmiao.officer');
		insert into visit (case_id, region, first_staff, second_staff, planned, planned_at)
			select f.id, f.region, (select id from staff_account where login = 'wangmiao.officer'), (select id from staff_account where login = 'wangmiao.assistant1'), current_date, now() from casefile f;
		insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, after, book, members, near)
			select id, region, 1, 'MZ-01', '最低生活保障', 1, 'unknown', false, '[]', '{houses,members/m2/illness}', '{}', '', 'b', '[]', '' from casefile;
		commit`)
	must(t, err)
	books, err := policy.Embedded()
	must(t, err)
	router, err := routing.New(routing.Config{Regions: d.Regions, Staff: d.Staff, Cases: cases, Calendar: books.Calendar})
	must(t, err)
	outbox, err := notify.NewOutbox(d.Keys.Platform.Gateway)
	must(t, err)
	known, err := registry.New(registry.Config{Ring: d.Keys.Platform.Ring, Log: d.Audit, Regions: d.Regions})
	must(t, err)
	flow, err := workflow.New(workflow.Deps{DB: d.DB, Audit: d.Audit, Cases: cases, Staff: d.Staff, Bell: d.Bell, Log: slog.New(slog.DiscardHandler), Opener: &seal.Opener{},
		Registry: known, Changes: &change.Changes{}, Realname: &realname.Checker{}, Routing: router, Payout: &payout.Payout{}, Outbox: outbox, Books: books})
	must(t, err)
	h := house{Desk: d}
	h.room = township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions, Book: books})
	h.handler, err = d.Shell.Handler(h.room)
	must(t, err)
	return h
}

// visitor opens the visits on a telephone, as an officer who has logged in.
func (h house) visitor(t *testing.T, login string) (*browsertest.Tab, *browsertest.Cable, string) {
	t.Helper()
	site, cable := browsertest.Serve(t, h.handler)
	tab := browsertest.Start(t).Tab(t)
	tab.Open(site.URL + "/desk/login?next=/desk/township/visits/")
	tab.Fill("input[name=login]", login)
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	narrow(tab)
	return tab, cable, site.URL
}

const writeDown = `(() => { const f = document.getElementById("visit"); f.elements.statement.value = "两间平房,儿子卧床,家里没有贵重东西。"; f.elements.present.value = "周桂一";
	f.querySelector('[name=same][value=cars]').checked = true; f.dispatchEvent(new Event("input", { bubbles: true })); return ""; })()`

// Fifty households are visited where there is no network: the page is opened three times anew,
// what was written, signed and photographed is there each time, and once there is a network it is
// handed in by two windows at once: fifty visits, each once, each picture with the hash that was
// taken when it was made (F59, F87). What lies on the device is sealed.
//
// Control, seen red: seal that keeps the plain bytes beside ("on the device lies "draft/1 …").
func TestFiftyVisitsWithoutNetwork(t *testing.T) {
	t.Parallel()
	const homes = 50
	h := toVisit(t, homes)
	tab, cable, site := h.visitor(t, "wangmiao.officer")
	tab.Wait("这部手机上没有要去的人家")
	tab.Click("#take")
	tab.Wait("带上了 50 户")
	tab.Await(`navigator.serviceWorker.ready.then(() => "")`)
	tab.Until("the page is kept", `navigator.serviceWorker.controller !== null`)
	tab.Accessible()
	tab.Shot("visits-list-phone")
	tab.Unplug(cable)
	listed := func(what string) {
		t.Helper()
		tab.Open(site + "/desk/township/visits/")
		tab.Until(what, fmt.Sprintf(`document.body.dataset.listed === "%d"`, homes))
	}

	// 1. The first by hand, with a picture and three signatures.
	listed("the list without network")
	tab.Click("#homes li:nth-child(1) button")
	tab.Wait("先问清楚")
	tab.Eval(writeDown)
	for i := range 3 {
		tab.Draw(fmt.Sprintf("#sheet .signing:nth-of-type(%d) canvas", i+1))
	}
	tab.Upload("#shoot", snapshot(t))
	tab.Until("the picture is there", `document.querySelectorAll("#shots li").length === 1`)
	tab.Accessible()
	tab.Whole()
	tab.Shot("visits-home-phone")
	raw := tab.Await(`(async () => { const all = []; for (const n of await window.kept.names()) { const v = await window.kept.read(n); all.push(n, ...Object.values(v).map((p) => typeof p === "string" ? p : p instanceof ArrayBuffer ? new TextDecoder().decode(p) : "")); } return all.join(" "); })()`)
	if raw == "" || strings.Contains(raw, "两间平房") || strings.Contains(raw, "周桂") || strings.Contains(raw, "points") {
		t.Errorf("on the device lies %.300q", raw)
	}
	// 2. The page is opened anew in the middle of it: everything is there, and is written down.
	listed("opened anew")
	tab.Wait("写了一半")
	tab.Click("#homes li:nth-child(1) button")
	tab.Until("what was written and signed", `document.getElementById("visit").elements.statement.value.includes("两间平房") && document.querySelectorAll("#sheet [data-state].leaf").length === 3 && document.querySelectorAll("#shots li").length === 1`)
	tab.Click("#done")
	tab.Wait("写好了,等网")
	// 3. One that lacks something says what.
	tab.Click("#homes li:nth-child(2) button")
	tab.Click("#done")
	tab.Wait("还差:看到的情况、")
	listed("opened a third time")
	// 4. The others as the first.
	tab.Await(`(async () => { const pack = await window.kept.get("tasks"), all = [];
		for (const n of await window.kept.names()) if (n.startsWith("draft/")) { const d = await window.kept.get(n); if (d.ready) all.push(d); }
		const first = all[0], bytes = await window.kept.open(first.photos[0].name);
		for (const home of pack.homes) { if (home.visit === first.visit) continue;
			const photo = { ...first.photos[0], name: "photo/" + home.visit + "/1" };
			await window.kept.seal(photo.name, bytes);
			await window.kept.put("draft/" + home.visit, { ...first, visit: home.visit, home: home, key: crypto.randomUUID(), photos: [photo] }); }
		return ""; })()`)
	listed("opened with all of them")
	tab.Until("all are written down", `document.getElementById("hand").textContent.includes("50 户")`)
	tab.Shot("visits-ready-phone")

	// 5. There is a network again, and two windows hand in at once.
	tab.PlugIn(cable)
	beside := tab.Beside()
	narrow(beside)
	for _, one := range []*browsertest.Tab{tab, beside} {
		go one.Open(site + "/desk/township/visits/")
	}
	for _, one := range []*browsertest.Tab{tab, beside} {
		one.Until("it has handed in", `document.body.dataset.handed !== undefined && document.getElementById("hand").textContent === "交上去"`)
	}
	for what, sql := range map[string]string{
		"visits that were recorded": `select count(*) from visit where done is not null and signatures ?& array['first', 'second', 'household']`,
		"records under a key":       `select count(*) from visit_capture where outcome = 'recorded'`,
		"pictures with their hash":  `select count(distinct capture) from visit_photo where length(original) = 32 and taken > now() - interval '1 hour'`,
		"cases with new facts":      `select count(*) from casefile where facts_version = 2`,
		"cars seen to be so":        `select count(*) from case_facts where version = 2 and provenance -> 'cars' ->> 'said' = 'visit'`,
	} {
		if n := h.count(t, sql); n != homes {
			t.Errorf("%d %s, want %d", n, what, homes)
		}
	}
	if n := h.count(t, `select count(*) from visit_capture where outcome = 'second'`); n != 0 {
		t.Errorf("%d records beside the visit's own", n)
	}
	if left := tab.Await(`window.kept.names().then((l) => l.filter((n) => n.includes("/")).join(" "))`); left != "" {
		t.Errorf("on the device is left %s", left)
	}
}

// What a device took along is shown to nobody else on it, and goes with the days; what was
// written stays for who wrote it. Whose visit was written down by the other one meanwhile is told
// so, and both records lie before the township (F109).
//
// Controls, seen red: load that takes everybody's drafts (the other one's household is listed);
// a list that does not look at its day ("wait until nothing is left of it").
func TestATelephoneGoesFromHandToHand(t *testing.T) {
	t.Parallel()
	h := toVisit(t, 2)
	tab, cable, site := h.visitor(t, "wangmiao.officer")
	tab.Click("#take")
	tab.Wait("带上了 2 户")
	tab.Click("#homes li:nth-child(1) button")
	tab.Eval(writeDown)
	tab.Until("it is written", `document.getElementById("state").textContent === "写了一半"`)
	tab.Open(site + "/desk/township")
	tab.Go("header form .btn")
	tab.Open(site + "/desk/login?next=/desk/township/visits/")
	tab.Fill("input[name=login]", "wangmiao.assistant1")
	tab.Fill("input[name=password]", staff.DemoPassword)
	tab.Go(".login .btn.go")
	tab.Wait("这部手机上没有要去的人家")
	tab.Click("#take")
	tab.Wait("带上了 2 户")
	tab.Until("nothing of the other one's", `![...document.querySelectorAll("#homes .chip")].some((c) => c.textContent !== "还没写")`)

	// The other one writes the first down, on a telephone of their own; this one too.
	for i, who := range []string{"wangmiao.officer", "wangmiao.assistant1"} {
		at, say := tab, "这一份也收下了"
		if i == 0 {
			at, _, _ = h.visitor(t, who)
			at.Click("#take")
			at.Wait("带上了 2 户")
			say = "交上去 1 户"
		}
		at.Click("#homes li:nth-child(1) button")
		at.Wait("看到的情况")
		at.Eval(writeDown)
		for n := range 3 {
			at.Draw(fmt.Sprintf("#sheet .signing:nth-of-type(%d) canvas", n+1))
		}
		at.Click("#done")
		at.Wait(say)
	}
	tab.Shot("visits-second-phone")
	if n := h.count(t, `select count(*) from case_doubt where kind = 'visit' and verdict = ''`); n != 1 {
		t.Errorf("%d doubts, want 1", n)
	}
	tab.Open(site + "/desk/township/case/1")
	tab.Wait("同一次入户,又交来一份记录")
	tab.Wait("另一份入户记录")
	tab.Accessible()
	tab.Shot("visits-two-records")

	// Days go by: what was taken along is gone.
	tab.Open(site + "/desk/township/visits/")
	tab.Until("one is left to go to", `document.body.dataset.listed === "1"`)
	tab.Await(`(async () => { const p = await window.kept.get("tasks"); p.until = new Date(Date.now() - 1000).toISOString(); await window.kept.put("tasks", p); return ""; })()`)
	tab.Unplug(cable)
	tab.Open(site + "/desk/township/visits/")
	tab.Until("nothing is left of it", `document.body.dataset.listed === "0"`)
}
