package ranking

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/insight"
	"lianou/core/pg"
)

// unshown stands for a number that is not shown (core/discreet; domain.md 7.5).
const unshown = "不显示"

// mostLosers is how many townships that lose most are named.
const mostLosers = 8

// mostTold is how many reports are listed beside the one that is read.
const mostTold = 12

// sensePage is a report on weights, and one of its comparisons in full.
type sensePage struct {
	Known    bool
	Of       string         // digest of the weights it is about
	Told     []insight.Told // reports on other weights
	Kept     insight.Kept
	Weights  []weightRow
	Proposed bool
	Runs     []runRow
	One      runRow
	From     string // what One starts from, in a word
	Groups   []groupRow
	Losers   []groupRow
	Unsaid   bool // of some townships it is not shown whether they lose
}

type weightRow struct {
	Name      string
	Now, Then int // in tenths of a point at most
}

type runRow struct {
	insight.ShownRun
	N     int
	Title string
	Bands []bandRow
	Here  bool
}

type bandRow struct {
	Band          string
	Before, After string
}

// groupRow is one group's share of the hardest 3 in 100.
type groupRow struct {
	Kind, Name         string
	Before, After      string // counts, or unshown
	BeforeIn, AfterIn  string // in a hundred of the group
	From               string // what Before is by
	Less, More, Hidden bool
}

// sensitivity shows the report on the weights that are asked for, else the newest. It
// counts, and names nobody.
func (k *Room) sensitivity(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var page sensePage
	of := r.URL.Query().Get("of")
	err := k.d.DB.Tx(r.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if page.Kept, err = k.reportOn(ctx, tx, of); err != nil {
			return err
		}
		page.Of = page.Kept.Subject().Digest()
		told, err := k.d.Watch.Found().ToldOf(ctx, tx, mostTold)
		page.Told = slices.DeleteFunc(told, func(t insight.Told) bool { return t.Weights == page.Of })
		return err
	})
	switch {
	case errors.Is(err, insight.ErrNotSensed):
		return k.showSense(w, at, page)
	case err != nil:
		return err
	}
	n, err := runOf(r.URL.Query().Get("run"), page.Kept.Runs)
	if err != nil {
		return err
	}
	page.fill(n, func(c core.RegionCode) string { return k.d.Registry.Regions().FullName(c) })
	return k.showSense(w, at, page)
}

func (k *Room) reportOn(ctx context.Context, tx *pg.Tx, of string) (insight.Kept, error) {
	if of == "" {
		return k.d.Watch.Found().LastSensed(ctx, tx)
	}
	return k.d.Watch.Found().SensedOf(ctx, tx, of)
}

func (k *Room) showSense(w http.ResponseWriter, at desk.At, page sensePage) error {
	return at.Page.Show(w, at, desk.View{Room: "ranking", Name: "sensitivity", Title: "权重试算", Wide: true}, page)
}

// runOf reads which comparison is wanted; without a word it is the one that moves most.
func runOf(asked string, runs []insight.Run) (int, error) {
	if asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 0 || n >= len(runs) {
			return 0, core.E(core.KindNotFound, "run_unknown", "没有这一种试算。")
		}
		return n, nil
	}
	most := 0
	for i := range runs {
		if runs[i].Name == "proposed" {
			return i, nil
		}
		if runs[i].Entered+runs[i].Left > runs[most].Entered+runs[most].Left {
			most = i
		}
	}
	return most, nil
}

func (p *sensePage) fill(at int, place func(core.RegionCode) string) {
	p.Known, p.Proposed = true, p.Kept.Proposed != nil
	now, then := p.Kept.Now.Tops(), p.Kept.Subject().Tops()
	for i, part := range desk.IndexParts(nil) {
		p.Weights = append(p.Weights, weightRow{part.Name, now[i], then[i]})
	}
	for i := range p.Kept.Runs {
		r := runRow{ShownRun: p.Kept.Runs[i].Shown(), N: i, Title: runTitle(p.Kept.Runs[i].Name), Here: i == at}
		for _, b := range r.ShownRun.Bands {
			r.Bands = append(r.Bands, bandRow{string(b.Band), b.Before.Or(unshown), b.After.Or(unshown)})
		}
		p.Runs = append(p.Runs, r)
	}
	p.One, p.From = p.Runs[at], "现在"
	if p.Proposed && p.Kept.Runs[at].Name != "proposed" {
		p.One.Title, p.From = "从提出的权重起,"+p.One.Title, "按提出的权重"
	}
	for _, s := range p.One.Shares {
		if s.Kind != "town" {
			p.Groups = append(p.Groups, p.groupOf(s, place))
		}
	}
	p.Unsaid = p.One.Unsaid("town")
	for _, s := range p.One.Losers(len(p.One.Shares)) {
		if s.Kind == "town" && len(p.Losers) < mostLosers {
			p.Losers = append(p.Losers, p.groupOf(s, place))
		}
	}
}

// runTitle says what was moved.
func runTitle(name string) string {
	if name == "proposed" {
		return "换成提出的权重"
	}
	for i, part := range desk.IndexParts(nil) {
		if name[:1] == hardship.Keys[i:i+1] {
			if name[1] == '-' {
				return part.Name + " 减一成"
			}
			return part.Name + " 加一成"
		}
	}
	return name
}

func (p *sensePage) groupOf(s insight.ShownShare, place func(core.RegionCode) string) groupRow {
	g := groupRow{From: p.From, Before: s.Before.Or(unshown), After: s.After.Or(unshown), Hidden: s.Before.Hidden()}
	g.Kind, g.Name = groupWords(s.Kind, s.Key)
	if s.Kind == "town" {
		g.Name = place(core.RegionCode(s.Key))
	}
	if before, after := s.Before.N(), s.After.N(); !g.Hidden {
		g.BeforeIn, g.AfterIn = inHundred(before, s.Of.N()), inHundred(after, s.Of.N())
		g.Less, g.More = after < before, after > before
	}
	return g
}

// inHundred is a share with two decimals, rounded half up.
func inHundred(n, of int) string {
	x := (n*20_000 + of) / (2 * of)
	return fmt.Sprintf("%d.%02d%%", x/100, x%100)
}

// groupWords are the words of a group.
func groupWords(kind, key string) (string, string) {
	words := map[string]string{
		"age": "年龄", "0-17": "18 岁以下", "18-59": "18 到 59 岁", "60-79": "60 到 79 岁", "80+": "80 岁以上", "open": "还不知道",
		"sex": "性别", "female": "女", "male": "男",
		"disability": "残疾证", "1-2": "一、二级", "3-4": "三、四级", "none": "没有残疾证",
		"area": "城乡(户)", "urban": "城镇", "rural": "农村", "town": "乡镇(户)",
	}
	return words[kind], words[key]
}
