package twins

import (
	"strings"
	"testing"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	pairs "lianou/core/registry/twins"
	"lianou/core/staff"
)

// TestNoPromiseWhereSomethingIsInTheWay: that two rows become one in seconds is said to who
// confirms, and of words that suffice, only where nothing is in the way that the page knows of:
// not another merge, not a colleague who says they are two, not that the first has become kin.
//
// Controls: who without Blocked ("another merge: it says 已经有同事说是…几秒钟就合"); waits that
// does not look at Blocked ("in the way: it says 正在合").
func TestNoPromiseWhereSomethingIsInTheWay(t *testing.T) {
	t.Parallel()
	const town core.RegionCode = "371426104"
	one := pairs.Pair{ID: 1, Person: 1, Town: town, Other: 2, OtherTown: town, State: pairs.Open, Waits: pairs.WaitsSecond, Sayers: []core.StaffID{4}}
	me := desk.At{Staff: staff.Person{ID: 3}}
	for name, tc := range map[string]struct {
		p    layPage
		want string
	}{
		"nothing":             {layPage{Row: row{Pair: one}, counted: []core.StaffID{4}}, "几秒钟就合"},
		"another merge":       {layPage{Row: row{Pair: one}, counted: []core.StaffID{4}, Blocked: true}, "先撤那一次"},
		"one says it is two":  {layPage{Row: row{Pair: one}, counted: []core.StaffID{4}, against: true}, "改口说是,才会合"},
		"kin":                 {layPage{Row: row{Pair: one}}, "还要另一位同事"},
		"a row out of sight":  {layPage{Row: row{Pair: one, Beyond: "德平镇"}, counted: []core.StaffID{4}}, "要是德平镇那一条"},
		"me and nobody else":  {layPage{Row: row{Pair: one}, counted: []core.StaffID{3}}, "还要另一位同事"},
		"kin over the border": {layPage{Row: row{Pair: one, Beyond: "德平镇"}}, "还要德平镇的同事"},
	} {
		got := tc.p.who(me)
		if !strings.Contains(got, tc.want) || tc.want != "几秒钟就合" && strings.Contains(got, "几秒钟") {
			t.Errorf("%s: it says %s", name, got)
		}
	}
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	words := []pairs.Word{{Say: pairs.SaySame, Staff: 3, Town: town, At: now}, {Say: pairs.SaySame, Staff: 4, Town: town, At: now}}
	for name, tc := range map[string]struct {
		blocked bool
		after   time.Duration
		want    string
	}{
		"at once":    {false, time.Second, merging},
		"in the way": {true, time.Second, blocked},
		"put off":    {false, time.Hour, "两个人都说了是,还没有合上。再说一遍,就合。"},
	} {
		p := layPage{Row: row{Pair: one}, Blocked: tc.blocked}
		if got := (&Room{}).waits(&p, words, 3, now.Add(tc.after)); got != tc.want {
			t.Errorf("%s: it says %s, want %s", name, got, tc.want)
		}
	}
}
