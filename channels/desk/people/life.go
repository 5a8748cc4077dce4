package people

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/wording"
)

// lifePage is what happened in a household, and the form by which more is told.
type lifePage struct {
	Said    string
	Asked   asked
	Home    core.HouseholdID
	Name    string
	Members []memberRow
	Events  []eventRow
	Empty   bool // nobody is left
	MayUndo bool
	Kinds   []wording.Option
	Kind    wording.Option // chosen; zero for none yet
	Today   core.Date

	Proofs    []wording.Option
	Relations []wording.Option
	Villages  []registry.Place
	Towns     []townRow        // of the county, where what two households tell is told
	Office    office           // of whoever registers
	Counties  []registry.Place // to choose from, for the city
	County    core.RegionCode  // that the city chose
	Other     core.HouseholdID // whose people this event is about too

	Form     map[string][]string // what was typed, on the page that asks for a yes
	Sure     bool                // the page asks for a yes
	Doubts   registry.Doubts     // of an adoption
	Worries  []string            // of a marriage: what to look at before it is registered
	Missed   bool                // nobody was found by the other one's name and number
	Seen     string              // what whoever registers an arrival ticks
	Unlikely string              // that a parent was too old, or too young, which is asked about
	Left     left                // the household that somebody leaves
	Sentence string              // what will be registered
	Detail   string              // and of whom: relation and sex
	Cases    []casefile.Status   // that somebody has to look at again

	town   core.RegionCode   // where the household lives
	family []registry.Member // of the household, and of the other one
	theirs []registry.Member
	life   *registry.Life

	because string // by what a death or a departure is told
}

// kinds are the events that a township tells here, in the order in which they are asked
// for. What takes people of two households, or leads to another township, the county tells
// (twoKinds): it sees both.
var kinds = []wording.Option{{Value: "birth", Word: "生了孩子"}, {Value: "arrive", Word: "添了还没登记过的人"}, {Value: "death", Word: "去世"}, {Value: "split", Word: "分家另过"}, {Value: "move", Word: "全家搬到本镇别的村"}, {Value: "move_out", Word: "搬出德州"}}

// proofs are by what an event is told.
var proofs = wording.Proofs()

var (
	errKind  = core.Invalid("kind", "先选是什么变动。")
	errProof = core.Invalid("proof", "先选凭什么登记。")
	// errRehearsed ends the transaction in which an event was only tried.
	errRehearsed = errors.New("a rehearsal is never kept")
)

// tellers are who may tell what happened in a family: the township of its own, the county of
// two of its townships, the city of two counties.
func tellers() []staff.Role {
	return []staff.Role{staff.Officer, staff.Approver, staff.County, staff.City}
}

func (p *Room) life(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return p.askWhy(w, r, at)
	}
	page, err := p.lifeOf(r, at, a)
	if err != nil {
		return err
	}
	page.Said = desk.Said(w, r)
	if err := p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		return p.lives(ctx, tx, why, at, &page)
	}); err != nil {
		return err
	}
	if err := p.nameTellers(r.Context(), page.Events); err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "people", Name: "life", Title: "登记变动"}, page)
}

// lifeOf reads which household a page is about, and which kind of event.
func (p *Room) lifeOf(r *http.Request, at desk.At, a asked) (lifePage, error) {
	id, err := number(r, "household")
	page := lifePage{Asked: a, Home: core.HouseholdID(id), Kinds: kinds, Proofs: proofs, MayUndo: true}
	page.Office = officeOf(at)
	if page.Office != ofTown {
		page.Kinds = twoKinds
	}
	if i := slices.IndexFunc(page.Kinds, func(o wording.Option) bool { return o.Value == r.FormValue("kind") }); i >= 0 {
		page.Kind = page.Kinds[i]
	}
	switch page.Office {
	case ofCounty:
		page.Towns = p.towns(at)
	case ofCity:
		page.chooseCounty(p, r.FormValue("county"))
	}
	f, _ := wording.MemberFact("relation")
	page.Relations = f.Options
	return page, err
}

// lives reads who belongs to the household and what happened in it.
func (p *Room) lives(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, page *lifePage) error {
	page.Today, page.Events = tx.Today(), nil
	if err := p.holds(ctx, tx, at, page.Asked, page.Home); err != nil {
		return err
	}
	home, err := p.d.Registry.Home(ctx, tx, page.Home)
	if err != nil {
		return err
	}
	page.Villages, page.town = p.d.Regions.Children(home.Region), home.Region
	members, err := p.d.Registry.Members(ctx, tx, why, page.Home)
	if err != nil {
		return err
	}
	if err = p.mayShow(ctx, tx, why, members); err != nil {
		return err
	}
	page.Name, page.Members, page.family = calledAfter(members), memberRows(members, 0, page.Today), members
	events, err := p.d.Life.Events(ctx, tx, why, page.Home)
	if err != nil {
		return err
	}
	if err = p.mayName(ctx, tx, why, events); err != nil {
		return err
	}
	if err = p.unsaidToKin(ctx, tx, at, members, events); err != nil {
		return err
	}
	page.Events = eventRows(events, why.Actor, tx.Now())
	if len(members) == 0 {
		return p.empty(ctx, tx, page)
	}
	return nil
}

// Offered are the events to choose from: all that can happen in a household of nobody is that
// somebody comes back.
func (page lifePage) Offered() []wording.Option {
	return slices.DeleteFunc(slices.Clone(page.Kinds), func(o wording.Option) bool { return page.Empty && o.Value != "move_in" })
}

// empty says of a household without members whom it was called after.
func (p *Room) empty(ctx context.Context, tx *pg.Tx, page *lifePage) error {
	last, err := p.d.Registry.LastHead(ctx, tx, page.Home)
	page.Empty = true
	for _, e := range page.Events {
		for _, one := range e.People {
			if one.Person == last {
				page.Name = one.Name
			}
		}
	}
	return err
}

// Path is where the events of the household stand.
func (page lifePage) Path() string {
	return "/desk/people/household/" + strconv.FormatInt(int64(page.Home), 10) + "/life"
}

// tellings is how often one officer may send the form of an event in an hour, twice for each
// (P22): every one has families judged again.
var tellings = bell.Rate{Count: 60, Per: time.Hour}

var errTellings = core.E(core.KindTooMany, "tellings_exceeded", "这一小时登记的变动太多了。过一会儿再登记。登记过的都在,登错的现在就能撤销。")

// tell tries an event and shows what it would touch, and keeps it once that was read.
func (p *Room) tell(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return errNoPurpose
	}
	if r.PostFormValue("again") != "" {
		return p.again(w, r, at, a)
	}
	if ok, _ := p.d.Bell.Allow(r.Context(), "people-tell:"+desk.ActorOf(at).ID, tellings); !ok {
		return errTellings
	}
	page, err := p.lifeOf(r, at, a)
	if err != nil {
		return err
	}
	if page.Kind.Value == "" {
		return errKind
	}
	if err := p.mayTry(r, at, page.Kind.Value); err != nil {
		return err
	}
	page.Sure = r.PostFormValue("sure") == ""
	page.life = p.d.Life.Afterwards(staysIn(r))
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		return p.seen(ctx, tx, why, r, at, &page)
	})
	if page.Missed && errors.Is(err, errNobody) {
		return page.Office.missed()
	}
	if err != nil {
		return err
	}
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) (err error) {
		if page.Sentence, err = p.happen(ctx, tx, why, r, at, &page); err != nil || !page.Sure {
			return err
		}
		if page.Cases, err = p.casesOf(ctx, tx, page.Home, page.Other); err != nil {
			return err
		}
		if err = p.leaves(ctx, tx, why, &page); err != nil {
			return err
		}
		return errRehearsed
	})
	switch {
	case err == nil:
		return desk.Back(w, r, page.Path()+"?"+string(a.Query()), "登记了:"+page.Sentence)
	case errors.Is(err, registry.ErrNotNew):
		return p.tried(r, at, a, err)
	case !errors.Is(err, errRehearsed):
		return err
	}
	page.Form = r.PostForm
	return p.showLife(w, r, at, page)
}

// showLife answers a form that was sent.
func (p *Room) showLife(w http.ResponseWriter, r *http.Request, at desk.At, page lifePage) error {
	if r.Header.Get("HX-Request") != "" { // only what stands inside the page
		return at.Page.Part(w, "people", "life", page)
	}
	return at.Page.Show(w, at, desk.View{Room: "people", Name: "life", Title: "登记变动"}, page)
}

// seen is the look at everybody an event is told of, in a transaction of its own: a rehearsal
// is rolled back, and would take with it that somebody was looked at.
func (p *Room) seen(ctx context.Context, tx *pg.Tx, why registry.Purpose, r *http.Request, at desk.At, page *lifePage) error {
	if err := p.lives(ctx, tx, why, at, page); err != nil {
		return err
	}
	if err := p.notKin(ctx, tx, why, at, page.Home); err != nil || !page.takesAnother() {
		return err
	}
	other, _, err := p.otherOf(ctx, tx, why, r, at, page)
	if err != nil || other.Household == 0 {
		return err
	}
	if page.theirs, err = p.d.Registry.Members(ctx, tx, why, other.Household); err != nil {
		return err
	}
	return p.mayShow(ctx, tx, why, page.theirs)
}
