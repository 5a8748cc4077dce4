// Package discreet says which counts of people may be shown. A count of one to four could
// tell who they are (domain.md 7.5), and is hidden; and as many others are hidden with it as
// it takes that nobody finds it by subtraction. It is the one rule for pages, commands and
// files; it knows no table and no words.
//
// What is held, and what the property tests try to break: a reader who knows every number
// that is shown, that sums are sums, that nobody is counted below nought, that a nought is
// shown as one, and that the next smallest were hidden for the smallest's sake, finds for
// every hidden number that it could be one, and that it could be five or more. So at least
// five values are left, and whether the number is small is not told either. Small and
// hidden beside small look the same, and give the same reason.
//
// Where the rules themselves leave a place alone its nought stays one, also below a count that is
// hidden (Tree.None): the reader knows it from the rules, and finds no other number by it.
//
// Sums of money tell counts, when an amount is known: they are hidden where a count is,
// and where anything is hidden all of the others are rounded, so coarsely that five
// households more or less make no difference (Round).
//
// What is not held: two shown counts of 30 and 32 of one place say that two came; a
// comparison of two runs over other data says what changed between them.
package discreet

// Least is the smallest count that is shown.
const Least = 5

// Reason is why a number is left out, for machines.
const Reason = "small, or would give a small one away"

// small reports whether a count could tell who is counted.
func small(n int) bool { return 0 < n && n < Least }
