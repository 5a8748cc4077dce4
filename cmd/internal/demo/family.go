package demo

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"lianou/core"
	"lianou/core/registry/seed"
)

// family is a household that stories four to seven tell about. Its people are invented and in no
// register: all that is known of them is what they tell, with the phone and the card they have.
// The numbers are made up and valid; a test holds that.
type family struct {
	seed.Story                // Title is the trouble, in their own words
	item       core.ItemCode  // what they ask for by name
	home       map[string]any // facts of the household, by the schema's names
	of         map[core.MemberRef]map[string]any
	shock      map[string]any // what happened, but its day; nil for nothing
	ago        core.Date      // days since it happened
}

// told is what the family tells at any door on a day.
func (f family) told(on core.Date) map[string]any {
	out := map[string]any{}
	for key, value := range f.home {
		out[key] = value
	}
	var members []any
	for _, m := range f.Members {
		sex := "female"
		if m.ID.Male() {
			sex = "male"
		}
		one := map[string]any{"ref": string(m.Ref), "relation": string(m.Relation), "age": m.ID.Birth().Age(on), "sex": sex, "disability": map[string]any{}, "illness": "none"}
		for key, value := range f.of[m.Ref] {
			one[key] = value
		}
		members = append(members, one)
	}
	shocks := []any{}
	if f.shock != nil {
		shock := map[string]any{"date": (on - f.ago).String()}
		for key, value := range f.shock {
			shock[key] = value
		}
		shocks = append(shocks, shock)
	}
	out["members"], out["shocks"] = members, shocks
	return out
}

// window is the window's form as the clerk fills it in on a day, while they talk, and they sign.
func (f family) window(on core.Date) url.Values {
	v := whoAndWhere(f.Story)
	putTold(v, f.told(on), f.Members)
	v.Set("item", string(f.item))
	v["consent"] = []string{"process", "means_check"}
	v.Set("consent.how", "signature")
	v.Set("sign.applicant", Scrawl(0))
	return v
}

// tail is the end of the card, as messages say it.
func (f family) tail() string { return f.Applicant().Account.Last4() }

// member gives a person; phone and card may be "".
func member(ref core.MemberRef, relation core.Relation, name, id, phone, card string) seed.StoryMember {
	m := seed.StoryMember{Ref: ref, Relation: relation, Name: name}
	m.ID, _ = core.ParseID(id, core.NewDate(2026, 1, 1)) // all three held by a test
	m.Phone, _ = core.ParsePhone(phone)
	m.Account, _ = core.ParseBankAccount(card)
	return m
}

// moveIn gives the family its phone in the world outside, so that what they are told can be read.
func (p *Player) moveIn(ctx context.Context, f family) (*Phone, error) {
	who := f.Applicant()
	outside := Phone{base: p.city.Standin + "/", client: p.Phone(f.Letter).client}
	err := outside.json(ctx, "POST", "admin/people", map[string]string{"key": f.Letter, "name": who.Name, "id": who.ID.Reveal(), "phone": who.Phone.Reveal(), "account": who.Account.Reveal(),
		"nation": "汉", "address": "山东省德州市" + f.Town + f.Village + f.Door, "valid_date": "20180105-20380105", "about": f.Title}, nil)
	if err != nil {
		return nil, fmt.Errorf("a phone for %s: %w", f.Letter, err)
	}
	return p.Phone(f.Letter), nil
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

// cityDay is the day by the city's clock.
func (p *Player) cityDay() core.Date {
	return core.DateOf(time.Now()) + core.Date(p.day)
}

// dayAfter is a day of the city's as a form takes it, so many days from its today.
func (p *Player) dayAfter(days int) string {
	return (p.cityDay() + core.Date(days)).String()
}
