package people

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/wording"
)

// twoKinds are the events that a county tells: of two households, or of two townships.
var twoKinds = []wording.Option{{Value: "marriage", Word: "结婚"}, {Value: "divorce", Word: "离婚,一方搬出去"}, {Value: "adoption", Word: "收养"}, {Value: "move_town", Word: "全家搬到别的乡镇"}, {Value: "move_in", Word: "搬回德州"}}

// takesAnother reports whether the event is about somebody of another household too, who is
// found by name and number.
func (page *lifePage) takesAnother() bool {
	return slices.Contains([]string{"marriage", "adoption", "move_in"}, page.Kind.Value)
}

// towns are the townships that a county's people see.
func (p *Room) towns(at desk.At) (out []registry.Place) {
	for _, code := range at.Staff.Regions {
		if place, known := p.d.Regions.Place(code); known {
			out = append(out, place)
		}
	}
	return out
}

// betweenTwo writes what takes people of two households, or leads to another township.
func (p *Room) betweenTwo(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, at desk.At, page *lifePage) (string, error) {
	day := told.Day.SayWhole() + ","
	switch page.Kind.Value {
	case "move_town":
		to, err := page.town(r)
		if err != nil {
			return "", err
		}
		_, err = p.d.Life.MoveHome(ctx, tx, why, told, page.Home, core.Place{Region: to.Code, Detail: strings.TrimSpace(r.PostFormValue("detail"))}, "")
		return day + page.Name + "家搬到" + to.Name + "。", err
	case "divorce":
		return p.divorce(ctx, tx, why, told, r, page)
	}
	other, rel, err := p.otherOf(ctx, tx, why, r, at, page)
	if err != nil {
		return "", err
	}
	mover := registry.Mover{Person: other.ID, Relation: rel}
	switch page.Kind.Value {
	case "adoption":
		_, err = p.d.Life.Adopt(ctx, tx, why, told, mover, page.Home)
		return day + page.Name + "家收养" + other.Name + "。", err
	case "move_in":
		_, _, err = p.d.Life.MoveIn(ctx, tx, why, told, []registry.Mover{mover}, registry.Target{Household: page.Home})
		return day + other.Name + "搬回来,住到" + page.Name + "家。", err
	}
	return p.marry(ctx, tx, why, told, r, page, other, rel)
}

// marry brings a couple into one of their two households; who founds a third one splits
// afterwards.
func (p *Room) marry(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, page *lifePage, other registry.Person, rel core.Relation) (string, error) {
	who := page.chosen(r)
	if len(who) != 1 {
		return "", core.Invalid("member", "选这一家里结婚的那一个人。")
	}
	mover, home, where := registry.Mover{Person: other.ID, Relation: rel}, page.Home, other.Name+"住到这一家来"
	switch r.PostFormValue("where") {
	case "here":
	case "there":
		mover, home, where = registry.Mover{Person: who[0].ID, Relation: rel}, other.Household, who[0].Name+"住到"+other.Name+"家去"
	default:
		return "", core.Invalid("where", "选婚后住在哪一家。")
	}
	_, _, err := p.d.Life.Marry(ctx, tx, why, told, [2]core.PersonID{who[0].ID, other.ID}, []registry.Mover{mover}, registry.Target{Household: home})
	return told.Day.SayWhole() + "," + who[0].Name + "和" + other.Name + "结婚," + where + "。", err
}

// divorce founds a household of who leaves.
func (p *Room) divorce(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, page *lifePage) (string, error) {
	to, err := page.town(r)
	if err != nil {
		return "", err
	}
	who := page.chosen(r)
	movers, err := page.founders(r, who)
	if err != nil {
		return "", err
	}
	live := core.Place{Region: to.Code, Detail: strings.TrimSpace(r.PostFormValue("detail"))}
	_, _, err = p.d.Life.Divorce(ctx, tx, why, told, movers, registry.Target{Live: live})
	return told.Day.SayWhole() + ",离婚," + namesIn(who) + "搬出去,住" + to.Name + "。", err
}

// otherOf finds the other person by name and number, both of which have to fit: a number
// with a slip in it is somebody else's.
func (p *Room) otherOf(ctx context.Context, tx *pg.Tx, why registry.Purpose, r *http.Request, at desk.At, page *lifePage) (registry.Person, core.Relation, error) {
	rel := core.Relation(r.PostFormValue("relation"))
	if !slices.ContainsFunc(page.Relations, func(o wording.Option) bool { return o.Value == string(rel) }) || rel == "applicant" {
		return registry.Person{}, "", core.Invalid("relation", "选住进去的人,是那一家的什么人。")
	}
	id, err := core.ParseID(strings.TrimSpace(r.PostFormValue("other")), tx.Today())
	if err != nil {
		return registry.Person{}, "", core.Invalid("other", "另一个人的身份证号要写全 18 位。没有号码的孩子,先在他自己家里登记。")
	}
	other, err := p.d.Registry.PersonByID(ctx, tx, why, id)
	if err != nil {
		return other, "", err
	}
	if other.Name != strings.TrimSpace(r.PostFormValue("name")) {
		return registry.Person{}, "", errNobody
	}
	page.Other = other.Household
	if err := p.mayShow(ctx, tx, why, []registry.Member{{Person: other}}); err != nil {
		return other, "", err
	}
	return other, rel, p.notKin(ctx, tx, why, at, other.Household)
}

// town reads a township of the county.
func (page *lifePage) town(r *http.Request) (registry.Place, error) {
	for _, t := range page.Towns {
		if string(t.Code) == r.PostFormValue("town") {
			return t, nil
		}
	}
	return registry.Place{}, core.Invalid("town", "选住到哪个乡镇。搬到别的县的,请市里登记。")
}

// casesOf lists the cases of the households that an event is about.
func (p *Room) casesOf(ctx context.Context, tx *pg.Tx, homes ...core.HouseholdID) (out []casefile.Status, err error) {
	for _, home := range slices.Compact(homes) {
		list, err := p.d.Cases.OfHousehold(ctx, tx, home)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}
