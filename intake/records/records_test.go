package records

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/seal"
)

const (
	number = "371424196303150028"
	phone  = "13805340001"
	town   = core.RegionCode("371426104")
)

// city is a register with one family in it, and both halves.
type city struct {
	t     *testing.T
	env   *pgtest.Env
	asker *Asker
	clerk *Clerk
	who   string
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newCity(t *testing.T) *city {
	t.Helper()
	env := pgtest.New(t)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	regions, err := registry.EmbeddedRegions()
	must(t, err)
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: audit.New(keys.Platform.Ring), Regions: regions})
	must(t, err)
	must(t, env.DB(pgtest.Import).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error { return registry.SaveRegions(ctx, tx, regions) }))
	queue, err := jobs.NewInserter(jobs.Platform)
	must(t, err)
	c := &city{t: t, env: env}
	c.asker, err = NewAsker(Deps{DB: env.DB(pgtest.Gateway), Platform: keys.Gateway.Platform, Opener: keys.Gateway.Opener, Jobs: queue})
	must(t, err)
	c.clerk, err = NewClerk(ClerkDeps{DB: env.DB(pgtest.Platform), Registry: reg, Opener: keys.Platform.Opener, Gateway: keys.Platform.Gateway})
	must(t, err)
	citizens, err := citizen.New(citizen.Config{}, citizen.Deps{DB: env.DB(pgtest.Gateway), Ring: keys.Gateway.Ring, Token: keys.Gateway.Token, Audit: audit.NewTo(keys.Gateway.Platform)})
	must(t, err)
	login, err := citizens.LoginWeChat(t.Context(), "o-1", "")
	must(t, err)
	c.who = login.Citizen.ID
	must(t, env.DB(pgtest.Platform).Tx(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		_, _, err := reg.Enrol(ctx, tx, registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "test"}, family(t, tx))
		return err
	}))
	return c
}

// family is 张桂兰, head of her household, and her disabled son.
func family(t *testing.T, tx *pg.Tx) registry.NewHousehold {
	id, err := core.ParseID(number, tx.Today())
	must(t, err)
	p, err := core.ParsePhone(phone)
	must(t, err)
	sheet := func(source string, months int, facts string) registry.Sheet {
		at := tx.Now().AddDate(0, -months, 0)
		return registry.Sheet{Source: source, ValidFrom: core.DateOf(at), KnownAt: at, Confidence: 90, Facts: json.RawMessage(facts)}
	}
	return registry.NewHousehold{Live: core.Place{Region: town}, Hukou: "371426",
		Sheets: []registry.Sheet{sheet("registry:housing", 2, `{"houses":1}`), sheet("registry:means", 1, `{"cars":0}`), sheet("registry:means", 9, `{"income_12m":9360}`), sheet("visit:12", 1, `{"area":"rural"}`)},
		Members: []registry.NewPerson{
			{Ref: "m2", Relation: "applicant", Name: "张桂兰", IDNumber: id, Phone: p},
			{Ref: "m1", Relation: "child", Name: "张小军", Birth: core.NewDate(1993, 1, 2), Sex: "male", Sheets: []registry.Sheet{sheet("registry:disability", 20, `{"disability":{"kind":"limb","grade":1}}`)}},
		}}
}

// asks asks and lets the platform answer.
func (c *city) asks(of Of) (Sheet, bool) {
	c.t.Helper()
	id, keep, err := c.asker.Ask(c.who, of)
	must(c.t, err)
	must(c.t, c.env.DB(pgtest.Gateway).Tx(c.t.Context(), pg.NoScope(), keep))
	if _, came, err := c.asker.Answer(c.t.Context(), c.who, id); came || err != nil {
		c.t.Errorf("answered before anybody looked: %v %v", came, err)
	}
	must(c.t, c.clerk.Look(c.t.Context(), id))
	must(c.t, c.clerk.Look(c.t.Context(), id)) // a job runs again
	if _, came, err := c.asker.Answer(c.t.Context(), "another", id); came || err != nil {
		c.t.Errorf("another account is answered: %v %v", came, err)
	}
	sheet, came, err := c.asker.Answer(c.t.Context(), c.who, id)
	must(c.t, err)
	return sheet, came
}

func (c *city) count(sql string) (n int) {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.env.Superuser())
	must(c.t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(c.t.Context())) }()
	must(c.t, conn.QueryRow(c.t.Context(), sql).Scan(&n))
	return n
}

var herself = Of{"张桂兰", number, phone}

// Who types their name and whole number on the telephone that the register has of them is
// given what departments keep, with who keeps it and since when: the applicant is m1, what
// is out of date or was only said is left out, and the look is in the log with its purpose.
//
// Controls: Fresh that is always true, "income_12m is given"; KnownOf without renaming.
func TestGivenToThePerson(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	sheet, came := c.asks(herself)
	if !came {
		t.Fatal("no answer")
	}
	k := sheet.Known
	if string(k.Facts["houses"]) != "1" || string(k.Facts["cars"]) != "0" || string(k.Facts["members/m2/disability"]) != `{"kind":"limb","grade":1}` || string(k.Facts["members/m2/relation"]) != `"child"` {
		t.Errorf("given %s", k.Facts)
	}
	for _, path := range []string{"income_12m", "area", "members/m1/relation", "hukou"} {
		if raw, given := k.Facts[path]; given {
			t.Errorf("%s is given: %s", path, raw)
		}
	}
	if from := k.Sources["houses"]; from.Said != "registry:housing" || time.Since(from.At) < 50*24*time.Hour {
		t.Errorf("houses from %+v", from)
	}
	if len(k.Members) != 2 || len(sheet.People) != 1 || sheet.People[0].Ref != "m2" || sheet.People[0].Name != "张小军" || sheet.People[0].IDNumber != "" {
		t.Errorf("members %v, people %+v", k.Members, sheet.People)
	}
	if n := c.count(`select count(*) from audit_entry where purpose = 'interview.known' and act in ('person.read', 'facts.read') and actor_id = 'record_look'`); n != 2 {
		t.Errorf("%d looks are in the log", n)
	}
}

// Everybody else is answered alike, with nothing: another telephone, another name, a
// number that nobody has, and none that can be one.
//
// Control: proves without the telephone, "another telephone is given"; without the name.
func TestGivenToNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	var first []byte
	for name, of := range map[string]Of{"another telephone": {"张桂兰", number, "13905340002"}, "another name": {"张桂花", number, phone},
		"an unknown number": {"张桂兰", "371424195301010023", phone}, "no number": {"张桂兰", "123", phone}} {
		sheet, came := c.asks(of)
		if !came || len(sheet.Known.Facts) > 0 || len(sheet.People) > 0 {
			t.Errorf("%s is given %v %+v", name, came, sheet)
		}
		raw, err := json.Marshal(sheet)
		must(t, err)
		if first == nil {
			first = raw
		}
		if !bytes.Equal(raw, first) {
			t.Errorf("%s is answered otherwise: %s", name, raw)
		}
	}
}

// An account asks five times a day, so that nobody tries numbers with it; who asks more
// waits for what does not come.
//
// Control: Ask without its where, "7 were asked".
func TestAsksAreBounded(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	for range perDay + 2 {
		_, keep, err := c.asker.Ask(c.who, herself)
		must(t, err)
		must(t, c.env.DB(pgtest.Gateway).Tx(t.Context(), pg.NoScope(), keep))
	}
	if n := c.count(`select count(*) from record_ask`); n != perDay {
		t.Errorf("%d were asked", n)
	}
}

// Neither the question nor the answer lies in the clear, and both go.
func TestSealedBothWays(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	if _, came := c.asks(herself); !came {
		t.Fatal("no answer")
	}
	if n := c.count(fmt.Sprintf(`select count(*) from record_ask where sealed is not null or position('%s'::bytea in out_sealed) > 0`, "limb")); n != 0 {
		t.Error("something lies open")
	}
	must(t, c.env.DB(pgtest.Gateway).Tx(t.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var id string
		if err := tx.QueryRow(ctx, `select id from record_ask`).Scan(&id); err != nil {
			return err
		}
		return c.asker.Taken(ctx, tx, id)
	}))
	if n := c.count(`select count(*) from record_ask where out_sealed is not null`); n != 0 {
		t.Error("the answer stays after it was taken")
	}
}
