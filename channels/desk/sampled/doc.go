// Package sampled is the room of the sampled call (问钱到没到): agents ring, and those of the township
// go to, households that were paid, without knowing how much; payers and the county find out about
// what is not right.
//
// It decides nothing itself: core/sampled holds the draw, who may ask, and the end of a matter. The
// page of a call has neither the amount nor the day, in no attribute and no comment: Call has none to
// give before the answer is written.
package sampled
