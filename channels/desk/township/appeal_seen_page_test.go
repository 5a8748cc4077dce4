package township_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
)

// The form of an answer carries what its page showed: the opinions on a notice, and the answer to
// an appeal that somebody else agrees to.
//
// Control: the templates without the hidden fields ("does not say what was seen", twice).
func TestAnswersSayWhatTheirPageShowed(t *testing.T) {
	t.Parallel()
	d, cases, flow := desktest.Decided(t)
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Flow: flow, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	cookies := d.Sessions(t, room, "wangmiao.officer", "wangmiao.approver")
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	page := func(who, stands, wants string) {
		t.Helper()
		_, err := root.Exec(t.Context(), `begin; set local session_replication_role = replica; `+stands+`; commit`)
		must(t, err)
		r := httptest.NewRequest(http.MethodGet, "/desk/township/case/1", nil)
		r.AddCookie(cookies[who])
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if !regexp.MustCompile(wants).MatchString(w.Body.String()) {
			t.Errorf("%s: the form %s does not say what was seen", who, wants)
		}
	}
	page("wangmiao.officer", `update claim set state = 'objected', proposal = 'approve', amount = 36000, period = 'month';
		insert into public_notice (claim_id, case_id, region, item_name, from_day, until_day, place, name, people, sample, proposer)
			select id, case_id, region, name, current_date, current_date + 7, '东街村', '周某某', 1, true, 99999 from claim;
		insert into objection (notice_id, claim_id, case_id, region, at, says, taken_by)
			select n.id, n.claim_id, n.case_id, n.region, now(), '', 99997 from public_notice n, generate_series(1, 2)`,
		`answer_objection(?s:.*)<input type="hidden" name="saw" value="1">(?s:.*)<input type="hidden" name="saw" value="2">`)
	page("wangmiao.approver", `update claim set state = 'approved'; update decision set outcome = 'approved';
		insert into appeal (claim_id, case_id, region, about, decision, digest, says, door, at, due, state, reviewer, outcome, reasons)
			select claim_id, case_id, region, 'grant', id, digest, '', 'app', now(), current_date, 'proposed', 99996, 'stands', '就是这个数。' from decision`,
		`decide_appeal(?s:.*)<input type="hidden" name="digest" value="[0-9a-f]{64}">`)
}
