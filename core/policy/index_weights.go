package policy

import (
	"fmt"
	"strings"
)

// IndexWeights says how much each of the seven parts of the hardship index counts,
// A to G, in hundredths of what the formula H-1 gives it.
type IndexWeights [7]int64

// Index is what a set of rules says about the hardship index. It orders work; no
// outcome of any item goes by it. It holds for every day of its set: an edition has a
// day of its own.
type Index struct {
	Weights IndexWeights
	Source  string // the paper that set them
}

// srcIndex is the section as written, once in a whole set.
type srcIndex struct {
	Weights srcWeights `yaml:"weights"`
	Source  string     `yaml:"source"`
}

type srcWeights struct {
	A decimal `yaml:"A"`
	B decimal `yaml:"B"`
	C decimal `yaml:"C"`
	D decimal `yaml:"D"`
	E decimal `yaml:"E"`
	F decimal `yaml:"F"`
	G decimal `yaml:"G"`
}

func (w *srcWeights) each() [7]decimal { return [7]decimal{w.A, w.B, w.C, w.D, w.E, w.F, w.G} }

// indexLetters are the parts in their order.
const indexLetters = "ABCDEFG"

// mostIndexWeight bounds a weight: three times what H-1 gives a part.
const mostIndexWeight = 300

// indexMost is the highest each part can be by H-1, in tenths. It is core/hardship's own
// table, which may not be read from here; a test there holds the two together.
func indexMost() [7]int64 { return [7]int64{300, 200, 150, 120, 80, 50, 100} }

// Sum is the highest index that these weights can give, in tenths of a point.
func (w *IndexWeights) Sum() int64 {
	n := int64(0)
	for i, most := range indexMost() {
		n += (most*w[i] + 50) / 100
	}
	return n
}

// addIndex reads the weights of the index, where the file has any.
func (b *builder) addIndex(f *file) {
	if f.doc.Index == nil {
		return
	}
	a := at{file: f.name, item: "index", node: f.root}.below("index")
	if b.index != nil {
		b.problem(a, "指数的权重写了两处。整套政策里只留一处。", "the weights of the index are given twice")
		return
	}
	b.index = &Index{Source: f.doc.Index.Source}
	if strings.TrimSpace(b.index.Source) == "" {
		b.problem(a.in("source"), "指数的权重没写出处。请写上文件名和日期。", "weights need their source")
	}
	if b.weigh(a.in("weights"), &f.doc.Index.Weights) {
		b.checkSum(a.in("weights"))
	}
}

// below goes into a section without naming it again: the item is the section.
func (a at) below(section string) at {
	if n := child(a.node, section); n != nil {
		a.node = n
	}
	return a
}

// weigh takes the seven numbers over, and reports whether each is one.
func (b *builder) weigh(a at, src *srcWeights) bool {
	good := true
	for i, d := range src.each() {
		letter := indexLetters[i : i+1]
		if d == "" {
			b.problem(a, "指数的权重缺了 "+letter+" 这一项。A 到 G 七项都要写。", "the weight %s is missing", letter)
			good = false
			continue
		}
		n, err := d.scaled(0)
		if err != nil || n > mostIndexWeight {
			b.problem(a.in(letter), "权重是 0 到 300 的整数,100 就是 H-1 的分量。", "%s: a weight is a whole number from 0 to %d", letter, mostIndexWeight)
			good = false
			continue
		}
		b.index.Weights[i] = n
	}
	return good
}

// checkSum holds that the highest index stays 100 points: bands and limits would mean
// something else than they say.
func (b *builder) checkSum(a at) {
	if sum := b.index.Weights.Sum(); sum != 1000 {
		points := fmt.Sprintf("%d.%d", sum/10, sum%10)
		b.problem(a, "按这些权重,满分是 "+points+" 分,不是 100 分。请调整,七项加起来要正好 100 分。", "these weights come to %s points, not to 100", points)
	}
}

// equal tells two Books' words about the index apart.
func (x *Index) equal(o *Index) bool { return x == o || x != nil && o != nil && *x == *o }
