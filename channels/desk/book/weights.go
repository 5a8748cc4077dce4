package book

import (
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
	"lianou/core/rulebook"
)

// weightLine is one part of the hardship index as the form asks it.
type weightLine struct {
	Key, Name string
	Now       int64
}

// weightLines are the weights of a draft as the form shows them.
func weightLines(now hardship.Weights) (out []weightLine) {
	parts := desk.IndexParts(nil)
	for i, n := range now {
		out = append(out, weightLine{hardship.Keys[i : i+1], parts[i].Name, n})
	}
	return out
}

// weights sets how much each part of the index counts.
func (b *Room) weights(w http.ResponseWriter, r *http.Request, at desk.At) error {
	op := rulebook.Weights{Source: r.FormValue("source")}
	for i := range op.Of {
		n, err := strconv.ParseInt(r.FormValue(hardship.Keys[i:i+1]), 10, 64)
		if err != nil || n < 0 || n > 300 {
			return core.Invalid(hardship.Keys[i:i+1], "每一项都要写 0 到 300 的整数,100 就是 H-1 的分量。")
		}
		op.Of[i] = n
	}
	return b.step(w, r, at, "weights", rulebook.Op{Weights: &op})
}
