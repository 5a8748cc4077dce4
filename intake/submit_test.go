package intake

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg/pgtest"
)

func TestSubmitBecomesOneApplication(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	got, err := in.Submit(t.Context(), spoken("call-1#1"))
	must(t, err)
	if got.Duplicate || got.Spooled || got.Region != testTown {
		t.Fatalf("receipt: %+v", got)
	}
	if _, err := ParseReceipt(string(got.Number)); err != nil {
		t.Fatal(err)
	}
	app := h.take(t, got.Application)
	if app.Receipt != got.Number || app.Applicant.ID.Reveal() != testID || app.Contact.Phone.Reveal() != testPhone || app.Contact.Staff != 7 {
		t.Errorf("application: %+v", app)
	}
	if app.Household.County != "371426" || app.Household.On != core.DateOf(app.At) {
		t.Errorf("on %v county %s", app.Household.On, app.Household.County)
	}
	first := app.Household.Members[0]
	if first.Age == nil || *first.Age < 60 || first.Sex == nil || *first.Sex != "female" {
		t.Errorf("age and sex from the ID number: %v %v", first.Age, first.Sex)
	}
	source := app.Sources["income_12m"]
	if source.By != "agent" || source.Staff != 7 || source.CallID != "call-1" || source.FromMS != 61_000 {
		t.Errorf("provenance: %+v", source)
	}
	if source.Unrecorded || !app.Sources["members/m2/age"].Unrecorded {
		t.Errorf("heard, not recorded: %+v", app.Sources)
	}
	if app.Sources["members/m1/age"].Said != "id_number" || app.Sources["members/m2/age"].Said != "citizen" {
		t.Errorf("sources: %+v", app.Sources)
	}
	for sql, want := range map[string]int{
		`select count(*) from application where region = '371426104' and not urgent`: 1,
		`select count(*) from receipt`:  1,
		`select count(*) from handover`: 1,
		`select count(*) from jobs_platform.river_job where kind = 'open_case' and state = 'available'`:     1,
		`select count(*) from application where position('13805340001' in application::text) > 0`:           0,
		`select count(*) from handover where position('13805340001' in encode(sealed, 'escape')) > 0`:       0,
		`select count(*) from jobs_platform.river_job where position('371424196303150028' in args::text)>0`: 0,
	} {
		if n := h.count(t, sql); n != want {
			t.Errorf("%s = %d, want %d", sql, n, want)
		}
	}
}

// Control: check-then-insert instead of ON CONFLICT (security.md P4).
func TestSameEventAHundredTimes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one, two := h.open(t, t.TempDir()), h.open(t, t.TempDir())
	const events, times = 10, 100
	var mu sync.Mutex
	numbers := map[string]map[core.Receipt]bool{}
	fresh := 0
	var all sync.WaitGroup
	for e := range events {
		for i := range times {
			in := one
			if i%2 == 1 {
				in = two
			}
			all.Go(func() {
				s := spoken(fmt.Sprintf("call-%03d#1", e))
				got, err := in.Submit(t.Context(), s)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("%s: %v", s.Key, err)
					return
				}
				if numbers[s.Key] == nil {
					numbers[s.Key] = map[core.Receipt]bool{}
				}
				numbers[s.Key][got.Number] = true
				if !got.Duplicate {
					fresh++
				}
			})
		}
	}
	all.Wait()
	for key, set := range numbers {
		if len(set) != 1 {
			t.Errorf("%s has %d receipt numbers", key, len(set))
		}
	}
	if fresh != events {
		t.Errorf("%d receipts say new, want %d", fresh, events)
	}
	for _, table := range []string{"application", "receipt", "handover", "jobs_platform.river_job"} {
		if n := h.count(t, "select count(*) from "+table); n != events {
			t.Errorf("%s holds %d rows, want %d", table, n, events)
		}
	}
}

func TestSameKeyOtherBody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	first, err := in.Submit(t.Context(), spoken("call-1#1"))
	must(t, err)
	other := spoken("call-1#1")
	other.Story = "说的是别的事。"
	if _, err := in.Submit(t.Context(), other); core.KindOf(err) != core.KindConflict || core.Known(err).Code != "key_reused" {
		t.Fatalf("other body: %v", err)
	}
	elsewhere := spoken("call-1#1")
	elsewhere.Channel = "counter"
	second, err := in.Submit(t.Context(), elsewhere)
	if err != nil || second.Duplicate || second.Application == first.Application {
		t.Fatalf("the same key of another channel: %+v %v", second, err)
	}
	if n := h.count(t, `select count(*) from application`); n != 2 {
		t.Fatalf("%d applications", n)
	}
}

// The day a delivery arrives is not part of what was asked.
func TestRetryAfterFourHundredDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	first, err := in.Submit(t.Context(), spoken("call-1#1"))
	must(t, err)
	h.env.Advance(400 * 24 * 3600 * 1e9)
	must(t, in.clock.look(t.Context()))
	again, err := in.Submit(t.Context(), spoken("call-1#1"))
	if err != nil || !again.Duplicate || again.Number != first.Number {
		t.Fatalf("after 400 days: %+v %v", again, err)
	}
}

// One row that the database refuses fails alone, whoever shares its batch.
func TestInnocentInABadBatch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	var rows []*row
	for i := range 5 {
		r := h.row(t, in, fmt.Sprintf("call-%03d#1", i))
		if i == 2 {
			r.Region = "999999999" // breaks a CHECK
		}
		rows = append(rows, r)
	}
	for i, o := range in.store(rows) {
		if bad := i == 2; (o.err != nil) != bad {
			t.Errorf("row %d: %v", i, o.err)
		}
	}
	if n := h.count(t, `select count(*) from application`); n != 4 {
		t.Errorf("%d applications, want 4", n)
	}
}

// A lost answer to COMMIT looks like this from outside: the same rows once more.
func TestSecondAttemptFindsItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	rows := []*row{h.row(t, in, "call-001#1")}
	first, err := in.commit(t.Context(), rows, false)
	must(t, err)
	again, err := in.commit(t.Context(), rows, false)
	must(t, err)
	if again[0].err != nil || again[0].receipt != first[0].receipt || again[0].receipt.Duplicate {
		t.Fatalf("first %+v, again %+v", first[0], again[0])
	}
	if n := h.count(t, `select count(*) from handover`); n != 1 {
		t.Fatalf("%d handovers", n)
	}
}

func TestClosedIntakeRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	must(t, in.Close())
	if _, err := in.Submit(t.Context(), spoken("call-1#1")); core.KindOf(err) != core.KindUnavailable {
		t.Fatal(err)
	}
}

// The gateway can hand over and not look: neither the sealed row nor other
// people's applications.
func TestGatewayCannotRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	if _, err := in.Submit(t.Context(), spoken("call-1#1")); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := h.env.DB(pgtest.Gateway).Pool().QueryRow(t.Context(), `select count(*) from application`).Scan(&n); err != nil || n != 0 {
		t.Errorf("without a scope the gateway sees %d rows, %v", n, err)
	}
	if err := h.env.DB(pgtest.Gateway).Pool().QueryRow(t.Context(), `select count(*) from handover`).Scan(&n); err == nil {
		t.Error("the gateway may select from handover")
	}
}

// row makes a sealed row without storing it.
func (h *house) row(t testing.TB, in *Intake, key string) *row {
	t.Helper()
	s := spoken(key)
	app, body, err := in.facts.mean(&s, in.clock.now(t.Context()))
	must(t, err)
	app.Receipt, err = in.number(t.Context())
	must(t, err)
	app.ID = core.ApplicationID(newID(t))
	sealed, err := in.sealer.seal(app)
	must(t, err)
	return &row{ID: app.ID, Channel: app.Channel, Key: app.Key, Digest: in.digest.Blind("application.body", fold(body)),
		Receipt: app.Receipt, Region: jobs.ScopeRegion(app.Live.Region), At: app.At, Sealed: sealed}
}

func TestSpoolFileHoldsNothingInClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	raw, err := json.Marshal(h.row(t, in, "call-001#1"))
	must(t, err)
	for _, secret := range []string{testID, testPhone, "张桂兰", "村东头", "瘫"} {
		if contains(raw, secret) {
			t.Errorf("%q lies in clear", secret)
		}
	}
}

// The desk's doors submit from the platform, under its own role.
func TestPlatformMaySubmit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.openOn(t, t.TempDir(), h.env.DB(pgtest.Platform))
	got, err := in.Submit(t.Context(), spoken("call-1#1"))
	must(t, err)
	if app := h.take(t, got.Application); app.Receipt != got.Number {
		t.Errorf("%+v", app.Receipt)
	}
}

// A caller who knows no more than the county is taken all the same (F51).
func TestOnlyTheCountyIsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := h.open(t, t.TempDir())
	s := spoken("call-1#1")
	s.Live.Region = "371426"
	got, err := in.Submit(t.Context(), s)
	must(t, err)
	if app := h.take(t, got.Application); app.Live.Region != "371426" || got.Region != "371426000" {
		t.Errorf("%s, queued under %s", app.Live.Region, got.Region)
	}
}
