package agent

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/sampled"
	"lianou/core/seal"
	"lianou/core/staff"
	"lianou/core/workflow"
	"lianou/intake/begun"
	"lianou/intake/calls"
	"lianou/intake/talks"
	"lianou/transcription/slots"
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

	Flow     *workflow.Flow     // files what a caller says is wrong
	Registry *registry.Registry // whose number it may be
	Opener   *seal.Opener       // opens what was filed of a call, beside its sound
	Chats    *talks.Desk        // conversations in WeChat that were handed over
	Begun    *begun.Desk        // what callers go on with by themselves
	Sampled  *sampled.Sampled   // who is rung about money that was paid; nil where nobody is
}

// Room is the call agents' room.
type Room struct {
	d      Deps
	reader *slots.Extractor
}

// New makes the room.
func New(d Deps) *Room { return &Room{d, channels.ReaderOf(d.Regions)} }

// Templates gives the room's pages to the shell.
func (a *Room) Templates() fs.FS { return templates }

// Words are the room's own words for its pages.
func (a *Room) Words() template.FuncMap { return template.FuncMap{"became": became} }

// became says what an earlier call came to.
func became(e calls.Earlier) string {
	switch {
	case e.Filed > 0:
		return fmt.Sprintf("报了 %d 家", e.Filed)
	case e.Outcome == "":
		return "还没办完"
	}
	return map[calls.Outcome]string{calls.OutcomeAnswered: "问了事,答清了", calls.OutcomeCalled: "回了电话,办好了", calls.OutcomeNoContact: "回了三次,没人接",
		calls.OutcomeNotOurs: "转了别的热线", calls.OutcomeServed: "自己听了进度", calls.OutcomeApplied: "报了申请", calls.OutcomeLapsed: "没等到坐席",
		calls.OutcomeSame: "没接到,后来回过电话"}[e.Outcome]
}

// Desk is the room's rows of the route table. Sending the form is not among them:
// it is an endpoint of the channel.
func (a *Room) Desk() desk.Room {
	agents := []staff.Role{staff.Agent}
	return desk.Room{Name: "agent", Title: "接电话", Roles: agents, Home: "/agent", Routes: []desk.Route{
		{Method: "GET", Path: "/agent", Roles: agents, Trace: "none: masked numbers of waiting calls", Serve: a.list},
		{Method: "GET", Path: "/agent/waiting", Roles: agents, Trace: "none: masked numbers of waiting calls", Serve: a.waiting},
		{Method: "GET", Path: "/agent/alerts", Roles: agents, Trace: "none: times and lengths of calls without sound, nobody's number", Serve: a.alerts},
		{Method: "POST", Path: "/agent/alerts/{call}/explained", Roles: agents, Trace: "sound.explained", Serve: a.explain},
		{Method: "GET", Path: "/agent/call/{call}", Roles: agents, Trace: "call.read person.searched talk.read", Serve: a.call},
		{Method: "GET", Path: "/agent/call/{call}/chat", Roles: agents, Trace: "none: a conversation that this agent opened, which wrote talk.read", Serve: a.chatLines},
		{Method: "GET", Path: "/agent/call/{call}/chat/{line}", Roles: agents, Trace: "talk.photo recording.played", Serve: a.chatFile},
		{Method: "POST", Path: "/agent/call/{call}/say", Roles: agents, Trace: "talk.said", Serve: a.chatSay},
		{Method: "POST", Path: "/agent/call/{call}/back", Roles: agents, Trace: "talk.back call.finished", Serve: a.chatBack},
		{Method: "GET", Path: "/agent/call/{call}/audio", Roles: agents, Trace: "recording.played", Serve: a.audio},
		{Method: "GET", Path: "/agent/call/{call}/player", Roles: agents, Trace: "none: whether the sound of a call is there", Serve: a.player},
		{Method: "GET", Path: "/agent/call/{call}/wave", Roles: agents, Trace: "none: who spoke when, and nothing of what was said", Serve: a.wave},
		{Method: "GET", Path: "/agent/call/{call}/heard", Roles: agents, Trace: "none: the text of a call that this agent opened, which wrote call.read", Serve: a.heard},
		{Method: "POST", Path: "/agent/call/{call}/typed", Roles: agents, Trace: "transcript.typed", Serve: a.typed},
		{Method: "POST", Path: "/agent/call/{call}/draft", Roles: agents, Trace: "none: what the agent types, kept for the call", Serve: a.draft},
		{Method: "POST", Path: "/agent/call/{call}/caller", Roles: agents, Trace: "caller.said", Serve: a.said},
		{Method: "POST", Path: "/agent/call/{call}/keyed", Roles: agents, Trace: "field.revealed", Serve: a.shownKeyed},
		{Method: "POST", Path: "/agent/call/{call}/hand", Roles: agents, Trace: "call.handed", Serve: a.handOn},
		{Method: "POST", Path: "/agent/call/{call}/missed", Roles: agents, Trace: "call.missed call.settled visit.asked talk.done", Serve: a.missed},
		{Method: "GET", Path: "/agent/visits", Roles: agents, Trace: "visit.listed", Serve: a.visits},
		{Method: "POST", Path: "/agent/visits/{visit}/place", Roles: agents, Trace: "visit.placed", Serve: a.placed},
		{Method: "POST", Path: "/agent/visits/{visit}/phone", Roles: agents, Trace: "visit.number", Serve: a.visitPhone},
		{Method: "POST", Path: "/agent/visits/{visit}/ended", Roles: agents, Trace: "visit.ended", Serve: a.visitEnded},
		{Method: "GET", Path: "/agent/quality", Roles: agents, Trace: "none: when drawn calls came, nobody's number, and what was found of one's own", Serve: a.quality},
		{Method: "GET", Path: "/agent/quality/{drawn}", Roles: agents, Trace: "quality.read", Serve: a.listen},
		{Method: "GET", Path: "/agent/quality/{drawn}/audio", Roles: agents, Trace: "recording.played", Serve: a.qualityAudio},
		{Method: "GET", Path: "/agent/quality/{drawn}/player", Roles: agents, Trace: "none: whether the sound of a call is there", Serve: a.qualityPlayer},
		{Method: "GET", Path: "/agent/quality/{drawn}/wave", Roles: agents, Trace: "none: who spoke when, and nothing of what was said", Serve: a.qualityWave},
		{Method: "POST", Path: "/agent/quality/{drawn}/verdict", Roles: agents, Trace: "quality.judged", Serve: a.judged},
		{Method: "POST", Path: "/agent/find", Roles: agents, Trace: "status.read", Serve: a.find},
		{Method: "POST", Path: "/agent/appeal", Roles: agents, Trace: "status.read claim.appealed", Serve: a.appeal},
		{Method: "POST", Path: "/agent/unsolved", Roles: agents, Trace: "status.read claim.unsolved", Serve: a.unsolved},
		{Method: "POST", Path: "/agent/way", Roles: agents, Trace: "status.read contact.wished", Serve: a.way},
		{Method: "POST", Path: "/agent/notice", Roles: agents, Trace: "none: a line of the public board", Serve: a.notice},
		{Method: "POST", Path: "/agent/object", Roles: agents, Trace: "objection.filed objection.added", Serve: a.object},
		{Method: "POST", Path: "/agent/objection", Roles: agents, Trace: "none: what came of an opinion in general words, by its number", Serve: a.objection},
		{Method: "POST", Path: "/agent/letter", Roles: agents, Trace: "letter.checked", Serve: a.letter},
		{Method: "POST", Path: "/agent/call/{call}/release", Roles: agents, Trace: "call.released", Serve: a.release},
		{Method: "POST", Path: "/agent/call/{call}/done", Roles: agents, Trace: "call.finished call.settled talk.filed talk.done", Serve: a.done},
	}}
}

// page is what the room shows.
type page struct {
	Said    string
	Stuck   int // visits that nobody can make yet
	Paid    int // households to ask whether their money arrived
	Waiting []row
	Page    int // of Waiting, from 1
	At      string
	Call    *open
	Form    desk.Form
	Judged  desk.Judged
	Kept    desk.Kept
}

// Next is the page behind this one, 0 for none; Before the one before it.
func (p page) Next() int {
	if len(p.Waiting) < calls.MostWaiting {
		return 0
	}
	return p.Page + 1
}

// Before is the page before this one, 0 for none.
func (p page) Before() int { return p.Page - 1 }

// row is one waiting call; the number is masked.
type row struct {
	ID, Caller, Word, Tone, Length, Agent string
	Began                                 time.Time
	Chat                                  bool      // asked for in a chat
	Hand                                  bool      // whose conversation waits for an agent
	Tries                                 int       // times rung back in vain
	Same                                  int       // calls of this line
	Next                                  time.Time // when to ring again
}

// pageOf is which page of the list is asked for, from 1.
func pageOf(r *http.Request) int {
	n, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func (a *Room) rows(r *http.Request) ([]row, error) {
	list, err := a.d.Calls.Waiting(r.Context(), pageOf(r)-1)
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
	hands, err := a.hands(r, list)
	if err != nil {
		return nil, err
	}
	handed, err := a.handed(r, list)
	if err != nil {
		return nil, err
	}
	out := make([]row, 0, len(list))
	for _, c := range list {
		one := row{ID: c.ID, Chat: c.Exchange == calls.FromChat, Caller: caller(c), Began: c.Began, Length: length(c), Agent: names[c.Agent], Tries: c.Tries, Next: c.NextTry, Same: c.Same}
		one.Word, one.Tone = stands(c)
		if one.Hand = hands[c.ID]; one.Hand {
			one.Word, one.Tone = "微信在等", "red"
		}
		if s, ok := handed[c.ID]; ok && c.Tries == 0 {
			one.Word, one.Tone = standing(s, c, a.d.Desk.Now())
		}
		out = append(out, one)
	}
	return out, nil
}

// hands reports which of the calls are conversations that wait for an agent.
func (a *Room) hands(r *http.Request, list []calls.Call) (map[string]bool, error) {
	var ids []string
	for _, c := range list {
		if c.Exchange == calls.FromChat {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return a.d.Chats.Waits(r.Context(), ids)
}

func caller(c calls.Call) string {
	if c.Exchange == calls.FromChat && c.Caller.IsZero() {
		return "微信上的人"
	}
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
	return minutes(c.Ended.Sub(from))
}

// wishWord is why somebody is to be rung.
func wishWord(w calls.Wish) string {
	switch w {
	case calls.WishAppeal:
		return "要重新看,请回电"
	case calls.WishUnsolved:
		return "没解决,请回电"
	}
	return "请回电"
}

func stands(c calls.Call) (word, tone string) {
	switch {
	case !c.NextTry.IsZero():
		return "再回电", "blue"
	case c.Abandoned(), c.State() == calls.StateEnded && c.Wish.RingsBack():
		return wishWord(c.Wish), "red"
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
	if c.State() == calls.StateEnded && c.Wish == calls.WishObject {
		return "对公示有意见", "blue"
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
	stuck, err := a.d.Calls.StuckCount(r.Context())
	if err != nil {
		return err
	}
	paid, err := a.paid(r, at)
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, a.view(), page{Waiting: rows, Page: pageOf(r), Stuck: stuck, Paid: paid, Said: desk.Said(w, r)})
}

// paid counts the households that this agent may ask whether their money arrived (F105).
func (a *Room) paid(r *http.Request, at desk.At) (n int, err error) {
	if a.d.Sampled == nil {
		return 0, nil
	}
	err = a.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		n, err = a.d.Sampled.Waiting(ctx, tx, at.Staff)
		return err
	})
	return n, err
}

func (a *Room) waiting(w http.ResponseWriter, r *http.Request, at desk.At) error {
	rows, err := a.rows(r)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "waiting", page{Waiting: rows, Page: pageOf(r), At: r.FormValue("at")})
}

// ringBack reports a call whose caller waits to be rung: who hung up, who asked for it,
// whose sound was lost, who was rung in vain before, and who was to go on by themselves.
// It is over in each case.
func ringBack(c calls.Call) bool {
	if c.Exchange == calls.FromChat && c.Caller.IsZero() {
		return false // there is no number yet
	}
	return c.Abandoned() || c.Tries > 0 || !c.NextTry.IsZero() || c.State() == calls.StateEnded && (c.Wish.RingsBack() || c.RecordingState == "lost")
}
