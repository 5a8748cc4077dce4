package township_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// P16 over HTTP: somebody with every role proposed, and posts the decision on it, a hundred times
// and eight at once. Each is refused in words, nothing is decided, and the log says who tried what
// of which case and why not (P17) — thirty times in a minute and once for all that came beyond.
// Who is kin, who has not the role, and what the state does not allow leave an entry too.
//
// Controls, named: trace that looks at KindForbidden alone; no bound.
func TestWhoProposedDecidesNothingByTheAddress(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	cookies := d.Sessions(t, room, "wangmiao.approver", "wangmiao.officer")
	approver := d.ID(t, "wangmiao.approver")
	root := func(sql string, args ...any) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), d.Env.Superuser())
		must(t, err)
		defer conn.Close(context.WithoutCancel(t.Context()))
		_, err = conn.Exec(t.Context(), fmt.Sprintf(`begin; set local session_replication_role = replica; `+sql+`; commit`, args...))
		must(t, err)
	}
	root(`delete from decision; update claim set state = 'reviewed', proposer = %d; update staff_account set roles = array['officer', 'approver', 'county', 'payer'] where id = %d`, approver, approver)
	post := func(login, act string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/desk/township/case/1/claim/1/"+act, strings.NewReader(url.Values{"outcome": {"refused"}, "reasons": {"没有票据"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookies[login])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 12 {
				if code, page := post("wangmiao.approver", "decide"); code != http.StatusForbidden || !strings.Contains(page, casefile.ErrSamePerson.Say) {
					t.Errorf("who proposed decides: %d %.300s", code, page)
				}
			}
		})
	}
	all.Wait()
	count := func(sql string, args ...any) (n int) {
		must(t, d.Env.DB(pgtest.Check).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			return tx.QueryRow(ctx, sql, args...).Scan(&n)
		}))
		return n
	}
	entries := func(code, act string) int {
		return count(`select count(*) from audit_entry where act = 'refusal.' || $1 and subject = 'case:1 claim:1' and case_id = 1 and actor_kind = 'staff'
			and purpose = 'POST /desk/township/case/{case}/claim/{claim}/' || $2`, code, act)
	}
	if n := count(`select count(*) from decision`); n != 0 {
		t.Errorf("%d decisions", n)
	}
	// The clock may have turned to another minute meanwhile, once.
	if n, more := entries("same_person", "decide"), entries("more", "decide"); n < 30 || n > 60 || more < 1 || more > 2 {
		t.Errorf("96 refusals left %d entries, and %d for those beyond the bound", n, more)
	}
	root(`update claim set proposer = 99999; insert into case_conflict (case_id, region, staff, relation) select id, region, %d, '侄、甥' from casefile`, d.ID(t, "wangmiao.officer"))
	for _, c := range []struct {
		act, code string
		status    int
	}{{"object", "case_moved_on", http.StatusConflict}, {"decide", "not_yours", http.StatusForbidden}, {"publish_notice", "kin", http.StatusForbidden}} {
		if status, page := post("wangmiao.officer", c.act); status != c.status || entries(c.code, c.act) != 1 {
			t.Errorf("%s: %d, %d entries of %s: %.300s", c.act, status, entries(c.code, c.act), c.code, page)
		}
	}
}
