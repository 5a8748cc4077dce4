package ranking_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/insight"
	"lianou/core/pg"
)

// given is a monthly item that a household was granted in a township; how it comes to that is
// another package's to test.
func (h *house) given(t *testing.T, town core.RegionCode, home core.HouseholdID, item core.ItemCode) (id int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.Env.Superuser())
	must(t, err)
	defer conn.Close(context.Background())
	id = 700
	for _, sql := range []string{`set session_replication_role = replica`,
		fmt.Sprintf(`insert into casefile (id, region, application, receipt, channel, household, applicant, people, state, facts_version, first_contact, opened, settled, updated)
			overriding system value values (%d, '%s', gen_random_uuid(), '700', 'counter', %d, '样某', 1, 'settled', 1, now(), now(), now(), now())`, id, town, home),
		fmt.Sprintf(`insert into claim (id, case_id, region, item, name, everyday, department, state, decides, notice_days, cash, amount, period, agreed_by, proposer, proposal, reasons, told, created, updated)
			overriding system value values (%d, %d, '%s', '%s', 'x', 'x', 'MZ', 'closed', 'township', 0, true, 100, 'month', 1, 1, 'approve', '["x"]', now(), now(), now())`, id, id, town, item),
		fmt.Sprintf(`insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
			values (%d, %d, '%s', 'approved', 100, 'month', false, 1, 2, '["x"]', 'xxxxxxxxxxxx', '{"a":1}', 1, 'x', 'x', now(), repeat('a', 64))`, id, id, town)} {
		_, err := conn.Exec(t.Context(), sql)
		must(t, err)
	}
	return id
}

// TestAChangeLeadsToTheCase: who settles a loss as a change that two people are to decide is led
// to the case in which the item is received; where none is, the page says so.
// Control: settle without the lead's number ("the page leads nowhere").
func TestAChangeLeadsToTheCase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home := h.hardly(t, wangmiao)
	book, err := h.Book.On(core.NewDate(2026, 9, 1))
	must(t, err)
	it, _ := book.Item("MZ-01")
	lay := func() (id int64) {
		must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
			const sql = `insert into lead (region, household, kind, items, cause, book, since, found, place) values ($1, $2, 'lost', $3, 'facts', repeat('b', 64), '2026-07-01', $4, 0) returning id`
			return tx.QueryRow(ctx, sql, string(wangmiao), int64(home), int64(insight.Items(0).With(it.No)), tx.Now()).Scan(&id)
		}))
		return id
	}
	settle := func() string {
		at := fmt.Sprintf("/desk/ranking/lead/%d/settle", lay())
		to := h.goes(t, officer, at, came("to_change"))
		_, page := h.ask(t, officer, to, nil)
		return page
	}
	if page := settle(); !strings.Contains(page, "没有他在按月领这一项的事") || strings.Contains(page, "去提变更") {
		t.Error("of nothing that is received the page leads somewhere, or does not say so")
	}
	id := h.given(t, wangmiao, home, "MZ-01")
	if page := settle(); !strings.Contains(page, fmt.Sprintf(`href="/desk/township/case/%d">去提变更:最低生活保障`, id)) {
		t.Error("the page leads nowhere")
	}
}

// goes sends a form and gives where it leads.
func (h *house) goes(t *testing.T, who, target string, form url.Values) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(h.cookies[who])
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Header().Get("Location")
}
