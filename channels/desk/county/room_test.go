package county_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"lianou/channels/browsertest"
	"lianou/channels/desk"
	"lianou/channels/desk/county"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/intake/drafts"
)

const town core.RegionCode = "371426103"

const password = "a long pass phrase 17"

// office is the payers' room over a real database, with two payers.
type office struct {
	t      *testing.T
	env    *pgtest.Env
	db     *pg.DB
	payout *payout.Payout
	site   *httptest.Server
	ids    map[string]core.StaffID
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, env: pgtest.New(t), ids: map[string]core.StaffID{}}
	o.db = o.env.DB(pgtest.Platform)
	keys, err := seal.NewKeys(seal.SM4)
	o.must(err)
	log := audit.New(keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	o.must(err)
	people, err := staff.New(t.Context(), staff.Config{DB: o.db, Log: log, Expand: routing.Reach(regions), Light: true})
	o.must(err)
	sessions, err := staff.NewSessions(staff.SessionConfig{Staff: people})
	o.must(err)
	cases, err := casefile.New(casefile.Config{Ring: keys.Platform.Ring, Shared: keys.Platform.Shared, Audit: log})
	o.must(err)
	payer, err := core.ParseBankAccount("622848000001")
	o.must(err)
	books, err := policy.Embedded()
	o.must(err)
	o.payout, err = payout.New(payout.Config{Payer: payer}, payout.Deps{DB: o.db, Ring: keys.Platform.Ring, Audit: log, Log: slog.New(slog.DiscardHandler),
		Calendar: func() payout.Calendar { return books.Calendar() }})
	o.must(err)
	bells, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	o.must(err)
	t.Cleanup(func() { _ = bells.Close() })
	kept, err := drafts.New(o.db, keys.Platform.Ring)
	o.must(err)
	shell, err := desk.New(desk.Config{}, desk.Deps{DB: o.db, Staff: people, Sessions: sessions, Bell: bells, Blobs: &blob.Store{},
		Audit: log, Regions: regions, Library: books, Drafts: kept, Log: slog.New(slog.DiscardHandler)})
	o.must(err)
	handler, err := shell.Handler(county.New(county.Deps{DB: o.db, Cases: cases, Payout: o.payout, Audit: log, Staff: people, Regions: regions}))
	o.must(err)
	o.site = httptest.NewServer(handler)
	t.Cleanup(o.site.Close)
	for _, login := range []string{"payer1", "payer2"} {
		o.must(o.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
			o.ids[login], err = people.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: login, Name: login, Roles: []staff.Role{staff.Payer},
				Regions: []core.RegionCode{core.DezhouCity}, Password: password})
			return err
		}))
	}
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// owner runs statements as whoever owns the tables: what other packages write, and
// what the bank does.
func (o *office) owner(statements ...string) {
	o.t.Helper()
	o.must(o.env.DB(pgtest.Owner).Tx(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return pg.Fail(err, s)
			}
		}
		return nil
	}))
}

// entitled makes a decided case and its money.
func (o *office) entitled(amount core.Fen) { o.t.Helper(); o.due(amount, payout.Entitlement{}) }

// due is entitled of another item, month or place.
func (o *office) due(amount core.Fen, e payout.Entitlement) {
	o.t.Helper()
	e.Region, e.Item, e.ItemName, e.Period = cmp.Or(e.Region, town), cmp.Or(e.Item, "MZ-01"), cmp.Or(e.ItemName, "最低生活保障"), cmp.Or(e.Period, "202603")
	e.DecisionDigest, e.Monthly, e.Amount, e.Sample, e.Holder = strings.Repeat("a", 64), true, amount, true, "李秀英"
	var err error
	e.Account, err = core.ParseBankAccount("62284800000017")
	o.must(err)
	o.must(o.env.DB(pgtest.Owner).Tx(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const q = `with f as (insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated)
				values ($2, gen_random_uuid(), '1234567890', 'app', '李秀英', 2, now(), now(), now()) returning id, region),
			x as (insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
				select id, region, 1, now(), '{}', '{}', repeat('a', 64), 'visit' from f)
			insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated)
			select id, region, $3, $4, $4, '民政', 'township', 7, true, $1, 'month', now(), now() from f returning id, case_id`
		if err := tx.QueryRow(ctx, q, amount, e.Region, e.Item, e.ItemName).Scan(&e.Claim, &e.Case); err != nil {
			return pg.Fail(err, "case")
		}
		e.Members = []payout.MemberKey{payout.CaseKey(e.Case, "a")}
		const d = `insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal,
				evidence, facts_version, facts_digest, book, at, digest)
			values ($1, $2, $4, 'approved', $3, 'month', true, 101, 102, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1,
				repeat('a', 64), 'b', now(), repeat('a', 64)) returning id`
		return pg.Fail(tx.QueryRow(ctx, d, e.Claim, e.Case, amount, e.Region).Scan(&e.Decision), "decision")
	}))
	o.must(o.db.Tx(o.t.Context(), pg.Regions(e.Region), func(ctx context.Context, tx *pg.Tx) error {
		_, err := o.payout.Entitle(ctx, tx, e)
		return err
	}))
}

// returned has the bank send a whole batch back, and the township write down a new
// card for the first line's family.
func (o *office) returned() {
	o.t.Helper()
	o.owner(`update payout_line set state = 'returned', code = '1002', answered = now()`,
		`update payout_entitlement set state = 'returned'`,
		`update payout_batch set state = 'file_written', intended = now()`, `update payout_batch set state = 'sent', sent = now()`,
		`update payout_batch set state = 'answered', answered = now(), returned = total`,
		`insert into payout_fix (line, entitlement, region, code, opened) select id, entitlement, region, code, now() from payout_line`,
		`insert into case_card (case_id, region, holder, account, last4, old_holder, old_last4, how, proposed_by, proposed)
			select id, region, '李小山', '\x00', '5317', '李秀英', '0017', '看了卡和身份证', 99, now() from casefile order by id limit 1`)
}

// payer is a logged-in payer's client.
func (o *office) payer(login string) *http.Client {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	o.must(err)
	c := &http.Client{Jar: jar}
	o.ask(c, "/desk/login", url.Values{"login": {login}, "password": {password}})
	return c
}

// ask opens a page, or sends a form to it, and gives status and text.
func (o *office) ask(c *http.Client, path string, form url.Values) (int, string) {
	o.t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = c.Get(o.site.URL + path)
	} else {
		resp, err = c.PostForm(o.site.URL+path, form)
	}
	o.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	o.must(err)
	return resp.StatusCode, string(b)
}

func (o *office) batch() int64 {
	o.t.Helper()
	var b payout.Batch
	o.must(o.db.Tx(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = o.payout.CreateBatch(ctx, tx, o.ids["payer1"], payout.Choice{})
		return err
	}))
	return b.ID
}

// number reads one number as the owner.
func (o *office) number(sql string) (n int64) {
	o.t.Helper()
	o.must(o.env.DB(pgtest.Owner).Read(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql).Scan(&n)
	}))
	return n
}

// listed counts the entries of the log for lists that were shown.
func (o *office) listed() (n int) {
	o.t.Helper()
	o.must(o.db.Read(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'payment.listed'`).Scan(&n)
	}))
	return n
}

var seenInPage = regexp.MustCompile(`batches\?seen=([0-9a-f]+)`)

// Nobody lets money go without its lines before them: the list has no button for it,
// the batch's page has names masked, sample sums marked, tails, and both totals. What
// the bank answers then changes the whole page at once.
//
// Control: put the approve form back into the list; or let the live part leave out the
// ledger ("money" for "batches"); or write payment.listed before deciding on 204.
func TestPayersSeeWhatTheyApprove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	o.entitled(41050)
	at := fmt.Sprintf("/desk/county/batch/%d", o.batch())
	first, second := o.payer("payer1"), o.payer("payer2")
	_, list := o.ask(second, "/desk/county", nil)
	if strings.Contains(list, "/approve") || !strings.Contains(list, `href="`+at+`"`) {
		t.Error("the list lets a batch go unseen")
	}
	_, page := o.ask(second, at, nil)
	for _, want := range []string{"李某某", "尾号 0017", "360 元", "410.50 元", "样本", "770.50 元", "对得上", at + "/approve"} {
		if !strings.Contains(page, want) {
			t.Errorf("the batch's page lacks %q", want)
		}
	}
	if strings.Contains(page, "李秀英") {
		t.Error("the batch's page names people")
	}
	o.env.LoseRace() // control: fill that adds to what the lines came to before ("does not add up")
	if _, again := o.ask(second, at, nil); !strings.Contains(again, "对得上") || strings.Count(again, "尾号 0017") != strings.Count(page, "尾号 0017") {
		t.Errorf("read again it does not add up: %s", again)
	}
	if _, page := o.ask(first, at, nil); strings.Contains(page, "/approve") {
		t.Error("who made the batch may approve it")
	}
	if status, _ := o.ask(second, at+"/approve", url.Values{"lines": {"2"}, "total": {"77050"}}); status != http.StatusOK {
		t.Fatalf("approve: %d", status)
	}
	_, list = o.ask(second, "/desk/county", nil)
	seen := seenInPage.FindStringSubmatch(list)
	if seen == nil {
		t.Fatal("a batch is on its way and the page does not ask for news")
	}
	shown := o.listed()
	if status, _ := o.ask(second, "/desk/county/batches?seen="+seen[1], nil); status != http.StatusNoContent {
		t.Errorf("nothing new is answered %d", status)
	}
	if n := o.listed(); n != shown {
		t.Errorf("%d entries say that a list was shown that nobody saw", n-shown)
	}
	o.returned()
	_, news := o.ask(second, "/desk/county/batches?seen="+seen[1], nil)
	if n := o.listed(); n != shown+1 {
		t.Errorf("%d entries for one list of news", n-shown)
	}
	for _, want := range []string{"已退回", "<h2>账", "退回的卡", "李秀英", "0017", "李小山", "5317", "/phone", "/reject", "卡已销户", "没有别的卡,先到银行办一张"} {
		if !strings.Contains(news, want) {
			t.Errorf("the news lack %q", want)
		}
	}
	if strings.Contains(news, "结清") || strings.Contains(news, "seen=") {
		t.Error("all came back and the page says otherwise")
	}
}

// The payers' pages as people see them.
func TestPayersPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	o.entitled(41050)
	id := o.batch()
	tab := browsertest.Start(t).Tab(t)
	tab.Open(o.site.URL + "/desk/login")
	tab.Fill("input[name=login]", "payer2")
	tab.Fill("input[name=password]", password)
	tab.Go(".login .btn.go")
	judge := func(name string) {
		tab.Desk()
		tab.Accessible()
		tab.Shot(name)
		tab.Phone()
		tab.Accessible()
		tab.Shot(name + "-phone")
	}
	judge("county-list")
	tab.Open(fmt.Sprintf("%s/desk/county/batch/%d", o.site.URL, id))
	tab.Wait("对得上")
	judge("county-batch")
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]))
	o.returned()
	tab.Open(o.site.URL + "/desk/county")
	tab.Wait("已退回")
	judge("county-returned")
	o.entitled(52000)
	o.owner(`insert into payout_overlap (entitlement, other, region, kind, why, law, found) select max(id), min(id), max(region), 'exclude', '同一个人低保和特困只能享受一样。', '社会救助暂行办法', now() from payout_entitlement`)
	tab.Open(o.site.URL + "/desk/county")
	tab.Wait("可能发重,先留住的")
	judge("county-held-back")
	o.entitled(53000)
	o.batch()
	o.owner(`insert into payout_climb (kind, batch, rung, counties, due, told) select 'draft', max(id), 1, '{371426}', current_date - 3, now() from payout_batch where state = 'draft'`,
		`insert into payout_climb (kind, overlap, rung, counties, due, told) select 'held', max(id), 1, '{371426}', current_date - 1, now() from payout_overlap`,
		`update payout_batch set held_why = '1 笔换了卡' where id = (select min(id) from payout_batch)`,
		`update payout_batch set again_of = (select min(id) from payout_batch) where state = 'draft'`)
	tab.Open(o.site.URL + "/desk/county")
	tab.Wait("钱停住了,没人动")
	judge("county-still")
	tab.Open(fmt.Sprintf("%s/desk/county/batch/%d", o.site.URL, o.newest()))
	tab.Wait("1 笔换了卡")
	judge("county-anew")
	tab.Quiet()
}

// newest is the batch that was made last.
func (o *office) newest() (id int64) {
	o.t.Helper()
	o.must(o.db.Read(o.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select max(id) from payout_batch`).Scan(&id)
	}))
	return id
}

// Who checks a card and who approves a batch can tell whose money it is: the receipt
// and the town stand there; the number to ring comes at a press, and is written down.
// Control: leave heads out of fixes.
func TestPayerKnowsWhoseMoneyItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	batch := o.batch()
	o.owner(`update casefile set town = '王庙镇'`)
	c := o.payer("payer2")
	if _, page := o.ask(c, fmt.Sprintf("/desk/county/batch/%d", batch), nil); !strings.Contains(page, "1234 5678 90 · 王庙镇") {
		t.Error("the lines of a batch do not say whose they are")
	}
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]))
	o.returned()
	_, page := o.ask(c, "/desk/county", nil)
	if !strings.Contains(page, "1234 5678 90") || !strings.Contains(page, "王庙镇") || !regexp.MustCompile(`/desk/county/fix/\d+/phone`).MatchString(page) {
		t.Error("the card to check does not say whose it is, or whom to ring")
	}
}

// A card is not put in force by who has not looked at the number to ring since it was
// proposed: the button is not there, and a form from elsewhere is refused. A look of somebody
// else, of another number, or before this card was brought, is no look.
//
// Controls: Looked without purpose, seen red ("offered by a look at another number"); confirm without Looked ("confirmed without a look"); Looked without actor_id ("by
// a colleague's look"); without its time ("by a look before this card").
func TestNoCardWithoutALook(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.entitled(36000)
	o.batch()
	o.owner(fmt.Sprintf(`update payout_batch set state = 'approved', approved = now(), approved_by = %d`, o.ids["payer2"]))
	o.returned()
	c := o.payer("payer2")
	offered := func() bool {
		_, page := o.ask(c, "/desk/county", nil)
		return strings.Contains(page, "/confirm")
	}
	refused := func(why string) {
		t.Helper()
		if offered() {
			t.Errorf("offered %s", why)
		}
		if status, page := o.ask(c, "/desk/county/fix/1/confirm", url.Values{"card": {"1"}}); status != http.StatusConflict || !strings.Contains(page, "先看家里原来的号码") {
			t.Errorf("confirmed %s: %d", why, status)
		}
	}
	look := func(who, before, purpose string) {
		o.owner(fmt.Sprintf(`insert into audit_entry (at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
			select now() - interval '%s', 'staff', '%d', 'field.revealed', id, '', '', region, '%s', sha256('x'), 'x' from casefile`, before, o.ids[who], purpose))
	}
	refused("without a look")
	look("payer1", "0", audit.RevealPhone)
	refused("by a colleague's look")
	look("payer2", "1 hour", audit.RevealPhone)
	refused("by a look before this card")
	look("payer2", "0", "reveal")
	refused("by a look at another number")
	if status, _ := o.ask(c, "/desk/county/fix/1/confirm", url.Values{"card": {"2"}}); status != http.StatusConflict {
		t.Errorf("another card: %d", status)
	}
	look("payer2", "0", audit.RevealPhone)
	if !offered() {
		t.Error("not offered after a look")
	}
}
