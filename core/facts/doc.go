// Package facts is what is known of one household in its two flat forms: the
// Vector, which judging and the index read, and the Row, the same packed into a
// few dozen bytes for scans of the whole registry (全库扫描).
//
// A Row does not depend on a day: it keeps dates of birth and of events, and gives
// the Vector of any day. What is not known stays not known; nothing is guessed.
//
// It is pure, and it judges nothing: that is matching's and hardship's work.
package facts
