package agent_test

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/desk/agent"
	"lianou/channels/desk/desktest"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/wording"
)

const (
	askedReceipt = "7319052645"
	askedLast4   = "002X"
	seen         = "3月4日前,镇上会联系您。"
)

// asked is the agents' room with one application that callers ask about, and a way to
// say a pair as one of the agents.
func asked(t *testing.T) (d *desktest.Desk, say func(login, receipt, last4 string) string) {
	t.Helper()
	d = desktest.New(t)
	conn, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`) // the row of the status alone
	must(t, err)
	_, err = conn.Exec(t.Context(), `insert into case_status (application, case_id, region, receipt, phone_key, status, next, updated)
		values (gen_random_uuid(), 1, '371426104', $1, $2, 'received', $3, now())`,
		askedReceipt, hex.EncodeToString(d.Keys.Platform.Shared.Blind("case.status", askedReceipt+":"+askedLast4)), seen)
	must(t, err)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	room := agent.New(agent.Deps{Desk: d.Shell, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookies := d.Sessions(t, room, "0317", "0318")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	return d, func(login, receipt, last4 string) string {
		r := httptest.NewRequest(http.MethodPost, "/desk/agent/find", strings.NewReader(url.Values{"receipt": {receipt}, "last4": {last4}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
}

// Right pairs are never too many; wrong ones are counted for the agent who says them,
// each stands in the audit log, and after ten of them the right one is not shown
// either, or guessing would have no end. Controls: no GiveBack, "right pair 10 of a
// day"; Allow left out, "guess 10".
func TestWrongPairsOfAnAgentAreCounted(t *testing.T) {
	t.Parallel()
	d, say := asked(t)
	for i := range 25 {
		if got := say("0317", askedReceipt, askedLast4); !strings.Contains(got, seen) {
			t.Fatalf("right pair %d of a day: %s", i, got)
		}
	}
	say("0317", "7319052644", askedLast4) // a wrong check digit is no guess
	for i := range 12 {
		got := say("0317", askedReceipt, "0021")
		if refused := strings.Contains(got, "太多了"); refused != (i >= 10) || strings.Contains(got, seen) {
			t.Errorf("guess %d: %s", i, got)
		}
	}
	if got := say("0317", askedReceipt, askedLast4); strings.Contains(got, seen) {
		t.Errorf("who guessed ten times is shown the right one: %s", got)
	}
	if got := say("0318", askedReceipt, askedLast4); !strings.Contains(got, seen) {
		t.Errorf("another agent: %s", got)
	}
	for act, want := range map[string]int{"refusal.wrong_pair": 10, "status.read": 26} {
		var n int
		must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, `select count(*) from audit_entry where act = $1 and actor_kind = 'staff'`, act).Scan(&n)
		}))
		if n != want {
			t.Errorf("%d entries of %s, want %d", n, act, want)
		}
	}
}

// The agent reads aloud what lacks, how it is brought easiest and until when, as the message
// said it; once papers came, that it is the township's turn. The look is one entry like any.
//
// Controls: .Lacks left out of "found" ("not read aloud"); Lacks that passes over
// StatusPapersIn ("still asks for what came").
func TestAnAgentReadsWhatLacks(t *testing.T) {
	t.Parallel()
	d, say := asked(t)
	conn, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	stands := func(status wording.Status) string {
		_, err := conn.Exec(t.Context(), `update case_status set next = '', status = $1, missing = '{"what": "户口本首页的照片", "how": "拍照就行", "since": "2026-11-28T02:00:00Z", "until": "2026-12-11"}'`, status)
		must(t, err)
		return say("0317", askedReceipt, askedLast4)
	}
	if got, want := stands(wording.StatusAskOne), wording.AskOne("户口本首页的照片", "拍照就行", core.NewDate(2026, 12, 11)).Words; !strings.Contains(got, want) || !strings.Contains(got, "要补一样") {
		t.Errorf("not read aloud: %s\nwant %s", got, want)
	}
	got := stands(wording.StatusPapersIn)
	if !strings.Contains(got, "材料已到,等镇里看") || !strings.Contains(got, wording.PapersCame("户口本首页的照片")) {
		t.Errorf("papers came: %s", got)
	}
	if strings.Contains(got, "最好在") || strings.Contains(got, "要补一样") {
		t.Errorf("still asks for what came: %s", got)
	}
	var n int
	must(t, conn.QueryRow(t.Context(), `select count(*) from audit_entry where act = 'status.read' and actor_kind = 'staff'`).Scan(&n))
	if n != 2 {
		t.Errorf("%d entries of two looks", n)
	}
}
