package standin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"lianou/core"
	"lianou/core/registry/seed"
)

// Person is one synthetic citizen as the outside world knows them: their card,
// their phone, their bank account. Key names them in addresses of the phone page.
type Person struct {
	Key       string `json:"key"`
	Name      string `json:"name"`
	ID        string `json:"id"`
	Phone     string `json:"phone"`
	Address   string `json:"address"`
	Nation    string `json:"nation"`     // 民族 without the character 族
	ValidDate string `json:"valid_date"` // as on the back, such as 20180105-20380105
	Account   string `json:"account"`
	About     string `json:"about"` // one line for who plays the demo
	// Form is what the person would answer in the mini-program, as the JSON form
	// without key, consents and signature. Defaults to none: type it.
	Form json.RawMessage `json:"form,omitempty"`
	// Say is what the person would tell the hotline. Defaults to nothing: type it.
	Say string `json:"say,omitempty"`
	// Risky marks a user whom WeChat blocks (40226).
	Risky bool `json:"risky,omitempty"`
}

// Male reports the sex the identity number states.
func (p Person) Male() bool { return len(p.ID) == 18 && (p.ID[16]-'0')%2 == 1 }

// Verdict is a result code of the identity check (faceid IdCardVerification).
type Verdict string

// The verdicts, with Tencent's numbers.
const (
	Match       Verdict = "0"
	Mismatch    Verdict = "-1"
	BadNumber   Verdict = "-2"
	BadName     Verdict = "-3"
	SourceDown  Verdict = "-4"
	NoRecord    Verdict = "-5"
	SourceMoves Verdict = "-6"
	DailyLimit  Verdict = "-7"
)

// DemoPersons are the applicants of the three demo stories, under the keys a, b
// and c. They are synthetic; every seeded city knows them.
func DemoPersons() []Person {
	y, m, d := time.Now().In(china).Date()
	var out []Person
	for _, st := range seed.Stories() {
		a := st.Applicant()
		p := Person{Key: st.Letter, Name: a.Name, ID: a.ID.Reveal(), Phone: a.Phone.Reveal(), Account: a.Account.Reveal(), Nation: "汉",
			Address: "山东省德州市" + st.Town + st.Village + st.Door, ValidDate: "20180105-20380105", About: st.Title, Say: told(st)}
		p.Form, _ = sampleForm(st, core.NewDate(y, m, d)) // held by a test
		out = append(out, p)
	}
	return out
}

// told is what the story's applicant would say when the hotline answers.
func told(st seed.Story) string {
	trouble := map[string]string{
		"a": "儿子一级残疾,离不开人,我没法出去挣钱,想问问能办什么。",
		"b": "儿媳妇病了,看病花了三万八,积蓄都花光了,想问问能不能帮一帮。",
		"c": "儿子九岁,得了白血病,看病的钱不够,想问问能不能帮一帮。",
	}[st.Letter]
	return "我是" + st.Town + "的" + st.Applicant().Name + "," + trouble
}

// sampleForm writes what the story's family would answer in the mini-program.
func sampleForm(st seed.Story, on core.Date) (json.RawMessage, error) {
	facts := map[string]json.RawMessage{}
	raw, err := json.Marshal(st.Declared(on))
	if err == nil {
		err = json.Unmarshal(raw, &facts)
	}
	if err != nil {
		return nil, err
	}
	delete(facts, "on")
	delete(facts, "county")
	var people []map[string]string
	for _, m := range st.Members {
		people = append(people, map[string]string{"ref": string(m.Ref), "name": m.Name, "id_number": m.ID.Reveal()})
	}
	a := st.Applicant()
	return json.Marshal(map[string]any{
		"contact":   map[string]string{"name": a.Name, "phone": a.Phone.Reveal(), "capacity": "self"},
		"applicant": map[string]string{"name": a.Name, "id_number": a.ID.Reveal()},
		"live":      map[string]string{"region": string(st.Region), "detail": st.Door},
		"household": facts, "people": people, "account": a.Account.Reveal(), "story": st.Title,
	})
}

// people is the register of citizens, by key, identity number and openid.
type people struct {
	mu   sync.Mutex
	list []Person
	app  string
	ask  func(name, id string) Verdict
}

func newPeople(cfg Config) *people {
	return &people{list: append([]Person(nil), cfg.Persons...), app: cfg.WeChat.AppID, ask: cfg.People}
}

// add registers a person or replaces the one with the same key.
func (p *people) add(x Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.list {
		if p.list[i].Key == x.Key {
			p.list[i] = x
			return
		}
	}
	p.list = append(p.list, x)
}

func (p *people) all() []Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Person(nil), p.list...)
}

func (p *people) find(is func(Person) bool) (Person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.list {
		if is(x) {
			return x, true
		}
	}
	return Person{}, false
}

func (p *people) byKey(key string) (Person, bool) {
	return p.find(func(x Person) bool { return x.Key == key })
}

func (p *people) byID(id string) (Person, bool) {
	return p.find(func(x Person) bool { return x.ID == id })
}

func (p *people) byOpenID(id string) (Person, bool) {
	return p.find(func(x Person) bool { return p.openID(x) == id })
}

// openID is stable for a person in one mini-program and tells nothing about them.
func (p *people) openID(x Person) string {
	h := sha256.Sum256([]byte(p.app + "\x00" + x.Key))
	return "o" + base64.RawURLEncoding.EncodeToString(h[:])[:27]
}

// verdict asks the population base, after the checks Tencent makes for free.
func (p *people) verdict(name, id string, today core.Date) Verdict {
	if _, err := core.ParseID(id, today); err != nil {
		return BadNumber
	}
	if n := len([]rune(strings.TrimSpace(name))); n < 2 || n > 30 || strings.ContainsAny(name, "0123456789<>&") {
		return BadName
	}
	if p.ask != nil {
		return p.ask(name, id)
	}
	if x, ok := p.byID(id); ok && x.Name != name {
		return Mismatch
	}
	return Match
}
