package book

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/simulate"
	"lianou/core/staff"
	"lianou/core/watch"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	DB       *pg.DB
	Rules    *rulebook.Store
	Staff    *staff.Staff
	Regions  *registry.Regions
	Simulate *simulate.Simulator
	Watch    *watch.Watch
	Jobs     *jobs.Inserter // of the platform
	Registry *registry.Registry
	Audit    *audit.Log
	Bell     *bell.Bell
}

// Room is the room of the rules.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (b *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (b *Room) Desk() desk.Room {
	all, writers := []staff.Role{staff.City, staff.Auditor}, []staff.Role{staff.City}
	const none = "none: rules and who signed them, no citizen"
	return desk.Room{Name: "book", Title: "政策", Roles: all, Home: "/book", Routes: []desk.Route{
		{Method: "GET", Path: "/book", Roles: all, Trace: none, Serve: b.list},
		{Method: "GET", Path: "/book/edition/{edition}", Roles: all, Trace: none, Serve: b.edition},
		{Method: "GET", Path: "/book/edition/{edition}/scan", Roles: all, Trace: "none: how far a look at everybody is, and its counts, no citizen", Serve: b.scanned},
		{Method: "GET", Path: "/book/draft/{draft}", Roles: all, Trace: none, Serve: b.draft},
		{Method: "GET", Path: "/book/draft/{draft}/standing", Roles: writers, Trace: none, Serve: b.standing},
		{Method: "GET", Path: "/book/draft/{draft}/change", Roles: writers, Trace: none, Serve: b.change},
		{Method: "GET", Path: "/book/draft/{draft}/simulation", Roles: all, Trace: "none: counts of a simulation, no citizen", Serve: b.simulated},
		{Method: "GET", Path: "/book/draft/{draft}/sense", Roles: all, Trace: "none: how far a report on weights is, no citizen", Serve: b.sensed},
		{Method: "POST", Path: "/book/draft/{draft}/sense", Roles: writers, Trace: "index.asked", Serve: b.sense},
		{Method: "GET", Path: "/book/draft/{draft}/preview", Roles: writers, Trace: "facts.read", Serve: b.preview},
		{Method: "POST", Path: "/book/draft/{draft}/preview", Roles: writers, Trace: "rulebook.previewed facts.read", Serve: b.look},
		{Method: "POST", Path: "/book/draft/{draft}/simulate", Roles: writers, Trace: "simulation.begun", Serve: b.simulateNow},
		{Method: "POST", Path: "/book/begin", Roles: writers, Trace: "rulebook.drafted", Serve: b.begin},
		{Method: "POST", Path: "/book/draft/{draft}/amount", Roles: writers, Trace: "rulebook.changed", Serve: b.amount},
		{Method: "POST", Path: "/book/draft/{draft}/words", Roles: writers, Trace: "rulebook.changed", Serve: b.words},
		{Method: "POST", Path: "/book/draft/{draft}/switch", Roles: writers, Trace: "rulebook.changed", Serve: b.turn},
		{Method: "POST", Path: "/book/draft/{draft}/weights", Roles: writers, Trace: "rulebook.changed", Serve: b.weights},
		{Method: "POST", Path: "/book/draft/{draft}/undo", Roles: writers, Trace: "rulebook.taken_back", Serve: b.undo},
		{Method: "POST", Path: "/book/draft/{draft}/sign", Roles: writers, Trace: "rulebook.signed", Serve: b.sign},
		{Method: "POST", Path: "/book/draft/{draft}/reopen", Roles: writers, Trace: "rulebook.reopened", Serve: b.reopen},
		{Method: "POST", Path: "/book/draft/{draft}/rebase", Roles: writers, Trace: "rulebook.rebased", Serve: b.rebase},
		{Method: "POST", Path: "/book/draft/{draft}/withdraw", Roles: writers, Trace: "rulebook.withdrawn", Serve: b.withdraw},
		{Method: "POST", Path: "/book/draft/{draft}/publish", Roles: writers, Trace: "rulebook.published", Serve: b.publish},
	}}
}

// Words are the room's own ways of writing.
func (b *Room) Words() template.FuncMap {
	return template.FuncMap{
		"whole":    func(d core.Date) string { return d.SayWhole() },
		"short":    func(digest string) string { return digest[:min(8, len(digest))] },
		"area":     rulebook.AreaWord,
		"county":   b.county,
		"unit":     func(u string) string { return policy.Unit(u).Chinese() },
		"shown":    rulebook.Shown,
		"unbroken": func(words string) string { return strings.ReplaceAll(words, " ", "\u00a0") }, // a part stays beside its number
	}
}

type listPage struct {
	Said     string
	Editions []edition
	Drafts   []draftLine
	Writes   bool
	Looked   []lookedAt // by the edition in force, and by one that was published for a day to come
}

type edition struct {
	rulebook.Signed
	By, Second string
	Stands     stands
}

type draftLine struct {
	rulebook.Draft
	By string
}

func (b *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := listPage{Said: desk.Said(w, r), Writes: at.Has(staff.City)}
	editions, err := b.d.Rules.Editions(r.Context())
	if err != nil {
		return err
	}
	drafts, err := b.d.Rules.Drafts(r.Context())
	if err != nil {
		return err
	}
	today, err := b.today(r.Context())
	if err != nil {
		return err
	}
	var ids []core.StaffID
	for _, e := range editions {
		ids = append(ids, e.Author, e.Publisher)
	}
	for _, d := range drafts {
		ids = append(ids, d.Author)
	}
	names, err := b.d.Staff.Names(r.Context(), ids...)
	if err != nil {
		return err
	}
	for i, e := range editions { // the newest first
		next := after(editions, i)
		p.Editions = append(p.Editions, edition{e, names[e.Author], names[e.Publisher], standing(e.From, next, today)})
		if word := p.Editions[i].Stands.Word; word != inForce && word != toCome {
			continue
		}
		l, err := b.lookedAt(r.Context(), &editions[i], next, at.Staff.ID)
		if err != nil {
			return err
		}
		p.Looked = append(p.Looked, l)
	}
	for _, d := range drafts {
		p.Drafts = append(p.Drafts, draftLine{d, names[d.Author]})
	}
	return at.Page.Show(w, at, desk.View{Room: "book", Name: "book", Title: "政策"}, p)
}

func (b *Room) today(ctx context.Context) (day core.Date, err error) {
	err = b.d.DB.Read(ctx, pg.NoScope(), func(_ context.Context, tx *pg.Tx) error { day = tx.Today(); return nil })
	return day, err
}

func (b *Room) begin(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := b.d.Rules.Begin(r.Context(), at.Staff.ID, r.FormValue("why"))
	if err != nil {
		return pointed(err, "why")
	}
	return desk.Back(w, r, home(id), "可以一样一样改了。改完签署,再请另一个人核对、发布。")
}

func home(id int64) string { return "/desk/book/draft/" + strconv.FormatInt(id, 10) }

func number(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("draft"), 10, 64)
	if err != nil || id <= 0 {
		return 0, rulebook.ErrNoDraft
	}
	return id, nil
}
