package standin

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"

	"lianou/core"
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

// DemoPersons are synthetic citizens for a stand-in that was given none. Their
// numbers carry valid check characters; the people do not exist.
func DemoPersons() []Person {
	return []Person{
		{Key: "zhao", Name: "赵桂芳", ID: demoID("372401", "19670312", "024"), Phone: "13900000001", Nation: "汉", ValidDate: "长期",
			Address: "山东省德州市平原县王庙镇样本村1号", Account: demoAccount("621700370001"), About: "59 岁的母亲,儿子一级残疾"},
		{Key: "sun", Name: "孙小兰", ID: demoID("372422", "19880506", "048"), Phone: "13900000002", Nation: "汉", ValidDate: "20180105-20380105",
			Address: "山东省德州市齐河县祝阿镇样本村2号", Account: demoAccount("621700370002"), About: "病把积蓄花光了"},
		{Key: "li", Name: "李建国", ID: demoID("372421", "19900117", "031"), Phone: "13900000003", Nation: "汉", ValidDate: "20160901-20360901",
			Address: "山东省德州市陵城区糜镇样本村3号", Account: demoAccount("621700370003"), About: "孩子得了白血病"},
	}
}

func demoID(area, birth, seq string) string {
	first := area + birth + seq
	return first + string(core.IDCheckDigit(first))
}

// demoAccount pads to nineteen digits of which the last makes the Luhn sum right.
func demoAccount(head string) string {
	head += strings.Repeat("0", 18-len(head))
	for d := range 10 {
		if a, err := core.ParseBankAccount(head + strconv.Itoa(d)); err == nil {
			return a.Reveal()
		}
	}
	return head + "0"
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
