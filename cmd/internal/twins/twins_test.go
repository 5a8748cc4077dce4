package twins

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lianou/channels/channeltest"
	"lianou/cmd/internal/rulebench"
	"lianou/core"
	"lianou/core/matching"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/intake"
	"lianou/intake/interview"
)

// One household for each of the 41 items, through every door: what the interview asked and
// was told, said at the others, is the same household to the byte.
//
// Controls: members of the desk's form whom nobody named refused; statuses left out of
// HouseholdFacts; the interview without further questions.
func TestSameHouseholdAtEveryDoor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	form, err := interview.Whole()
	must(t, err)
	m := rules(t, w)
	for item, lives := range households(t, w, m) {
		t.Run(string(item), func(t *testing.T) {
			w := *w
			w.t = t
			p := person{&w, item, lives, form}
			want := p.interview("app", false)
			told := facts(t, want)
			if due := (&home{witness: &rulebench.Witness{Whole: want.Household}}).due(m); !due[item] && !slices.Contains(nobodys, item) {
				t.Errorf("the interview did not find out that they are due it: %s", told)
			}
			for door, through := range map[string]func() core.Application{
				"the mini-program, in words": func() core.Application { return p.interview("wechat", true) },
				"the app's form":             func() core.Application { return p.body("app", want) },
				"the mini-program's form":    func() core.Application { return p.body("wechat", want) },
				"an agent":                   func() core.Application { return p.typed("agent", want) },
				"a window":                   func() core.Application { return p.typed("window", want) },
				"the doorstep":               func() core.Application { return p.typed("doorstep", want) },
			} {
				got := through()
				if now := facts(t, got); !bytes.Equal(now, told) {
					t.Errorf("%s:\n%s\nwant\n%s", door, now, told)
				}
				if got.Applicant != want.Applicant || got.Live != want.Live || got.Contact.Phone != want.Contact.Phone || got.Urgent != want.Urgent {
					t.Errorf("%s: %+v %+v, want %+v %+v", door, got.Applicant, got.Live, want.Applicant, want.Live)
				}
			}
		})
	}
}

// more is what has to be added to somebody's facts for the items that the seeded city has
// nobody for: of the household, and of each of its members.
var more = map[core.ItemCode]struct{ household, member string }{
	"SF-01": {`{"legal_matter":"maintenance"}`, `{}`},
	"HS-01": {`{}`, `{"illness":"leukaemia"}`},
	"FL-01": {`{}`, `{"illness":"breast_cancer"}`},
	"ZJ-01": {`{"area":"urban","floor_area_per_capita":5,"houses":0,"owns_home":false}`, `{}`},
	"ZJ-02": {`{"area":"urban","floor_area_per_capita":5,"houses":0,"owns_home":false,"renting":true}`, `{}`},
	"MZ-05": {`{}`, `{"orphan":true}`},
}

// nobodys are the items whose own trigger no fact says: people judge them.
var nobodys = []core.ItemCode{"MZ-11", "MZ-12"}

func rules(t *testing.T, w *town) *matching.Matcher {
	t.Helper()
	book, err := w.desk.House.Book.On(core.DateOf(w.desk.House.Env().Now()))
	must(t, err)
	m, err := matching.Compile(book)
	must(t, err)
	return m
}

// households finds in the seeded city a household for each item that is due it, and for
// those that no fact decides any.
func households(t *testing.T, w *town, m *matching.Matcher) map[core.ItemCode]*home {
	t.Helper()
	on := core.DateOf(w.desk.House.Env().Now())
	g, err := seed.NewGenerator(seed.Config{People: 4000, Today: on, Regions: w.desk.House.Regions})
	must(t, err)
	out, nobody := map[core.ItemCode]*home{}, map[core.ItemCode]*home{}
	list := append(g.Chunk(0), g.Chunk(1)...)
	for i := range list {
		h := newHome(t, list[i], on)
		for item, due := range h.due(m) {
			// Of the very old nobody asks whether they are of a trade union: an officer sees that it is open.
			if due && out[item] == nil && (item != "GH-01" || *h.witness.Whole.Members[0].Age < 60) {
				out[item] = h
			}
			nobody[item] = h
		}
	}
	for item, facts := range more {
		for i := range list {
			if out[item] != nil {
				break
			}
			changed := list[i]
			changed.Members = slices.Clone(changed.Members)
			changed.Sheets = append(slices.Clone(changed.Sheets), registry.Sheet{Facts: json.RawMessage(facts.household)})
			for j := range changed.Members {
				who := &changed.Members[j]
				who.Sheets = append(slices.Clone(who.Sheets), registry.Sheet{Facts: json.RawMessage(facts.member)})
			}
			if h := newHome(t, changed, on); h.due(m)[item] {
				out[item] = h
			}
		}
	}
	for _, item := range nobodys {
		out[item] = nobody[item]
	}
	for item := range nobody {
		if out[item] == nil {
			t.Errorf("no household is due %s", item)
		}
	}
	if len(out) != 41 {
		t.Fatalf("households for %d items", len(out))
	}
	return out
}

type home struct {
	registry.NewHousehold
	witness *rulebench.Witness
}

func newHome(t *testing.T, h registry.NewHousehold, on core.Date) *home {
	t.Helper()
	w, err := rulebench.NewWitness(&h, on)
	must(t, err)
	return &home{h, w}
}

// due says of every item whether the household is due it.
func (h *home) due(m *matching.Matcher) map[core.ItemCode]bool {
	r := m.Explain(&h.witness.Whole)
	out := map[core.ItemCode]bool{}
	for i := range r.Findings {
		out[r.Findings[i].Item] = r.Findings[i].Outcome == matching.Eligible
	}
	return out
}

// facts are a household's facts as they are judged and sealed.
func facts(t *testing.T, a core.Application) []byte {
	t.Helper()
	raw, err := json.Marshal(a.Household)
	must(t, err)
	return raw
}

// person is somebody of a household at one door after another.
type person struct {
	*town
	item core.ItemCode
	home *home
	form interview.Form
}

func (p *person) name() string { return p.home.Members[0].Name }

// interview is led by JSON to its end and handed in. In words, what has words is said in
// them.
func (p *person) interview(door string, words bool) core.Application {
	p.t.Helper()
	before := len(p.intake.Applications())
	login, err := p.citizens.LoginWeChat(p.t.Context(), p.t.Name()+door, "")
	must(p.t, err)
	at := "/c/" + door + "/interview"
	now := p.json(at, login.Token, map[string]string{"capacity": "self"})
	for range 200 {
		step := now["step"].(map[string]any)
		if step["kind"] == "end" {
			break
		}
		now = p.json(at+"/answers", login.Token, map[string]any{"step": step["ref"], "revision": now["revision"], "answer": p.reply(step, words)})
	}
	p.json(at+"/application", login.Token, map[string]any{"key": "twin-" + door + string(p.item), "revision": now["revision"], "consents": consents(),
		"signature": map[string]any{"strokes": p.strokes, "document": channeltest.Signed()}})
	return p.last(before)
}

// reply is the answer to a question.
func (p *person) reply(step map[string]any, words bool) map[string]any {
	ref := step["ref"].(string)
	switch ref {
	case "form/applicant.name":
		return map[string]any{"value": p.name()}
	case "form/contact.phone":
		return map[string]any{"value": channeltest.Phone}
	case "form/live.detail":
		return map[string]any{"value": "村东头"}
	case "form/story":
		return map[string]any{"value": "家里过不下去了。"}
	}
	var about []core.MemberRef
	if list, ok := step["about"].([]any); ok {
		for _, one := range list {
			about = append(about, core.MemberRef(one.(map[string]any)["ref"].(string)))
		}
	}
	a := p.home.witness.Answer(interview.Step{Ref: ref, Question: p.question(ref), About: about})
	switch {
	case a.None:
		return map[string]any{"none": true}
	case len(a.Members) > 0:
		return map[string]any{"members": a.Members}
	case len(a.Value) == 0:
		return map[string]any{"dunno": true}
	}
	if said := p.said(step, a.Value); words && said != "" {
		return map[string]any{"said": said}
	}
	return map[string]any{"value": a.Value}
}

// said is an answer in words, for the types that people say in one way.
func (p *person) said(step map[string]any, value json.RawMessage) string {
	var v any
	must(p.t, json.Unmarshal(value, &v))
	switch step["type"] {
	case "yes_no":
		return map[bool]string{true: "是", false: "不是"}[v.(bool)]
	case "money":
		return strings.Trim(string(value), `"`) + "元"
	case "choice":
		for _, o := range step["options"].([]any) {
			if option := o.(map[string]any); option["value"] == v {
				return option["say"].(string)
			}
		}
	}
	return ""
}

func (p *person) question(ref string) *interview.Question {
	key := ref
	if round, ok := strings.CutPrefix(ref, "round/"); ok {
		key = "members/*/" + round
	} else if parts := strings.Split(ref, "/"); len(parts) == 3 {
		key = "members/*/" + parts[2]
	}
	for i := range p.form.Questions {
		if p.form.Questions[i].Key == key {
			return &p.form.Questions[i]
		}
	}
	return nil
}

func consents() []map[string]string {
	return []map[string]string{{"purpose": "process", "version": "2026-01"}, {"purpose": "means_check", "version": "2026-01"}}
}

// body sends the whole form as JSON.
func (p *person) body(door string, as core.Application) core.Application {
	p.t.Helper()
	before := len(p.intake.Applications())
	login, err := p.citizens.LoginWeChat(p.t.Context(), p.t.Name()+door, "")
	must(p.t, err)
	household := map[string]any{}
	must(p.t, json.Unmarshal(facts(p.t, as), &household))
	delete(household, "on")
	delete(household, "county")
	raw, err := json.Marshal(household)
	must(p.t, err)
	form := channeltest.Form("form-"+door+string(p.item), p.strokes)
	form.Applicant = intake.PersonForm{Name: as.Applicant.Name, IDNumber: as.Applicant.ID.Reveal()}
	form.Live, form.Household, form.Urgent = intake.PlaceForm{Region: string(as.Live.Region), Detail: as.Live.Detail}, raw, as.Urgent
	p.json("/c/"+door+"/applications", login.Token, form)
	return p.last(before)
}

// typed is what staff type into their form.
func (p *person) typed(way string, as core.Application) core.Application {
	p.t.Helper()
	before := len(p.intake.Applications())
	v := url.Values{"key": {"typed-" + way + string(p.item)}, "applicant.name": {as.Applicant.Name}, "applicant.id_number": {as.Applicant.ID.Reveal()}, "contact.phone": {channeltest.Phone},
		"live.county": {string(as.Live.Region.County())}, "live.township": {string(as.Live.Region.Township())}, "live.detail": {as.Live.Detail}, "story": {"家里过不下去了。"},
		"consent": {"process", "means_check"}, "consent.how": {"spoken"}}
	if len(as.Live.Region) == 12 {
		v.Set("live.village", string(as.Live.Region))
	}
	if as.Urgent {
		v.Set("urgent", "true")
	}
	p.fill(v, facts(p.t, as))
	switch way {
	case "agent":
		v.Set("key", "CA1#"+strconv.FormatInt(int64(before)+1<<20, 16))
		p.fields("/c/agent/calls/CA1/applications", "0317", v)
	case "window":
		v.Set("consent.how", "signature")
		v.Set("sign.applicant", finger)
		p.fields("/c/counter/window", "pingyuan.clerk", v)
	case "doorstep":
		v.Set("consent.how", "signature")
		v.Set("sign.applicant", finger)
		p.fields("/c/counter/doorstep", "wangmiao.assistant1", v, speech(p.t))
	}
	return p.last(before)
}

// fill turns facts into the fields of the desk's form.
func (p *person) fill(v url.Values, raw []byte) {
	var h map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	must(p.t, d.Decode(&h))
	for key, value := range h {
		switch key {
		case "on", "county", "members":
		default:
			field(v, "h."+key, value)
		}
	}
	for i, one := range h["members"].([]any) {
		for key, value := range one.(map[string]any) {
			if key != "ref" {
				field(v, fmt.Sprintf("m%d.%s", i, key), value)
			}
		}
	}
}

func field(v url.Values, name string, value any) {
	switch x := value.(type) {
	case nil:
	case []any: // statuses, parents: ticks; shocks: the one event that the form asks for
		if len(x) == 0 && strings.HasSuffix(name, "shocks") {
			v.Set(name+".kind", "none")
		} else if len(x) == 0 {
			v.Set(name, "none")
		}
		for _, one := range x {
			if event, ok := one.(map[string]any); ok {
				field(v, name, event)
			} else {
				v.Add(name, fmt.Sprint(one))
			}
		}
	case map[string]any:
		if len(x) == 0 {
			v.Set(name+".kind", "none")
		}
		for key, part := range x {
			field(v, name+"."+key, part)
		}
	default:
		v.Set(name, fmt.Sprint(x))
	}
}

// speech is a recording of six seconds.
func speech(t *testing.T) file {
	t.Helper()
	const rate = 8000
	sound := make([]byte, 2*rate*6)
	for i := range rate * 6 {
		binary.LittleEndian.PutUint16(sound[2*i:], uint16((i%80)*200))
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{uint32(36 + len(sound)), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16),
		[]byte("data"), uint32(len(sound)), sound} {
		must(t, binary.Write(&b, binary.LittleEndian, v))
	}
	return file{"oral", "audio/wav", b.Bytes()}
}
