package core

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Fen is an amount of money in fen (分), one hundredth of a yuan. There is no
// other money type: a float never holds an amount.
//
// In JSON a Fen is a number of yuan with at most two decimals (390, 390.5):
// the public contracts (samples/household.schema.json) speak yuan.
type Fen int64

// Yuan makes an amount of whole yuan.
func Yuan(n int64) Fen { return Fen(n * 100) }

// String formats the amount as yuan with two decimals and grouped thousands,
// such as "1,234.50". It carries no unit, because screens and letters differ in
// whether they print 元.
func (f Fen) String() string {
	sign, n := "", int64(f)
	if n < 0 {
		sign, n = "-", -n
	}
	whole := strconv.FormatInt(n/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s%s.%02d", sign, whole, n%100)
}

// Short formats the amount as people say it: no decimals when it is whole yuan.
func (f Fen) Short() string { return strings.TrimSuffix(f.String(), ".00") }

// MarshalJSON writes yuan.
func (f Fen) MarshalJSON() ([]byte, error) {
	s := strings.ReplaceAll(f.Short(), ",", "")
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(s, "0")
	}
	return []byte(s), nil
}

// UnmarshalJSON reads yuan with at most two decimals; anything finer, quoted or
// beyond the range of int64 fen is refused as KindInvalid.
func (f *Fen) UnmarshalJSON(b []byte) error {
	v, err := ParseYuan(string(b))
	if err != nil {
		return err
	}
	*f = v
	return nil
}

// MaxAmount bounds every amount a person or a file may state: one hundred
// million yuan. Above it lies a typing mistake, and below it sums of a whole
// city stay far from overflow.
const MaxAmount Fen = 100_000_000_00

// ParseYuan reads a number of yuan such as "390", "390.5" or "1e3" with at most
// two decimals. Errors are KindInvalid.
func ParseYuan(s string) (Fen, error) {
	bad := Invalid("amount", "金额请填数字,最多两位小数,例如 390.50。")
	if len(s) == 0 || len(s) > 24 || strings.ContainsAny(s, "xXpP_nNiI") {
		return 0, bad
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(v) > float64(MaxAmount)/100 {
		return 0, bad
	}
	n := math.Round(v * 100)
	if math.Abs(v*100-n) > 1e-6 {
		return 0, bad
	}
	return Fen(n), nil
}
