package people

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/wording"
)

// happen writes what a form tells, and gives it in one sentence. Who is not of the
// household that the page is about is nobody here.
func (p *Room) happen(ctx context.Context, tx *pg.Tx, why registry.Purpose, r *http.Request, at desk.At, page *lifePage) (string, error) {
	told, err := page.toldOf(r, why)
	if err != nil {
		return "", err
	}
	day := told.Day.SayWhole() + ","
	switch page.Kind.Value {
	case "birth":
		child, err := page.childOf(r, told.Day)
		if err != nil {
			return "", err
		}
		page.Detail = map[core.Sex]string{"male": "男孩", "female": "女孩"}[child.Sex] + ",是本人" + page.Name + "的" + wordOf(page.Born(), string(child.Relation)) + "。"
		if err := page.asksAge(r, child.Relation, registry.Person{Name: child.Name, Birth: child.Birth, Sex: child.Sex}); err != nil {
			return "", err
		}
		_, _, err = page.life.Birth(ctx, tx, why, told, page.Home, child)
		return day + page.Name + "家生了" + child.Name + "。", err
	case "death":
		who := page.chosen(r)
		if len(who) != 1 {
			return "", core.Invalid("member", "选去世的那一个人。")
		}
		_, err := page.life.Death(ctx, tx, why, told, who[0].ID)
		return day + who[0].Name + "去世。", err
	case "move_out":
		who := page.chosen(r)
		_, err := page.life.MoveOut(ctx, tx, why, told, idsOf(who)...)
		return day + namesIn(who) + "搬出德州。", err
	case "arrive":
		return p.arrive(ctx, tx, why, told, r, page)
	case "split":
		return p.split(ctx, tx, why, told, r, page)
	case "marriage", "divorce", "adoption", "move_town", "move_in":
		return p.betweenTwo(ctx, tx, why, told, r, at, page)
	}
	to, where, err := page.place(r)
	if err != nil {
		return "", err
	}
	_, err = page.life.MoveHome(ctx, tx, why, told, page.Home, to, "")
	return day + page.Name + "家搬到" + where + "。", err
}

// split founds the new household of those who leave; the first relation that says so is
// whom it is called after.
func (p *Room) split(ctx context.Context, tx *pg.Tx, why registry.Purpose, told registry.Told, r *http.Request, page *lifePage) (string, error) {
	to, where, err := page.place(r)
	if err != nil {
		return "", err
	}
	who := page.leavers(r)
	movers, err := page.founders(r, who)
	if err != nil {
		return "", err
	}
	if page.Seen = couple(page.Members, who); page.Seen != "" && !page.Sure && r.PostFormValue("seen") == "" {
		return "", core.Invalid("seen", "先问过两个人,打上钩,再登记。")
	}
	_, _, err = page.life.Split(ctx, tx, why, told, movers, to, "")
	return told.Day.SayWhole() + "," + namesIn(who) + "分出去,住" + where + "。", err
}

// couple is what has to be asked before a married couple is registered as two households, ""
// where none is parted: each would be judged by what one alone earns and owns, and of whoever
// leaves nothing is known any more. A couple that lives apart is one family by the law
// (最低生活保障审核确认办法第7条), but for those who in truth live apart.
func couple(members, leave []memberRow) string {
	var pair []string
	parted, words := 0, []string{relationWord("applicant"), relationWord("spouse")}
	for _, m := range members {
		if !slices.Contains(words, m.Relation) {
			continue
		}
		pair = append(pair, m.Name)
		if slices.ContainsFunc(leave, func(l memberRow) bool { return l.ID == m.ID }) {
			parted++
		}
	}
	if len(pair) != 2 || parted != 1 {
		return ""
	}
	return pair[0] + "和" + pair[1] + "登记的是夫妻。两个人都问过了:确实分开过,不是出门打工、看病、住院"
}

// leavers are the members who were given a relation in the new household: one choice each,
// and who was given none stays.
func (page *lifePage) leavers(r *http.Request) (out []memberRow) {
	for _, m := range page.Members {
		if r.PostFormValue("relation-"+strconv.FormatInt(int64(m.ID), 10)) != "" {
			out = append(out, m)
		}
	}
	return out
}

// founders are who goes into a new household, and who they are in it.
func (page *lifePage) founders(r *http.Request, who []memberRow) (movers []registry.Mover, err error) {
	heads := 0
	if len(who) == 0 {
		return nil, core.Invalid("relation", "先选谁搬出去:在他的名字旁边,选他在新家里是谁。")
	}
	for _, m := range who {
		rel := core.Relation(r.PostFormValue("relation-" + strconv.FormatInt(int64(m.ID), 10)))
		if !slices.ContainsFunc(page.Relations, func(o wording.Option) bool { return o.Value == string(rel) }) {
			return nil, core.Invalid("relation", "搬出去的每个人,选一下在新家里是谁。")
		}
		if rel == "applicant" {
			heads++
		}
		movers = append(movers, registry.Mover{Person: m.ID, Relation: rel})
	}
	if heads != 1 {
		return nil, core.Invalid("relation", "新家要有一个人是“本人”,只有一个。")
	}
	return movers, nil
}

// toldOf reads when it happened and by what it is told: of an event that ends somebody's place
// with the words that are kept beside it.
func (page *lifePage) toldOf(r *http.Request, why registry.Purpose) (registry.Told, error) {
	day, err := core.ParseDate(r.PostFormValue("day"))
	if err != nil {
		return registry.Told{}, errDay
	}
	proof := r.PostFormValue("proof")
	if page.Grounds() != nil {
		if proof, page.because, err = page.basis(r); err != nil {
			return registry.Told{}, err
		}
		page.life = page.life.Because(page.because)
	} else if !slices.ContainsFunc(proofs, func(o wording.Option) bool { return o.Value == proof }) {
		return registry.Told{}, errProof
	}
	return registry.Told{Day: day, Source: "officer:" + why.Actor.ID + "," + proof}, nil
}

// childOf reads a child who was born. A number is not needed: many are told before there
// is one.
func (page *lifePage) childOf(r *http.Request, born core.Date) (registry.NewPerson, error) {
	child := registry.NewPerson{Name: strings.TrimSpace(r.PostFormValue("name")), Birth: born, Sex: core.Sex(r.PostFormValue("sex")), Relation: core.Relation(r.PostFormValue("relation"))}
	if wordOf(page.Born(), string(child.Relation)) == "" {
		return child, core.Invalid("relation", "选孩子是申请人的什么人。刚生的孩子是子女、孙子女或者其他。")
	}
	if child.Sex != "male" && child.Sex != "female" || child.Name == "" || len([]rune(child.Name)) > 60 {
		return child, core.Invalid("sex", "写上孩子的姓名,选男孩还是女孩。")
	}
	return child, nil
}

// Born are the relations to choose from for who is born.
func (page lifePage) Born() (out []wording.Option) {
	for _, r := range registry.BornAs(page.family, page.Today) {
		o := wording.Option{Value: string(r), Word: relationWord(r)}
		if r == "other" {
			o.Word = "其他,比如弟弟妹妹、侄子侄女"
		}
		out = append(out, o)
	}
	return out
}

// Earliest is the first day that the form offers; zero for any.
func (page lifePage) Earliest() core.Date {
	if page.Kind.Value == "birth" {
		return registry.BornSince(page.Today)
	}
	return 0
}

// chosen are the members who were ticked.
func (page *lifePage) chosen(r *http.Request) (out []memberRow) {
	for _, m := range page.Members {
		if slices.Contains(r.PostForm["member"], strconv.FormatInt(int64(m.ID), 10)) {
			out = append(out, m)
		}
	}
	return out
}

// place reads a village of the household's own township.
func (page *lifePage) place(r *http.Request) (core.Place, string, error) {
	for _, v := range page.Villages {
		if string(v.Code) == r.PostFormValue("village") {
			return core.Place{Region: v.Code, Detail: strings.TrimSpace(r.PostFormValue("detail"))}, v.Name, nil
		}
	}
	return core.Place{}, "", core.Invalid("village", "选住到哪个村。住到别的乡镇的,请把这件事告诉县里,由县里的人在「查人」里登记。")
}

func idsOf(who []memberRow) []core.PersonID {
	var out []core.PersonID
	for _, m := range who {
		out = append(out, m.ID)
	}
	return out
}

func namesIn(who []memberRow) string {
	var out []string
	for _, m := range who {
		out = append(out, m.Name)
	}
	return strings.Join(out, "、")
}

// Picked reports whether a value of a field was chosen on the page before.
func (page lifePage) Picked(field, value string) bool {
	return slices.Contains(page.Form[field], value)
}

// Typed is what was typed into a field on the page before.
func (page lifePage) Typed(field string) string {
	if values := page.Form[field]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Proof is by what the event is told, in words.
func (page lifePage) Proof() string { return wordOf(page.Proofs, page.Typed("proof")) }

// again shows the form once more with all that was typed: whoever reads at the last step
// what is wrong mends that and types nothing twice.
func (p *Room) again(w http.ResponseWriter, r *http.Request, at desk.At, a asked) error {
	page, err := p.lifeOf(r, at, a)
	if err != nil {
		return err
	}
	if page.Kind.Value == "" {
		return errKind
	}
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		return p.lives(ctx, tx, why, at, &page)
	})
	if err == nil {
		err = p.nameTellers(r.Context(), page.Events)
	}
	if err != nil {
		return err
	}
	page.Form = r.PostForm
	return p.showLife(w, r, at, page)
}
