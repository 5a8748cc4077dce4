package channels

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/registry"
	"lianou/intake"
	"lianou/intake/interview"
	"lianou/transcription/slots"
)

// Interviews is how a door leads an interview, the same for the chat, the mini-program
// and the app: it understands people's words, knows the city's places, and makes the
// application. It keeps nothing of anybody and is safe for concurrent use.
type Interviews struct {
	Interviewer *interview.Interviewer
	Words       *slots.Extractor
	Regions     *registry.Regions
	Rules       *matching.Current
}

// NewInterviews reads the definition of the interview. An error is a defect of the build.
func NewInterviews(regions *registry.Regions, books matching.Books) (*Interviews, error) {
	iv, err := interview.NewInterviewer()
	if err != nil {
		return nil, err
	}
	return &Interviews{Interviewer: iv, Words: ReaderOf(regions), Regions: regions, Rules: matching.NewCurrent(books)}, nil
}

// Talking is an interview between two turns, as every door keeps it: what was begun in a
// chat goes on in the app, and back. A door may keep more of its own beside it, which
// another door's turn drops: a summary that lay before somebody in the chat is not what
// they changed in the app.
type Talking struct {
	Talk   *interview.Conversation `json:"talk"`
	Key    string                  `json:"key"`              // of the application
	Cards  []intake.PaperForm      `json:"cards,omitempty"`  // photos of the ID card
	Read   map[string]Reading      `json:"read,omitempty"`   // by key of a field: shown beside its question
	Took   []took                  `json:"took,omitempty"`   // the last answers of doors that repeat
	Quiet  int64                   `json:"quiet,omitempty"`  // times it was kept without a word of the person's
	Filing *Filing                 `json:"filing,omitempty"` // the application that was confirmed
	From   int64                   `json:"from,omitempty"`   // the message of the chat it began with, 0 of another door
	Call   *Carried                `json:"call,omitempty"`   // what an agent wrote in a call, once it was given

	Records *Recorded `json:"records,omitempty"` // what the city's records were asked

	lost string // words of this turn's that there was no room for, as it is said to the person
}

// Reading is something that was read for the person to look at. It is never an answer.
type Reading struct {
	Value string          `json:"value"`
	From  core.Provenance `json:"from"`
}

// Sources of what nobody said to us.
const (
	FromCard    = "id_card" // read from a photo of an ID card
	FromAccount = "account" // known of the account that is logged in
)

// Begin opens an interview, judged by the first county until they say where they live.
func (x *Interviews) Begin(on core.Date) Talking {
	return Talking{Talk: x.Interviewer.Begin(on, x.Regions.Counties()[0].Code, interview.Known{}), Key: uuid.NewString()}
}

// Know takes a field that nobody need be asked for.
func (t *Talking) Know(key, value string, from core.Provenance) {
	k := &t.Talk.Known
	if k.Fields == nil {
		k.Fields = map[string]string{}
	}
	if k.Sources == nil {
		k.Sources = map[string]core.Provenance{}
	}
	k.Fields[key], k.Sources[key] = value, from
}

// CapacityStep is the question for whom somebody speaks.
const CapacityStep = "form/contact.capacity"

// Take adds an answer to the open step, held to what the application will take as well,
// so that nobody hears at the end what was wrong at the beginning. Errors: KindInvalid
// with a sentence that says how to answer, KindConflict for another step.
func (x *Interviews) Take(t *Talking, step interview.Step, g interview.Given) error {
	if err := x.fits(step, &g); err != nil {
		return err
	}
	if g.Step == villageStep {
		if err := x.inTown(t, g); err != nil {
			return err
		}
	}
	if err := x.Interviewer.Take(t.Talk, step, g); err != nil {
		return err
	}
	if g.Step == CapacityStep {
		x.forWhom(t)
	}
	return nil
}

// inTown holds a village to the township that was said.
func (x *Interviews) inTown(t *Talking, g interview.Given) error {
	var code string
	if len(g.Answer.Value) == 0 || json.Unmarshal(g.Answer.Value, &code) == nil &&
		slices.ContainsFunc(x.villages(t), func(p registry.Place) bool { return string(p.Code) == code }) {
		return nil
	}
	return core.Invalid(villageStep, "这个镇没有这个村,请从列表里选。不清楚也行。")
}

// forWhom sorts what was said before anybody knew for whom: "我叫张秀英,给俺娘问问" names
// who speaks, and a number beside it is nobody's yet. What an agent put down in a call was
// sorted there.
func (x *Interviews) forWhom(t *Talking) {
	if x.Interviewer.Fields(t.Talk)[CapacityStep] == string(core.CapacitySelf) {
		return
	}
	k := t.Talk.Known
	if name := k.Fields["form/applicant.name"]; name != "" && t.Call == nil && k.Sources["form/applicant.name"].Said != FromCard {
		t.Know("form/contact.name", name, k.Sources["form/applicant.name"])
		delete(k.Fields, "form/applicant.name")
		delete(k.Fields, "form/applicant.id_number")
	}
}

// fits holds a field of the form to what intake takes: whether a place exists, whether a
// name can be one. A yes or no of the form may come as one.
func (x *Interviews) fits(step interview.Step, g *interview.Given) error {
	q := step.Question
	if q == nil || len(g.Answer.Value) == 0 || !strings.HasPrefix(step.Ref, "form/") {
		return nil
	}
	if s := string(g.Answer.Value); q.Type == interview.TypeYesNo && (s == "true" || s == "false") {
		g.Answer.Value = interview.Text(s)
	}
	var v string
	if json.Unmarshal(g.Answer.Value, &v) != nil {
		return nil // no field of the form: the interview says so
	}
	var err error
	switch {
	case strings.HasSuffix(step.Ref, ".name"):
		_, err = intake.Name(v)
	case step.Ref == "form/story":
		_, err = intake.Story(v)
	case step.Ref == "form/live.detail":
		_, err = intake.Detail(v)
	case q.Type == interview.TypeRegion:
		if p, ok := x.Regions.Place(core.RegionCode(v)); !ok || p.Code == core.DezhouCity {
			err = core.Invalid(step.Ref, "没有这个地方,请从列表里选。")
		}
	}
	if err != nil {
		return core.Invalid(step.Ref, core.Known(err).Say)
	}
	return nil
}

// villages are those of the township of an interview.
func (x *Interviews) villages(t *Talking) []registry.Place {
	town := x.Interviewer.Fields(t.Talk)[regionStep]
	if len(town) < townDigits {
		return nil
	}
	return x.Regions.Villages(core.RegionCode(town[:townDigits]))
}

// village finds the one village of the township that is named, with 村 or without.
func (x *Interviews) village(t *Talking, said string) (interview.Answer, error) {
	if strings.Contains(said, "不知道") || strings.Contains(said, "不清楚") || strings.Contains(said, "说不") {
		return interview.Answer{}, nil
	}
	best, found, length := core.RegionCode(""), 0, 0
	for _, p := range x.villages(t) {
		name := bareName(p.Name)
		n := utf8.RuneCountInString(name)
		if n == 0 || !strings.Contains(said, name) || n < length {
			continue
		}
		if n > length {
			found = 0
		}
		best, length, found = p.Code, n, found+1
	}
	if found != 1 {
		return interview.Answer{}, core.Invalid(villageStep, "没找到这个村。请只说村名,比如:东街村。说不上来就说不清楚。")
	}
	return interview.Answer{Value: interview.Text(string(best))}, nil
}

// bareName is a village's name as its own people say it.
func bareName(name string) string {
	if _, after, joined := strings.Cut(name, "社区"); joined && after != "" { // of a joint community each village has its own
		name = after
	}
	for _, end := range []string{"村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"} {
		if short, cut := strings.CutSuffix(name, end); cut && utf8.RuneCountInString(short) >= 2 {
			return short
		}
	}
	return name
}

const (
	regionStep  = "form/live.region"
	villageStep = "form/live.village"
	townDigits  = 9
)

// Aside takes what somebody says beside the open question into the interview, and gives
// what is left to be heard as its answer; word is said back to them, "" for nothing.
func (x *Interviews) Aside(t *Talking, step interview.Step, said string, from core.Provenance) (rest, word string) {
	rest, word, lost := x.Interviewer.Aside(t.Talk, step, said, from)
	t.lost = cmp.Or(lost, t.lost)
	return rest, word
}

// Remark keeps words that were no answer, or said more than their answer, in what the
// township and the agents read.
func (x *Interviews) Remark(t *Talking, said string, from core.Provenance) {
	t.lost = cmp.Or(x.Interviewer.Remark(t.Talk, said, from), t.lost)
}

// Unkept is what is to be said of words that were not kept, once; "" for none. Each turn of a
// door says it.
func (t *Talking) Unkept() string {
	say := t.lost
	t.lost = ""
	return say
}

// Hear is the answer of what somebody typed or said. Places are looked up, which the
// interview cannot; of "我叫张秀英" the name counts.
func (x *Interviews) Hear(t *Talking, step interview.Step, said string) (interview.Answer, error) {
	if strings.HasSuffix(step.Ref, ".name") {
		said = cmp.Or(x.Words.Text(said, t.Talk.On).Name.Value, said)
	}
	if step.Ref == villageStep {
		return x.village(t, said)
	}
	if step.Question == nil || step.Question.Type != interview.TypeRegion {
		return x.Interviewer.Hear(t.Talk, step, said)
	}
	if code, ok := x.place(said, t.Talk.On); ok {
		return interview.Answer{Value: interview.Text(string(code))}, nil
	}
	if strings.Contains(said, "不知道") || strings.Contains(said, "不清楚") {
		return interview.Answer{}, nil
	}
	return interview.Answer{}, core.Invalid(step.Ref, "没找到这个地方。请连县和镇一起说,比如:平原县王庙镇。")
}

// place finds the village or the township that is named.
func (x *Interviews) place(said string, on core.Date) (core.RegionCode, bool) {
	tries := []string{said}
	if utf8.RuneCountInString(said) <= 6 { // "孟寺", as its own people say
		tries = append(tries, said+"镇", said+"街道", said+"乡")
	}
	for _, words := range tries {
		p := x.Words.Text(words, on)
		if code := cmp.Or(p.Village.Value.Code, p.Township.Value.Code); code != "" {
			return code, true
		}
	}
	return "", false
}

// Distress notes that words tell of need at once, which no question may pass over, and
// gives what is said to that; "" where they do not, or it was noted before.
func (x *Interviews) Distress(t *Talking, said string, from core.Provenance) string {
	words := []string{"没饭", "饿", "揭不开锅", "断粮", "断药", "活不下去", "活不了", "不想活", "没法活", "救命"}
	if x.Interviewer.Fields(t.Talk)["form/urgent"] == "true" || !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) }) {
		return ""
	}
	t.Know("form/urgent", "true", from)
	return "听出来您很急,已经记下。现在就打 12345,马上有人接。"
}

// A Need is something that no application can do without.
type Need struct{ Key, Name string }

// Missing lists what still lacks: who it is, where they live, and a telephone to find
// them by.
func (x *Interviews) Missing(t *Talking) (list []Need) {
	fields := x.Interviewer.Fields(t.Talk)
	for _, need := range []Need{{"form/applicant.name", "姓名"}, {"form/live.region", "住在哪个县哪个镇"}, {"form/contact.phone", "电话"}} {
		if fields[need.Key] == "" {
			list = append(list, need)
		}
	}
	return list
}

// Form makes the application of an interview. Consents and a signature are the door's.
func (x *Interviews) Form(t *Talking) (intake.Form, error) {
	form, err := intake.Told(x.Interviewer, t.Talk)
	if err != nil {
		return form, err
	}
	form.Key, form.Papers = t.Key, t.Cards
	t.Call.addTo(&form)
	t.Records.addTo(&form)
	for _, need := range x.Words.Text(form.Story, t.Talk.On).Needs { // what they named, and no two readings of it
		if items := ItemsOf(need.Value); len(items) == 1 && !slices.Contains(form.Items, items[0]) {
			form.Items = append(form.Items, items...)
		}
	}
	return form, nil
}
