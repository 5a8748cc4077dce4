package app

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"lianou/channels"
	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

const (
	missing = "户口本首页的照片"
	bring   = "拍照就行,不用跑"
)

// asking opens a case of an account's own in which an officer asks for a paper.
func (d *door) asking(t *testing.T, account string) core.Application {
	t.Helper()
	log := audit.New(d.house.Keys.Platform.Ring)
	cases, err := casefile.New(casefile.Config{Ring: d.house.Keys.Platform.Ring, Shared: d.house.Keys.Platform.Shared, Audit: log})
	must(t, err)
	phone, err := core.ParsePhone(channeltest.Phone)
	must(t, err)
	number, err := core.ParseID(channeltest.ID, core.DateOf(time.Now()))
	must(t, err)
	id := uuid.Must(uuid.NewV7()).String()
	a := core.Application{ID: core.ApplicationID(id), Receipt: "4071882644", Channel: "app", Key: id, At: time.Now(),
		Contact:   core.Contact{Name: "张桂兰", Phone: phone, Capacity: core.CapacitySelf, CitizenID: account},
		Applicant: core.Applicant{Ref: "m1", Name: "张桂兰", ID: number}, Live: core.Place{Region: channeltest.Town},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	d.sql(t, `insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at) values ($1, 'app', $2, sha256('x'), $3, $4, $5, false, now())`,
		id, id, a.Receipt, account, channeltest.Town)
	must(t, d.db.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
		opened, err := cases.Open(ctx, tx, casefile.NewCase{Application: a, Region: channeltest.Town, Town: "王庙镇"})
		if err != nil {
			return err
		}
		c, err := cases.Get(ctx, tx, opened.Case)
		if err != nil {
			return err
		}
		if err := cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.opened", Actor: casefile.JobActor(), Citizen: "网上收到了您的申请。", Staff: "网上登记"}); err != nil {
			return err
		}
		if err := cases.Move(ctx, tx, c, casefile.CaseSupplement); err != nil {
			return err
		}
		if err := cases.AskFor(ctx, tx, c.ID, missing, bring); err != nil {
			return err
		}
		if err := cases.SetDeadline(ctx, tx, casefile.Deadline{Case: c.ID, Kind: casefile.DeadlineSupplement, Due: tx.Today().AddDate(0, 0, 14)}); err != nil {
			return err
		}
		return cases.PublishStatus(ctx, tx, c.ID)
	}))
	return a
}

func (d *door) sql(t *testing.T, q string, args ...any) {
	t.Helper()
	must(t, d.db.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, q, args...)
		return err
	}))
}

// What is asked for is read, handed in once, and shown; by JSON, as both doors have it.
// Another account neither sends nor sees, and a mandate that is over opens nothing.
//
// Controls: `Mandates.Use` not called in HandIn ("201 by a mandate that is over");
// Status not asked first ("a stranger sends: 201").
func TestPapersAfterwardsByAPI(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.env.Mandates = mandate.NewReader(d.db.DB(pgtest.Gateway), audit.NewTo(d.house.Keys.Gateway.Platform), nil)
	s := d.serve(t)
	own := d.login(t)
	a := d.asking(t, own.Citizen.ID)
	at := "/applications/" + string(a.Receipt)
	supplement := func() channels.SupplementAnswer {
		status, out := call(t, s, "GET", at, own.Token, "")
		raw, err := json.Marshal(out["supplement"])
		must(t, err)
		var got channels.SupplementAnswer
		must(t, json.Unmarshal(raw, &got))
		if status != 200 {
			t.Fatalf("own application: %d %v", status, out)
		}
		return got
	}
	if got := supplement(); got.Asked != missing || got.Since == nil || got.Until == "" || len(got.Sent) != 0 {
		t.Fatalf("asked: %+v", got)
	}
	_, photoOf := upload(t, s, own.Token, "hukou", photo(t))
	digest := photoOf["digest"].(string)
	body := `{"key":"` + uuid.NewString() + `","papers":[{"kind":"hukou","digest":"` + digest + `"}],"note":"这是首页"}`
	status, first := call(t, s, "POST", at+"/papers", own.Token, body)
	if say, _ := first["say"].(string); status != 201 || !strings.Contains(say, "1 张照片收到了") || !strings.Contains(say, "还差就告诉您") {
		t.Fatalf("handed in: %d %v", status, first)
	}
	if status, again := call(t, s, "POST", at+"/papers", own.Token, body); status != 200 || again["at"] != first["at"] {
		t.Errorf("the same key: %d %v", status, again)
	}
	if status, out := call(t, s, "POST", at+"/papers", own.Token, strings.Replace(body, "首页", "末页", 1)); status != 409 || out["code"] != "key_reused" {
		t.Errorf("another body: %d %v", status, out)
	}
	if status, out := call(t, s, "POST", at+"/papers", own.Token, `{"key":"x","papers":[{"kind":"hukou","digest":"`+strings.Repeat("0", 64)+`"}]}`); status != 422 || out["field"] != "papers" {
		t.Errorf("an unknown digest: %d %v", status, out)
	}
	if got := supplement(); len(got.Sent) != 1 || got.Sent[0].Count != 1 || !strings.Contains(got.Sent[0].Say, "1 张照片") || got.Asked != missing {
		t.Errorf("sent: %+v", got)
	}
	if n := d.count(t, `select count(*) from jobs_platform.river_job where kind = 'papers_sent'`); n != 1 {
		t.Errorf("%d jobs", n)
	}
	stranger := d.other(t)
	mine, _ := call(t, s, "GET", at, stranger, "")
	if status, out := call(t, s, "POST", at+"/papers", stranger, body); status != mine || status != 404 {
		t.Errorf("a stranger sends: %d (reads: %d) %v", status, mine, out)
	}
	if status, _ := call(t, s, "POST", at+"/papers", "", body); status != 401 {
		t.Errorf("nobody sends: %d", status)
	}
	// 李秀英 acted for somebody, and her mandate ends.
	acting := d.acting(t, own.Citizen.ID)
	to := "/applications/" + string(acting.Receipt) + "/papers"
	d.sql(t, `insert into application (id, channel, key, body_digest, receipt, citizen, region, urgent, at) values ($1, 'app', $2, sha256('x'), $3, $4, $5, false, now())`,
		string(acting.ID), acting.Key, acting.Receipt, own.Citizen.ID, channeltest.Town)
	if status, out := call(t, s, "POST", to, own.Token, `{"key":"held","note":"诊断书下周给"}`); status != 201 {
		t.Errorf("by a mandate that holds: %d %v", status, out)
	}
	d.sql(t, `update mandate set scopes = array['apply', 'notices']`)
	if status, out := call(t, s, "POST", to, own.Token, `{"key":"over","note":"诊断书下周给"}`); status != 403 {
		t.Errorf("%d by a mandate that is not for papers: %v", status, out)
	}
}

// One's own money is listed in pages and plain sentences; another account's is empty.
//
// Control: `sample` left out of payoutOf ("a sample is not called one").
func TestPayoutsByAPI(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	own := d.login(t)
	a := d.asking(t, own.Citizen.ID)
	read := func(token, query string) (status int, list []channels.PayoutAnswer, link string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/c/app/payouts"+query, nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		w, err := s.Client().Do(r)
		must(t, err)
		defer w.Body.Close()
		if w.StatusCode == 200 {
			must(t, json.NewDecoder(w.Body).Decode(&list))
		}
		return w.StatusCode, list, w.Header.Get("Link")
	}
	if status, list, _ := read(own.Token, ""); status != 200 || list == nil || len(list) != 0 {
		t.Fatalf("no money yet: %d %v", status, list)
	}
	d.money(t, 23)
	status, list, link := read(own.Token, "")
	if status != 200 || len(list) != 20 || link != "<?after="+list[19].ID+`>; rel="next"` {
		t.Fatalf("the first page: %d, %d rows, %q", status, len(list), link)
	}
	if p := list[0]; p.Receipt != a.Receipt || p.Amount != 52000 || p.Sum != "520 元" || p.Card != "尾号 1234" || !strings.HasPrefix(p.Period, "20") || p.At.IsZero() {
		t.Errorf("the newest: %+v", p)
	}
	words := map[string]string{"waiting": "等着打款", "sent": "交给银行了", "paid": "到账", "returned": "12345", "cancelled": "12345"}
	seen := map[string]bool{}
	for _, p := range list {
		seen[p.State] = true
		if !p.Sample {
			t.Errorf("a sample is not called one: %+v", p)
		}
		if !strings.Contains(p.Say, words[p.State]) && p.State != "returned" {
			t.Errorf("%s says %q", p.State, p.Say)
		}
	}
	if len(seen) != len(words) {
		t.Errorf("states %v", seen)
	}
	if status, rest, link := read(own.Token, "?after="+list[19].ID); status != 200 || len(rest) != 3 || link != "" {
		t.Errorf("the second page: %d, %d rows, %q", status, len(rest), link)
	}
	if status, _, _ := read(own.Token, "?after=x"); status != 422 {
		t.Errorf("no page: %d", status)
	}
	if status, list, _ := read(d.other(t), ""); status != 200 || len(list) != 0 {
		t.Errorf("another account: %d %v", status, list)
	}
}

// money lays rows as the database's own trigger writes them from payments; that it does
// is workflow's test to hold.
func (d *door) money(t *testing.T, n int) {
	t.Helper()
	states := []string{"due", "batched", "sent", "paid", "returned", "fixing", "cancelled"}
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	for i := range n {
		_, err := conn.Exec(t.Context(), `insert into payout_status (entitlement, case_id, region, item, name, period, monthly, amount, sample, last4, state, updated)
			select $1 + 1000 * (row_number() over (order by id) - 1), id, region, 'MZ-01', '最低生活保障', $2, true, 52000, true, '1234', $3, now() from casefile`,
			i+1, time.Date(2024, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC).Format("200601"), states[i%len(states)])
		must(t, err)
	}
}

// The pages: what is missing, the camera, what was chosen, the promise, and the money.
//
// Control: more.js that leaves the fault where it stands ("still says that there is none").
func TestMoreAndMoneyInBrowser(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/mine")
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("查进度")
	var account string
	must(t, d.db.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from citizen`).Scan(&account)
	}))
	a := d.asking(t, account)
	tab.Open(s.URL + "/c/app/mine/" + string(a.Receipt))
	tab.Wait("还差:" + missing)
	held(tab)
	tab.Shot("app-case-asked")
	tab.Go("main section .big")
	tab.Wait("拍照,或从相册里选")
	held(tab)
	picture := filepath.Join(t.TempDir(), "hukou.png")
	must(t, os.WriteFile(picture, photo(t), 0o600))
	tab.Click("#more button[type=submit]")
	tab.Wait("还没有照片")
	tab.Upload("#photos", picture)
	tab.Wait("去掉第 1 张")
	if tab.Has("还没有照片") {
		t.Errorf("a photo is chosen, and the page still says that there is none")
	}
	held(tab)
	tab.Shot("app-more")
	tab.Click("#chosen .plain")
	tab.Upload("#photos", picture)
	tab.Wait("去掉第 1 张")
	fill(tab, "#note", "这是首页")
	tab.Go("#more button[type=submit]")
	tab.Wait("1 张照片收到了。经办的同志看了")
	held(tab)
	tab.Shot("app-more-sent")
	if n := d.count(t, `select count(*) from supplement where count = 1`); n != 1 {
		t.Errorf("%d rows", n)
	}
	tab.Open(s.URL + "/c/app/money")
	tab.Wait("还没有定下来的钱")
	d.money(t, 7)
	tab.Open(s.URL + "/c/app/money")
	tab.Wait("钱没到怎么办")
	held(tab)
	tab.Shot("app-money")
	tab.Go(".head .plain")
	tab.Wait("关掉大字")
	held(tab)
	tab.Shot("app-money-care")
	tab.Open(s.URL + "/c/app/mine/" + string(a.Receipt) + "/more")
	tab.Wait("送上去")
	held(tab)
	tab.Shot("app-more-care")
}
