package township_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"

	"github.com/google/uuid"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/township"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// Every form by which papers are looked at says which of them its page showed, and none that
// was looked at before.
//
// Control: the forms without "saw" ("sends []").
func TestThePageSaysWhichPapersItShowed(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit})
	must(t, err)
	proposed(t, d, cases)
	must(t, d.Env.DB(pgtest.Owner).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		const came = `with sent as (insert into supplement (citizen, key, body_digest, application, region, count, wrapped, sealed, at, taken)
				select 'citizen-1', n::text, sha256('x'), $1, region, 0, 'x', 'x', now(), now() from casefile, generate_series(1, 3) n returning id, region)
			insert into case_supplement (id, case_id, region, application, receipt, at, looked, looked_by)
				select s.id, f.id, s.region, $1, '4071882635', now(), case when s.id = 2 then now() end, case when s.id = 2 then 1 end from sent s, casefile f`
		_, err := tx.Exec(ctx, came, uuid.NewString())
		return pg.Fail(err, "lay papers")
	}))
	room := township.New(township.Deps{Desk: d.Shell, DB: d.DB, Cases: cases, Staff: d.Staff, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	handler, err := d.Shell.Handler(room)
	must(t, err)
	r := httptest.NewRequest(http.MethodGet, "/desk/township/case/1", nil)
	r.AddCookie(d.Sessions(t, room, "wangmiao.officer")["wangmiao.officer"])
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	for _, act := range []string{"look_papers", "ask_supplement"} {
		form := regexp.MustCompile(`(?s)action="[^"]*/` + act + `".*?</form>`).FindString(w.Body.String())
		var ids []string
		for _, m := range regexp.MustCompile(`name="saw" value="(\d+)"`).FindAllStringSubmatch(form, -1) {
			ids = append(ids, m[1])
		}
		if !slices.Equal(ids, []string{"3", "1"}) {
			t.Errorf("%s sends %v of what was on its page (%d)", act, ids, w.Code)
		}
	}
}
