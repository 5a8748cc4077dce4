// Package recheck is the room of random re-checks (抽查): the county makes a round, freezes its
// list, draws and sends another pair to each drawn case; the two write down what they found.
//
// It decides nothing itself: core/recheck holds the steps. No page says why a case was drawn. The
// payers' room (channels/desk/county) has none of it: who looks at decisions again pays nobody.
package recheck
