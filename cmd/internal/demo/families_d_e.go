package demo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// family is a household that no register knows: what its applicant says at the window, with
// the phone and the card they have. Its numbers are made up and valid; a test holds that.
type family struct {
	Key     string // of the phone at the stand-in
	Name    string
	Number  string // identity number
	Mobile  string
	Card    string
	Village string // twelve digits
	Door    string
	Says    string            // the trouble, in their own words
	Item    string            // what they ask for by name
	Answers map[string]string // by the form's fields: h.<fact>, m<i>.<fact>
}

// tail is the end of the card, as messages say it.
func (f family) tail() string { return f.Card[len(f.Card)-4:] }

// filled is the window's form as the clerk fills it in on a day, while they talk.
func (f family) filled(on time.Time) url.Values {
	v := url.Values{
		"applicant.name": {f.Name}, "applicant.id_number": {f.Number}, "contact.phone": {f.Mobile}, "contact.capacity": {"self"},
		"live.county": {f.Village[:6]}, "live.township": {f.Village[:9]}, "live.village": {f.Village}, "live.detail": {f.Door},
		"account": {f.Card}, "story": {f.Says}, "item": {f.Item},
		"consent": {"process", "means_check"}, "consent.how": {"signature"}, "sign.applicant": {Scrawl(0)},
	}
	for field, answer := range f.Answers {
		v.Set(field, answer)
		if at, is := strings.CutSuffix(field, ".id_number"); is {
			v.Set(at+".age", aged(answer, on))
		}
	}
	v.Set("m0.age", aged(f.Number, on))
	return v
}

// aged is how old somebody is on a day, by their identity number.
func aged(number string, on time.Time) string {
	born, _ := time.Parse("20060102", number[6:14]) // held by a test
	years := on.Year() - born.Year()
	if on.Format("0102") < born.Format("0102") {
		years--
	}
	return strconv.Itoa(years)
}

// moveIn gives the family a phone, so that what they are told can be read.
func (p *Player) moveIn(ctx context.Context, f family) error {
	standin := &Phone{base: p.city.Standin + "/", client: &http.Client{Timeout: 30 * time.Second}}
	return standin.json(ctx, http.MethodPost, "admin/people", map[string]string{"key": f.Key, "name": f.Name, "id": f.Number, "phone": f.Mobile,
		"account": f.Card, "nation": "汉", "about": f.Says}, nil)
}

// atTheWindow has a clerk file for a family that signs there, and gives the receipt's number.
func (p *Player) atTheWindow(ctx context.Context, login string, filled url.Values) (string, error) {
	clerk, err := p.LogIn(ctx, login)
	if err != nil {
		return "", err
	}
	done, err := clerk.Act(ctx, "/desk/counter", "/c/counter/window", filled)
	if err != nil {
		return "", err
	}
	return ReceiptOf(done.Text())
}

// today is the city's day.
func (p *Player) today() time.Time {
	return time.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, p.day)
}

// dayAfter is a day of the city's as a form takes it, so many days from its today.
func (p *Player) dayAfter(days int) string {
	return p.today().AddDate(0, 0, days).Format(time.DateOnly)
}

// burntOut are two old people whose house burnt on a day.
func burntOut(on string) family {
	return family{
		Key: "d", Name: "蔡守田", Number: "372422196003179935", Mobile: "13905344401", Card: "6205340000007118043",
		Village: "371426104205", Door: "村东头第二家", Item: "MZ-03",
		Says: "夜里灶屋起了火,粮食、被褥、衣裳都烧了。今晚不知道住哪,没有吃的。",
		Answers: map[string]string{
			"h.area": "rural", "h.hukou": "local", "h.houses": "1", "h.cars": "0", "h.owns_home": "true", "h.business_with_staff": "false",
			"h.income_per_capita_month": "860", "h.income_12m": "20640", "h.financial_assets_per_capita": "300", "h.rigid_12m": "2400",
			"h.shocks.kind": "fire", "h.shocks.date": on, "h.shocks.loss": "26000",
			"m0.relation": "applicant", "m0.sex": "male", "m0.disability.kind": "none", "m0.illness": "none", "m0.work_ability": "partial", "m0.employment": "idle",
			"m1.name": "邵桂芝", "m1.id_number": "372422196209089943", "m1.relation": "spouse", "m1.sex": "female", "m1.disability.kind": "none",
			"m1.illness": "none", "m1.work_ability": "partial", "m1.employment": "idle",
		},
	}
}

// justOver are three people who fit temporary assistance but for their savings, which an
// operation waits for: 17,900 yuan a head, where the line is at 17,280 (a sample).
func justOver() family {
	return family{
		Key: "e", Name: "邢玉珍", Number: "372428196905219922", Mobile: "13905344501", Card: "6205340000007119058",
		Village: "371424106203", Door: "27号", Item: "MZ-04",
		Says: "我透析两年了,一年花两万六。存折上的钱是下个月动手术要用的,不敢动。",
		Answers: map[string]string{
			"h.area": "rural", "h.hukou": "local", "h.houses": "1", "h.cars": "0", "h.owns_home": "true", "h.business_with_staff": "false",
			"h.income_per_capita_month": "1100", "h.income_12m": "39600", "h.financial_assets_per_capita": "17900", "h.rigid_12m": "26000", "h.medical_12m": "26000",
			"h.shocks.kind": "none",
			"m0.relation":   "applicant", "m0.sex": "female", "m0.disability.kind": "none", "m0.illness": "serious", "m0.self_paid_medical_12m": "26000",
			"m0.work_ability": "none", "m0.employment": "idle", "m0.insurance": "resident",
			"m1.name": "孔令军", "m1.id_number": "371424199611029936", "m1.relation": "child", "m1.sex": "male", "m1.disability.kind": "none",
			"m1.illness": "none", "m1.work_ability": "full", "m1.employment": "employed",
			"m2.name": "孔子涵", "m2.id_number": "371424201906159949", "m2.relation": "grandchild", "m2.sex": "female", "m2.disability.kind": "none",
			"m2.illness": "none", "m2.work_ability": "none", "m2.school_stage": "compulsory_day",
		},
	}
}
