package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
)

const (
	testID    = "371424196303150028" // constructed, valid
	testPhone = "13805340001"
	testTown  = "371426104"
)

// house is one database with the keys of both programs and a blob store.
type house struct {
	env     *pgtest.Env
	keys    *seal.Keys
	blobs   *blob.Store
	regions *registry.Regions
	book    *policy.Library
}

func newHouse(t testing.TB) *house {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	blobs, err := blob.Open(blob.Config{URL: "file://" + t.TempDir(), To: keys.Gateway.Platform})
	must(t, err)
	regions, err := registry.EmbeddedRegions()
	must(t, err)
	book, err := policy.Embedded()
	must(t, err)
	return &house{env: pgtest.New(t), keys: keys, blobs: blobs, regions: regions, book: book}
}

func (h *house) deps(t testing.TB, db *pg.DB) Deps {
	t.Helper()
	inserter, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	return Deps{
		DB: db, Platform: h.keys.Gateway.Platform, Digest: h.keys.Gateway.Shared, Regions: h.regions, Book: h.book,
		Blobs: h.blobs, Audit: audit.NewTo(h.keys.Gateway.Platform), Jobs: inserter, Log: slog.New(slog.DiscardHandler),
	}
}

func (h *house) open(t testing.TB, dir string) *Intake {
	t.Helper()
	return h.openOn(t, dir, h.env.DB(pgtest.Gateway))
}

func (h *house) openOn(t testing.TB, dir string, db *pg.DB) *Intake {
	t.Helper()
	in, err := New(t.Context(), Config{Dir: dir}, h.deps(t, db))
	must(t, err)
	t.Cleanup(func() { _ = in.Close() })
	return in
}

// count asks the database as the read-only checker, for the whole city.
func (h *house) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	err := h.env.DB(pgtest.Owner).Read(t.Context(), pg.City("a test counts rows"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql, args...).Scan(&n)
	})
	must(t, err)
	return n
}

// exec runs statements as the superuser: what a test plants in the database.
func (h *house) exec(t testing.TB, statements string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), statements)
	must(t, err)
}

// take opens an application as the platform does.
func (h *house) take(t testing.TB, id core.ApplicationID) core.Application {
	t.Helper()
	var app core.Application
	err := h.env.DB(pgtest.Platform).Tx(t.Context(), pg.City("a test opens a handover"), func(ctx context.Context, tx *pg.Tx) (err error) {
		app, err = jobs.TakeHandover(ctx, tx, h.keys.Platform.Opener, id)
		return err
	})
	must(t, err)
	return app
}

// spoken is a submission of the hotline's kind, which needs no uploaded file.
func spoken(key string) Submission {
	return Submission{
		Channel: "agent", Way: WayCall, Staff: 7, Call: &core.CallRef{ID: "call-1", Caller: "138****0001", Pending: true},
		Form: Form{
			Key:       key,
			Contact:   ContactForm{Phone: testPhone},
			Applicant: PersonForm{Name: "张桂兰", IDNumber: testID},
			Live:      PlaceForm{Region: testTown, Detail: "村东头"},
			Household: json.RawMessage(`{"income_12m":9360,"members":[{"ref":"m1","relation":"applicant","age":null},{"ref":"m2","relation":"child","age":33}]}`),
			People:    []MemberForm{{Ref: "m2", Name: "张小军"}},
			Items:     []string{"MZ-01"},
			Story:     "儿子瘫在床上,没有钱看病。",
			Consents:  []ConsentForm{{Purpose: "process", Version: "2026-01", How: "spoken", AtMS: 4000}},
		},
		Heard: map[string]Span{"income_12m": {FromMS: 61_000, ToMS: 65_500}, "members/m2/age": {Unrecorded: true}},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until polls the database's truth; there is no event to wait for across processes.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatal("never: " + what)
		case <-tick.C:
		}
	}
}

func newID(t testing.TB) string {
	t.Helper()
	id, err := uuid.NewV7()
	must(t, err)
	return id.String()
}

func contains(raw []byte, s string) bool { return bytes.Contains(raw, []byte(s)) }
