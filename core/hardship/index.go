package hardship

import (
	"lianou/core"
	"lianou/core/facts"
	"lianou/core/policy"
)

// Version names the formula with its built-in weights. VersionOf names others as well; it
// is stored with every index.
const Version = "H-1"

// An Index is the hardship of one household, in tenths of a point from 0 to 1000.
type Index struct {
	Tenths  int // sum of Parts' Tenths: the verified index when Complete, else the highest possible one
	Parts   [dimensions]Part
	Min     int // lowest possible index, given what is not known; work goes by it
	Max     int // highest possible one; breaks ties
	Band    Band
	Version string
}

// Complete reports whether nothing that counts is missing.
func (x *Index) Complete() bool { return x.Min == x.Max }

// A Part is one dimension's contribution after the asset factor, in tenths.
type Part struct {
	Key    string // "A" to "G"
	Label  string
	Tenths int // equals Max
	Min    int
	Max    int
	Most   int // the dimension's weight, in tenths
}

// Band is the coarse class that a household may hear (sample cut-offs).
type Band string

// The bands, from the hardest.
const (
	Red    Band = "red"
	Orange Band = "orange"
	Yellow Band = "yellow"
	Blue   Band = "blue"
	None   Band = "none"
)

// Label is the band's name in Chinese.
func (b Band) Label() string {
	switch b {
	case Red:
		return "红"
	case Orange:
		return "橙"
	case Yellow:
		return "黄"
	case Blue:
		return "蓝"
	default:
		return "无"
	}
}

// BandOf gives the band of an index in tenths.
func BandOf(tenths int) Band {
	switch {
	case tenths >= 600:
		return Red
	case tenths >= 450:
		return Orange
	case tenths >= 300:
		return Yellow
	case tenths >= 150:
		return Blue
	default:
		return None
	}
}

// The dimensions in order, with their weights in points.
const (
	partIncome = iota
	partRigid
	partHealth
	partLabour
	partHousing
	partEducation
	partShock
	dimensions
)

// emptyParts is the one list of the parts, of their names and of what each comes to at most.
func emptyParts() [dimensions]Part {
	return [dimensions]Part{
		{Key: "A", Label: "收入缺口", Most: 300},
		{Key: "B", Label: "刚性支出", Most: 200},
		{Key: "C", Label: "健康残疾", Most: 150},
		{Key: "D", Label: "劳动抚养", Most: 120},
		{Key: "E", Label: "住房", Most: 80},
		{Key: "F", Label: "教育", Most: 50},
		{Key: "G", Label: "突发", Most: 100},
	}
}

// span is an exact range of points, low to high.
type span struct{ low, high ratio }

// Score computes the index of h under a Book, which gives the local standard of
// h's county and area. Missing facts widen the interval; they never count as zero.
// For more than one household make a Scorer.
func Score(h *core.Household, book *policy.Book) Index {
	var v facts.Vector
	v.Gather(h)
	s := &Scorer{weights: WeightsOf(book), words: findWords()}
	s.learn(place(h.County), book)
	p := s.Score(&v)
	return p.index(&s.weights)
}

// index spells out the points that were scored by some weights.
func (p *Points) index(w *Weights) Index {
	out := Index{Parts: emptyParts(), Min: p.Min(), Max: p.Max(), Version: w.Version()}
	for i := range out.Parts {
		part := &out.Parts[i]
		part.Most = int(weigh(int64(part.Most), w[i]))
		part.Min, part.Max, part.Tenths = int(p.Low[i]), int(p.High[i]), int(p.High[i])
	}
	out.Tenths = out.Max
	out.Band = BandOf(out.Tenths)
	return out
}
