package bulk_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianou/core/registry/bulk"
)

// A file of two households comes in whole, and again changes nothing.
func TestPeopleComeIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	people, homes := o.count(`select count(*) from person`), o.count(`select count(*) from household`)
	file := head + line("赵大", id("19600101", 111), "H1", "户主") + line("钱二", id("19620202", 122), "H1", "妻") +
		line("孙三", id("19700303", 113), "H2", "户主") + line("赵小", id("19900404", 115), "H1", "长子")
	res, bad := o.bring(o.order(file))
	want := bulk.Result{Run: 1, Rows: 4, People: 4, Households: 2}
	if d := cmp.Diff(want, res); d != "" || len(bad) > 0 {
		t.Errorf("%s %q", d, bad)
	}
	res, _ = o.bring(o.order(file))
	want.Again = true
	if d := cmp.Diff(want, res); d != "" {
		t.Errorf("again: %s", d)
	}
	if p, h := o.count(`select count(*) from person`)-people, o.count(`select count(*) from household`)-homes; p != 4 || h != 2 {
		t.Errorf("%d people and %d households", p, h)
	}
}
