package policy

import (
	"slices"
	"strings"
)

// unitWords are the units as people say them.
var unitWords = map[Unit]string{UnitFen: "元", UnitCount: "个", UnitYears: "岁", UnitMonths: "个月", UnitDays: "天", UnitM2: "平方米", UnitRatio: "倍"}

// Chinese is the unit as people say it.
func (u Unit) Chinese() string { return unitWords[u] }

// Decimals is how many decimals a number of the unit is written with at most.
func (u Unit) Decimals() int { return places(u) }

// UnitOf is what a parameter counts in, as people say it, with its period where it has one:
// 元/月. The label says the period, and where it does not, what is paid by the formulas that
// read it, if they agree.
func (b *Book) UnitOf(id ParamID) string {
	p := &b.Params[id]
	out := p.Unit.Chinese()
	if p.Unit != UnitFen {
		return out
	}
	for _, per := range []struct{ word, per string }{{"每月", "/月"}, {"每年", "/年"}, {"一年", "/年"}, {"每学期", "/学期"}, {"每季", "/季"}} {
		if strings.Contains(p.Label, per.word) {
			return out + per.per
		}
	}
	return out + map[string]string{"month": "/月", "year": "/年", "term": "/学期", "season": "/季"}[b.per(id)]
}

// per is the period of the benefits that a parameter is paid as; "" for none, or several.
func (b *Book) per(id ParamID) string {
	per := ""
	for i := range b.Items {
		f := b.Items[i].Benefit.Formula
		if f == nil {
			continue
		}
		for _, u := range f.Uses {
			switch {
			case u.Param != id:
			case per != "" && per != b.Items[i].Benefit.Per:
				return ""
			default:
				per = b.Items[i].Benefit.Per
			}
		}
	}
	return per
}

var perWords = map[string]string{"month": "每月", "year": "每年", "term": "每学期", "season": "每个采暖季", "once": "一次"}

// PerWord is the period of a benefit as people say it, "" for none.
func PerWord(per string) string { return perWords[per] }

// Yes and No are what a fact that holds or not says.
const (
	Yes = "是"
	No  = "否"
)

// YesNo reports whether a value says no more than yes or no.
func YesNo(s string) bool { return s == Yes || s == No }

// AmountSaid says what a parameter is at a place, with its unit and the mark of a sample; "没有"
// where it has no row there, or that hangs on an area that is not known.
func (b *Book) AmountSaid(name string, at Place) string {
	id, found := b.params[name]
	if !found {
		return "没有"
	}
	a, has := b.Amount(id, at.County, at.Area)
	if !has {
		return "没有"
	}
	mark := ""
	if a.Sample {
		mark = "(样本)"
	}
	return b.Params[id].Unit.Number(a.Value) + " " + b.UnitOf(id) + mark
}

// Looks reports whether a condition stands in the item's own criteria; those of a status that it
// goes by are the status's.
func (it *Item) Looks(test string) bool { return it.When.looks(test) || it.Person.looks(test) }

func (n *Node) looks(test string) bool {
	if n == nil {
		return false
	}
	return n.Kind == NodeTest && n.Test.Name == test || slices.ContainsFunc(n.Kids, func(k *Node) bool { return k.looks(test) })
}
