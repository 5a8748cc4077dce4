package twins

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
	pairs "lianou/core/registry/twins"
	"lianou/core/wording"
)

// cell is one value and where it comes from.
type cell struct{ Value, From string }

// field is one line of the comparison, in words.
type field struct {
	Label       string
	Here, There cell
	Word, Tone  string
}

// part is one share of the score, in words.
type part struct{ What, Like, Points string }

type layPage struct {
	Said       string
	Row        row
	Here       string // the row's own name
	Fields     []field
	Parts      []part
	Total      int
	TwoNumbers bool
	Merged     bool
	Words      []word        // what was said, the last first
	Mine       bool          // whoever looks has said theirs, and nothing is asked of them
	Waits      string        // what a word that two are one waits for
	Ask        *ask          // somebody wants two who are one to be two again; nil for nobody
	Going      bool          // two people said so, and the job is about to
	Kept       bool          // somebody out of sight answered that they stay one
	Blocked    bool          // another merge is to be undone first
	Taken      []quota.Thing // that households of both rows took a place of
	PutOff     bool          // somebody says that they are one, and it was put off once already
	Next       int64         // another pair that waits, 0 for none
	Sure       *sure         // what is to be confirmed before it is kept; nil where nothing is
	stays      string        // the name of the column that stays, "" where that is not known
	names      [2]string
	counted    []core.StaffID // said that the two are one, as far as the line tells, and are no kin
	against    bool           // a colleague says that they are two
}

// lay shows one pair side by side.
func (t *Room) lay(w http.ResponseWriter, r *http.Request, at desk.At) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	p, err := t.page(r.Context(), at, n)
	if err != nil {
		return err
	}
	p.Said = desk.Said(w, r)
	return show(w, at, p)
}

func show(w http.ResponseWriter, at desk.At, p layPage) error {
	return at.Page.Show(w, at, desk.View{Room: "twins", Name: "pair", Title: "是不是同一个人", Wide: true}, p)
}

// page reads one pair side by side, with what was said about it.
func (t *Room) page(ctx context.Context, at desk.At, n int64) (p layPage, err error) {
	why := registry.Purpose{Actor: desk.ActorOf(at), Why: "registry.twins"}
	err = t.d.DB.Tx(ctx, at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		p = layPage{}
		s, err := t.d.Twins.Lay(ctx, tx, why, n)
		if err != nil {
			return err
		}
		ids := []int64{int64(s.Here.ID)}
		if s.There.ID != 0 {
			ids = append(ids, int64(s.There.ID))
		}
		if err := t.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "person", len(ids), func(i int) int64 { return ids[i] })); err != nil {
			return err
		}
		p.Row, p.Here, p.Merged, p.Total = t.row(s.Pair), s.Here.Name, s.Pair.State == pairs.One, s.Score.Total
		p.TwoNumbers = !s.Here.IDNumber.IsZero() && !s.There.IDNumber.IsZero() && s.Here.IDNumber != s.There.IDNumber
		p.Fields, p.Parts, p.Blocked, p.names = t.fields(s), parts(s.Score), s.Blocked, [2]string{s.Here.Name, s.There.Name}
		switch s.Stays {
		case 0:
		case s.Here.ID:
			p.stays = "这一条"
		default:
			p.stays = "另一条"
		}
		if p.Next, err = t.next(ctx, tx, n); err != nil {
			return err
		}
		if !p.Merged {
			if p.Taken, err = quota.TakenByBoth(ctx, tx, n); err != nil {
				return err
			}
		}
		return t.heard(ctx, tx, at, &p)
	})
	if err == nil {
		err = t.nameWords(ctx, at, &p)
	}
	return p, err
}

// fields puts the comparison into words; of a row out of sight there is nothing to
// compare, and the own row stands alone.
func (t *Room) fields(s pairs.Sides) []field {
	var out []field
	for _, f := range s.Fields {
		word := differences[f.Is]
		out = append(out, field{Label: label(f.Path), Here: t.cell(f.Path, f.Here), There: t.cell(f.Path, f.There), Word: word[0], Tone: word[1]})
	}
	return out
}

// differences are the words and colours of a line. Colour never says it alone.
var differences = map[pairs.Difference][2]string{
	pairs.FieldSame: {"一样", "leaf"}, pairs.FieldOther: {"不一样", "red"}, pairs.FieldHere: {"只有这一条有", "petal"}, pairs.FieldThere: {"只有另一条有", "petal"},
}

var columnLabels = map[string]string{"name": "姓名", "id_number": "身份证号", "birth": "出生日期", "sex": "性别", "phone": "电话", "village": "住哪儿"}

func label(path string) string {
	if l := columnLabels[path]; l != "" {
		return l
	}
	return wording.FactLabel("members/m/" + strings.TrimPrefix(path, "facts/"))
}

// unregistered is what desk.SayFact says where it has no words, whether there is a value or not.
const unregistered = "没有登记"

func (t *Room) cell(path string, told pairs.Told) cell {
	if told.Value == "" {
		return cell{}
	}
	c := cell{Value: told.Value}
	if c.From = "没有号码的登记"; told.Source != "" {
		c.From, _ = desk.SourceOf(core.Provenance{Said: told.Source, At: told.Known})
	}
	switch key := strings.TrimPrefix(path, "facts/"); path {
	case "sex":
		c.Value = map[string]string{"male": "男", "female": "女"}[told.Value]
	case "village":
		c.Value = t.d.Regions.FullName(core.RegionCode(told.Value))
	case "birth":
		if day, err := core.ParseDate(told.Value); err == nil {
			c.Value = day.SayWhole()
		}
	case "name", "id_number", "phone":
	default:
		if c.Value = desk.SayFact(false, key, told.From, json.RawMessage(told.Value)); c.Value == unregistered && told.Value != "null" {
			c.Value = "有登记,这里显示不了"
		}
	}
	if told.From != 0 {
		c.From += "," + told.From.Time().Format(time.DateOnly) + "起"
	}
	return c
}

// parts puts the score into words: an officer sees what speaks for it and for how much.
func parts(s pairs.Score) []part {
	var out []part
	for _, p := range s.Parts {
		if p.Points == 0 {
			continue
		}
		out = append(out, part{whats[p.What], likes[p.What+"/"+p.Like], sign(p.Points)})
	}
	return out
}

func sign(n int) string {
	if n > 0 {
		return "+" + strconv.Itoa(n)
	}
	return "−" + strconv.Itoa(-n)
}

var whats = map[string]string{"name": "姓名", "number": "身份证号", "birth": "出生日期", "sex": "性别", "phone": "电话", "place": "住处", "home": "户"}

var likes = map[string]string{
	"name/same": "一样", "name/variant": "繁体或异体字", "name/order": "前后次序不同", "name/hidden": "有一个字没显示出来", "name/homophone": "同音",
	"name/heard": "长名字里差一个音", "name/short": "少一个字", "name/near": "差一个字", "name/surname": "只有姓一样", "name/apart": "不一样",
	"number/same": "一样", "number/slip": "写错了一位", "number/close": "都有效,差一位", "number/sequence": "同地同日,末尾顺序号不同", "number/other": "不一样",
	"birth/same": "一样", "birth/slip": "差一个数字,或月日颠倒", "birth/other": "不一样", "sex/other": "不一样", "phone/same": "一样",
	"place/village": "同村", "place/township": "同乡镇", "place/other": "不在一处", "home/same": "在同一户里是两个人",
}
