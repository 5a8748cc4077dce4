package core

// UnknownMark reports whether a sum is how exports of departments write that a figure is not known:
// -1, -9, -99 and so on to -999,999 yuan. The only sum of a household that may be negative is what
// each has a month, for a business can lose money; a loss of just so many yuan is asked for once
// more, and nothing else comes of it.
func UnknownMark(n Fen) bool {
	if n >= 0 || n%100 != 0 {
		return false
	}
	if n == -100 {
		return true
	}
	for mark := Fen(-9_00); mark >= -999_999_00; mark = mark*10 - 9_00 {
		if n == mark {
			return true
		}
	}
	return false
}

// Unmarked is a sum as it counts: nil where it is not known, be it that nobody said it or that a
// mark stands in its place.
func Unmarked(n *Fen) *Fen {
	if n != nil && UnknownMark(*n) {
		return nil
	}
	return n
}
