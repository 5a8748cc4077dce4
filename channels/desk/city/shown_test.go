package city

import "testing"

// TestSmallCountsOfCases: a county's count of one to four is not written.
// Control: one more shown ("4 is written 4").
func TestSmallCountsOfCases(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 1: "少于 5", 4: "少于 5", 5: "5", 1234: "1,234"} {
		if got := shown(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
