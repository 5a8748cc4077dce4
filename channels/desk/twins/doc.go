// Package twins is the desk's room for rows of the register that may be one person:
// the list of pairs that wait, one pair side by side, and what somebody says about it.
//
// It shows of a row in a township out of sight the town's name and nothing else. It must
// not decide anything by itself, nor show a whole number.
package twins
