package change_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/depstest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/seal"
)

const (
	town core.RegionCode = "371426104"
	far  core.RegionCode = "371424103"
)

// office is a database with one household, and two people of the staff.
type office struct {
	t       *testing.T
	env     *pgtest.Env
	db      *pg.DB
	reg     *registry.Registry
	changes *change.Changes
	home    core.HouseholdID
	people  []core.PersonID
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newOffice(t *testing.T) *office {
	t.Helper()
	env := pgtest.New(t)
	keys, err := seal.NewKeys(seal.SM4)
	must(t, err)
	tree, err := registry.EmbeddedRegions()
	must(t, err)
	log := audit.New(keys.Platform.Ring)
	reg, err := registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: tree})
	must(t, err)
	deps := change.Deps{Registry: reg, Ring: keys.Platform.Ring, Log: log}
	depstest.Whole(t, deps, change.New)
	o := &office{t: t, env: env, db: env.DB(pgtest.Platform), reg: reg}
	o.changes, err = change.New(deps)
	must(t, err)
	must(t, o.db.Tx(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		sheet := registry.Sheet{Source: "registry:housing", ValidFrom: tx.Today() - 40, KnownAt: tx.Now().AddDate(0, 0, -30), Confidence: 90, Facts: json.RawMessage(`{"houses":1,"house_grade":"B"}`)}
		own := registry.Sheet{Source: "visit:3", ValidFrom: tx.Today() - 40, KnownAt: tx.Now().AddDate(0, 0, -30), Confidence: 90, Facts: json.RawMessage(`{"adl_failed":2}`)}
		var err error
		o.home, o.people, err = reg.Enrol(ctx, tx, by("1"), registry.NewHousehold{Live: core.Place{Region: town}, Since: tx.Today() - 1000, Sheets: []registry.Sheet{sheet}, Members: []registry.NewPerson{
			{Ref: "m1", Relation: "applicant", Name: "赵春花", Birth: core.NewDate(1960, 3, 4), Sex: "female", Sheets: []registry.Sheet{own}},
		}})
		return err
	}))
	return o
}

// by is one member of staff at work.
func by(staff string) registry.Purpose {
	return registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: staff}, Why: "test"}
}

// tx runs fn within the township.
func (o *office) tx(fn func(ctx context.Context, tx *pg.Tx) error) error {
	return o.db.Tx(o.t.Context(), pg.Regions(town), fn)
}

// house is a change of the grade of the house, from B to D.
func (o *office) house() change.Change {
	return change.Change{Household: o.home, Path: "house_grade", Was: json.RawMessage(`"B"`), Becomes: json.RawMessage(`"D"`),
		ValidFrom: core.NewDate(2026, 11, 1), Origin: change.FromOfficer, Reason: "房子九月塌了一面墙",
		Paper: &change.Paper{Number: "平房鉴〔2026〕118号", On: core.NewDate(2026, 11, 1)}}
}

func (o *office) propose(who string, ch change.Change) (id change.ID, err error) {
	err = o.tx(func(ctx context.Context, tx *pg.Tx) (e error) {
		if ch.ValidFrom == core.NewDate(2026, 11, 1) {
			ch.ValidFrom = tx.Today() - 10
		}
		id, e = o.changes.Propose(ctx, tx, by(who), ch)
		return e
	})
	return id, err
}

func (o *office) accept(who string, id change.ID) error {
	return o.tx(func(ctx context.Context, tx *pg.Tx) error {
		return o.changes.Accept(ctx, tx, by(who), id, "看过照片,属实")
	})
}

// grade is the grade of the house as it stands, and who says so.
func (o *office) grade() (grade, source string) {
	o.t.Helper()
	must(o.t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		h, sources, err := o.reg.Facts(ctx, tx, by("1"), o.home, tx.Today())
		if err == nil && h.HouseGrade != nil {
			grade, source = string(*h.HouseGrade), sources["house_grade"].Said
		}
		return err
	}))
	return grade, source
}

func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.env.Superuser())
	must(o.t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(o.t.Context())) }()
	must(o.t, conn.QueryRow(o.t.Context(), sql, args...).Scan(&n))
	return n
}

// TestTwoPeopleChangeAFact: one asks, another accepts, the register has the new word with
// its source and keeps the old; each step is in the log.
//
// Controls: decide without a look at the proposer, and without change_two_people ("alone:
// accepted"); leave out the Learn ("accepted and not written").
func TestTwoPeopleChangeAFact(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	entries := o.count(`select count(*) from audit_pending`)
	id, err := o.propose("7", o.house())
	must(t, err)
	if grade, _ := o.grade(); grade != "B" {
		t.Errorf("asked for and already %s", grade)
	}
	if err := o.accept("7", id); !errors.Is(err, change.ErrTwoPeople) {
		t.Errorf("alone: %v", err)
	}
	must(t, o.accept("8", id))
	if grade, source := o.grade(); grade != "D" || source != "change:"+id.String() {
		t.Errorf("accepted, and the house is %s by %s", grade, source)
	}
	if err := o.accept("9", id); !errors.Is(err, change.ErrSettled) {
		t.Errorf("accepted twice: %v", err)
	}
	must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		d, err := o.reg.Dossier(ctx, tx, by("1"), o.home, registry.AsOf{On: tx.Today(), Known: tx.Now()})
		if err != nil {
			return err
		}
		for _, f := range d.Facts {
			if f.Path == "house_grade" && f.Standing != registry.StandingFresh {
				t.Errorf("settled by two, and %s", f.Standing)
			}
		}
		before, _, err := o.reg.Facts(ctx, tx, by("1"), o.home, tx.Today()-11)
		if err == nil && *before.HouseGrade != "B" {
			t.Errorf("the day before it was %s", *before.HouseGrade)
		}
		return err
	}))
	// Proposed, accepted, learned; two looks at the facts, a dossier and an earlier day.
	if n := o.count(`select count(*) from audit_pending`) - entries; n != 7 {
		t.Errorf("%d entries, want 7", n)
	}
	if n := o.count(`select count(*) from change_request where position($1::bytea in reason) > 0 or position($1::bytea in verdict) > 0`, []byte("照片")); n != 0 {
		t.Error("a reason lies in clear")
	}
}

// TestWhoAskedTakesItBack: nobody else withdraws, and what is withdrawn or refused changes
// nothing and is over. Control: drop change_own ("another withdrew").
func TestWhoAskedTakesItBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	withdraw := func(who string, id change.ID) error {
		return o.tx(func(ctx context.Context, tx *pg.Tx) error {
			return o.changes.Withdraw(ctx, tx, by(who), id, "弄错了")
		})
	}
	refuse := func(who string, id change.ID) error {
		return o.tx(func(ctx context.Context, tx *pg.Tx) error {
			return o.changes.Refuse(ctx, tx, by(who), id, "照片看不清")
		})
	}
	id, err := o.propose("7", o.house())
	must(t, err)
	if _, err := o.propose("7", o.house()); !errors.Is(err, change.ErrAsked) {
		t.Errorf("asked twice: %v", err)
	}
	if err := withdraw("8", id); !errors.Is(err, change.ErrTwoPeople) {
		t.Errorf("another withdrew: %v", err)
	}
	must(t, withdraw("7", id))
	if err := o.accept("8", id); !errors.Is(err, change.ErrSettled) {
		t.Errorf("accepted what was withdrawn: %v", err)
	}
	id, err = o.propose("7", o.house())
	must(t, err)
	must(t, refuse("8", id))
	if grade, source := o.grade(); grade != "B" || source != "registry:housing" {
		t.Errorf("refused, and the house is %s by %s", grade, source)
	}
	must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		list, err := o.changes.Of(ctx, tx, by("9"), o.home)
		if err == nil && (len(list) != 2 || list[0].State != change.Refused || list[0].Verdict != "照片看不清" || list[0].Reason != o.house().Reason || list[0].Proposer != "staff:7" || list[0].Decider != "staff:8" || list[1].State != change.Withdrawn) {
			t.Errorf("kept: %+v", list)
		}
		return err
	}))
}

// TestMeanwhile: a request is about the value that was shown. Whoever asks after it
// changed is told, and so is whoever accepts after it changed.
// Control: drop the comparison in change_request_guard ("accepted over a newer word").
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, err := o.propose("7", o.house())
	must(t, err)
	other := o.house()
	other.Becomes, other.Origin = json.RawMessage(`"C"`), change.FromCitizen
	second, err := o.propose("6", other)
	must(t, err)
	must(t, o.accept("8", id))
	if err := o.accept("8", second); !errors.Is(err, change.ErrMeanwhile) {
		t.Errorf("accepted over a newer word: %v", err)
	}
	if _, err := o.propose("5", o.house()); !errors.Is(err, change.ErrMeanwhile) {
		t.Errorf("asked about what was: %v", err)
	}
	if grade, _ := o.grade(); grade != "D" {
		t.Errorf("the house is %s", grade)
	}
	must(t, o.tx(func(ctx context.Context, tx *pg.Tx) error {
		list, err := o.changes.Waiting(ctx, tx, by("9"))
		if err == nil && (len(list) != 1 || list[0].ID != second) {
			t.Errorf("waiting: %+v", list)
		}
		return err
	}))
}

// TestTwoDecideAtOnce: of people who decide at once one does, and the others are told, many
// times over, whatever they decide. Control: lock without "for update" and drop change_legal.
func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	was, becomes := `"B"`, `"D"`
	for range 10 {
		ch := o.house()
		ch.Was, ch.Becomes = json.RawMessage(was), json.RawMessage(becomes)
		id, err := o.propose("7", ch)
		must(t, err)
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() { errs[i] = o.accept([]string{"8", "9", "10", "11"}[i], id) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, change.ErrSettled) {
				t.Errorf("a decider is told %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d decided one request", won)
		}
		if n := o.count(`select count(*) from household_sheet where source = $1`, "change:"+id.String()); n != 1 {
			t.Errorf("%d sheets of one change", n)
		}
		was, becomes = becomes, was
	}
}

// TestNoDirectEdit: what a hand enters does not stand over a verified fact, through whatever
// door; what agrees, what is older, and what is of nobody goes in. Control: Learn without
// overrules ("citizen over a register").
func TestNoDirectEdit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	learn := func(person core.PersonID, source string, ago int, facts string) error {
		return o.tx(func(ctx context.Context, tx *pg.Tx) error {
			return o.reg.Learn(ctx, tx, by("7"), o.home, person, registry.Sheet{Source: source, ValidFrom: tx.Today() - core.Date(ago), Confidence: 100, Facts: json.RawMessage(facts)})
		})
	}
	for _, tc := range []struct {
		name, source string
		member       bool
		ago          int
		facts        string
		refused      string
	}{
		{"citizen over a register", "citizen", false, 0, `{"houses":2}`, "houses"},
		{"one visitor over two", "visitor:9", true, 0, `{"adl_failed":0}`, "adl_failed"},
		{"takes it back", "officer:7", false, 0, `{"houses":null}`, "houses"},
		{"among others", "officer:7", false, 0, `{"renting":false,"houses":3}`, "houses"},
		{"says the same", "officer:7", false, 0, `{"houses":1}`, ""},
		{"and still not another", "officer:7", false, 0, `{"houses":2}`, "houses"},
		{"was true before", "citizen", false, 50, `{"houses":2}`, ""},
		{"nobody said it", "citizen", false, 0, `{"renting":true}`, ""},
		{"and once more", "citizen", false, 0, `{"renting":false}`, ""},
		{"a department", "registry:housing", false, 0, `{"houses":2}`, ""},
	} {
		person := core.PersonID(0)
		if tc.member {
			person = o.people[0]
		}
		err := learn(person, tc.source, tc.ago, tc.facts)
		var told *core.Error
		if (tc.refused == "") != (err == nil) || (tc.refused != "" && (!errors.Is(err, registry.ErrVerified) || !errors.As(err, &told) || told.Field != tc.refused)) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestBadChanges: each is refused with its own fault, none is kept, and the database
// refuses on its own what the program would not send.
func TestBadChanges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, tc := range map[string]struct {
		change func(*change.Change)
		kind   core.Kind
	}{
		"unknown path":  {func(c *change.Change) { c.Path = "house_colour" }, core.KindInvalid},
		"unknown word":  {func(c *change.Change) { c.Becomes = json.RawMessage(`"E"`) }, core.KindInvalid},
		"who they are":  {func(c *change.Change) { c.Person, c.Path, c.Becomes = o.people[0], "age", json.RawMessage(`3`) }, core.KindInvalid},
		"nothing":       {func(c *change.Change) { c.Becomes = nil }, core.KindInvalid},
		"the same":      {func(c *change.Change) { c.Becomes = c.Was }, core.KindInvalid},
		"no reason":     {func(c *change.Change) { c.Reason = "" }, core.KindInvalid},
		"a novel":       {func(c *change.Change) { c.Reason = strings.Repeat("长", 1001) }, core.KindInvalid},
		"no day":        {func(c *change.Change) { c.ValidFrom = 0 }, core.KindInvalid},
		"tomorrow":      {func(c *change.Change) { c.ValidFrom = core.NewDate(2126, 1, 1) }, core.KindInvalid},
		"no origin":     {func(c *change.Change) { c.Origin = "rumour" }, core.KindInvalid},
		"another value": {func(c *change.Change) { c.Was = json.RawMessage(`"A"`) }, core.KindConflict},
		"no such house": {func(c *change.Change) { c.Household = 999 }, core.KindNotFound},
		"not of the house": {func(c *change.Change) {
			c.Person, c.Path, c.Was, c.Becomes = 999, "adl_failed", nil, json.RawMessage(`3`)
		}, core.KindNotFound},
	} {
		bad := o.house()
		tc.change(&bad)
		if _, err := o.propose("7", bad); core.KindOf(err) != tc.kind {
			t.Errorf("%s: %v, want kind %d", name, err, tc.kind)
		}
	}
	err := o.db.Tx(t.Context(), pg.Regions(far), func(ctx context.Context, tx *pg.Tx) error {
		ch := o.house()
		ch.ValidFrom = tx.Today()
		_, err := o.changes.Propose(ctx, tx, by("7"), ch)
		return err
	})
	if !errors.Is(err, registry.ErrNoHousehold) {
		t.Errorf("from another township: %v", err)
	}
	if n := o.count(`select count(*) from change_request`); n != 0 {
		t.Errorf("%d are kept", n)
	}
	id, err := o.propose("7", o.house())
	must(t, err)
	for name, sql := range map[string]string{
		"decided by who asked":     `update change_request set state = 'refused', decider = 'staff:7', verdict = 'x', decided = now() where id = $1`,
		"decided by a citizen":     `update change_request set state = 'refused', decider = 'citizen:7', verdict = 'x', decided = now() where id = $1`,
		"decided by nobody":        `update change_request set state = 'refused', verdict = 'x', decided = now() where id = $1`,
		"accepted and not written": `update change_request set state = 'accepted', decider = 'staff:8', verdict = 'x', decided = now() where id = $1`,
		"another value":            `update change_request set becomes = '"A"' where id = $1`,
	} {
		err := o.tx(func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, sql, id)
			return pg.Fail(err, "test")
		})
		if err == nil {
			t.Errorf("the database took it: %s", name)
		}
	}
}
