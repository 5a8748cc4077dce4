package counter

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/workflow"
	"lianou/intake/calls"
	"lianou/intake/interview"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	Desk    *desk.Desk
	DB      *pg.DB
	Blobs   *blob.Store
	Audit   *audit.Log
	Cases   *casefile.Store
	Flow    *workflow.Flow
	Calls   *calls.Log
	Bell    *bell.Bell // counts numbers that were shown
	Regions *registry.Regions
}

// Room is the room of clerks and assistants.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (c *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table. Sending a form is an endpoint of the
// channel.
func (c *Room) Desk() desk.Room {
	clerks, helpers := []staff.Role{staff.Clerk, staff.Assistant}, []staff.Role{staff.Assistant}
	return desk.Room{Name: "counter", Title: "帮人报", Roles: clerks, Home: "/counter", Routes: []desk.Route{
		{Method: "GET", Path: "/counter", Roles: clerks, Trace: "none: an empty form", Serve: c.form},
		{Method: "POST", Path: "/counter/draft", Roles: clerks, Trace: "none: what somebody types, kept for themselves", Serve: c.draft},
		{Method: "GET", Path: "/counter/ask", Roles: clerks, Trace: "none: an empty form", Serve: c.ask},
		{Method: "POST", Path: "/counter/ask", Roles: clerks, Trace: "status.read", Serve: c.found},
		{Method: "POST", Path: "/counter/appeal", Roles: clerks, Trace: "status.read claim.appealed", Serve: c.appeal},
		{Method: "POST", Path: "/counter/unsolved", Roles: clerks, Trace: "status.read claim.unsolved", Serve: c.unsolved},
		{Method: "POST", Path: "/counter/way", Roles: clerks, Trace: "status.read contact.wished", Serve: c.way},
		{Method: "POST", Path: "/counter/notice", Roles: clerks, Trace: "none: a line of the public board", Serve: c.notice},
		{Method: "POST", Path: "/counter/object", Roles: clerks, Trace: "objection.filed objection.added", Serve: c.object},
		{Method: "GET", Path: "/counter/tasks", Roles: helpers, Trace: "task.listed visit.listed", Serve: c.tasks},
		{Method: "POST", Path: "/counter/task/{task}/told", Roles: helpers, Trace: "notice.said notice.vain", Serve: c.told},
		{Method: "POST", Path: "/counter/visit/{visit}/phone", Roles: helpers, Trace: "visit.number", Serve: c.visitPhone},
		{Method: "POST", Path: "/counter/visit/{visit}/word", Roles: helpers, Trace: "visit.reached visit.away visit.nobody", Serve: c.visited},
	}}
}

// formPage is what the form template shows.
type formPage struct {
	Title, Lead, Action, Promise string
	Doorstep                     bool
	Tasks                        bool
	Form                         desk.Form
	Judged                       desk.Judged
	Kept                         desk.Kept
}

// place is where the draft of somebody's window lies: it is theirs alone.
func place(at desk.At) string { return "window:" + desk.ActorOf(at).ID }

func (c *Room) draft(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return c.d.Desk.SaveDraft(w, r, at, place(at))
}

func (c *Room) form(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := formPage{Title: "窗口登记", Lead: "一分钟报上,后面的我们去跑", Action: "/c/counter/window", Promise: interview.Promise}
	if at.Has(staff.Assistant) {
		p = formPage{Title: "上门口述办", Lead: "本人说,您来记;本人签字", Action: "/c/counter/doorstep", Promise: interview.Promise, Doorstep: true, Tasks: true}
	}
	typed, kept, err := c.d.Desk.DraftOf(r, at, desk.Drafting{Place: place(at), To: "/desk/counter/draft"})
	if err != nil {
		return err
	}
	if typed == nil {
		typed = fresh(at)
	}
	if p.Judged, err = c.d.Desk.Judged(typed); err != nil {
		return err
	}
	p.Form, p.Kept = desk.NewForm(typed, c.d.Regions), kept
	return at.Page.Show(w, at, desk.View{Room: "counter", Name: "counter", Title: p.Title}, p)
}

// fresh is an empty form that knows where its window stands.
func fresh(at desk.At) url.Values {
	typed := url.Values{"key": {uuid.NewString()}}
	if len(at.Staff.Regions) > 0 {
		typed.Set("live.county", string(at.Staff.Regions[0].County()))
	}
	if len(at.Staff.Regions) == 1 {
		typed.Set("live.township", string(at.Staff.Regions[0]))
	}
	return typed
}

// tasksPage is what the list of calls and walks shows.
type tasksPage struct {
	Said   string
	Tasks  []casefile.CallTask
	Visits []visit
}

func (c *Room) tasks(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := tasksPage{Said: desk.Said(w, r)}
	err := c.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.Tasks, err = c.d.Cases.Tasks(ctx, tx, at.Staff.Regions, at.Staff.ID, 100); err != nil {
			return err
		}
		ids := make([]int64, len(p.Tasks))
		for i, task := range p.Tasks {
			ids[i] = task.ID
		}
		if err := c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "task.listed", IDs: ids, Purpose: "打电话、上门"})); err != nil {
			return err
		}
		p.Visits, err = c.visits(ctx, tx, at)
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "counter", Name: "tasks", Title: "要跑的"}, p)
}

func (c *Room) told(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := strconv.ParseInt(r.PathValue("task"), 10, 64)
	if err != nil {
		return core.E(core.KindNotFound, "no_task", "没有这一条。")
	}
	in := casefile.Spoken{Way: casefile.SaidBy(r.FormValue("way")), Met: casefile.Met(r.FormValue("met")), Words: r.FormValue("words")}
	if r.FormValue("result") == "nobody" {
		in.Met = casefile.MetNobody
	}
	if err := c.d.Flow.SaidInPerson(r.Context(), casefile.As(at.Staff), id, in); err != nil {
		return err
	}
	said := "记下了。"
	if in.Met == casefile.MetNobody {
		said = "记下了,还没告诉到。请再去一次、再打一次。"
	}
	return desk.Back(w, r, "/desk/counter/tasks", said)
}
