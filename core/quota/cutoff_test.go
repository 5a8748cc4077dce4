package quota_test

import (
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/quota"
)

// TestACutoffLiesAhead: an hour that has passed is no cut-off, and who asks for one reads which
// is the first they may have; the table takes none either.
//
// Controls: Open with the hour of grace it had ("an hour that has just passed: <nil>"); the
// table as it was ("of two hours ago: the table takes it").
func TestACutoffLiesAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.now(t)
	ask := func(cutoff time.Time) error {
		_, err := w.quota.Open(t.Context(), w.han, quota.Asked{Item: "RS-01", Area: "371426", Places: 2, Cutoff: cutoff, Why: "2026 年第四批"})
		return err
	}
	first := "最早可以选 " + quota.Earliest(now).In(core.China).Format("2006年1月2日 15 点") + "。"
	for what, c := range map[string]struct {
		cutoff time.Time
		says   string
	}{
		"an hour that has just passed": {now.Truncate(time.Hour), first},
		"a minute ago":                 {now.Add(-time.Minute), first},
		"yesterday":                    {now.AddDate(0, 0, -1), first},
		"in two years":                 {now.AddDate(2, 0, 0), "最晚可以选 "},
	} {
		if err := ask(c.cutoff); core.KindOf(err) != core.KindInvalid || !strings.Contains(core.Known(err).Say, c.says) {
			t.Errorf("%s: %v, want %s", what, err, c.says)
		}
	}
	must(t, ask(quota.Earliest(w.now(t))))
	if !w.forbids(t, `insert into quota_round (item, area, places, cutoff, why, opener, opened) values ('RS-01', '371426', 2, lianou_now() - interval '2 hours', '试', $1, lianou_now())`, int64(w.han.ID)) {
		t.Error("of two hours ago: the table takes it")
	}
}
