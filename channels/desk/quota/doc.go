// Package quota is the desk's room of scarce places (名额): rounds are opened and frozen by
// two people, places are offered from the top of the list, and whoever asks sees why one
// household stands before another.
//
// The officers of a township see whom they have to ring or to visit for it (town).
//
// It decides nothing itself: core/quota holds the order. The posted list (公示) shows a
// place in the list, a masked name and a township, and nothing else (security.md P27).
package quota
