package hardship

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"lianou/core"
)

// Keys are the letters of the dimensions in order.
const Keys = "ABCDEFG"

// By gives what points that were scored by Even come to under other weights: the same
// that a Scorer with these weights gives, without reading the household again.
func (p *Points) By(w *Weights) (out Points) {
	for i := range p.Low {
		out.Low[i] = weigh(int64(p.Low[i]), w[i])
		out.High[i] = weigh(int64(p.High[i]), w[i])
	}
	return out
}

// Most is the highest index these weights can give, in tenths; the index goes to 1000.
func (w *Weights) Most() int {
	n := 0
	for _, most := range w.Tops() {
		n += most
	}
	return n
}

// Digest names the weights: SHA-256 of their canonical JSON.
func (w *Weights) Digest() string {
	sum := sha256.Sum256([]byte(w.String()))
	return hex.EncodeToString(sum[:])
}

// String is the canonical JSON of the weights, as ReadWeights takes it.
func (w *Weights) String() string {
	var out bytes.Buffer
	for i, n := range w {
		fmt.Fprintf(&out, "%c%q:%d", "{,,,,,,"[i], Keys[i:i+1], n)
	}
	out.WriteByte('}')
	return out.String()
}

// Varied gives the weights with one dimension up or down by some hundredths of itself.
func (w Weights) Varied(dimension int, hundredths int64) Weights {
	w[dimension] = (w[dimension]*(100+hundredths) + 50) / 100
	return w
}

// mostWeight bounds a weight: three times what H-1 gives a dimension.
const mostWeight = 300

// ReadWeights reads proposed weights: a JSON object of all seven letters, each in
// hundredths of what H-1 gives the dimension. Errors: KindInvalid for anything else, for a
// weight outside 0 to 300, and for weights whose highest index is not 100 points, for
// bands and limits would then mean something else than they say.
func ReadWeights(b []byte) (Weights, error) {
	var w Weights
	in := json.NewDecoder(bytes.NewReader(b))
	in.UseNumber()
	if t, err := in.Token(); err != nil || t != json.Delim('{') {
		return w, badWeights("权重要写成 {\"A\":100, … \"G\":100}。")
	}
	seen := [dimensions]bool{}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return w, badWeights("权重文件在中途断了。")
		}
		i := dimensionOf(key)
		if i < 0 || seen[i] {
			return w, badWeights("权重只有 A 到 G 七项,每项写一次。")
		}
		value, err := in.Token()
		number, isNumber := value.(json.Number)
		if err != nil || !isNumber {
			return w, badWeights("权重要写整数。")
		}
		n, err := number.Int64()
		if err != nil || n < 0 || n > mostWeight {
			return w, badWeights("权重是 0 到 300 的整数,100 就是现在的分量。")
		}
		w[i], seen[i] = n, true
	}
	if t, err := in.Token(); err != nil || t != json.Delim('}') {
		return w, badWeights("权重文件在中途断了。")
	}
	if _, err := in.Token(); err != io.EOF {
		return w, badWeights("权重后面还有别的内容。")
	}
	return w, checkWeights(&w, seen)
}

func checkWeights(w *Weights, seen [dimensions]bool) error {
	if seen != [dimensions]bool{true, true, true, true, true, true, true} {
		return badWeights("权重要把 A 到 G 七项都写上。")
	}
	if most := w.Most(); most != 1000 {
		return badWeights(fmt.Sprintf("按这些权重,满分是 %d.%d,不是 100。请调整,加起来要正好 100 分。", most/10, most%10))
	}
	return nil
}

func dimensionOf(key any) int {
	s, _ := key.(string)
	for i := range Keys {
		if s == Keys[i:i+1] {
			return i
		}
	}
	return -1
}

func badWeights(say string) error { return core.Invalid("weights", say) }
