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
	"lianou/core/casefile"
	"lianou/core/pg"
)

// Who holds a letter may ask whether it is real: the code finds the decision, in any
// spelling, and names nobody; a wrong one finds nothing, is counted and stands in the
// log. A real code on another's letter is not vouched for. Controls: no Allow in letter; the
// name of the applicant in the answer; Fits always true.
func TestLetterIsChecked(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	conn, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	digest := "a1b2c3d4e5f6" + strings.Repeat("0", 52)
	for _, sql := range []string{`set session_replication_role = replica`,
		`insert into casefile (id, region, application, receipt, channel, applicant, people, first_contact, opened, updated) overriding system value
			values (7, '371426104', gen_random_uuid(), '1234567890', 'app', '李秀英', 2, now(), now(), now())`,
		`insert into claim (id, case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, created, updated) overriding system value
			values (8, 7, '371426104', 'MZ-01', '最低生活保障', '低保', '民政', 'township', 7, true, 36000, 'month', now(), now())`,
		`insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
			values (8, 7, '371426104', 'approved', 36000, 'month', true, 1, 2, '["够"]', '六十天内可申请行政复议', '{"visit": 1}', 1, repeat('a', 64), 'b', now(), '` + digest + `')`} {
		_, err = conn.Exec(t.Context(), sql)
		must(t, err)
	}
	_, err = conn.Exec(t.Context(), `update casefile set town = '德平镇' where id = 7`)
	must(t, err)
	_, err = conn.Exec(t.Context(), `insert into case_status (application, case_id, region, receipt, phone_key, status, next, updated)
		select application, id, region, receipt, $1, 'approved', '', now() from casefile where id = 7`,
		hex.EncodeToString(d.Keys.Platform.Shared.Blind("case.status", "1234567890:002X")))
	must(t, err)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	room := agent.New(agent.Deps{Desk: d.Shell, Regions: d.Regions, Staff: d.Staff, DB: d.DB, Cases: cases, Audit: d.Audit, Bell: d.Bell})
	cookies := d.Sessions(t, room, "0317")
	handler, err := d.Shell.Handler(room)
	must(t, err)
	last4 := "002X"
	say := func(code string) string {
		r := httptest.NewRequest(http.MethodPost, "/desk/agent/letter", strings.NewReader(url.Values{"code": {code}, "last4": {last4}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		r.AddCookie(cookies["0317"])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Body.String()
	}
	for _, code := range []string{casefile.LetterCode(digest), "A1B2-C3D4-E5F6", "a1b2c3d4e5f6", "a1b2c3d4e5f6"} {
		if got := say(code); !strings.Contains(got, "最低生活保障") || !strings.Contains(got, "每月 360 元") || !strings.Contains(got, "样本") || strings.Contains(got, "李秀英") || !strings.Contains(got, "是发给他的") || !strings.Contains(got, ">德平镇人民政府") {
			t.Errorf("%s: %s", code, got)
		}
	}
	last4 = "0000"
	if got := say("a1b2c3d4e5f6"); strings.Contains(got, "是发给他的") || !strings.Contains(got, "后四位对不上") {
		t.Errorf("a code on somebody else's letter: %s", got)
	}
	last4 = ""
	if got := say("a1b2c3d4e5f6"); strings.Contains(got, "是发给他的") || !strings.Contains(got, "不知道是不是给他的") {
		t.Errorf("a code without digits: %s", got)
	}
	if got := say("a1b2"); !strings.Contains(got, "12 位") {
		t.Errorf("a short code: %s", got)
	}
	for range 9 { // wrong digits of a real code counted too
		if got := say("ffffffffffff"); !strings.Contains(got, "没有这样一份决定书") {
			t.Errorf("a wrong code: %s", got)
		}
	}
	if got := say("a1b2c3d4e5f6"); !strings.Contains(got, "太多了") {
		t.Errorf("after ten wrong looks: %s", got)
	}
	var checked, wrong int
	must(t, d.DB.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) filter (where act = 'letter.checked'), count(*) filter (where act = 'refusal.wrong_letter_code') from audit_entry`).Scan(&checked, &wrong)
	}))
	if checked != 6 || wrong != 9 {
		t.Errorf("%d looks and %d wrong codes in the log", checked, wrong)
	}
}
