package facts

import (
	"math/bits"

	"lianou/core/policy"
)

// Spot reads from a Row only where the household lives, as far as amounts know: the number
// of its county and its area, by the order of policy.Areas. A question that hangs on the
// place alone costs a small part of Unpack. Errors: a row that Pack did not make.
func Spot(row []byte) (county, area int, err error) {
	if !readable(row) {
		return 0, 0, errRow
	}
	in := unpacking{b: row[3:]}
	mask := in.uvarint() &^ shocksKnown
	area = len(policy.Areas) - 1
	for rest := mask & (2<<policy.Area - 1); rest != 0; rest &= rest - 1 {
		x := in.varint()
		if bits.TrailingZeros64(rest) == int(policy.Area) {
			area = int(x)
		}
	}
	if in.bad || area < 0 || area >= len(policy.Areas) {
		return 0, 0, errRow
	}
	return int(row[1]), area, nil
}
