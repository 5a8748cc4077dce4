package rulebook

import (
	"fmt"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/policy"
)

// Weights sets how much each part of the hardship index counts, A to G, in hundredths of
// what H-1 gives it. It writes the whole file of them anew.
type Weights struct {
	Of     hardship.Weights `json:"of"`
	Source string           `json:"source"` // the paper that sets them
}

// weightsFile is where a set has its weights.
const weightsFile = "index.yaml"

// apply writes the file. Weights that stand in another file are changed there by hand: two
// places are refused by policy.
func (w *Weights) apply(s Sources) (Sources, error) {
	source, err := reason(w.Source)
	if err != nil {
		return Sources{}, err
	}
	if err := w.adds(s); err != nil {
		return Sources{}, err
	}
	var out strings.Builder
	out.WriteString("index:\n  weights: {")
	for i, n := range w.Of {
		if i > 0 {
			out.WriteString(", ")
		}
		fmt.Fprintf(&out, "%c: %d", hardship.Keys[i], n)
	}
	out.WriteString("}\n  source: " + strconv.Quote(source) + "\n")
	return s.With(weightsFile, out.String())
}

// ErrWeights refuses weights by which nobody, or too many, could come to 100 points. It says
// which were changed and what all come to.
var ErrWeights = core.Invalid("weights", "七部分的满分加起来要正好 100 分。")

// mostPoints is the highest index, in tenths of a point: bands and limits mean what they say
// only by it.
const mostPoints = 1000

// adds refuses weights that do not come to the highest index.
func (w *Weights) adds(s Sources) error {
	off := w.Of.Most() - mostPoints
	if off == 0 {
		return nil
	}
	word, do := "多了", "减"
	if off < 0 {
		off, word, do = -off, "少了", "加"
	}
	says := "七部分的满分加起来要正好 100 分,现在是 " + points(w.Of.Most()) + " 分," + word + " " + points(off) + " 分。"
	if changed := w.tops(s); changed != "" {
		says += "这一步改的是:" + changed + "。"
	}
	return core.Invalid(ErrWeights.Field, says+"请在别的部分里"+do+" "+points(off)+" 分,再交。").Wrap(ErrWeights)
}

// tops names the parts that are others than in a set, and what each gives at most.
func (w *Weights) tops(s Sources) string {
	was, known := weightsIn(s)
	if !known {
		return ""
	}
	var out []string
	old, new, names := was.Tops(), w.Of.Tops(), hardship.Names()
	for i := range new {
		if was[i] != w.Of[i] {
			out = append(out, fmt.Sprintf("%c %s %d → %d(满分 %s 分 → %s 分)", hardship.Keys[i], names[i], was[i], w.Of[i], points(old[i]), points(new[i])))
		}
	}
	return strings.Join(out, "、")
}

// points writes tenths of a point.
func points(tenths int) string { return fmt.Sprintf("%d.%d", tenths/10, tenths%10) }

func (w *Weights) say() string {
	return "困难指数的权重改为 " + weightWords(w.Of) + ",依据:" + w.Source
}

// weightWords are weights as people read them: A 收入缺口 110、B 刚性支出 85、….
func weightWords(of hardship.Weights) string {
	var out []string
	names := hardship.Names()
	for i, n := range of {
		out = append(out, fmt.Sprintf("%c %s %d", hardship.Keys[i], names[i], n))
	}
	return strings.Join(out, "、")
}

// weights are those of a set: the built-in ones where it says nothing of them.
func weights(lib *policy.Library) hardship.Weights { return hardship.WeightsOf(lib.Books()[0]) }

// Weights are the weights of a set and the paper that set them; "" for the built-in ones.
// A set that does not load is policy.Problems.
func (s Sources) Weights() (hardship.Weights, string, error) {
	lib, err := s.Load()
	if err != nil {
		return hardship.Weights{}, "", err
	}
	if in := lib.Books()[0].Index; in != nil {
		return weights(lib), in.Source, nil
	}
	return hardship.Even, "", nil
}
