package rejudge_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/rejudge"
	"lianou/cmd/internal/replay"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
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

// city is a database with two judged cases.
type city struct {
	t     *testing.T
	env   *pgtest.Env
	keys  *seal.Keys
	cases *casefile.Store
	lib   *policy.Library
	books []*policy.Book // that cases were judged by
	flow  *workflow.Flow
}

func newCity(t *testing.T) *city {
	t.Helper()
	c := &city{t: t, env: pgtest.New(t)}
	db := c.env.DB(pgtest.Platform)
	var err error
	c.keys, err = seal.NewKeys(seal.SM4)
	c.must(err)
	ring, quiet := c.keys.Platform.Ring, slog.New(slog.DiscardHandler)
	log := audit.New(ring)
	regions, err := registry.EmbeddedRegions()
	c.must(err)
	people, err := registry.New(registry.Config{Ring: ring, Log: log, Regions: regions})
	c.must(err)
	c.cases, err = casefile.New(casefile.Config{Ring: ring, Shared: c.keys.Platform.Shared, Audit: log})
	c.must(err)
	members, err := staff.New(t.Context(), staff.Config{DB: db, Log: log, Expand: routing.Reach(regions), Light: true})
	c.must(err)
	c.lib, err = policy.Embedded()
	c.must(err)
	c.books = c.lib.Books()
	router, err := routing.New(routing.Config{Regions: regions, Staff: members, Cases: c.cases, Calendar: c.lib.Calendar})
	c.must(err)
	checker, err := realname.New(people, nil)
	c.must(err)
	payer, err := core.ParseBankAccount("622848000001")
	c.must(err)
	bank, err := payout.New(payout.Config{Payer: payer}, payout.Deps{DB: db, Ring: ring, Audit: log, Log: quiet})
	c.must(err)
	outbox, err := notify.NewOutbox(c.keys.Platform.Gateway)
	c.must(err)
	changes, err := change.New(change.Deps{Registry: people, Ring: c.keys.Platform.Ring, Log: log})
	c.must(err)
	c.flow, err = workflow.New(workflow.Deps{DB: db, Opener: c.keys.Platform.Opener, Audit: log, Cases: c.cases, Registry: people, Changes: changes, Staff: members,
		Realname: checker, Routing: router, Payout: bank, Outbox: outbox, Books: c.lib, Log: quiet, Gather: time.Millisecond})
	c.must(err)
	c.ask("4071882635", "371424196303150028", 390)
	c.ask("4071882643", "371402197506150024", 900)
	return c
}

func (c *city) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// ask sends what a person of little income says.
func (c *city) ask(receipt core.Receipt, number string, income int) {
	c.t.Helper()
	h, err := core.DecodeHousehold([]byte(`{"on":"2026-03-01","county":"371426","area":"rural","hukou":"local",
		"members":[{"ref":"m1","relation":"applicant","age":59,"work_ability":"none","employment":"idle"}]}`))
	c.must(err)
	month := core.Yuan(int64(income))
	h.IncomePerCapitaMonth = &month
	c.send(receipt, number, h)
}

// send hands an application over and runs the steps up to the judgement.
func (c *city) send(receipt core.Receipt, number string, h core.Household) {
	c.t.Helper()
	id, err := core.ParseID(number, core.DateOf(time.Now()))
	c.must(err)
	phone, err := core.ParsePhone("13905340001")
	c.must(err)
	app := core.Application{ID: core.ApplicationID(uuid.Must(uuid.NewV7()).String()), Receipt: receipt, Channel: "app", Key: string(receipt), At: time.Now(),
		Contact:   core.Contact{Name: "周桂兰", Phone: phone, Capacity: core.CapacitySelf, CitizenID: string(receipt)},
		Applicant: core.Applicant{Ref: h.Members[0].Ref, Name: "周桂兰", ID: id}, Live: core.Place{Region: "371426103"}, Household: h,
		People: []core.NamedMember{{Ref: h.Members[0].Ref, Name: "周桂兰", ID: id}}}
	env, err := c.keys.Gateway.Platform.NewEnvelope()
	c.must(err)
	handover, err := jobs.SealHandover(env, app)
	c.must(err)
	c.must(c.env.DB(pgtest.Gateway).Tx(c.t.Context(), pg.NoScope(), func(_ context.Context, tx *pg.Tx) error {
		jobs.PutHandover(tx, []jobs.Handover{handover})
		return nil
	}))
	ctx := c.t.Context()
	c.must(c.flow.OpenCase(ctx, jobs.OpenCase{Application: app.ID, Region: handover.Region}))
	c.must(c.flow.CheckIdentity(ctx, workflow.CheckIdentity{Application: app.ID, Try: 1, Region: "371426103"}))
	c.must(c.flow.Assess(ctx, workflow.Assess{Application: app.ID, Region: "371426103"}))
}

func (c *city) rejudge() rejudge.Report {
	c.t.Helper()
	book := func(digest string) (*policy.Book, error) {
		if i := slices.IndexFunc(c.books, func(b *policy.Book) bool { return b.Digest == digest }); i >= 0 {
			return c.books[i], nil
		}
		return nil, core.E(core.KindNotFound, "no_book", "")
	}
	r, err := rejudge.Run(c.t.Context(), rejudge.Config{DB: c.env.DB(pgtest.Check), Cases: c.cases, Book: book, Check: replay.Check})
	c.must(err)
	return r
}

// TestAlteredIsNamed: what was judged is what its own Book makes of what was frozen; a case
// whose trace, facts, finding or Book was changed past the program is named, and no other.
// Control: leave the comparison of bytes out of workflow.Rejudge, and another's trace passes.
func TestAlteredIsNamed(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	if r := c.rejudge(); r.Seen != 2 || r.Broken != 0 || r.Untraced != 0 {
		t.Fatalf("untouched: %+v", r)
	}
	conn, err := pgx.Connect(t.Context(), c.env.Superuser())
	c.must(err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	const facts = `update case_facts set facts = jsonb_set(facts, '{income_per_capita_month}', `
	for _, tc := range []struct{ name, spoil, mend, want string }{
		{"a byte of the trace", `update case_trace set trace = set_byte(trace, 30, get_byte(trace, 30) # 1) where case_id = 1`,
			`update case_trace set trace = set_byte(trace, 30, get_byte(trace, 30) # 1) where case_id = 1`, "the trace was altered"},
		{"a fact", facts + `'900') where case_id = 1`, facts + `'390') where case_id = 1`, "come out otherwise"},
		{"a finding", `update finding set bundled = not bundled where case_id = 1 and item = 'MZ-01'`,
			`update finding set bundled = not bundled where case_id = 1 and item = 'MZ-01'`, "[MZ-01] come out otherwise"},
		{"where a fact came from", `update case_facts set provenance = '{"area":{"said":"visit:9","at":"2026-03-01T00:00:00Z"}}' where case_id = 1`, "", "of another judgement"},
		{"the Book", `update finding set book = repeat('d', 64) where case_id = 1`, "", "its Book is not kept"},
	} {
		_, err := conn.Exec(t.Context(), tc.spoil)
		c.must(err)
		if r := c.rejudge(); r.Broken != 1 || !strings.Contains(r.Bad[0], tc.want) || !strings.HasPrefix(r.Bad[0], "case 1 ") {
			t.Errorf("%s: %+v", tc.name, r)
		}
		_, err = conn.Exec(t.Context(), tc.mend)
		c.must(err)
	}
}
