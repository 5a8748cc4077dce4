package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/registry/seed"
)

// invented is a family that stories six and seven tell about. Its people are invented and in no
// register: all that is known of them is what they tell.
type invented struct {
	seed.Story
	income, savings int    // yuan: a head and month, a head
	shock           string // kind of what happened, "" for nothing
	loss            int    // yuan
}

// lonelyOldCouple is the family of story six: (f).
func lonelyOldCouple() invented {
	return invented{income: 390, savings: 2000, Story: seed.Story{
		Letter: "f", Title: "老两口种不动地了,药不能断", Region: "371427107201", Town: "夏津县宋楼镇", Village: "宋楼村", Door: "9号",
		Members: []seed.StoryMember{
			member("h", "applicant", "徐德厚", "37242319580412993X", "13905340066", "6205340000005345614"),
			member("w", "spouse", "马秀芝", "372423196005189949", "", ""),
		}}}
}

// neighbours are the three families of story seven, whose rooms a burst pipe flooded: (g),
// (h) and (i).
func neighbours() []invented {
	home := func(letter, door string, who ...seed.StoryMember) invented {
		return invented{income: 640, savings: 3000, shock: "accident", loss: 6000, Story: seed.Story{Letter: letter, Title: "自来水管爆了,屋里进水,被褥和粮食都泡了",
			Region: "371428104200", Town: "武城县郝王庄镇", Village: "陈武庄村", Door: door, Members: who}}
	}
	return []invented{
		home("g", "21号", member("a", "applicant", "孟庆林", "371428197903069936", "13905340071", "6205340000005345622"),
			member("b", "spouse", "张翠平", "371428198104179949", "", "")),
		home("h", "22号", member("a", "applicant", "董守义", "372424195202229956", "13905340072", "6205340000005345630")),
		home("i", "23号", member("a", "applicant", "韩玉霞", "372424196803119925", "13905340073", "6205340000005345648")),
	}
}

// member gives a person; phone and card may be "".
func member(ref core.MemberRef, relation core.Relation, name, id, phone, card string) seed.StoryMember {
	m := seed.StoryMember{Ref: ref, Relation: relation, Name: name}
	m.ID, _ = core.ParseID(id, core.NewDate(2026, 1, 1)) // all three held by a test
	m.Phone, _ = core.ParsePhone(phone)
	m.Account, _ = core.ParseBankAccount(card)
	return m
}

// told is what the family tells at any door on a day.
func (f invented) told(on core.Date) map[string]any {
	var members []any
	for _, m := range f.Members {
		sex := "female"
		if m.ID.Male() {
			sex = "male"
		}
		members = append(members, map[string]any{"ref": string(m.Ref), "relation": string(m.Relation), "age": m.ID.Birth().Age(on), "sex": sex,
			"disability": map[string]any{}, "illness": "none", "insurance": "resident", "pension": "resident", "work_ability": "partial", "employment": "idle",
			"veteran": false, "lost_only_child": false, "union_member": false})
	}
	shocks := []any{}
	if f.shock != "" {
		shocks = append(shocks, map[string]any{"kind": f.shock, "date": (on - 1).String(), "loss": f.loss})
	}
	return map[string]any{"area": "rural", "hukou": "local", "houses": 1, "cars": 0, "business_with_staff": false, "owns_home": true, "renting": false,
		"statuses": []any{}, "legal_matter": "none", "house_grade": "B", "floor_area_per_capita": 30, "income_per_capita_month": f.income,
		"income_12m": f.income * 12 * len(f.Members), "financial_assets_per_capita": f.savings, "rigid_12m": 0, "shocks": shocks, "members": members}
}

// staffForm fills the staff's request form with what the family tells.
func (f invented) staffForm(on core.Date) url.Values {
	v := whoAndWhere(f.Story)
	putTold(v, f.told(on), f.Members)
	return v
}

// move gives the family its phone in the world outside.
func (p *Player) move(ctx context.Context, f invented) (*Phone, error) {
	who := f.Applicant()
	outside := Phone{base: p.city.Standin + "/", client: p.Phone(f.Letter).client}
	err := outside.json(ctx, "POST", "admin/people", map[string]string{"key": f.Letter, "name": who.Name, "id": who.ID.Reveal(), "phone": who.Phone.Reveal(), "account": who.Account.Reveal(),
		"nation": "汉", "address": "山东省德州市" + f.Town + f.Village + f.Door, "valid_date": "20180105-20380105", "about": f.Title}, nil)
	if err != nil {
		return nil, fmt.Errorf("a phone for %s: %w", f.Letter, err)
	}
	return p.Phone(f.Letter), nil
}

// cityDay is the day by the city's clock.
func (p *Player) cityDay() core.Date {
	return core.DateOf(time.Now()) + core.Date(p.day)
}

// reads waits until the phone shows all that is wanted.
func (p *Phone) reads(ctx context.Context, want ...string) error {
	box, err := waitFor(ctx, "a message with "+strings.Join(want, ", "), func() (string, bool, error) {
		box, err := p.Inbox(ctx)
		for _, words := range want {
			if !strings.Contains(box, words) {
				return box, false, err
			}
		}
		return box, true, err
	})
	if err != nil {
		return fmt.Errorf("%w: the phone says: %s", err, box)
	}
	return nil
}

// letters are the texts of the letters on an application, the newest first.
func (p *Phone) letters(ctx context.Context, receipt string) (texts []string, err error) {
	var list []struct{ ID string }
	if err := p.api(ctx, "GET", "/applications/"+receipt+"/letters", nil, &list); err != nil {
		return nil, err
	}
	for _, one := range list {
		var letter json.RawMessage
		if err := p.api(ctx, "GET", "/applications/"+receipt+"/letters/"+one.ID, nil, &letter); err != nil {
			return nil, err
		}
		texts = append(texts, string(letter))
	}
	return texts, nil
}

// once does an act that the page offers for one claim, and for no other.
func (d *Desk) once(ctx context.Context, at, name string, change url.Values) error {
	n, err := d.each(ctx, at, name, change)
	if err == nil && n != 1 {
		err = fmt.Errorf("%s does %s for %d items, and not for one", d.login, name, n)
	}
	return err
}
