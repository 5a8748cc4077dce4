package people

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/wording"
)

// arrival is a reason for which somebody comes who is not in the register, and what whoever
// registers it has seen of it.
type arrival struct {
	wording.Option
	Seen string
}

// arrivals are those reasons. None of them asks for a second person, as no event does that one
// township or county tells: what was registered wrongly is taken back.
var arrivals = []arrival{
	{wording.Option{Value: "adopted", Word: "收养的孩子"}, "收养登记证看过了,孩子和收养人都对得上"},
	{wording.Option{Value: "hukou", Word: "户口迁进了这一家"}, "户口簿看过了,他的户口已经在这一家"},
	{wording.Option{Value: "wed", Word: "结婚,来和这一家一起过"}, "结婚登记证看过了,不是重婚,也不是近亲"},
	{wording.Option{Value: "lives", Word: "来一起生活,户口不在这一家"}, "核实过,他长期住在这一家"},
}

func arrivalOf(value string) (arrival, bool) {
	i := slices.IndexFunc(arrivals, func(a arrival) bool { return a.Value == value })
	if i < 0 {
		return arrival{}, false
	}
	return arrivals[i], true
}

// Arrivals are the reasons to choose from.
func (page lifePage) Arrivals() []arrival { return arrivals }

// arrive brings in who is not in the register yet. The reason is kept beside the proof.
func (p *Room) arrive(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, page *lifePage) (string, error) {
	how, chosen := arrivalOf(r.PostFormValue("came"))
	if !chosen {
		return "", core.Invalid("came", "选他为什么到这一家来。")
	}
	who := registry.NewPerson{Name: strings.TrimSpace(r.PostFormValue("name")), Relation: core.Relation(r.PostFormValue("relation"))}
	if who.Name == "" || len([]rune(who.Name)) > 60 {
		return "", core.Invalid("name", "写上新来的人的姓名。")
	}
	var err error
	if who.IDNumber, err = arrivesWith(r.PostFormValue("other"), tx.Today()); err != nil {
		return "", err
	}
	if who.Relation == "spouse" && how.Value != "wed" {
		return "", core.Invalid("came", "是申请人的配偶,就选「"+arrivals[2].Word+"」,看过结婚登记证再登记。")
	}
	if page.Seen = how.Seen; !page.Sure && r.PostFormValue("seen") == "" {
		return "", core.Invalid("seen", "先看过,打上钩,再登记。")
	}
	birth := who.IDNumber.Birth()
	sex, is := "女", core.Sex("female")
	if who.IDNumber.Male() {
		sex, is = "男", "male"
	}
	if how.Value != "adopted" {
		if err := page.asksAge(r, who.Relation, registry.Person{Name: who.Name, Birth: birth, Sex: is}); err != nil {
			return "", err
		}
	}
	page.Detail = sex + "," + ageOf(birth, page.Today) + "," + birth.SayWhole() + "生,是本人" + page.Name + "的" + relationWord(who.Relation) + "。" + how.Word + "。"
	told.Source += "," + how.Value
	_, _, err = page.life.Arrive(ctx, tx, why, told, page.Home, who, how.Value == "adopted")
	return told.Day.SayWhole() + "," + page.Name + "家添了" + who.Name + "。", err
}

// arrivesWith reads the number of who comes: it says whether they are new.
func arrivesWith(typed string, today core.Date) (core.IDNumber, error) {
	id, err := core.ParseID(typed, today)
	if err != nil && len(strings.ReplaceAll(strings.TrimSpace(typed), " ", "")) != 18 {
		return id, core.Invalid("other", "身份证号要写全 18 位,对着身份证或者户口簿写。还没有号码的,先到派出所登记户口。")
	}
	if err != nil {
		return id, core.Invalid("other", core.Known(err).Say)
	}
	return id, nil
}
