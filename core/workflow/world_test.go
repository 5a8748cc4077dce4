package workflow_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/policy"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/workflow"
)

const town core.RegionCode = "371426103"

// world is a township with its people, its staff and the platform's workers.
type world struct {
	t        *testing.T
	env      *pgtest.Env
	db       *pg.DB
	keys     *seal.Keys
	flow     *workflow.Flow
	cases    *casefile.Store
	registry *registry.Registry
	changes  *change.Changes
	staff    *staff.Staff
	payout   *payout.Payout
	jobs     *jobs.Inserter
	log      *audit.Log
	books    *policy.Library
	actors   map[string]casefile.Actor
	town     core.RegionCode // whose people act here
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, env: pgtest.New(t), actors: map[string]casefile.Actor{}, town: town}
	w.db = w.env.DB(pgtest.Platform)
	var err error
	w.keys, err = seal.NewKeys(seal.SM4)
	w.must(err)
	w.log = audit.New(w.keys.Platform.Ring)
	regions, err := registry.EmbeddedRegions()
	w.must(err)
	w.registry, err = registry.New(registry.Config{Ring: w.keys.Platform.Ring, Log: w.log, Regions: regions})
	w.must(err)
	w.cases, err = casefile.New(casefile.Config{Ring: w.keys.Platform.Ring, Shared: w.keys.Platform.Shared, Audit: w.log, Sign: w.keys.Platform.Sign})
	w.must(err)
	w.staff, err = staff.New(t.Context(), staff.Config{DB: w.db, Log: w.log, Expand: routing.Reach(regions), Ring: w.keys.Platform.Ring, Light: true})
	w.must(err)
	w.books, err = policy.Embedded()
	w.must(err)
	router, err := routing.New(routing.Config{Regions: regions, Staff: w.staff, Cases: w.cases, Calendar: w.books.Calendar})
	w.must(err)
	checker, err := realname.New(w.registry, nil)
	w.must(err)
	payer, err := core.ParseBankAccount("622848000001")
	w.must(err)
	w.payout, err = payout.New(payout.Config{Payer: payer}, payout.Deps{DB: w.db, Ring: w.keys.Platform.Ring, Audit: w.log, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	outbox, err := notify.NewOutbox(w.keys.Platform.Gateway)
	w.must(err)
	w.changes, err = change.New(change.Deps{Registry: w.registry, Ring: w.keys.Platform.Ring, Log: w.log})
	w.must(err)
	w.flow, err = workflow.New(workflow.Deps{DB: w.db, Opener: w.keys.Platform.Opener, Audit: w.log, Cases: w.cases, Registry: w.registry, Changes: w.changes,
		Staff: w.staff, Realname: checker, Routing: router, Payout: w.payout, Outbox: outbox.Keyed(notify.NewKeys(w.keys.Platform.Shared)), Books: w.books, Log: slog.New(slog.DiscardHandler),
		Gather: time.Millisecond})
	w.must(err)
	w.jobs, err = jobs.NewInserter(jobs.Platform)
	w.must(err)
	w.hire()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// in runs fn in one transaction of the township.
func (w *world) in(fn func(ctx context.Context, tx *pg.Tx) error) {
	w.t.Helper()
	w.must(w.db.Tx(w.t.Context(), pg.Regions(w.town), fn))
}

// hire makes one account for each part of the play.
func (w *world) hire() {
	for _, a := range []struct {
		login   string
		role    staff.Role
		regions core.RegionCode
	}{{"officer", staff.Officer, town}, {"second", staff.Officer, town}, {"helper", staff.Assistant, town}, {"approver", staff.Approver, town},
		{"county", staff.County, town.County()}, {"city", staff.City, core.DezhouCity}, {"payer", staff.Payer, core.DezhouCity},
		{"stranger", staff.Officer, "371426104"}} {
		w.in(func(ctx context.Context, tx *pg.Tx) error {
			id, err := w.staff.Create(ctx, tx, audit.Actor{Kind: "operator"}, staff.Account{Login: a.login, Name: a.login, Roles: []staff.Role{a.role},
				Regions: []core.RegionCode{a.regions}, Password: "a long pass phrase 17"})
			if err != nil {
				return err
			}
			p, err := w.staff.Person(ctx, tx, id)
			w.actors[a.login] = casefile.As(p)
			return err
		})
	}
}

func (w *world) id(login string) core.StaffID { return w.actors[login].Staff }

func (w *world) number(s string) core.IDNumber {
	w.t.Helper()
	n, err := core.ParseID(s, core.DateOf(time.Now()))
	w.must(err)
	return n
}

// Synthetic people: valid check digits, nobody's numbers.
const (
	motherID = "371424196303150028"
	sonID    = "11010519491231002X"
)

// enrol puts mother and son into the register; the son's certificate is known there.
func (w *world) enrol() {
	w.t.Helper()
	account, err := core.ParseBankAccount("62284800000017")
	w.must(err)
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		why := registry.Purpose{Actor: audit.Actor{Kind: "operator"}, Why: "test"}
		_, _, err := w.registry.Enrol(ctx, tx, why, registry.NewHousehold{Live: core.Place{Region: town}, Hukou: town.County(),
			Members: []registry.NewPerson{
				{Ref: "a", Relation: "applicant", Name: "周桂兰", IDNumber: w.number(motherID), Account: account},
				{Ref: "b", Relation: "child", Name: "周小山", IDNumber: w.number(sonID), Sheets: []registry.Sheet{{Source: "registry:disability",
					ValidFrom: core.NewDate(2020, 1, 1), Confidence: 100, Facts: json.RawMessage(`{"disability":{"kind":"limb","grade":1}}`)}}},
			}})
		return err
	})
}

// application is what the mother says: poor, rural, a son who needs care.
func (w *world) application(receipt core.Receipt) core.Application {
	w.t.Helper()
	h, err := core.DecodeHousehold([]byte(`{"on":"2024-03-01","county":"371426","area":"rural","hukou":"local",
		"income_per_capita_month":390,"income_12m":9360,"financial_assets_per_capita":2000,"houses":1,"cars":0,"business_with_staff":false,
		"medical_12m":4200,"education_12m":0,"rehab_12m":0,"rigid_12m":4200,"house_grade":"B","owns_home":true,"renting":false,
		"shocks":[],"statuses":[],
		"members":[{"ref":"m1","relation":"applicant","age":59,"sex":"female","work_ability":"partial","employment":"idle","illness":"none","veteran":false},
			{"ref":"m2","relation":"child","age":31,"needs_long_term_care":true,"work_ability":"none","employment":"idle","adl_failed":5}]}`))
	w.must(err)
	phone, err := core.ParsePhone("13905340001")
	w.must(err)
	id := core.ApplicationID(uuid.Must(uuid.NewV7()).String())
	return core.Application{ID: id, Receipt: receipt, Channel: "app", Key: string(id), At: time.Now(),
		Contact:   core.Contact{Name: "周桂兰", Phone: phone, Capacity: core.CapacitySelf, CitizenID: "citizen-1"},
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰", ID: w.number(motherID)},
		Live:      core.Place{Region: w.town, Detail: "东街 14 号"}, Household: h, Story: "儿子瘫在床上",
		People: []core.NamedMember{{Ref: "m1", Name: "周桂兰", ID: w.number(motherID)}, {Ref: "m2", Name: "周小山"}}}
}

// handOver writes what the gateway writes: the sealed application and its job.
func (w *world) handOver(app core.Application) {
	w.t.Helper()
	env, err := w.keys.Gateway.Platform.NewEnvelope()
	w.must(err)
	h, err := jobs.SealHandover(env, app)
	w.must(err)
	w.must(w.env.DB(pgtest.Gateway).Tx(w.t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		jobs.PutHandover(tx, []jobs.Handover{h})
		return w.jobs.Insert(ctx, tx, jobs.OpenCase{Application: app.ID, Region: h.Region})
	}))
}

// work starts the platform's workers for the length of the test.
func (w *world) work() *jobs.Client {
	w.t.Helper()
	list := jobs.NewWorkers()
	sweep := w.flow.Register(list, time.Hour)
	client, err := jobs.New(jobs.Config{DB: w.db, Schema: jobs.Platform, Workers: list, Periodic: []jobs.Periodic{sweep}, Apart: map[string]int{workflow.IdentityQueue: 8}, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.must(client.Start(w.t.Context()))
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := client.Stop(ctx); err != nil {
			w.t.Errorf("stop: %v", err)
		}
	})
	return client
}

// routed waits until the case of an application stands in its township's queue.
func (w *world) routed(app core.Application) casefile.Case {
	w.t.Helper()
	var c casefile.Case
	jobstest.Until(w.t, "the case to be routed", func(ctx context.Context) bool {
		err := w.db.Read(ctx, pg.Regions(w.town), func(ctx context.Context, tx *pg.Tx) (err error) {
			c, err = w.cases.ByApplication(ctx, tx, app.ID)
			return err
		})
		return err == nil && !c.Routed.IsZero()
	})
	return c
}

func (w *world) get(id core.CaseID) (c casefile.Case, claims []casefile.Claim) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), pg.Regions(w.town), func(ctx context.Context, tx *pg.Tx) (err error) {
		if c, err = w.cases.Get(ctx, tx, id); err != nil {
			return err
		}
		claims, err = w.cases.Claims(ctx, tx, id)
		return err
	}))
	return c, claims
}

func (w *world) claim(id core.CaseID, item core.ItemCode) casefile.Claim {
	w.t.Helper()
	_, claims := w.get(id)
	for _, c := range claims {
		if c.Item == item {
			return c
		}
	}
	w.t.Fatalf("no claim for %s in %+v", item, claims)
	return casefile.Claim{}
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.env.DB(pgtest.Check).Read(w.t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql, args...).Scan(&n)
	}))
	return n
}

// visit has one of the two write the visit down and the other confirm it.
func (w *world) visit(seen workflow.RecordVisit) {
	w.t.Helper()
	w.must(w.flow.RecordVisit(w.t.Context(), w.actors["helper"], seen))
	w.must(w.flow.SecondVisit(w.t.Context(), w.actors["officer"], seen.Case, w.record(seen.Case)))
}

func visited() workflow.RecordVisit {
	return workflow.RecordVisit{Statement: "两间平房,儿子卧床,家里没有贵重东西。", Present: "周桂兰",
		Signatures: map[string]core.BlobDigest{"first": "a1", "second": "b2", "household": "c3"}}
}

// record is the newest record of a visit to a case.
func (w *world) record(id core.CaseID) int64 {
	w.t.Helper()
	return int64(w.count(`select max(id) from visit where case_id = $1 and done is not null`, id))
}

// What a household says when it is asked.
var (
	byPhone = casefile.Consent{How: casefile.AgreedPhone}
	atDoor  = casefile.Consent{How: casefile.AgreedDoor}
)
