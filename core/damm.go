package core

// damm is the quasigroup of H. Michael Damm (2004): totally anti-symmetric, so
// that every wrong digit and every swap of neighbours changes the check digit.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// DammDigit is the check digit of a number that people say to each other. The digits are
// the caller's to check: anything else panics.
func DammDigit(digits string) byte {
	state := byte(0)
	for i := range len(digits) {
		state = damm[state][digits[i]-'0']
	}
	return '0' + state
}
