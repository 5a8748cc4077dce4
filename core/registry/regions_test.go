package registry_test

import (
	"slices"
	"strings"
	"testing"

	"lianou/core"
	"lianou/core/registry"
)

func regions(t testing.TB) *registry.Regions {
	t.Helper()
	r, err := registry.EmbeddedRegions()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEmbeddedRegions holds the list to the figures the city states. Control:
// drop any one line of data/regions.csv.
func TestEmbeddedRegions(t *testing.T) {
	t.Parallel()
	r := regions(t)
	for level, want := range map[registry.Level]int{registry.LevelCity: 1, registry.LevelCounty: 13, registry.LevelTownship: 134, registry.LevelVillage: 8096} {
		if got := r.Len(level); got != want {
			t.Errorf("level %d has %d places, want %d", level, got, want)
		}
	}
	byCounty := map[core.RegionCode]int{
		"371402": 6, "371403": 13, "371422": 12, "371423": 9, "371424": 12, "371425": 15, "371426": 12,
		"371427": 14, "371428": 8, "371471": 5, "371472": 1, "371481": 16, "371482": 11,
	}
	synthetic := 0
	for _, c := range r.Counties() {
		if got := len(r.Townships(c.Code)); got != byCounty[c.Code] {
			t.Errorf("%s has %d townships, want %d", c.Name, got, byCounty[c.Code])
		}
		for _, s := range r.Townships(c.Code) {
			if len(r.Villages(s.Code)) == 0 {
				t.Errorf("%s has no village", s.Name)
			}
			for _, v := range r.Villages(s.Code) {
				if v.Synthetic {
					synthetic++
				}
			}
		}
	}
	if synthetic != 8096-5307 {
		t.Errorf("%d synthetic villages, want %d", synthetic, 8096-5307)
	}
}

func TestOtherCodes(t *testing.T) {
	t.Parallel()
	r := regions(t)
	// 运河街道 moved to 德城区 in the release of 2021; both codes name one township.
	p, ok := r.Township("371402009")
	if !ok || p.Code != "371472005" || p.Name != "运河街道" {
		t.Errorf("later code gave %+v, %v", p, ok)
	}
	if p, _ := r.Place("371426"); !slices.Equal(p.OldCodes, []string{"372422"}) {
		t.Errorf("old code of 平原县 is %v", p.OldCodes)
	}
	if _, ok := r.Township("371426999"); ok {
		t.Error("a township that does not exist was found")
	}
	if _, ok := r.Township("371426104999"); ok {
		t.Error("a village that does not exist gave a township")
	}
	if got := r.FullName("371426104200"); got != "平原县王庙镇东街村" {
		t.Errorf("full name %q", got)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	r := regions(t)
	for _, tc := range []struct {
		codes []core.RegionCode
		want  int
	}{
		{[]core.RegionCode{"371400"}, 134},
		{[]core.RegionCode{"371426"}, 12},
		{[]core.RegionCode{"371426", "371426104", "371426104200"}, 12},
		{[]core.RegionCode{"371426104200"}, 1},
		{[]core.RegionCode{"371499"}, 0},
	} {
		if got := r.Expand(tc.codes...); len(got) != tc.want {
			t.Errorf("%v expands to %d townships, want %d", tc.codes, len(got), tc.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	r := regions(t)
	for _, tc := range []struct {
		said string
		want []core.RegionCode
	}{
		// Full addresses.
		{"平原县王庙镇东街村", []core.RegionCode{"371426104200"}},
		{"山东省德州市 平原县 王庙镇 东街村", []core.RegionCode{"371426104200"}},
		{"我家住平原的王庙镇东街,房子漏雨", []core.RegionCode{"371426104200"}},
		// The township alone, when the city has one of that name.
		{"王庙镇", []core.RegionCode{"371426104"}},
		{"住齐河县祝阿镇。孩子上大学没学费", []core.RegionCode{"371425104"}},
		{"武城县老城镇的周大海", []core.RegionCode{"371428101"}},
		// 临邑 inside 临邑镇 is the town, not the county.
		{"临邑镇", []core.RegionCode{"371424100"}},
		{"临邑县临邑镇", []core.RegionCode{"371424100"}},
		// Two townships of one name: ask, unless the county was said.
		{"市中街道", []core.RegionCode{"371481001", "371482001"}},
		{"禹城市市中街道", []core.RegionCode{"371482001"}},
		{"禹城市中街道", []core.RegionCode{"371482001"}},
		// Only the county.
		{"我是夏津县的", []core.RegionCode{"371427"}},
		// A village that the township does not have leaves the township.
		{"平原县王庙镇月亮村", []core.RegionCode{"371426104"}},
		// A county and a township that contradict one another: ask.
		{"宁津县王庙镇", []core.RegionCode{"371426104", "371422"}},
		// The village was merged into a community and goes by its own name.
		{"王庙镇洼后李村", []core.RegionCode{"371426104226"}},
		{"我问一下医保卡丢了去哪儿补", nil},
		{"", nil},
	} {
		if got := r.Find(tc.said); !slices.Equal(got, tc.want) {
			t.Errorf("Find(%q) = %v, want %v", tc.said, got, tc.want)
		}
	}
}

// TestFindEveryPlace: each village is found by its own full address, alone or
// among villages of the same township whose names contain one another.
func TestFindEveryPlace(t *testing.T) {
	t.Parallel()
	r := regions(t)
	missed := 0
	for _, s := range r.Townships(core.DezhouCity) {
		for _, v := range r.Villages(s.Code) {
			if got := r.Find(r.FullName(v.Code)); !slices.Contains(got, v.Code) {
				if missed++; missed < 5 {
					t.Errorf("Find(%q) = %v, want %s among them", r.FullName(v.Code), got, v.Code)
				}
			}
		}
	}
	if missed > 0 {
		t.Errorf("%d villages not found by their own address", missed)
	}
}

func TestParseRegionsRefuses(t *testing.T) {
	t.Parallel()
	const good = "code,name,old_codes,synthetic\n371400,德州市,,\n371426,平原县,372422,\n371426104,王庙镇,,\n371426104200,东街村,,1\n"
	if _, err := registry.ParseRegions(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"header":            {"old_codes", "old"},
		"code twice":        {"371426104200", "371426104"},
		"no parent":         {"371426104,王庙镇", "371426105,王庙镇"},
		"outside the city":  {"371426104200", "370126104200"},
		"empty name":        {"东街村", ""},
		"name with a blank": {"东街村", "东 街村"},
		"invalid UTF-8":     {"东街村", "\xff\xfe"},
		"synthetic word":    {",,1", ",,yes"},
		"old code":          {"372422", "37242x"},
		"five columns":      {"东街村,,1", "东街村,,1,2"},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if _, err := registry.ParseRegions(strings.NewReader(bad)); core.KindOf(err) != core.KindInvalid {
			t.Errorf("%s: error %v, want KindInvalid", name, err)
		}
	}
}

func FuzzParseRegions(f *testing.F) {
	f.Add("code,name,old_codes,synthetic\n371400,德州市,,\n371426,平原县,372422,\n371426104,王庙镇,,\n")
	f.Fuzz(func(t *testing.T, list string) {
		r, err := registry.ParseRegions(strings.NewReader(list))
		if (err == nil) != (r != nil) {
			t.Fatal("neither a tree nor an error, or both")
		}
		if err != nil {
			return
		}
		for _, c := range r.Counties() {
			r.Find(r.FullName(c.Code))
		}
	})
}

func FuzzFind(f *testing.F) {
	r := regions(f)
	f.Add("平原县王庙镇东街村")
	f.Fuzz(func(t *testing.T, said string) {
		for _, code := range r.Find(said) {
			if _, ok := r.Place(code); !ok {
				t.Fatalf("found %q, which is no place", code)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	r := regions(b)
	for b.Loop() {
		r.Find("你好,我家住平原县王庙镇东街村,儿子瘫在床上好几年了,想办个低保")
	}
}
