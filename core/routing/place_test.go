package routing_test

import (
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/routing"
	"lianou/core/staff"
)

// Every place of the city leads to one of the 134 townships, by the village as by the township; a
// county alone to its sorting desk, and what is nowhere to the city's. No address is refused.
//
// Control: Place that knows townships alone ("371426104200 … is in 王庙镇 without its village").
func TestEveryPlaceHasItsTownship(t *testing.T) {
	t.Parallel()
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	r, err := routing.New(routing.Config{Regions: regions, Staff: &staff.Staff{}, Cases: &casefile.Store{}, Calendar: func() *policy.Calendar { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	towns, villages := regions.Townships(core.DezhouCity), 0
	if len(towns) != 134 {
		t.Errorf("%d townships", len(towns))
	}
	for _, s := range towns {
		if got := r.Place(core.Place{Region: s.Code}); got.Region != s.Code || got.Town != s.Name || got.Village != "" {
			t.Errorf("%s: %+v", s.Code, got)
		}
		for _, v := range regions.Villages(s.Code) {
			villages++
			if got := r.Place(core.Place{Region: v.Code}); got.Region != s.Code || got.Village != v.Code || got.VillageName != v.Name {
				t.Errorf("%s %s: %+v", v.Code, v.Name, got)
			}
		}
	}
	if villages != 8096 {
		t.Errorf("%d villages", villages)
	}
	for _, c := range regions.Counties() {
		if got := r.Place(core.Place{Region: c.Code, Detail: "不知道是哪个镇"}); got.Region != c.Code+"000" || got.Town != c.Name {
			t.Errorf("%s alone: %+v", c.Name, got)
		}
		if got := r.Place(core.Place{Region: c.Code + "998"}); got.Region != c.Code+"000" {
			t.Errorf("a township that %s has not: %+v", c.Name, got)
		}
	}
	for _, nowhere := range []core.RegionCode{"", core.DezhouCity, "110101001", "3714", "x"} {
		if got := r.Place(core.Place{Region: nowhere}); got.Region != core.DezhouCity+"000" || !strings.Contains(got.Town, "德州") {
			t.Errorf("%q: %+v", nowhere, got)
		}
	}
}
