package people_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/channels/desk/desktest"
	"lianou/channels/desk/people"
	"lianou/channels/desk/township"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/registry/seed"
	"lianou/core/registry/twins"
	"lianou/core/staff"
)

// The people of the Stories: a mother and her son in Wangmiao, a daughter-in-law in
// Deping, whom an officer of Wangmiao has no business with.
const (
	mother    = "/desk/people/1"
	foreign   = "/desk/people/5"
	nobody    = "/desk/people/999999"
	herNumber = "37242219671020992"
	officer   = "wangmiao.officer"
	approver  = "wangmiao.approver"
	city      = "city"
	county    = "linyi.county" // of the second and the third story's townships
)

// house is the desk with the Stories in its register.
type house struct {
	*desktest.Desk
	reg     *registry.Registry
	cases   *casefile.Store
	twins   *twins.Twins
	handler http.Handler
	room    *people.Room
	cookie  *http.Cookie // of the officer
	second  *http.Cookie // of the approver
	over    *http.Cookie // of the county
	wide    *http.Cookie // of the city
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Desk: desktest.New(t)}
	var err error
	h.reg, err = registry.New(registry.Config{Ring: h.Keys.Platform.Ring, Log: h.Audit, Regions: h.Regions})
	must(t, err)
	must(t, h.Env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		if err := registry.SaveRegions(ctx, tx, h.Regions); err != nil {
			return err
		}
		var list []registry.NewHousehold
		for _, s := range seed.Stories() {
			list = append(list, s.Known(tx.Today()))
		}
		sealed, err := h.reg.Seal(list, tx.Now())
		if err != nil {
			return err
		}
		if err := h.reg.Load(ctx, tx, sealed); err != nil {
			return err
		}
		return h.reg.AfterLoad(ctx, tx)
	}))
	h.cases, err = casefile.New(casefile.Config{Ring: h.Keys.Platform.Ring, Shared: h.Keys.Platform.Shared, Audit: h.Audit})
	must(t, err)
	changes, err := change.New(change.Deps{Registry: h.reg, Ring: h.Keys.Platform.Ring, Log: h.Audit})
	must(t, err)
	queue, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	life, err := registry.NewLife(h.reg, queue)
	must(t, err)
	h.twins, err = twins.New(twins.Deps{DB: h.DB, Registry: h.reg, Audit: h.Audit, Jobs: queue, Ring: h.Keys.Platform.Ring})
	must(t, err)
	room := people.New(people.Deps{Desk: h.Shell, DB: h.DB, Registry: h.reg, Changes: changes, Life: life, Twins: h.twins, Regions: h.Regions, Staff: h.Staff, Cases: h.cases, Audit: h.Audit, Bell: h.Bell, Book: h.Book})
	_, err = staff.Seed(t.Context(), h.Env.DB(pgtest.Import), []staff.Town{{Code: "371424103", Name: "德平镇", County: "临邑县"}})
	must(t, err)
	sessions := h.Sessions(t, room, officer, approver, county, city)
	h.cookie, h.second, h.over, h.wide = sessions[officer], sessions[approver], sessions[county], sessions[city]
	h.room = room
	town := township.New(township.Deps{Desk: h.Shell, DB: h.DB, Cases: h.cases, Staff: h.Staff, Blobs: h.Blobs, Audit: h.Audit, Regions: h.Regions, Book: h.Book})
	h.handler, err = h.Shell.Handler(town, room)
	must(t, err)
	return h
}

// learn has one source say facts, so many days ago and true since as many more.
func (h *house) learn(t *testing.T, home core.HouseholdID, person core.PersonID, source string, days int, facts string) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		why := registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}
		return h.reg.Learn(ctx, tx, why, home, person, registry.Sheet{Source: source, ValidFrom: tx.Today() - core.Date(days), KnownAt: tx.Now().Add(-time.Duration(days) * 24 * time.Hour),
			Confidence: 80, Facts: json.RawMessage(facts)})
	}))
}

// ask sends one request of the officer, a POST where there is a form.
func (h *house) ask(t *testing.T, target string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(h.cookie)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// opened is a case of a household.
func (h *house) opened(t *testing.T, home core.HouseholdID, receipt core.Receipt, asked ...core.ItemCode) core.CaseID {
	t.Helper()
	return h.openedIn(t, "371426104", home, receipt, asked...)
}

func (h *house) openedIn(t *testing.T, town core.RegionCode, home core.HouseholdID, receipt core.Receipt, asked ...core.ItemCode) (id core.CaseID) {
	t.Helper()
	a := core.Application{ID: core.ApplicationID(uuid.NewString()), Receipt: receipt, Channel: "counter", At: time.Now(),
		Applicant: core.Applicant{Ref: "m", Name: "周桂兰"}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf},
		Household: core.Household{Members: []core.Member{{Ref: "m", Relation: "applicant"}}}, Items: asked}
	must(t, h.DB.Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		c, err := h.cases.Open(ctx, tx, casefile.NewCase{Application: a, Region: town, Town: "王庙镇", Household: home})
		id = c.Case
		for _, item := range asked {
			if err == nil {
				err = h.cases.AddClaim(ctx, tx, id, casefile.NewClaim{Item: item, Name: string(item), Decides: "county", Department: "民政局"})
			}
		}
		return err
	}))
	return id
}

// entries counts the entries of an act for a purpose, "" for any.
func (h *house) entries(t *testing.T, act, purpose string) (n int) {
	t.Helper()
	must(t, h.Env.DB(pgtest.Check).Read(t.Context(), pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = $1 and actor_kind = 'staff' and ($2 = '' or purpose = $2)`, act, purpose).Scan(&n)
	}))
	return n
}

// shown lays that the officer was shown n other people so long ago, and nobody else since.
func (h *house) shown(t *testing.T, n int, ago time.Duration) {
	t.Helper()
	must(t, h.DB.Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `with officer as (select id::text as id from staff_account where login = $1),
			gone as (delete from people_shown where staff = (select id from officer))
			insert into people_shown (staff, kind, who, at) select id, 'person', $2 + n, $3 from officer, generate_series(1, $4::int) n`
		_, err := tx.Exec(ctx, sql, officer, 10_000*(n+int(ago.Hours())), tx.Now().Add(-ago), n)
		return err
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
