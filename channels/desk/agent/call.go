package agent

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// open is the call an agent works on.
type open struct {
	ID, Caller, Length string
	Base               string // of the addresses of its sound
	Began              time.Time
	Recording, Running bool
	Chat               bool // asked for in a chat: there was no call yet
	Tries              int
	RingBack           bool           // somebody rings this caller back
	Go                 string         // where somebody will go after the last time in vain; "" before it
	Filed              []core.Receipt // what came of this call so far
	Keyed              string         // what the caller wanted by key; "" for nothing
	Number             bool           // they keyed in a number too
	Owes               bool           // what they have to say is written down, or why not, before the call ends
	Whys               []calls.Why    // why not
	Before             []calls.Earlier
	Callers            callers
	Talk               talk
	Told               *chat // the conversation in WeChat that was handed over; nil for none
}

// placeOf is where the draft of a call lies. It belongs to the call: who gives it back
// leaves what was typed to whoever takes it up.
func placeOf(call string) string { return "call:" + call }

func callAt(call string) string { return "/desk/agent/call/" + call }

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
	p := page{At: id, Page: pageOf(r), Said: desk.Said(w, r)}
	if p.Waiting, err = a.rows(r); err != nil {
		return err
	}
	if p.Call, err = a.opened(r, at, c); err != nil {
		return err
	}
	typed, err := a.form(r, at, c, &p)
	if err != nil {
		return err
	}
	if p.Call.RingBack && c.Tries == calls.MostTries-1 {
		p.Call.Go = a.goes(whereOf(typed, p.Call.Callers, p.Call.Talk))
	}
	return at.Page.Show(w, at, a.view(), p)
}

// keyed says what the caller of our own line wanted by key, and what is to be done. The number that
// they keyed in is not among it: see shownKeyed.
func keyed(c calls.Call) string {
	switch {
	case c.Wish == calls.WishAppeal:
		return "他按键说:定得不对,要重新看。回电问清身份证后四位,查到这件,替他记下。"
	case c.Wish == calls.WishUnsolved:
		return "他按键说:没有解决。回电问清身份证后四位,查到这件,替他记下。"
	case c.Wish == calls.WishObject && c.Keyed:
		return "他按键说:公示不对。听完录音,按编号找到那一条,替他记下。"
	case c.Wish == calls.WishObject:
		return "他按键说:公示不对,没有编号。听他说的是哪个村、哪一家。"
	case c.Keyed:
		return "他在电话里按过号。要念信、要讲进度,回电问清身份证后四位再说。"
	}
	return ""
}

// keyedIn is what a caller keyed in, as an agent opened it.
type keyedIn struct {
	Receipt core.Receipt // that the voice opened for the caller, by the last four they keyed in
	Notice  string       // the number of a notice, unseen
}

// shownKeyed opens what the caller keyed in, for whoever holds the call and says why: beside the
// caller's number it says who asked about whose application and who objects to whose, so a page does
// not show it unasked.
func (a *Room) shownKeyed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	k, err := a.d.Calls.KeyedIn(r.Context(), r.PathValue("call"), at.Staff.ID, r.FormValue("reason"))
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "keyed", keyedIn{k.Receipt(), k.Notice()})
}

func (a *Room) opened(r *http.Request, at desk.At, c calls.Call) (*open, error) {
	o := &open{ID: c.ID, Base: callAt(c.ID), Caller: caller(c), Length: length(c), Began: c.Began, Recording: c.Recording != "", Running: c.Ended.IsZero(), Tries: c.Tries, RingBack: ringBack(c), Chat: c.Exchange == calls.FromChat}
	o.Keyed, o.Number, o.Owes, o.Whys = keyed(c), c.Keyed, c.Wish.Owes(), calls.Whys()
	var err error
	if o.Filed, err = a.d.Calls.Filed(r.Context(), c.ID); err != nil {
		return nil, err
	}
	if o.Before, err = a.d.Calls.Before(r.Context(), c.ID); err != nil {
		return nil, err
	}
	if o.Talk, err = a.talkOf(r, c); err != nil {
		return nil, err
	}
	if o.Told, err = a.chatOf(r, at, c); err != nil {
		return nil, err
	}
	o.Callers, err = a.callersOf(r.Context(), at, c)
	return o, err
}

// form fills the page's form: with the draft of the call, or with what its number says.
// The key names this form: sent twice it is one application, a second form of the same
// call is a second one (F9).
func (a *Room) form(r *http.Request, at desk.At, c calls.Call, p *page) (url.Values, error) {
	typed, kept, err := a.d.Desk.DraftOf(r, at, desk.Drafting{Place: placeOf(c.ID), To: "/desk/agent/call/" + c.ID + "/draft"})
	if err != nil {
		return nil, err
	}
	if typed == nil {
		typed = url.Values{"key": {c.ID + "#" + uuid.NewString()[:8]}, "contact.phone": {c.Caller.Reveal()}}
	}
	typed.Set("aloud", "1")
	if p.Judged, err = a.d.Desk.Judged(typed); err != nil {
		return nil, err
	}
	typed.Del("aloud")
	p.Form, p.Kept = desk.NewForm(typed, a.d.Regions), kept
	return typed, nil
}

// held reads a call that this agent holds.
func (a *Room) held(r *http.Request, at desk.At) (calls.Call, error) {
	c, err := a.d.Calls.Get(r.Context(), r.PathValue("call"))
	switch {
	case err != nil:
	case c.Agent != at.Staff.ID:
		err = calls.ErrNotHeld
	case !c.Done.IsZero():
		err = calls.ErrDone
	}
	return c, err
}

func (a *Room) draft(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	return a.d.Desk.SaveDraft(w, r, at, placeOf(c.ID))
}

// audio plays the recording. Listening is a read of a person: the entry is
// committed before the first byte leaves.
func (a *Room) audio(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	return a.d.Desk.Play(w, r, at, desk.Playing{Recording: c.Recording, Subject: "call:" + c.ID, Purpose: "听录音填申请"})
}

// player is the page's player alone: a page that waits for the sound asks for it every
// few seconds, and must not read the caller's household each time.
func (a *Room) player(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "player", open{ID: c.ID, Base: callAt(c.ID), Recording: c.Recording != "", Running: c.Ended.IsZero(), Chat: c.Exchange == calls.FromChat})
}

func (a *Room) wave(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	return a.showWave(w, r, at, c)
}

func (a *Room) showWave(w http.ResponseWriter, r *http.Request, at desk.At, c calls.Call) error {
	wave, err := a.d.Desk.WaveOf(r.Context(), c.Recording)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "wave", drawn{wave, secondOf(c)})
}

// drawn is a recording's outline and who is on its second lane.
type drawn struct {
	desk.Wave
	Second string
}

// secondOf names whoever speaks beside the caller: on a line of our own nobody but the
// voice.
func secondOf(c calls.Call) string {
	if c.Wish != "" {
		return "语音"
	}
	return "坐席"
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
	how := talks.HowDone
	if outcome == calls.OutcomeApplied {
		how = talks.HowFiled
	}
	also := []calls.Also{a.closes(r, at, how)}
	switch why, says := r.FormValue("why"), r.FormValue("why_says"); {
	case why == whyNoted: // Done looks whether it was
	case why == "" && strings.TrimSpace(says) == "":
		if err := a.chosen(r, outcome); err != nil {
			return err
		}
	default: // a sentence that no reason stands beside is a slip: it is asked for, and not thrown away
		also = append(also, a.d.Calls.Unwritten(r.PathValue("call"), at.Staff.ID, calls.Why(why), says))
	}
	if err := a.d.Calls.Done(r.Context(), r.PathValue("call"), at.Staff.ID, outcome, also...); err != nil {
		return err
	}
	a.d.Desk.SentDraft(r, placeOf(r.PathValue("call")))
	return desk.Back(w, r, "/desk/agent", "这通办完了。")
}

// whyNoted is what an agent chooses who wrote down what the caller had to say.
const whyNoted = "noted"

// chosen holds an agent to an answer, whether what a caller had to say was written down or why not:
// nothing is chosen for them. Who was not reached said nothing.
func (a *Room) chosen(r *http.Request, outcome calls.Outcome) error {
	c, err := a.d.Calls.Get(r.Context(), r.PathValue("call"))
	if err != nil || !c.Wish.Owes() || !c.Done.IsZero() || outcome == calls.OutcomeNoContact {
		return err
	}
	return errNotChosen
}

var errNotChosen = core.Invalid("why", "他按键说有话要记。请选替他记了没有:记下了,或者为什么没记。")

var errNothingFiled = core.Invalid("outcome", "这通还没有报上。先报上,或者选别的结果。")

// release gives a call back that its agent cannot finish. The bell of the same
// transaction shows it to every free agent at once, as a call nobody holds.
func (a *Room) release(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if err := a.d.Calls.Release(r.Context(), r.PathValue("call"), at.Staff.ID); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent", "还回去了,填的都在。别的坐席现在就能接。")
}

// missed notes that somebody was rung back in vain. The call goes back to the list with
// the time at which to ring again, for whoever is free then; after the last time the
// call is over and somebody goes there.
func (a *Room) missed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	var where calls.Whereabouts
	if c.Tries == calls.MostTries-1 {
		if where, err = a.whereabouts(r, at, c); err != nil {
			return err
		}
	}
	if c, err = a.d.Calls.Missed(r.Context(), c.ID, at.Staff.ID, where, a.closes(r, at, "")); err != nil {
		return err
	}
	if !c.NextTry.IsZero() {
		return desk.Back(w, r, "/desk/agent", "记下了。"+c.NextTry.In(core.China).Format("1月2日 15:04")+" 再回,到时候谁有空谁回。")
	}
	a.d.Desk.SentDraft(r, placeOf(c.ID))
	return desk.Back(w, r, "/desk/agent", "三次都没人接,这通办完了。"+a.goes(where))
}

// refOf is the call as the application carries it: the recording, or the promise
// of one.
func refOf(c calls.Call) *core.CallRef {
	return &core.CallRef{ID: c.ID, Caller: c.Caller.String(), Recording: c.Recording, Pending: c.Recording == ""}
}
