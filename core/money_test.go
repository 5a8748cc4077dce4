package core_test

import (
	"encoding/json"
	"testing"

	"lianou/core"

	"pgregory.net/rapid"
)

func TestFenWords(t *testing.T) {
	t.Parallel()
	for f, want := range map[core.Fen]string{0: "0.00", 5: "0.05", -5: "-0.05", 39000: "390.00", 1234567: "12,345.67", -100000000: "-1,000,000.00"} {
		if got := f.String(); got != want {
			t.Errorf("Fen(%d) = %q, want %q", int64(f), got, want)
		}
	}
	if got := core.Yuan(1234).Short(); got != "1,234" {
		t.Errorf("Short = %q", got)
	}
}

func TestParseYuan(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]core.Fen{"390": 39000, "390.5": 39050, "0.01": 1, "-12.30": -1230, "1e3": 100000} {
		if got, err := core.ParseYuan(in); err != nil || got != want {
			t.Errorf("ParseYuan(%q) = %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "0.001", "NaN", "inf", "0x10", `"390"`, "1e30", "三百", "100000000.01"} {
		if got, err := core.ParseYuan(in); err == nil {
			t.Errorf("ParseYuan(%q) = %d, want refusal", in, got)
		}
	}
}

func TestFenJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := core.Fen(rapid.Int64Range(-int64(core.MaxAmount), int64(core.MaxAmount)).Draw(t, "fen"))
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got core.Fen
		if err := json.Unmarshal(b, &got); err != nil || got != want {
			t.Fatalf("%d -> %s -> %d, %v", want, b, got, err)
		}
	})
}

func TestDate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := core.Date(rapid.Int32Range(-40000, 80000).Draw(t, "day"))
		back, err := core.ParseDate(d.String())
		if err != nil || back != d || core.DateOf(d.Time()) != d {
			t.Fatalf("%d -> %s -> %d, %v", d, d, back, err)
		}
	})
	if got := core.NewDate(2000, 2, 29).Age(core.NewDate(2001, 2, 28)); got != 0 {
		t.Errorf("age on the eve of the first birthday = %d", got)
	}
	if got := core.NewDate(2024, 3, 4).Say(); got != "3月4日" {
		t.Errorf("Say = %q", got)
	}
}

func TestRegion(t *testing.T) {
	t.Parallel()
	r, err := core.ParseRegion("371426104203")
	if err != nil || r.County() != "371426" || r.Township() != "371426104" {
		t.Fatalf("%v %v %v", r.County(), r.Township(), err)
	}
	for in, ok := range map[string]bool{"371426": true, "371426104": true, "370000": false, "37142610": false, "3714261o4": false, "": false} {
		if _, err := core.ParseRegion(in); (err == nil) != ok {
			t.Errorf("ParseRegion(%q): %v", in, err)
		}
	}
	if !core.DezhouCity.Contains(r) || !core.RegionCode("371426104").Contains(r) || core.RegionCode("371426105").Contains(r) || core.RegionCode("").Contains(r) {
		t.Error("containment is wrong")
	}
}
