package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/staff"
)

// queueBar is what an officer may wait for a page of their queue, in milliseconds.
const queueBar = 150.0

// openCases is how many cases are open in the city while pages are read.
const openCases = 200_000

// pagesAsked is how often a round asks one kind of page.
const pagesAsked = 20

// queueing measures "queue": what a page of the queue takes over HTTP at 200,000 open cases, from
// the request to its last byte, the entry that it was listed committed.
func queueing(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openHouse(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	began := time.Now()
	if err := h.layCases(ctx, openCases); err != nil {
		return missed, fmt.Errorf("lay the cases: %w", err)
	}
	cfg.note("queue %d open cases after %.0f s", openCases, time.Since(began).Seconds())
	o, err := openOffice(ctx, h, cfg.Platform)
	if err != nil {
		return missed, err
	}
	defer o.close()
	worst, slow, err := o.askDesks(ctx, cfg)
	if err != nil {
		return missed, err
	}
	if worst > queueBar {
		missed.Short = append(missed.Short, "queue")
	}
	decided, err := o.deciding(ctx, cfg)
	if err != nil {
		return missed, fmt.Errorf("decide: %w", err)
	}
	if decided > queueBar {
		missed.Short = append(missed.Short, "decision")
	}
	fmt.Fprintf(cfg.Out, "decision p95 %.1f ms bar <=%.0f ms %s (%d decisions by a second person over HTTP, each committed with its letter, entry and notice, and the case's page after it; %d open cases; load %s)\n",
		decided, queueBar, word(decided <= queueBar), decisions, openCases, load())
	fmt.Fprintf(cfg.Out, "queue p95 %.1f ms bar <=%.0f ms %s (%d open cases in 134 townships, slowest page: %s; load %s)\n", worst, queueBar, word(worst <= queueBar), openCases, slow, load())
	return missed, nil
}

// askDesks asks every list of a township, of a county and of the largest one, and the city's
// counts, each so often, and gives the 95th percentile of the slowest in milliseconds.
func (o *office) askDesks(ctx context.Context, cfg *Config) (worst float64, slow string, err error) {
	lists := []string{"/desk/township", "/desk/township?show=mine", "/desk/township?show=due", "/desk/township?show=late", "/desk/township?show=decide", "/desk/township?show=lost", "/desk/township?q=%E5%BC%A0%E4%B8%89", "/desk/township?q=1111111111"}
	for _, desk := range []struct {
		name  string
		role  staff.Role
		at    core.RegionCode
		pages []string
	}{{"township", staff.Officer, "371402001", lists}, {"county", staff.County, "371402", lists}, {"largest county", staff.County, "371481", lists}, {"city", staff.City, core.DezhouCity, []string{"/desk/city"}}} {
		cookies, err := o.hireAt(ctx, 1, desk.role, desk.at)
		if err != nil {
			return 0, "", err
		}
		for _, page := range desk.pages {
			var took []float64
			for range cfg.Rounds * pagesAsked {
				ms, err := o.reads(ctx, page, cookies[0])
				if err != nil {
					return 0, "", err
				}
				took = append(took, ms)
			}
			p95 := percentile(took, 95)
			cfg.note("queue %-14s %-38s p50 %6.1f ms p95 %6.1f ms of %d, load %s", desk.name, page, percentile(took, 50), p95, len(took), load())
			if p95 > worst {
				worst, slow = p95, desk.name+" "+page
			}
		}
	}
	return worst, slow, nil
}

// reads gets one page and says how long its last byte took, in milliseconds.
func (o *office) reads(ctx context.Context, path, cookie string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.addr+path, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Cookie", cookie)
	began := time.Now()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "</main>")) {
		err = fmt.Errorf("GET %s: %d", path, resp.StatusCode)
	}
	return time.Since(began).Seconds() * 1000, err
}

// layCases lays open cases over all townships, each with its status, a claim and a deadline: a
// sixtieth is late and was told of to everybody, so that no sweep works meanwhile.
func (h *house) layCases(ctx context.Context, n int) error {
	towns, err := townships()
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, h.admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `set session_replication_role = replica`); err != nil {
		return err
	}
	const cases = `insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated, village_name, officer, urgent, index_tenths, index_low, index_high)
		select ($2::text[])[1 + g % cardinality($2::text[])], gen_random_uuid(), lpad(g::text, 10, '1'), 'app', '张' || g, 1 + g % 5,
			now() - make_interval(mins => g % 40000), now() - make_interval(mins => g % 40000), now(), '东街村', 900 + g % 300, g % 50 = 0,
			case when g % 3 > 0 then g % 700 + 90 end, case when g % 3 > 0 then g % 700 end, case when g % 3 > 0 then g % 700 + 90 end from generate_series(1, $1::int) g`
	const linked = `insert into case_application (application, case_id, region, receipt, channel, at) select application, id, region, receipt, channel, opened from casefile`
	if _, err := conn.Exec(ctx, cases, n, towns); err != nil {
		return err
	}
	var rest pgx.Batch
	rest.Queue(linked)
	rest.Queue(`insert into case_status (application, case_id, region, receipt, status, updated) select application, id, region, receipt, 'received', now() from casefile`)
	rest.Queue(`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, state, proposal, proposer, reasons, created, updated)
		select id, region, 'MZ-01', '最低生活保障', '低保', '民政', 'township', 7, true, 50000, 'month', case when id % 9 = 0 then 'reviewed' else 'open' end,
			case when id % 9 = 0 then 'approve' else '' end, case when id % 9 = 0 then 900 end, case when id % 9 = 0 then '["够"]'::jsonb else '[]'::jsonb end, now(), now() from casefile`)
	rest.Queue(`insert into deadline (case_id, region, kind, due, first_due, next, level) select id, region, 'decide', due, due, current_date + 60, 3
		from (select id, region, current_date + (id % 30)::int - case when id % 60 = 0 then 40 else 0 end as due from casefile) f`)
	if err := conn.SendBatch(ctx, &rest).Close(); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `vacuum analyze casefile, case_application, case_status, claim, deadline`)
	return err
}
