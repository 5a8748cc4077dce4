package agent

import (
	"context"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/wording"
	"lianou/intake/calls"
	"lianou/transcription/slots"
)

// Quality sampling: a colleague listens to a drawn call again. Every agent may open every
// waiting call, so that listening to a finished one shows nobody anything new; a role of
// its own would only make the circle of those who hear wider.

// qualityPage is the list: what is to be heard, and what others found of one's own calls.
type qualityPage struct {
	Said  string
	Open  []calls.Drawn
	Found []found
}

// found is a verdict as the agent reads it.
type found struct {
	calls.Drawn
	By, Wrote, Manner string
}

func (a *Room) quality(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := qualityPage{Said: desk.Said(w, r)}
	var err error
	if p.Open, err = a.d.Calls.ToHear(r.Context(), at.Staff.ID); err != nil {
		return err
	}
	own, err := a.d.Calls.FoundOf(r.Context(), at.Staff.ID)
	if err != nil {
		return err
	}
	var by []core.StaffID
	for _, d := range own {
		by = append(by, d.Listener)
	}
	names, err := a.d.Staff.Names(r.Context(), by...)
	if err != nil {
		return err
	}
	for _, d := range own {
		p.Found = append(p.Found, found{d, names[d.Listener], wrote[d.Written], manner[d.Manner]})
	}
	return at.Page.Show(w, at, desk.View{Room: "agent", Name: "quality", Title: "质检"}, p)
}

var (
	wrote  = map[string]string{"all": "听到的都记了", "missing": "有漏记的", "invented": "记了没人说过的", "both": "有漏记的,也记了没人说过的"}
	manner = map[string]string{"good": "客气、耐心", "fair": "还行", "poor": "不客气"}
)

// listening is one drawn call: its sound, its text and what was filed of it.
type listening struct {
	calls.Drawn
	Player open
	Talk   talk
	Filed  []filed
	Typed  string

	Unwritten string // why nothing was written down of what the caller had to say
}

// unwritten says why nothing was written down of a call, "" for one of which something was.
func (a *Room) unwritten(r *http.Request, call string) (string, error) {
	why, says, err := a.d.Calls.WhyUnwritten(r.Context(), call)
	if err != nil || why == "" {
		return "", err
	}
	return why.Say() + "。" + says, nil
}

// filed is one application as its agent filed it, numbers masked.
type filed struct {
	Receipt           core.Receipt
	Who, Place, Story string
	Items             []string
	Facts             []filedFact
}

type filedFact struct {
	Label, Value, Clock string
	From, To            int64
	Unrecorded          bool
}

// listen opens a drawn call for whoever did not take it. Opening it is a reading of a
// person and leaves its entry; each playing leaves one more.
func (a *Room) listen(w http.ResponseWriter, r *http.Request, at desk.At) error {
	d, c, err := a.drawn(r, at)
	if err != nil {
		return err
	}
	text, err := a.d.Calls.Transcript(r.Context(), c.ID)
	if err != nil {
		return err
	}
	text = text.Redacted() // who only compares needs no numbers (F18)
	p := listening{Drawn: d, Player: open{ID: c.ID, Base: qualityAt(c.ID), Recording: c.Recording != ""}, Typed: text.Typed}
	p.Talk.Lines = linesOf(text.Segments, a.spoken(c, text.Segments), slots.Proposal{}, secondOf(c))
	p.Talk.State, p.Talk.Tone = stateOf(text, c)
	if p.Unwritten, err = a.unwritten(r, c.ID); err != nil {
		return err
	}
	err = a.d.DB.Tx(r.Context(), pg.City("what an agent filed of a call that was drawn"), func(ctx context.Context, tx *pg.Tx) error {
		if p.Filed, err = a.filedOf(ctx, tx, c.ID); err != nil {
			return err
		}
		return a.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "quality.read", Subject: "call:" + c.ID, Purpose: "质检"})
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "agent", Name: "listen", Title: "质检", Wide: true}, p)
}

func qualityAt(call string) string { return "/desk/agent/quality/" + call }

// drawn reads a drawn call that this agent may listen to.
func (a *Room) drawn(r *http.Request, at desk.At) (calls.Drawn, calls.Call, error) {
	d, err := a.d.Calls.DrawnCall(r.Context(), r.PathValue("drawn"), at.Staff.ID)
	if err != nil {
		return d, calls.Call{}, err
	}
	c, err := a.d.Calls.Get(r.Context(), d.Call)
	return d, c, err
}

func (a *Room) filedOf(ctx context.Context, tx *pg.Tx, call string) ([]filed, error) {
	ids, err := a.d.Calls.FiledAs(ctx, tx, call)
	if err != nil {
		return nil, err
	}
	var out []filed
	for _, id := range ids {
		app, err := jobs.TakeHandover(ctx, tx, a.d.Opener, id)
		if err != nil {
			return nil, err
		}
		one := a.filedAs(app, call)
		if one.Items, err = a.d.Desk.Titles(app.Items); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// filedAs shows an application beside its call: each fact with the seconds in which it
// was heard.
func (a *Room) filedAs(app core.Application, call string) filed {
	f := filed{Receipt: app.Receipt, Who: casefile.MaskName(app.Applicant.Name) + " " + app.Applicant.ID.String(), Place: a.d.Regions.FullName(app.Live.Region), Story: slots.Mask([]slots.Segment{{Text: app.Story}})[0].Text}
	said := wording.Facts(app.Household)
	add := func(before, path string) {
		if said[path] == "" {
			return
		}
		one := filedFact{Label: before + wording.FactLabel(path), Value: said[path], Unrecorded: app.Sources[path].Unrecorded}
		if from := app.Sources[path]; from.CallID == call && from.ToMS > 0 {
			one.From, one.To, one.Clock = from.FromMS, from.ToMS, clockOf(from.FromMS)
		}
		f.Facts = append(f.Facts, one)
	}
	household, member := desk.Asked()
	for _, key := range household {
		add("", key)
	}
	for _, who := range app.People {
		for _, key := range member {
			add(casefile.MaskName(who.Name)+" ", "members/"+string(who.Ref)+"/"+key)
		}
	}
	return f
}

// qualityAudio plays a drawn call. The purpose in the entry tells it from listening for
// the form.
func (a *Room) qualityAudio(w http.ResponseWriter, r *http.Request, at desk.At) error {
	_, c, err := a.drawn(r, at)
	if err != nil {
		return err
	}
	return a.d.Desk.Play(w, r, at, desk.Playing{Recording: c.Recording, Subject: "call:" + c.ID, Purpose: "质检"})
}

func (a *Room) qualityPlayer(w http.ResponseWriter, r *http.Request, at desk.At) error {
	_, c, err := a.drawn(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "player", open{ID: c.ID, Base: qualityAt(c.ID), Recording: c.Recording != ""})
}

func (a *Room) qualityWave(w http.ResponseWriter, r *http.Request, at desk.At) error {
	_, c, err := a.drawn(r, at)
	if err != nil {
		return err
	}
	return a.showWave(w, r, at, c)
}

// judged keeps what the listener found. The agent of the call reads it.
func (a *Room) judged(w http.ResponseWriter, r *http.Request, at desk.At) error {
	v := calls.Verdict{Listener: at.Staff.ID, Heard: time.Time{}, Written: r.FormValue("written"), Manner: r.FormValue("manner"), Note: r.FormValue("note")}
	if err := a.d.Calls.Judge(r.Context(), r.PathValue("drawn"), v); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent/quality", "记下了。接电话的人自己看得到。")
}
