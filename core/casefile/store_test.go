package casefile_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

const town core.RegionCode = "371421103"

// world is one test's database with a store on it.
type world struct {
	t     *testing.T
	env   *pgtest.Env
	db    *pg.DB
	store *casefile.Store
	keys  *seal.Keys
}

func newWorld(t *testing.T) *world {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		t.Fatal(err)
	}
	env := pgtest.New(t)
	store, err := casefile.New(casefile.Config{Ring: keys.Platform.Ring, Shared: keys.Platform.Shared, Audit: audit.New(keys.Platform.Ring)})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, env: env, db: env.DB(pgtest.Platform), store: store, keys: keys}
}

// in runs fn in one transaction of the township and fails the test on an error.
func (w *world) in(fn func(ctx context.Context, tx *pg.Tx) error) {
	w.t.Helper()
	if err := w.try(fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) try(fn func(ctx context.Context, tx *pg.Tx) error) error {
	w.t.Helper()
	return w.db.Tx(context.Background(), pg.Regions(town), fn)
}

func number(t *testing.T, s string) core.IDNumber {
	t.Helper()
	n, err := core.ParseID(s, core.NewDate(2024, time.March, 1))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func application(t *testing.T, receipt core.Receipt) core.Application {
	t.Helper()
	phone, err := core.ParsePhone("13905340001")
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7()).String()
	age, sonAge := 59, 31
	return core.Application{
		ID: core.ApplicationID(id), Receipt: receipt, Channel: "app", Key: id, At: time.Now(),
		Contact:   core.Contact{Name: "周桂兰", Phone: phone, Capacity: core.CapacitySelf, CitizenID: "citizen-1"},
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰", ID: number(t, "11010519491231002X")},
		Live:      core.Place{Region: town, Detail: "东街 14 号"},
		Household: core.Household{On: core.NewDate(2024, time.March, 1), County: "371421",
			Members: []core.Member{{Ref: "m1", Relation: "applicant", Age: &age}, {Ref: "m2", Relation: "child", Age: &sonAge}}},
		People: []core.NamedMember{{Ref: "m1", Name: "周桂兰", ID: number(t, "11010519491231002X")}, {Ref: "m2", Name: "周小山"}},
		Story:  "儿子瘫在床上",
	}
}

func (w *world) open(n casefile.NewCase) casefile.Opened {
	w.t.Helper()
	var opened casefile.Opened
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		opened, err = w.store.Open(ctx, tx, n)
		return err
	})
	return opened
}

func newCase(a core.Application, household core.HouseholdID) casefile.NewCase {
	return casefile.NewCase{Application: a, Region: town, Village: "371421103001", Town: "王庙镇", VillageName: "东街村", Household: household, Person: 7}
}

func officer(id core.StaffID, roles ...casefile.Role) casefile.Actor {
	return casefile.Actor{Kind: "staff", Staff: id, Name: "李某", Roles: roles, Regions: []core.RegionCode{town}}
}

func TestOpenIsOnceForEachApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := application(t, "4071882635")
	first := w.open(newCase(a, 11))
	again := w.open(newCase(a, 11))
	if !first.Fresh || again.Fresh || first.Case != again.Case {
		t.Fatalf("first %+v, again %+v", first, again)
	}
}

// Control: without the partial unique index the second application opens a second
// case and Linked is false.
func TestSecondApplicationJoinsTheOpenCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.open(newCase(application(t, "4071882635"), 11))
	second := application(t, "4071882643")
	joined := w.open(newCase(second, 11))
	if !joined.Linked || joined.Case != first.Case {
		t.Fatalf("want the open case %d, got %+v", first.Case, joined)
	}
	if again := w.open(newCase(second, 11)); !again.Linked || again.Fresh {
		t.Fatalf("repeated: %+v", again)
	}
	other := w.open(newCase(application(t, "4071882650"), 12))
	if other.Linked || other.Case == first.Case {
		t.Fatalf("another household must have its own case: %+v", other)
	}
}

func TestViewShowsMaskedAndIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open(newCase(application(t, "4071882635"), 11))
	var v casefile.View
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = w.store.View(ctx, tx, opened.Case, officer(3, casefile.RoleOfficer), "受理")
		return err
	})
	if v.ApplicantID != "1101**********002X" || v.ContactPhone != "139****0001" || v.Story != "儿子瘫在床上" || len(v.Members) != 2 {
		t.Fatalf("view: %+v", v)
	}
	var plain string
	w.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		plain, err = w.store.Reveal(ctx, tx, casefile.Look{Case: opened.Case, Field: casefile.FieldMemberID + "m1", Actor: officer(3, casefile.RoleOfficer), Reason: "打电话核对"})
		return err
	})
	if plain != "11010519491231002X" {
		t.Fatalf("revealed %q", plain)
	}
	var reads int
	err := w.env.DB(pgtest.Audit).Read(context.Background(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act in ('case.read', 'field.revealed') and case_id = $1`, opened.Case).Scan(&reads)
	})
	if err != nil || reads != 2 {
		t.Fatalf("logged reads: %d, %v", reads, err)
	}
	err = w.try(func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.store.Reveal(ctx, tx, casefile.Look{Case: opened.Case, Field: casefile.FieldPhone, Actor: officer(3, casefile.RoleOfficer), Reason: " "})
		return err
	})
	if core.KindOf(err) != core.KindInvalid {
		t.Fatalf("revealed without a reason: %v", err)
	}
}

func TestOtherTownshipSeesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opened := w.open(newCase(application(t, "4071882635"), 11))
	err := w.db.Tx(context.Background(), pg.Regions("371421104"), func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.store.Get(ctx, tx, opened.Case)
		return err
	})
	if core.KindOf(err) != core.KindNotFound {
		t.Fatalf("another township read the case: %v", err)
	}
}

func TestGatewayReadsOwnStatusOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(newCase(application(t, "4071882635"), 11))
	r, err := casefile.NewReader(w.env.DB(pgtest.Gateway), w.keys.Gateway.Shared, audit.NewTo(w.keys.Gateway.Platform))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	mine, err := r.ByCitizen(ctx, "citizen-1")
	if err != nil || len(mine) != 1 || mine[0].Say() != "已收到" {
		t.Fatalf("own: %+v %v", mine, err)
	}
	if list, err := r.ByCitizen(ctx, "citizen-2"); err != nil || len(list) != 0 {
		t.Fatalf("foreign: %+v %v", list, err)
	}
	if _, err := r.ByReceipt(ctx, "4071882635", "citizen-2"); core.KindOf(err) != core.KindNotFound {
		t.Fatalf("foreign receipt: %v", err)
	}
	found, err := r.ByPair(ctx, "citizen-2", "4071882635", "002X")
	if err != nil || found.Receipt != "4071882635" {
		t.Fatalf("by the pair: %+v %v", found, err)
	}
	if _, err := r.ByPair(ctx, "citizen-2", "4071882635", "0021"); core.KindOf(err) != core.KindNotFound {
		t.Fatalf("by a pair with a wrong last character: %v", err)
	}
	var looks int
	err = w.env.DB(pgtest.Owner).Read(ctx, pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from audit_entry where act = 'status.found' and actor_kind = 'citizen'
			and actor_id = 'citizen-2' and application = $1 and case_id = 0`, string(found.Application)).Scan(&looks)
	})
	if err != nil || looks != 1 {
		t.Fatalf("%d entries of one look, %v", looks, err)
	}
	if heard, err := r.ByCall(ctx, "call-1", "4071882635", "002X"); err != nil || heard.Receipt != "4071882635" {
		t.Fatalf("by keys on the telephone: %+v %v", heard, err)
	}
	if _, err := r.ByCall(ctx, "call-1", "4071882635", "0021"); core.KindOf(err) != core.KindNotFound {
		t.Fatalf("wrong keys: %v", err)
	}
	var heard, wrong int // control: ByCall that writes nothing of a wrong pair
	err = w.env.DB(pgtest.Owner).Read(ctx, pg.City("a test counts entries"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select count(*) filter (where act = 'status.heard' and actor_id = 'call-1'), count(*) filter (where act = 'refusal.wrong_pair') from audit_entry`).Scan(&heard, &wrong)
	})
	if err != nil || heard != 1 || wrong != 1 {
		t.Fatalf("%d looks by telephone and %d wrong pairs in the log, %v", heard, wrong, err)
	}
	// The subject alone is not enough: row-level security holds without the WHERE.
	err = w.env.DB(pgtest.Gateway).Read(ctx, pg.Subject("citizen-2"), func(ctx context.Context, tx *pg.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `select count(*) from case_status`).Scan(&n); err != nil || n != 0 {
			t.Errorf("a stranger's subject sees %d rows, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Urgent first, then by the index that is known, then by the highest possible one:
// the fourth household, of whom nothing is known, does not head the list.
// Control: order by index_tenths, which is the highest possible one.
func TestQueueOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []core.CaseID
	for i, c := range []struct {
		urgent    bool
		low, high int
	}{{false, 300, 300}, {false, 471, 471}, {true, 100, 100}, {false, 0, 1000}, {false, 471, 520}, {false, 471, 471}} {
		a := application(t, core.Receipt("407188263"+string(rune('0'+i))))
		a.Urgent, a.At = c.urgent, time.Date(2024, 3, 1, 10, i, 0, 0, core.China)
		opened := w.open(newCase(a, core.HouseholdID(20+i)))
		ids = append(ids, opened.Case)
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			f, err := w.store.AddFacts(ctx, tx, opened.Case, casefile.Facts{Household: a.Household, Cause: "application"})
			if err != nil {
				return err
			}
			return w.store.SaveAssessment(ctx, tx, opened.Case, casefile.Assessment{Version: f.Version, Book: "b", Held: []byte("[]"), Trace: []byte("{}"),
				Index: casefile.Index{Tenths: c.high, Low: c.low, High: c.high, Parts: []int{c.high, 0, 0, 0, 0, 0, 0}}})
		})
	}
	want := []core.CaseID{ids[2], ids[4], ids[1], ids[5], ids[0], ids[3]}
	var got []core.CaseID
	next := ""
	for range want {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			page, err := w.store.Queue(ctx, tx, casefile.QueueFilter{Regions: []core.RegionCode{town}}, 1, next)
			if err == nil {
				got, next = append(got, page.Rows[0].ID), page.Next
			}
			return err
		})
	}
	if next != "" || len(got) != len(want) {
		t.Fatalf("pages: %v, next %q", got, next)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("order %v, want %v", got, want)
		}
	}
}
