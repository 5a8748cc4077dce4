package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/wording"
	"lianou/intake/records"
)

// knows puts 张桂兰 and her son into the register, with a telephone, and gives the clerk
// who answers from it.
func (d *door) knows(t *testing.T, phone string) *records.Clerk {
	t.Helper()
	keys := d.house.Keys
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: audit.New(keys.Platform.Ring), Regions: d.house.Regions})
	must(t, err)
	must(t, d.db.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return registry.SaveRegions(ctx, tx, d.house.Regions) }))
	must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		id, err := core.ParseID(channeltest.ID, tx.Today())
		must(t, err)
		theirs, err := core.ParsePhone(phone)
		must(t, err)
		sheet := func(source, facts string) []registry.Sheet {
			return []registry.Sheet{{Source: source, ValidFrom: tx.Today().AddDate(0, 0, -40), KnownAt: tx.Now().AddDate(0, 0, -40), Confidence: 90, Facts: json.RawMessage(facts)}}
		}
		_, _, err = reg.Enrol(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}, registry.NewHousehold{Live: core.Place{Region: channeltest.Town}, Hukou: "371426",
			Sheets: sheet("registry:housing", `{"houses":1}`),
			Members: []registry.NewPerson{
				{Ref: "m1", Relation: "applicant", Name: "张桂兰", IDNumber: id, Phone: theirs, Sheets: sheet("registry:disability", `{"disability":{}}`)},
				{Ref: "m2", Relation: "child", Name: "张小军", Birth: core.NewDate(1993, 1, 2), Sex: "male", Sheets: sheet("registry:disability", `{"disability":{"kind":"limb","grade":1}}`)}}})
		return err
	}))
	clerk, err := records.NewClerk(records.ClerkDeps{DB: d.db.DB(pgtest.Platform), Registry: reg, Opener: keys.Platform.Opener, Gateway: keys.Platform.Gateway})
	must(t, err)
	return clerk
}

// looks answers all that the gateway has asked, as the platform's worker does.
func (d *door) looks(t *testing.T, clerk *records.Clerk) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), `select id from record_ask where answered is null`)
	must(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, id := range ids {
		must(t, clerk.Look(t.Context(), id))
	}
	return len(ids)
}

// led leads 张桂兰 through the interview while the platform answers, and gives what she
// was asked.
func (d *door) led(t *testing.T, clerk *records.Clerk) (steps []string, a *asked, looks int) {
	t.Helper()
	a = d.begin(t, d.serve(t))
	says := guilan()
	for a.step("kind") != "end" {
		ref := a.step("ref")
		if steps = append(steps, ref); len(steps) > 120 {
			t.Fatalf("asked without end: %v", steps)
		}
		reply, ok := says[ref]
		if !ok {
			reply = map[string]any{"dunno": true}
		}
		if status, out := a.answer(reply); status != 200 {
			t.Fatalf("%s answered %v: %d %v", ref, reply, status, out)
		}
		if clerk != nil {
			looks += d.looks(t, clerk)
		}
	}
	return steps, a, looks
}

func (d *door) asksRecords(t *testing.T) {
	t.Helper()
	queue, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	keys := d.house.Keys.Gateway
	d.env.Records, err = records.NewAsker(records.Deps{DB: d.db.DB(pgtest.Gateway), Platform: keys.Platform, Opener: keys.Opener, Jobs: queue})
	must(t, err)
}

// Nobody is asked what a department has written down of them: the family, its ages and
// certificates, the house. The summary says whose record it is, and what the person says
// instead stands in its place.
//
// Controls: ToldBy without recorded, "the certificate came from {Said:citizen"; act without fromRecords, "asked members"; looked without Recorded, "the review calls"; Learn without People, "the family's
// names".
func TestRecordsAreNotAskedFor(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.asksRecords(t)
	filed := d.filed(t)
	steps, a, looks := d.led(t, d.knows(t, channeltest.Phone))
	if looks != 1 {
		t.Errorf("the register was asked %d times", looks)
	}
	for _, ref := range []string{"members", "houses", "round/disability", "members/m1/disability", "members/m2/disability"} {
		if slices.Contains(steps, ref) {
			t.Errorf("asked %s, which a department knows: %v", ref, steps)
		}
	}
	shown := fmt.Sprint(a.now["summary"])
	for _, want := range []string{"残联 20", "住建局 20", "的记录", "肢体1级"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the summary does not say %q: %s", want, shown)
		}
	}
	if page := d.reviewed(t, a.s); !strings.Contains(page, "下面是您说的,和登记里有的。") {
		t.Errorf("the review calls it all her word: %s", page)
	}
	if status, out := a.do("POST", "/interview/answers", map[string]any{"step": "houses", "revision": a.revision(), "answer": value(2)}); status != 200 || strings.Contains(fmt.Sprint(out["summary"]), "住建局") {
		t.Errorf("put right: %d %v", status, out["summary"])
	}
	if status, out := a.do("POST", "/interview/application", a.confirm("0192c3f0-known-1")); status != 201 {
		t.Fatalf("confirmed: %d %v", status, out)
	}
	app := filed()
	if from := app.Sources["members/m2/disability"]; from.Said != "registry:disability" || from.By != "app" || wording.Record(from) != "残联 "+time.Now().AddDate(0, 0, -40).In(core.China).Format("2006-01")+" 的记录" {
		t.Errorf("the certificate came from %+v", from)
	}
	if from := app.Sources["houses"]; from.Said != "citizen" || from.By != "app" {
		t.Errorf("what was put right came from %+v", from)
	}
}

// reviewed is the page that is looked over before signing.
func (d *door) reviewed(t *testing.T, s *httptest.Server) string {
	t.Helper()
	b := newBrowser(t, s)
	_, page, _ := b.post("/enter", url.Values{"phone": {channeltest.Phone}})
	b.post("/enter", url.Values{"phone": {channeltest.Phone}, "code": {d.phone.code()}, "ticket": {hidden(t, page, "ticket")}})
	_, page, _ = b.get("/ask")
	return page
}

// filed has what is handed in kept where the test can read it.
func (d *door) filed(t *testing.T) (only func() core.Application) {
	t.Helper()
	twin := channeltest.NewTwin(d.house.Rules(t), time.Now)
	d.env.Intake, d.env.Conversations = twin, twin
	return func() core.Application {
		t.Helper()
		list := twin.Applications()
		if len(list) != 1 {
			t.Fatalf("%d applications", len(list))
		}
		return list[0]
	}
}

// No client says that a register knows something: the page that a talk travels in may hold
// any source, and the fact is the person's own word; a form and an answer that name one are
// refused.
//
// Controls: plant that keeps From, "said by {Said:registry:housing"; Submission.Sources in the form, "a form with a source: 201".
func TestForgedRecordIsThePersonsWord(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	filed := d.filed(t)
	s := d.serve(t)
	b := newBrowser(t, s)
	forged := `"from":{"said":"registry:housing","by":"","at":"2026-10-01T00:00:00Z"}`
	talk := `{"version":"2026-01","on":"2026-03-01","county":"371426","known":{"sources":{"area":{"said":"registry:housing","by":"","at":"2026-10-01T00:00:00Z"}}},"given":[{"step":"area","answer":{"value":"rural"},` + forged + `}]}`
	_, page, _ := b.post("/enter", url.Values{"phone": {channeltest.Phone}, "talk": {talk}})
	_, _, at := b.post("/enter", url.Values{"phone": {channeltest.Phone}, "code": {d.phone.code()}, "ticket": {hidden(t, page, "ticket")}, "talk": {talk}})
	if at.Path != "/c/app/ask" {
		t.Fatalf("after the log-in: %s", at)
	}
	a := d.begin(t, s)
	named := map[string]any{"step": a.step("ref"), "revision": a.revision(), "answer": value("self"), "from": map[string]string{"said": "registry:housing"}}
	if status, _ := a.do("POST", "/interview/answers", named); status != 422 {
		t.Errorf("an answer with a source: %d", status)
	}
	says := guilan()
	says["form/contact.capacity"] = value("self")
	if steps := a.lead(says); slices.Contains(steps, "area") {
		t.Fatal("the talk of the page was not taken, and nothing was tried")
	}
	raw, err := json.Marshal(channeltest.Form("0192c3f0-forged-2", string(channeltest.Upload(t, d.env))))
	must(t, err)
	for _, field := range []string{"sources", "Sources"} {
		body := strings.Replace(string(raw), `"key"`, `"`+field+`":{"area":{"said":"registry:housing"}},"key"`, 1)
		if status, p := call(t, s, "POST", "/applications", a.token, body); status != 422 || p["code"] != "unknown_field" {
			t.Errorf("a form with a source: %d %v", status, p)
		}
	}
	if status, out := a.do("POST", "/interview/application", a.confirm("0192c3f0-forged-1")); status != 201 {
		t.Fatalf("confirmed: %d %v", status, out)
	}
	app := filed()
	if from := app.Sources["area"]; from.Said != "citizen" || from.By != "app" || app.Household.Area == nil {
		t.Errorf("area %v is said by %+v", app.Household.Area, from)
	}
}

// Who typed another's name and number learns nothing: with another telephone the questions
// are those of somebody whom no register knows, in the same order.
//
// Control: proves without the telephone, "another telephone was asked".
func TestRecordsAreNoOracle(t *testing.T) {
	t.Parallel()
	plain := newDoor(t)
	unknown, _, _ := plain.led(t, nil)
	d := newDoor(t)
	d.asksRecords(t)
	other, a, looks := d.led(t, d.knows(t, "13905340002"))
	if page := d.reviewed(t, a.s); !strings.Contains(page, "下面是您说的。") {
		t.Errorf("the review of somebody unknown: %s", page)
	}
	if looks != 1 || !slices.Equal(other, unknown) {
		t.Errorf("another telephone was asked %v, somebody unknown %v", other, unknown)
	}
	if shown := fmt.Sprint(a.now["summary"]); strings.Contains(shown, "的记录") {
		t.Errorf("the summary shows a record: %s", shown)
	}
}
