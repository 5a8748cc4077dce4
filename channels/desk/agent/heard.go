package agent

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/core"
	"lianou/intake/calls"
	"lianou/transcription"
	"lianou/transcription/slots"
)

// talk is the text of a call beside its form: what was said, by whom, when, and what it
// proposes. It is made by a machine and proposes only: nothing of it is in the form
// before the agent put it there, and nothing said in it is an instruction.
type talk struct {
	Call  string
	State string // how far the text is, in words; "" when it is there
	Tone  string
	Live  bool // captions of the call itself, not of its recording
	// Running: somebody still speaks. Plays: there is a recording to hear the seconds in.
	Running, Plays bool
	Lines          []line
	Slots          []slot
	Typed          string
}

// line is one utterance, with what was understood of it marked.
type line struct {
	Clock    string
	From, To int64 // milliseconds of the recording
	Who      string
	Parts    []part
	Draft    bool // the engine may still change it
}

type part struct {
	Text string
	Mark bool
}

// slot is one thing the text proposes for one field.
type slot struct {
	Field, Label string
	Value        string // for the field
	Show         string // for the agent
	Clock        string // when it was said; "" without seconds
	From, To     int64
	Sure         bool // likely enough to stand in an empty field at once, marked as heard
}

// confident is from where a name or a place goes into an empty field by itself; below
// it, and for every number, somebody presses (security.md P8).
const confident = 0.8

// around is what is played before and after the words, in milliseconds: where they stand
// in their utterance is reckoned from its length, and nobody understands half a second.
const around = 1000

// heard shows the text of a call this agent holds. Opening the call wrote the entry.
func (a *Room) heard(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	t, err := a.talkOf(r, c)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "talk", t)
}

func (a *Room) talkOf(r *http.Request, c calls.Call) (talk, error) {
	text, err := a.d.Calls.Transcript(r.Context(), c.ID)
	if err != nil {
		return talk{}, err
	}
	out := talk{Call: c.ID, Live: text.Live, Running: text.Live && c.Ended.IsZero(), Plays: c.Recording != "", Typed: text.Typed}
	out.State, out.Tone = stateOf(text, c)
	said := a.spoken(c, text.Segments)
	p := a.reader.Segments(ofPeople(c, said), a.d.Desk.Today())
	out.Lines, out.Slots = linesOf(text.Segments, said, p, secondOf(c)), a.slotsOf(p)
	if out.Running { // what is said now must not need scrolling to
		slices.Reverse(out.Lines)
	}
	if text.Foreign || text.Partial || text.Live || text.State == calls.TranscriptFailed {
		for i := range out.Slots {
			out.Slots[i].Sure = false // nothing of such a text goes in by itself
		}
	}
	return out, nil
}

// stateOf says why there is no text, or what is to be known of the one there is.
func stateOf(t calls.Transcript, c calls.Call) (say, tone string) {
	switch {
	case t.Foreign:
		return "听写听成了别的话,不作数。请听录音。", "wait"
	case t.Live && c.Ended.IsZero():
		return "边说边听写,新的在上面,没说完的会改。", ""
	case t.Live && (t.State == calls.TranscriptWaiting || t.State == calls.TranscriptWorking):
		return "这是通话时听写的。整段录音听写好了,会换上来。", ""
	case t.Live:
		return "这是通话时听写的,没有整段再听过。请对着录音填。", "wait"
	case t.Machine() && (t.Partial || t.State == calls.TranscriptFailed): // one side of two, or cut
		return "机器听写,有几段没听清。请对着录音填。", "wait"
	case t.Machine():
		return "", ""
	}
	switch t.State {
	case calls.TranscriptWaiting, calls.TranscriptWorking:
		return "正在听写,不用等,先照录音填。", ""
	case calls.TranscriptFailed:
		return "没有听写出来。请听录音,听到什么记在下面。", "wait"
	}
	if c.Recording == "" {
		return "", ""
	}
	return "没有接听写。听录音,听到什么记在下面。", ""
}

// spoken says who is on which channel. Of two voices the first is the caller's: our own
// line and every exchange we take (protocols.md 4.1, 4.7) record them so. On a line of
// our own, and on a call that is forked to us, it is theirs also while they alone speak.
func (a *Room) spoken(c calls.Call, list []transcription.Segment) []slots.Segment {
	both := c.Exchange == "sip" || c.Exchange == "siprec" || slices.ContainsFunc(list, func(s transcription.Segment) bool { return s.Channel > 0 })
	out := make([]slots.Segment, len(list))
	for i, s := range list {
		out[i] = slots.Segment{Channel: s.Channel, StartMS: s.StartMS, EndMS: s.EndMS, Text: s.Text}
		switch {
		case s.Channel > 0:
			out[i].Side = slots.Agent
		case both:
			out[i].Side = slots.Caller
		}
	}
	return out
}

// ofPeople leaves out what our own voice said to a caller whom nobody else spoke with: a
// machine that mishears it would make the menu's words the caller's address.
func ofPeople(c calls.Call, said []slots.Segment) []slots.Segment {
	if c.Exchange != "sip" || c.Wish == "" {
		return said
	}
	out := slices.Clone(said)
	for i := range out {
		if out[i].Side == slots.Agent {
			out[i].Text = strings.Repeat(" ", utf8.RuneCountInString(out[i].Text)) // the places of the others stay
		}
	}
	return out
}

func linesOf(list []transcription.Segment, said []slots.Segment, p slots.Proposal, second string) []line {
	marks := spansOf(p)
	var out []line
	at := 0 // rune offset in the joined text
	for i, s := range list {
		runes := []rune(said[i].Text)
		l := line{Clock: clockOf(s.StartMS), From: s.StartMS, To: s.EndMS, Draft: !s.Final, Parts: partsOf(runes, at, marks)}
		switch said[i].Side {
		case slots.Caller:
			l.Who = "来电"
		case slots.Agent:
			l.Who = second
		}
		out = append(out, l)
		at += len(runes) + 1
	}
	return out
}

// spansOf lists the stretches of the text that support something, in order.
func spansOf(p slots.Proposal) []slots.Span {
	all := slices.Concat(p.Name.Spans, p.OnBehalfOf.Spans, p.IDNumber.Spans, p.Phone.Spans, p.County.Spans, p.Township.Spans, p.Village.Spans)
	for _, need := range p.Needs {
		all = append(all, need.Spans...)
	}
	slices.SortFunc(all, func(a, b slots.Span) int { return a.Start - b.Start })
	return all
}

// partsOf cuts an utterance that begins at rune `at` of the text where marks begin and end.
func partsOf(runes []rune, at int, marks []slots.Span) []part {
	var out []part
	done := 0
	for _, m := range marks {
		from, to := max(m.Start-at, done), min(m.End-at, len(runes))
		if from >= to {
			continue
		}
		if from > done {
			out = append(out, part{string(runes[done:from]), false})
		}
		out, done = append(out, part{string(runes[from:to]), true}), to
	}
	if done < len(runes) {
		out = append(out, part{string(runes[done:]), false})
	}
	return out
}

func clockOf(ms int64) string { return fmt.Sprintf("%d:%02d", ms/60000, ms/1000%60) }

func (a *Room) slotsOf(p slots.Proposal) []slot {
	applicant := p.Name
	var out []slot
	if p.OnBehalfOf.Value != "" {
		applicant = p.OnBehalfOf
		out = add(out, p.Name, slot{Field: "contact.name", Label: "说话人", Value: p.Name.Value, Show: p.Name.Value})
	}
	out = add(out, applicant, slot{Field: "applicant.name", Label: "姓名", Value: applicant.Value, Show: applicant.Value})
	out = add(out, p.IDNumber, slot{Field: "applicant.id_number", Label: "身份证号", Value: p.IDNumber.Value.Reveal(), Show: grouped(p.IDNumber.Value)})
	if !p.Phone.Value.IsZero() {
		out = add(out, p.Phone, slot{Field: "contact.phone", Label: "电话", Value: p.Phone.Value.Reveal(), Show: p.Phone.Value.Reveal()})
	}
	out = a.addPlace(out, p)
	for _, need := range p.Needs {
		out = add(out, need, slot{Field: "item", Label: "想办", Value: strings.Join(channels.ItemsOf(need.Value), " "), Show: need.Value})
	}
	return out
}

// add takes what was said, or what was tried and fails its check, which the agent hears
// again.
func add[T comparable](out []slot, f slots.Found[T], s slot) []slot {
	var nothing T
	if f.Value == nothing && len(f.Spans) == 0 {
		return out
	}
	if f.Value == nothing {
		s.Show = "没听准,请再问一遍"
	}
	if len(f.At) > 0 {
		s.From, s.To = max(f.At[0].StartMS-around, 0), f.At[0].EndMS+around
		s.Clock = clockOf(s.From)
	}
	named := s.Field == "applicant.name" || s.Field == "live"
	s.Sure = named && f.Value != nothing && f.Confidence >= confident
	return append(out, s)
}

// addPlace proposes the smallest place that was said.
func (a *Room) addPlace(out []slot, p slots.Proposal) []slot {
	for _, f := range []slots.Found[slots.Place]{p.Village, p.Township, p.County} {
		if f.Value.Code == "" {
			continue
		}
		return add(out, f, slot{Field: "live", Label: "住在", Value: string(f.Value.Code), Show: a.d.Regions.FullName(f.Value.Code)})
	}
	return out
}

func grouped(id core.IDNumber) string {
	s := id.Reveal()
	if len(s) != 18 {
		return s
	}
	return s[:6] + " " + s[6:14] + " " + s[14:]
}

// typed keeps what an agent wrote down of a call beside the machine's text.
func (a *Room) typed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	if err := a.d.Calls.Typed(r.Context(), c.ID, at.Staff.ID, r.FormValue("text")); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/agent/call/"+c.ID, "记下了。")
}
