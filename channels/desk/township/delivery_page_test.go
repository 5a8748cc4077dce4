package township_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// newStore is a desk with one case of which two items are approved and wait to be handed over:
// quilts and coal.
func newStore(t *testing.T) house {
	t.Helper()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	app := core.Application{ID: "018f0000-0000-7000-8000-000000000001", Receipt: "4071882635", Channel: "app", At: time.Now(),
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰"}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf},
		People:    []core.NamedMember{{Ref: "m1", Name: "周桂兰"}, {Ref: "m2", Name: "周小山"}},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}, {Ref: "m2", Relation: "child"}}}}
	must(t, d.DB.Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		_, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Village: channeltest.Town + "001", Town: "王庙镇", VillageName: "东街村"})
		return err
	}))
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica;
		update casefile set routed = now(), state = 'visiting', accepted = now(), officer = 99999, index_tenths = 420, index_low = 420, index_high = 420, index_band = 'orange',
			index_version = '1', index_parts = '{100,100,100,50,40,20,10}';
		insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, sample, proposer, proposal, reasons, state, agreed_by, created, updated)
			select id, region, i.item, i.name, i.name, '民政', 'township', 0, false, true, 99999, 'approve', '[{"outcome": "stated", "text": "过冬用"}]', 'delivering', 99999, now(), now()
			from casefile, (values ('YJ-01', '受灾救助'), ('MZ-20', '取暖补助')) as i (item, name);
		insert into decision (claim_id, case_id, region, outcome, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
			select id, case_id, region, 'approved', true, 99999, 99998, '[{"outcome": "stated", "text": "过冬用"}]', '六十天内可申请行政复议', '{"visit": 1}', 1, 'f', 'b', now(), repeat('a', 64) from claim;
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
	// What the acts do not touch is there and empty.
	flow, err := workflow.New(workflow.Deps{DB: d.DB, Audit: d.Audit, Cases: cases, Staff: d.Staff, Bell: d.Bell, Log: slog.New(slog.DiscardHandler), Opener: &seal.Opener{},
		Registry: known, Changes: &change.Changes{}, Realname: &realname.Checker{}, Routing: router, Payout: &payout.Payout{}, Outbox: outbox, Books: books})
	must(t, err)
	h := house{Desk: d}
	h.room = township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions, Book: books})
	h.handler, err = d.Shell.Handler(h.room)
	must(t, err)
	return h
}

// snapshot is a small picture in a file.
func snapshot(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48))))
	path := filepath.Join(t.TempDir(), "door.png")
	must(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// narrow is the width of a cheap phone, at which the page is used at the door.
func narrow(tab *browsertest.Tab) { tab.Touchscreen(360) }

// F104: whoever stands at the door writes down on a phone what they brought, has it signed, and
// the household is told; what was told by mistake or did not arrive is taken back; where nobody
// can sign, a second person's word is wanted. A refusal says what is missing and keeps what was
// typed.
//
// Control: the room that does not hand the strokes on: "go by form…/deliver: context deadline exceeded".
func TestAThingIsHandedOverAtTheDoor(t *testing.T) {
	t.Parallel()
	h := newStore(t)
	site := httptest.NewServer(h.handler)
	t.Cleanup(site.Close)
	b := browsertest.Start(t)
	sits := func(login string) *browsertest.Tab {
		tab := b.Tab(t)
		tab.Open(site.URL + "/desk/login")
		tab.Fill("input[name=login]", login)
		tab.Fill("input[name=password]", staff.DemoPassword)
		tab.Go(".login .btn.go")
		tab.Open(site.URL + "/desk/township/case/1")
		return tab
	}
	officer := sits("wangmiao.officer")
	narrow(officer)
	form := `form[action$="/claim/1/deliver"]`
	fill := func(form, what, many string) {
		officer.Eval(`(()=>{for(let d=document.querySelector('` + form + `').closest("details");d;d=d.parentElement.closest("details"))d.open=true;return ""})()`)
		officer.Fill(form+" [name=what]", what)
		officer.Fill(form+" [name=many]", many)
		officer.Fill(form+" [name=place]", "家里")
		officer.Choose(form+" [name=member]", "m1")
		officer.Click(form + " [name=sure]")
	}
	// 1. Not signed: refused with what is missing, and nothing typed is lost.
	fill(form, "棉被", "2 床")
	officer.Click(form + " .btn.go")
	officer.Until("the refusal is said", `document.querySelector("#say").innerText.includes("签不了的")`)
	if got := officer.Eval(`document.querySelector('` + form + ` [name=what]').value`); got != "棉被" {
		t.Errorf("after a refusal the form holds %q", got)
	}
	officer.Shot("township-delivery-refused-phone")
	// 2. Signed by the son.
	officer.Choose(form+" [name=member]", "m2")
	officer.Draw(form + " canvas")
	officer.Until("it is signed", `document.querySelector('`+form+` [data-state]').innerText === "已签"`)
	officer.Accessible()
	officer.Whole()
	officer.Shot("township-delivery-phone")
	officer.Go(form + " .btn.go")
	officer.Wait("办好了:登记交付")
	officer.Wait("交到了,在告诉家里")
	officer.Until("what, how much and to whom", `["棉被,2 床", "在家里交给周小山", "收的人签了名"].every((w) => document.querySelector("[aria-label=交付]").innerText.includes(w))`)
	if n := h.count(t, `select count(*) from notice where kind = 'delivered' and words like '受灾救助已经送到:棉被,2 床。%如果没有收到,请打 12345%'`); n != 1 {
		t.Errorf("the household is told %d times", n)
	}
	officer.Eval(`document.querySelectorAll("[aria-label=交付] details").forEach((d) => d.open = true); ""`)
	officer.Until("the signature is drawn", `(() => { const i = document.querySelector("[aria-label=交付] img"); i?.scrollIntoView(); return !!i && i.complete && i.naturalWidth > 0 })()`)
	officer.Shot("township-delivered-phone")
	// 3. It did not arrive.
	back := `form[action$="/claim/1/not_arrived"]`
	officer.Eval(`(()=>{for(let d=document.querySelector('` + back + `').closest("details");d;d=d.parentElement.closest("details"))d.open=true;return ""})()`)
	officer.Fill(back+" [name=reason]", "本人打 12345,说只来过人")
	officer.Accessible()
	officer.Shot("township-not-arrived-phone")
	officer.Go(back + " .btn.stop")
	officer.Wait("办好了:家里说没收到")
	officer.Until("it is to be delivered again", `document.querySelector("[aria-label=交付]").innerText.includes("不算了") && !!document.querySelector('`+form+`')`)
	// 4. Coal, in the folded form of the other item; the neighbour saw it, nobody could sign.
	coal := `form[action$="/claim/2/deliver"]`
	fill(coal, "块煤", "1 吨")
	officer.Draw(coal + " canvas") // also in a form that was folded
	officer.Click(coal + " [data-clear]")
	officer.Eval(`document.querySelectorAll('` + coal + ` details').forEach((d) => d.open = true); ""`)
	officer.Fill(coal+" [name=unable]", "卧床,手动不了")
	officer.Fill(coal+" [name=witness]", "邻居张某")
	officer.Upload(coal+" [name=photo]", snapshot(t))
	officer.Shot("township-delivery-unsigned-phone")
	officer.Go(coal + " .btn:not([data-clear])")
	officer.Wait("交了,等第二人确认")
	officer.Wait("没有签名,等另一位同事问过、确认。")
	officer.Whole()
	officer.Quiet()
	second := sits("wangmiao.assistant1")
	narrow(second)
	confirm := `form[action$="/claim/2/confirm_delivery"]`
	second.Until("it may be confirmed", `!!document.querySelector('`+confirm+`')`)
	second.Fill(confirm+" [name=how]", "上门问过本人")
	second.Accessible()
	second.Whole()
	second.Shot("township-delivery-second-phone")
	second.Go(confirm + " .btn.go")
	second.Wait("办好了:确认交付")
	second.Wait("上门问过本人")
	second.Desk()
	second.Accessible()
	second.Shot("township-delivery")
	second.Quiet()
	if n := h.count(t, `select count(*) from notice where kind = 'delivered' and words like '取暖补助%'`); n != 1 {
		t.Errorf("after two people's word the household is told %d times", n)
	}
}
