package book_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"lianou/core/insight"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/pg"
)

// TestTheDeskAsksForTheReport: who may draft or sign asks on the draft's page for the report on
// its weights, which is a job; the page says how far it is and, when it is there, that the
// draft can be published. There is one at a time; an auditor has no button; one that came to
// nothing, or was lost, may be asked for again; a draft that leaves the weights has none.
//
// Nobody asks where nobody was scanned, for what was made already, or all day long.
//
// Red: "nobody to compare: 200"; of what was made "made already: 200"; without a rate "asked on
// and on: 409".
//
// Controls: AskSense without Insert ("asked: 200, jobs map[]"); SenseAsked that leaves what came to
// nothing (`failed: the page has, or lacks, "上一次没有算完"`).
func TestTheDeskAsksForTheReport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.rules.Sensed = insight.Store{}.HasSensed
	han, lin, auditor := o.as("han"), o.as("lin"), o.as("auditor")
	has := func(what, page string, want ...string) {
		t.Helper()
		for _, w := range want {
			if bad, is := strings.CutPrefix(w, "!"); is == strings.Contains(page, strings.TrimPrefix(w, "!")) {
				t.Errorf("%s: the page has, or lacks, %q", what, bad)
			}
		}
	}
	const button = `action="` + draftAt + `/sense"`
	o.ask(han, "/desk/book/begin", url.Values{"why": {"改权重"}})
	if status, _ := o.ask(han, draftAt+"/sense", url.Values{}); status != http.StatusConflict {
		t.Errorf("weights as they are: %d", status)
	}
	_, page := o.ask(han, draftAt+"/weights", weighing)
	has("missing", page, "还缺一样", button, "!没有算完")
	_, page = o.ask(auditor, draftAt, nil)
	has("an auditor", page, "还缺一样", "!"+button)
	if status, _ := o.ask(auditor, draftAt+"/sense", url.Values{}); status < 400 {
		t.Errorf("an auditor: %d", status)
	}
	status, page := o.ask(han, draftAt+"/sense", url.Values{})
	has("nobody to compare", page, "请管系统的人先做一次全库比对", "!lianou rescan")
	if got := jobstest.States(t, o.db, jobs.Platform, "sense_asked"); status != http.StatusConflict || len(got) != 0 {
		t.Errorf("nobody to compare: %d, jobs %v", status, got)
	}
	o.into(500)
	status, page = o.ask(han, draftAt+"/sense", url.Values{})
	has("asked", page, "开始算这组权重了", "在排队", `hx-get="`+draftAt+`/sense"`, "!"+button)
	if got := jobstest.States(t, o.db, jobs.Platform, "sense_asked"); status != http.StatusOK || got["available"] != 1 {
		t.Errorf("asked: %d, jobs %v", status, got)
	}
	o.ask(lin, "/desk/book/begin", url.Values{"why": {"另一组"}})
	other := maps.Clone(weighing)
	other["A"], other["B"] = []string{"120"}, []string{"70"}
	_, page = o.ask(lin, "/desk/book/draft/2/weights", other)
	has("beside another", page, "正在算另一组权重", `!action="/desk/book/draft/2/sense"`)
	if status, page := o.ask(lin, "/desk/book/draft/2/sense", url.Values{}); status != http.StatusConflict || !strings.Contains(page, "一次只能算一组") {
		t.Errorf("beside another: %d", status)
	}
	o.super(`create table aside as table fact_row; delete from fact_row`)
	o.must(o.watch.SenseAsked(t.Context(), 1, false)) // nobody lives in the city any more
	o.super(`insert into fact_row table aside; drop table aside`)
	_, page = o.ask(lin, draftAt, nil)
	has("failed", page, "上一次没有算完", button)
	o.ask(lin, draftAt+"/sense", url.Values{})
	o.must(o.db.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update index_asked set towns = 134, done = 8 where ended is null`)
		return err
	}))
	_, page = o.ask(han, draftAt+"/sense", nil)
	has("half", page, `134 个乡镇街道,读完了 <span class="num">8</span> 个`, `id="sensing"`, "!<h1")
	o.env.Advance(3 * time.Hour)
	_, page = o.ask(han, draftAt, nil)
	has("lost", page, "上一次没有算完", button)
	o.ask(han, draftAt+"/sense", url.Values{})
	var asked int64
	o.must(o.db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select max(id) from index_asked`).Scan(&asked)
	}))
	o.must(o.watch.SenseAsked(t.Context(), asked, false))
	_, page = o.ask(han, draftAt, nil)
	has("made", page, "这组权重的试算做过了", "!还缺一样", "!"+button)
	if status, page = o.ask(han, draftAt+"/sense", url.Values{}); status != http.StatusConflict || !strings.Contains(page, "这组权重算过了") {
		t.Errorf("made already: %d", status)
	}
	_, page = o.ask(lin, "/desk/book/draft/2", nil)
	has("the other", page, "还缺一样", `action="/desk/book/draft/2/sense"`)
	o.must(o.db.Read(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var done int
		var actor string
		err := tx.QueryRow(ctx, `select a.done, s.actor from index_asked a, index_sensing s where a.id = $1`, asked).Scan(&done, &actor)
		if done < 8 || !strings.HasPrefix(actor, "staff:") {
			t.Errorf("%d townships noted, the report is %q's", done, actor)
		}
		return err
	}))
	for range 12 {
		status, page = o.ask(lin, "/desk/book/draft/2/sense", url.Values{})
	}
	if status != http.StatusTooManyRequests || !strings.Contains(page, "这一小时算得太多了") {
		t.Errorf("asked on and on: %d", status)
	}
}

// super runs statements as nobody of the program may.
func (o *office) super(statements string) {
	o.t.Helper()
	conn, err := pgconn.Connect(o.t.Context(), o.env.Superuser())
	o.must(err)
	_, err = conn.Exec(o.t.Context(), statements).ReadAll()
	o.must(errors.Join(err, conn.Close(o.t.Context())))
}
