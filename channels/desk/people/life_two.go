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

// twoKinds are the events that a county tells, and the city of two counties: of two households,
// or of two townships.
var twoKinds = []wording.Option{{Value: "marriage", Word: "结婚"}, {Value: "divorce", Word: "离婚,一方搬出去"}, {Value: "adoption", Word: "收养"}, {Value: "move_town", Word: "全家搬到别的乡镇"}, {Value: "move_in", Word: "搬回德州"}}

// townRow is a township with its villages.
type townRow struct {
	registry.Place
	Villages []registry.Place
}

// takesAnother reports whether the event is about somebody of another household too, who is
// found by name and number.
func (page *lifePage) takesAnother() bool {
	return slices.Contains([]string{"marriage", "adoption", "move_in"}, page.Kind.Value)
}

// towns are the townships that a county's people see.
func (p *Room) towns(at desk.At) (out []townRow) {
	for _, code := range at.Staff.Regions {
		if place, known := p.d.Regions.Place(code); known {
			out = append(out, townRow{place, p.d.Regions.Villages(code)})
		}
	}
	return out
}

// betweenTwo writes what takes people of two households, or leads to another township.
func (p *Room) betweenTwo(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, at desk.At, page *lifePage) (string, error) {
	day := told.Day.SayWhole() + ","
	switch page.Kind.Value {
	case "move_town":
		to, where, err := page.abroad(r)
		if err != nil {
			return "", err
		}
		if to.Region.Township() == page.town {
			return "", core.Invalid("town", page.Name+"家本来就在这个乡镇。在本镇里搬家,请镇上登记「全家搬到本镇别的村」。")
		}
		_, err = page.life.MoveHome(ctx, tx, why, told, page.Home, to, "")
		return day + page.Name + "家搬到" + where + "。", err
	case "divorce":
		return p.divorce(ctx, tx, why, told, r, page)
	}
	other, rel, err := p.otherOf(ctx, tx, why, r, at, page)
	if err != nil {
		return "", err
	}
	mover := registry.Mover{Person: other.ID, Relation: rel}
	page.Detail = "住进去的人,在那一家里是" + relationWord(rel) + "。"
	switch page.Kind.Value {
	case "adoption":
		if page.Doubts, err = page.life.DoubtAdoption(ctx, tx, other.ID, page.Home, told.Day); err != nil {
			return "", err
		}
		if page.Doubts != (registry.Doubts{}) && !page.Sure && r.PostFormValue("seen") == "" {
			return "", core.Invalid("seen", "先看收养登记证,打上钩,再登记。")
		}
		_, err = page.life.Adopt(ctx, tx, why, told, mover, page.Home)
		return day + page.Name + "家收养" + other.Name + "。", err
	case "move_in":
		_, _, err = page.life.MoveIn(ctx, tx, why, told, []registry.Mover{mover}, registry.Target{Household: page.Home})
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
	couple, names := [2]core.PersonID{who[0].ID, other.ID}, map[core.PersonID]string{who[0].ID: who[0].Name, other.ID: other.Name}
	doubts, err := page.life.DoubtMarriage(ctx, tx, couple, told.Day)
	if err != nil {
		return "", err
	}
	if page.Worries = worries(doubts, names); doubts.Any() && !page.Sure && r.PostFormValue("seen") == "" {
		return "", core.Invalid("seen", "先看结婚登记证,打上钩,再登记。")
	}
	_, _, err = page.life.Marry(ctx, tx, why, told, couple, []registry.Mover{mover}, registry.Target{Household: home})
	return told.Day.SayWhole() + "," + who[0].Name + "和" + other.Name + "结婚," + where + "。", err
}

// worries says what speaks against a marriage, for whoever saw the certificate.
func worries(d registry.CoupleDoubts, names map[core.PersonID]string) (out []string) {
	for _, b := range d.Beside {
		word := relationWord(b.Relation)
		if b.Relation == "other" {
			word = "登记成「其他」的人"
		}
		out = append(out, names[b.Of]+"家里还有一位"+word+",请先看清是不是夫妻。")
	}
	if d.Kin {
		out = append(out, "这两个人在一户里登记过,可能是长辈和晚辈,请先看清是不是近亲。")
	}
	return out
}

// divorce founds a household of who leaves.
func (p *Room) divorce(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, page *lifePage) (string, error) {
	to, where, err := page.abroad(r)
	if err != nil {
		return "", err
	}
	who := page.leavers(r)
	movers, err := page.founders(r, who)
	if err != nil {
		return "", err
	}
	_, _, err = page.life.Divorce(ctx, tx, why, told, movers, registry.Target{Live: to})
	return told.Day.SayWhole() + ",离婚," + namesIn(who) + "搬出去,住" + where + "。", err
}

// missed is the one answer for who does not exist, whose name and number do not fit, and who
// is another county's.
func (o office) missed() error {
	say := "没有找到另一个人。可能姓名或号码不对,请对一下。"
	if o == ofCounty {
		say += "也可能是别的县的人:别的县的人,县里看不到,市里看得到。请把两个人的姓名、身份证号和看过的证件告诉市里(打电话或者捎条子),由市里的人在「查人」里找到这一家登记。"
	}
	return core.E(core.KindNotFound, "nobody", say+"在德州从来没登记过的人,由他要住的镇上登记「添了还没登记过的人」。")
}

// otherOf finds the other person by name and number, both of which have to fit: a number
// with a slip in it is somebody else's.
func (p *Room) otherOf(ctx context.Context, tx *pg.Tx, why registry.Purpose, r *http.Request, at desk.At, page *lifePage) (registry.Person, core.Relation, error) {
	rel := core.Relation(r.PostFormValue("relation"))
	if !slices.ContainsFunc(page.Entering(), func(o wording.Option) bool { return o.Value == string(rel) }) {
		return registry.Person{}, "", core.Invalid("relation", "选住进去的人,是那一家的什么人。")
	}
	id, err := otherID(r.PostFormValue("other"), tx.Today())
	if err != nil {
		return registry.Person{}, "", err
	}
	other, err := p.d.Registry.PersonByID(ctx, tx, why, id)
	if page.Missed = core.KindOf(err) == core.KindNotFound; err != nil {
		return other, "", err
	}
	if other.Name != strings.TrimSpace(r.PostFormValue("name")) {
		page.Missed = true
		return registry.Person{}, "", errNobody
	}
	page.Other = other.Household
	if err := p.mayShow(ctx, tx, why, []registry.Member{{Person: other}}); err != nil {
		return other, "", err
	}
	return other, rel, p.notKin(ctx, tx, why, at, other.Household)
}

// otherID reads the other one's number. One that is not whole is asked for; one that is whole
// and wrong is answered with what is wrong with it.
func otherID(typed string, today core.Date) (core.IDNumber, error) {
	id, err := core.ParseID(typed, today)
	switch {
	case err == nil:
		return id, nil
	case len(strings.ReplaceAll(strings.TrimSpace(typed), " ", "")) != 18:
		return id, core.Invalid("other", "另一个人的身份证号要写全 18 位。没有号码的孩子,先在他自己家里登记。")
	}
	return id, core.Invalid("other", core.Known(err).Say)
}

// abroad reads a township of the county and the village in it, which is asked for wherever
// the township's villages are known: a household without one is in no village's list.
func (page *lifePage) abroad(r *http.Request) (core.Place, string, error) {
	i := slices.IndexFunc(page.Towns, func(t townRow) bool { return string(t.Code) == r.PostFormValue("town") })
	if i < 0 {
		return core.Place{}, "", core.Invalid("town", "选住到哪个乡镇。搬到别的县的,请把这件事告诉市里,由市里的人在「查人」里登记。")
	}
	town, detail := page.Towns[i], strings.TrimSpace(r.PostFormValue("detail"))
	for _, v := range town.Villages {
		if string(v.Code) == r.PostFormValue("village") {
			return core.Place{Region: v.Code, Detail: detail}, town.Name + v.Name, nil
		}
	}
	if len(town.Villages) > 0 {
		return core.Place{}, "", core.Invalid("village", "选住到"+town.Name+"的哪个村。")
	}
	return core.Place{Region: town.Code, Detail: detail}, town.Name, nil
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
