package hardship

import "math/bits"

// ratio is an exact number of points num/den, with num >= 0 and den > 0.
type ratio struct{ num, den int64 }

func points(n int64) ratio { return ratio{n, 1} }

// clamped is num/den cut to between 0 and most points.
func clamped(num, den, most int64) ratio {
	switch {
	case num <= 0:
		return ratio{0, 1}
	case num >= most*den:
		return ratio{most, 1}
	default:
		return ratio{num, den}
	}
}

// tenths is r times the factor, in tenths of a point, rounded half up. Products
// are taken in 128 bits: amounts up to 10^10 fen would overflow 64.
func (r ratio) tenths(factor ratio) int64 {
	if r.num == 0 {
		return 0
	}
	den := uint64(r.den) * uint64(factor.den)
	hi, lo := bits.Mul64(uint64(r.num)*20, uint64(factor.num))
	lo, carry := bits.Add64(lo, den, 0)
	hi += carry
	q, _ := bits.Div64(hi, lo, 2*den)
	return int64(q)
}

// less compares two ratios exactly.
func (r ratio) less(o ratio) bool {
	h1, l1 := bits.Mul64(uint64(r.num), uint64(o.den))
	h2, l2 := bits.Mul64(uint64(o.num), uint64(r.den))
	return h1 < h2 || (h1 == h2 && l1 < l2)
}

// widen makes s hold r as well.
func (s *span) widen(r ratio) {
	if s.low.den == 0 || r.less(s.low) {
		s.low = r
	}
	if s.high.den == 0 || s.high.less(r) {
		s.high = r
	}
}

func exactly(r ratio) span { return span{r, r} }
