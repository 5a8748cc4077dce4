package rulebook

import (
	"fmt"
	"strconv"
	"strings"

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
