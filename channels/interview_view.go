package channels

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/wording"
	"lianou/intake/interview"
)

// The interview as it is shown to somebody, in JSON and on pages.
type (
	// Interview is an interview as far as it has come, and what it asks now.
	Interview struct {
		Revision int64             `json:"revision" doc:"Sent with the next act; another one is out of date"`
		Began    time.Time         `json:"began"`
		Door     core.ChannelName  `json:"door" doc:"Where it began"`
		Asked    int               `json:"asked" doc:"Questions answered"`
		Left     int               `json:"left" doc:"Questions still to come, at most, as far as can be told"`
		Say      string            `json:"say,omitempty" doc:"To be said before the question"`
		Step     InterviewStep     `json:"step"`
		Summary  *InterviewSummary `json:"summary" doc:"At the end, else null"`
		// Refused is there from a refusal that nobody heard until the person goes on.
		Refused *InterviewRefused `json:"refused,omitempty" doc:"What was confirmed and not taken, and what to do"`

		quiet int64 // what was noticed since it began
	}
	// InterviewRefused is why an application that was confirmed is not in.
	InterviewRefused struct {
		Say string `json:"say"`
		Ref string `json:"ref,omitempty" doc:"The step to be put right, of the summary"`
	}
	// InterviewStep is what is asked.
	InterviewStep struct {
		Ref     string            `json:"ref" doc:"Repeated with the answer"`
		Kind    string            `json:"kind" enum:"question,round,end"`
		Ask     string            `json:"ask"`
		Voice   string            `json:"voice" doc:"The words to be read out"`
		Why     string            `json:"why,omitempty"`
		Help    string            `json:"help,omitempty"`
		Type    interview.Type    `json:"type,omitempty" enum:"choice,money,number,yes_no,text,region,phone,id,account,family,many,shocks,disability,parents"`
		Options []InterviewOption `json:"options,omitempty"`
		About   []InterviewPerson `json:"about,omitempty" doc:"Of a round: whom it asks about"`
		Page    string            `json:"page,omitempty"`
		None    string            `json:"none,omitempty" doc:"What to say for nothing, of a sum or a number; answered with none"`
		Person  string            `json:"person,omitempty" doc:"How the person is called whom help is asked for: 您 who speaks for themself"`
		Place   core.RegionCode   `json:"place,omitempty" doc:"Of a region: the county that was said"`
		CanBack bool              `json:"can_back"`
		Prefill *InterviewPrefill `json:"prefill,omitempty" doc:"To be shown for correction; never taken by itself"`
	}
	// InterviewOption is one offered answer.
	InterviewOption struct {
		Value string `json:"value"`
		Say   string `json:"say"`
	}
	// InterviewPerson is a member of the household.
	InterviewPerson struct {
		Ref core.MemberRef `json:"ref"`
		Say string         `json:"say"`
	}
	// InterviewPrefill is what is known of an answer already.
	InterviewPrefill struct {
		Value json.RawMessage `json:"value"`
		From  string          `json:"from" doc:"In words"`
	}
	// InterviewSummary is what is confirmed at the end.
	InterviewSummary struct {
		Lines    []InterviewLine     `json:"lines"`
		May      []InterviewItem     `json:"may" doc:"What may be due; people decide"`
		Open     []InterviewOpen     `json:"open"`
		Told     string              `json:"told" doc:"Who hears what becomes of it, and at which number; to be shown before it is signed"`
		Document string              `json:"document" doc:"The text above the signature; its SHA-256 goes into signature.document"`
		Consents []interview.Consent `json:"consents"`
	}
	// InterviewLine is one thing that was said.
	InterviewLine struct {
		Ref  string `json:"ref,omitempty" doc:"A step whose answer can be put right now, with POST interview/answers"`
		Ask  string `json:"ask"`
		Say  string `json:"say"`
		From string `json:"from,omitempty" doc:"Where it was said, in words"`

		of     string // the step
		record bool   // a register gave it, and nobody said it
	}
	// InterviewItem is an item that may be due.
	InterviewItem struct {
		Item    core.ItemCode `json:"item"`
		Name    string        `json:"name"`
		Benefit string        `json:"benefit"`
		Why     string        `json:"why"`
	}
	// InterviewOpen is what is not settled: a field that no application can do without
	// (needed, with the step that asks for it), or an item that somebody will find out about.
	InterviewOpen struct {
		Ask    string        `json:"ask"`
		Ref    string        `json:"ref,omitempty"`
		Needed bool          `json:"needed,omitempty"`
		Item   core.ItemCode `json:"item,omitempty"`
	}
)

// show tells an interview. at, where it is not "", is a step to be put right.
func (x *Interviews) show(t *open, m *matching.Matcher, at string) Interview {
	iv := x.Interviewer
	out := Interview{Revision: t.revision(), Began: t.kept.Began, Door: t.kept.Channel, Asked: len(t.Talk.Given), Left: iv.Left(t.Talk, m), quiet: t.Quiet}
	out.Refused = x.refused(&t.Talking)
	step := iv.Next(t.Talk, m)
	if step.Ref == interview.StepEnd {
		if again, now, ok := iv.Again(t.Talk, at); ok {
			out.Step = x.shown(&t.Talking, again)
			out.Step.Prefill = nil
			if now != nil && !numberInCall(at, iv.Sources(t.Talk)[at]) {
				out.Step.Prefill = &InterviewPrefill{now, "您刚才说的"}
			}
			return out
		}
		out.Summary = x.summary(t, m)
	}
	out.Step = x.shown(&t.Talking, step)
	return out
}

// shown is ShowStep with the villages to choose from, which the interview cannot know.
func (x *Interviews) shown(t *Talking, s interview.Step) InterviewStep {
	out := ShowStep(x.Interviewer, t, s)
	if s.Ref != villageStep {
		return out
	}
	out.Type, out.Help = interview.TypeChoice, ""
	for _, p := range x.villages(t) {
		out.Options = append(out.Options, InterviewOption{string(p.Code), p.Name})
	}
	return out
}

// ShowStep is a step as it is put before somebody.
func ShowStep(iv *interview.Interviewer, t *Talking, s interview.Step) InterviewStep {
	out := InterviewStep{Ref: s.Ref, Kind: "end", Ask: iv.Words(t.Talk, s, interview.Screen), CanBack: len(t.Talk.Given) > 0}
	out.Voice = out.Ask
	q := s.Question
	if q == nil {
		return out
	}
	out.Kind, out.Voice = "question", iv.Words(t.Talk, s, interview.Voice)
	out.Why, out.Help, out.Type, out.Page, out.None, out.Person = q.Why, q.Help, q.Type, q.Page, q.None, iv.Person(t.Talk)
	if q.Type == interview.TypeRegion && t.Talk.Placed {
		out.Place = t.Talk.County
	}
	for _, o := range q.Options {
		out.Options = append(out.Options, InterviewOption{o.Value, o.Say})
	}
	if s.About != nil {
		out.Kind, out.Help, out.None = "round", "", "" // it says how one is told, and here is asked who
		for _, ref := range s.About {
			if name := iv.Listed(t.Talk, ref); name != "" {
				out.About = append(out.About, InterviewPerson{ref, name})
			}
		}
	}
	if read, ok := t.Read[s.Ref]; ok {
		out.Prefill = &InterviewPrefill{interview.Text(read.Value), saidAt(read.From)}
	}
	return out
}

func (x *Interviews) summary(t *open, m *matching.Matcher) *InterviewSummary {
	sum := x.Interviewer.Sum(t.Talk, m)
	form := x.Interviewer.Form()
	out := &InterviewSummary{Lines: x.lines(t, sum), May: []InterviewItem{}, Open: []InterviewOpen{}, Document: form.Document(), Consents: form.Consents}
	out.Told = WhoIsTold(x.Interviewer.Fields(t.Talk))
	for _, it := range sum.May {
		out.May = append(out.May, InterviewItem{it.Code, it.Name, BenefitSaid(it.Benefit), it.Why})
	}
	for _, need := range x.Missing(&t.Talking) {
		out.Open = append(out.Open, InterviewOpen{Ask: "还差" + need.Name, Ref: need.Key, Needed: true})
	}
	for _, it := range sum.Open {
		out.Open = append(out.Open, InterviewOpen{Ask: it.Name + ":还要有人问细了才知道", Item: it.Code})
	}
	return out
}

// WhoIsTold is said of the contact that an application will carry (intake.Told), from what was
// said of its fields so far: every door shows it before anything is sent (features.md F70).
func WhoIsTold(said map[string]string) string {
	phone, _ := core.ParsePhone(said["form/contact.phone"]) // a wrong one is asked for anew
	name := said["form/contact.name"]
	if name == "" {
		name = said["form/applicant.name"]
	}
	return wording.WhoIsTold(core.Capacity(said["form/contact.capacity"]), name, phone)
}

// lines are what was known of the person before, then what was answered, in order.
func (x *Interviews) lines(t *open, sum interview.Summary) []InterviewLine {
	iv := x.Interviewer
	sources := iv.Sources(t.Talk)
	list := []InterviewLine{}
	line := func(ref, ask, say string) {
		if numberInCall(ref, sources[ref]) {
			if id, err := core.ParseID(say, t.Talk.On); err == nil {
				say = id.String()
			}
		}
		l := InterviewLine{Ask: ask, Say: say, From: saidAt(sources[ref]), of: ref, record: wording.Record(sources[ref]) != ""}
		if _, _, ok := iv.Again(t.Talk, ref); ok {
			l.Ref = ref
		}
		list = append(list, l)
	}
	for _, q := range iv.Form().Questions {
		v, known := t.Talk.Known.Fields[q.Key]
		if known && !t.Talk.Answered(q.Key) {
			line(q.Key, iv.Words(t.Talk, interview.Step{Ref: q.Key, Question: &q}, interview.Screen), x.told(&q, v))
		}
	}
	for _, s := range sum.Said {
		say := s.Answer
		if (s.Ref == regionStep || s.Ref == villageStep) && say != "不清楚" {
			say = x.Regions.FullName(core.RegionCode(say))
		}
		line(s.Ref, s.Ask, say)
	}
	slices.SortStableFunc(list, func(a, b InterviewLine) int { // who and where, before what of the household
		return cmp.Compare(order(a), order(b))
	})
	return list
}

// Recorded reports that a register gave something of the summary, and nobody said it.
func (s *InterviewSummary) Recorded() bool {
	return slices.ContainsFunc(s.Lines, func(l InterviewLine) bool { return l.record })
}

// numberInCall reports a number that an agent typed in a call: who goes on with it has
// said a name and four digits, which is not enough to be shown all eighteen.
func numberInCall(ref string, from core.Provenance) bool {
	return strings.HasSuffix(ref, ".id_number") && from.CallID != ""
}

func order(l InterviewLine) int {
	if strings.HasPrefix(l.of, "form/") {
		return 0
	}
	return 1
}

// told says a field of the form.
func (x *Interviews) told(q *interview.Question, v string) string {
	if q.Type == interview.TypeRegion {
		return x.Regions.FullName(core.RegionCode(v))
	}
	return q.Tell(interview.Text(v))
}

// SaidAt says where something comes from, in words.
func SaidAt(from core.Provenance) string { return saidAt(from) }

// saidAt says where something comes from.
func saidAt(from core.Provenance) string {
	switch {
	case from.Said == FromCard:
		return "身份证照片"
	case from.Said == FromAccount:
		return "登录用的手机号"
	case from.CallID != "":
		return "电话里说的"
	case wording.Record(from) != "":
		return wording.Record(from)
	}
	return map[core.ChannelName]string{"wechat": "微信", "app": "手机网页", "hotline": "12345 电话", "agent": "12345 电话"}[from.By]
}

// BenefitSaid says what an item would give. A sum by a sample amount says so, one that comes to 0
// says that and why, and what is for one of the family alone whom.
func BenefitSaid(b matching.Benefit) string {
	if b.Amount == 0 {
		return b.NothingSaid() + b.AloneSaid + b.Text
	}
	say := wording.Money(b.Amount, b.Sample)
	if per := policy.PerWord(b.Per); per != "" {
		say = per + " " + say
	}
	if b.AloneSaid != "" {
		say += "。" + b.AloneSaid
	}
	return say
}
