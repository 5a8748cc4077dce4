package interview

import "testing"

// What is said as lying between two numbers is a span, and nothing else is.
//
// Control: span without its look at a third digit, "一二三百 is 100 to 200".
func TestSpan(t *testing.T) {
	t.Parallel()
	for said, want := range map[string][2]int64{
		"二三百": {200, 300}, "一个月二三百块": {200, 300}, "两三千": {2000, 3000}, "七八万": {70000, 80000}, "三千五六": {3500, 3600}, "一两千": {1000, 2000},
		"300到500": {300, 500}, "三百至五百": {300, 500}, "1000-1500块": {1000, 1500}, "五六个": {5, 6},
		"三百": {}, "三百来块": {}, "二百三": {}, "一二三百": {}, "一三零五三四八": {}, "三二百": {}, "500到300": {}, "有三个娃五亩地": {}, "": {},
	} {
		low, high, ok := span(said)
		if ok != (want != [2]int64{}) || low != want[0]*100 || high != want[1]*100 {
			t.Errorf("%s is %d to %d, %v", said, low, high, ok)
		}
	}
}
