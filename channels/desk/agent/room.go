package agent

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/intake/calls"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	Desk    *desk.Desk
	Calls   *calls.Log
	Regions *registry.Regions
	Staff   *staff.Staff
	DB      *pg.DB
	Cases   *casefile.Store
	Audit   *audit.Log
	Bell    *bell.Bell // counts wrong pairs
}

// Room is the call agents' room.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (a *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table. Sending the form is not among them:
// it is an endpoint of the channel.
func (a *Room) Desk() desk.Room {
	agents := []staff.Role{staff.Agent}
	return desk.Room{Name: "agent", Title: "接电话", Roles: agents, Home: "/agent", Routes: []desk.Route{
		{Method: "GET", Path: "/agent", Roles: agents, Trace: "none: masked numbers of waiting calls", Serve: a.list},
		{Method: "GET", Path: "/agent/waiting", Roles: agents, Trace: "none: masked numbers of waiting calls", Serve: a.waiting},
		{Method: "GET", Path: "/agent/call/{call}", Roles: agents, Trace: "call.read", Serve: a.call},
		{Method: "GET", Path: "/agent/call/{call}/audio", Roles: agents, Trace: "recording.played", Serve: a.audio},
		{Method: "POST", Path: "/agent/find", Roles: agents, Trace: "status.read", Serve: a.find},
		{Method: "POST", Path: "/agent/letter", Roles: agents, Trace: "letter.checked", Serve: a.letter},
		{Method: "POST", Path: "/agent/call/{call}/release", Roles: agents, Trace: "call.released", Serve: a.release},
		{Method: "POST", Path: "/agent/call/{call}/done", Roles: agents, Trace: "call.finished", Serve: a.done},
	}}
}

// page is what the room shows.
type page struct {
	Said    string
	Waiting []row
	At      string
	Call    *open
	Form    desk.Form
	Judged  desk.Judged
}

// Crowded reports that more wait than are listed.
func (p page) Crowded() bool { return len(p.Waiting) >= calls.MostWaiting }

// row is one waiting call; the number is masked.
type row struct {
	ID, Caller, Word, Tone, Length, Agent string
	Began                                 time.Time
}

// open is the call an agent works on.
type open struct {
	ID, Caller, Length string
	Began              time.Time
	Recording          bool
	Filed              []core.Receipt // what came of this call so far
}

func (a *Room) rows(r *http.Request) ([]row, error) {
	list, err := a.d.Calls.Waiting(r.Context())
	if err != nil {
		return nil, err
	}
	var agents []core.StaffID
	for _, c := range list {
		agents = append(agents, c.Agent)
	}
	names, err := a.d.Staff.Names(r.Context(), agents...)
	if err != nil {
		return nil, err
	}
	out := make([]row, 0, len(list))
	for _, c := range list {
		one := row{ID: c.ID, Caller: caller(c), Began: c.Began, Length: length(c), Agent: names[c.Agent]}
		one.Word, one.Tone = stands(c)
		out = append(out, one)
	}
	return out, nil
}

func caller(c calls.Call) string {
	if s := c.Caller.String(); s != "" {
		return s
	}
	return "没有显示号码"
}

// length says how long the call was, "" while it lasts.
func length(c calls.Call) string {
	from := c.Answered
	if from.IsZero() || c.Ended.IsZero() {
		return ""
	}
	d := c.Ended.Sub(from)
	return fmt.Sprintf("%d 分 %02d 秒", int(d.Minutes()), int(d.Seconds())%60)
}

func stands(c calls.Call) (word, tone string) {
	switch {
	case c.Abandoned(), c.State() == calls.StateEnded && c.Wish == calls.WishCallBack:
		return "请回电", "red"
	case c.State() == calls.StateRinging:
		return "正在响", "amber"
	case c.State() == calls.StateTalking:
		return "通话中", "leaf"
	case c.RecordingState == "pending":
		return "录音在路上", "amber"
	}
	if c.State() == calls.StateEnded && c.RecordingState == "lost" {
		return "没录上,请回电", "red"
	}
	if c.Partial {
		return "录音不全", "amber"
	}
	return "录音", "blue"
}

func (a *Room) view() desk.View {
	return desk.View{Room: "agent", Name: "agent", Title: "接电话", Wide: true}
}

func (a *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	rows, err := a.rows(r)
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, a.view(), page{Waiting: rows, Said: desk.Said(w, r)})
}

func (a *Room) waiting(w http.ResponseWriter, r *http.Request, at desk.At) error {
	rows, err := a.rows(r)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "waiting", page{Waiting: rows, At: r.FormValue("at")})
}

// call opens a call: the agent takes it, so that two do not type the same.
func (a *Room) call(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id := r.PathValue("call")
	if err := a.d.Calls.Take(r.Context(), id, at.Staff.ID); err != nil {
		return err
	}
	c, err := a.d.Calls.Get(r.Context(), id)
	if err != nil {
		return err
	}
	// The form shows the number in full, each time it is opened.
	if err := a.d.Desk.Trace(r.Context(), at, audit.Entry{Actor: desk.ActorOf(at), Act: "call.read", Subject: "call:" + c.ID, Purpose: "接电话填申请"}); err != nil {
		return err
	}
	rows, err := a.rows(r)
	if err != nil {
		return err
	}
	filed, err := a.d.Calls.Filed(r.Context(), id)
	if err != nil {
		return err
	}
	// The key names this form: sent twice it is one application, a second form of
	// the same call is a second one (F9).
	typed := url.Values{"key": {c.ID + "#" + uuid.NewString()[:8]}, "contact.phone": {c.Caller.Reveal()}}
	return at.Page.Show(w, at, a.view(), page{
		Waiting: rows, At: id, Form: desk.NewForm(typed, a.d.Regions), Said: desk.Said(w, r),
		Call: &open{ID: c.ID, Caller: caller(c), Length: length(c), Began: c.Began, Recording: c.Recording != "", Filed: filed},
	})
}

// audio plays the recording. Listening is a read of a person: the entry is
// committed before the first byte leaves.
func (a *Room) audio(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.d.Calls.Get(r.Context(), r.PathValue("call"))
	if err != nil {
		return err
	}
	if c.Agent != at.Staff.ID {
		return calls.ErrTaken
	}
	return a.d.Desk.Play(w, r, at, desk.Playing{Recording: c.Recording, Subject: "call:" + c.ID, Purpose: "听录音填申请"})
}

func (a *Room) done(w http.ResponseWriter, r *http.Request, at desk.At) error {
	outcome := calls.Outcome(r.FormValue("outcome"))
	if outcome == calls.OutcomeApplied {
		filed, err := a.d.Calls.Filed(r.Context(), r.PathValue("call"))
		if err != nil {
			return err
		}
		if len(filed) == 0 {
			return errNothingFiled
		}
	}
	if err := a.d.Calls.Done(r.Context(), r.PathValue("call"), at.Staff.ID, outcome); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent", "这通办完了。")
}

var errNothingFiled = core.Invalid("outcome", "这通还没有报上。先报上,或者选别的结果。")

// release gives a call back that its agent cannot finish. The bell of the same
// transaction shows it to every free agent at once, as a call nobody holds.
func (a *Room) release(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if err := a.d.Calls.Release(r.Context(), r.PathValue("call"), at.Staff.ID); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent", "还回去了。别的坐席现在就能接。")
}

// refOf is the call as the application carries it: the recording, or the promise
// of one.
func refOf(c calls.Call) *core.CallRef {
	return &core.CallRef{ID: c.ID, Caller: c.Caller.String(), Recording: c.Recording, Pending: c.Recording == ""}
}
