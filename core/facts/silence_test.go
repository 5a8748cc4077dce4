package facts

import (
	"testing"

	"lianou/core"
	"lianou/core/policy"
)

// The word that nothing happened stands for its ninety days and is then neither yes nor no; what
// it tells of stays true. A word of the day itself, or of no day, is never old.
//
// Controls: Silent that is false ("nothing, a day too old: known"); setUnless that sets in any
// case (the same); ShockDays set in any case ("an old event, never asked since: known").
func TestSilenceGrowsOld(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 11, 28)
	fire := func(days core.Date) []Shock { return []Shock{{Date: today - days, Disaster: true, home: yes}} }
	const unknown = -1
	for name, c := range map[string]struct {
		asked                      core.Date
		shocks                     []Shock
		days, year, disaster, home int64
	}{
		"nothing, today":                        {today, nil, policy.NoShock, 0, 0, 0},
		"nothing, of no day":                    {0, nil, policy.NoShock, 0, 0, 0},
		"nothing, on the last day":              {today - Silence, nil, policy.NoShock, 0, 0, 0},
		"nothing, a day too old":                {today - Silence - 1, nil, unknown, unknown, unknown, unknown},
		"a late event, never asked since":       {today - 100, fire(30), 30, 1, 1, 1},
		"an old event, never asked since":       {today - 200, fire(200), unknown, 1, 1, 1},
		"an event of years ago, nothing since":  {today - 10, fire(800), 800, 0, 0, 0},
		"an event of years ago, never asked":    {today - 700, fire(800), unknown, unknown, unknown, unknown},
		"a harmless one of the year, not since": {today - 200, []Shock{{Date: today - 210, Disaster: true, home: no}}, unknown, 1, 1, unknown},
	} {
		v := Vector{On: today, Asked: c.asked, Shocks: c.shocks}
		v.deriveShocks()
		for f, want := range map[policy.FactID]int64{policy.ShockDays: c.days, policy.ShockYear: c.year, policy.DisasterYear: c.disaster, policy.DisasterHome: c.home} {
			got, known := v.Get(f)
			if known != (want != unknown) || known && got != want {
				t.Errorf("%s: %s is %d, known: %v, want %d", name, f.Of().Key, got, known, want)
			}
		}
	}
}

// The days for which a silence stands are those that the rules look back on, in every Book and at
// every place that is shipped: more, and a family of whom nobody asked is told no; fewer, and
// everybody is asked for nothing.
//
// Control: Silence of 91.
func TestSilenceIsTheWindowOfTheRules(t *testing.T) {
	t.Parallel()
	lib, err := policy.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for day := core.NewDate(2016, 7, 1); day < core.NewDate(2027, 1, 1); day += 365 {
		book, err := lib.On(day)
		if err != nil {
			continue // no Book of that day
		}
		id, known := book.Param("shock.window")
		if !known {
			t.Fatalf("%s: no shock.window", day)
		}
		for n := range NewReader(day).counties {
			for _, area := range policy.Areas {
				if a, found := book.Amount(id, NewReader(day).counties[n], area); found && a.Value != Silence {
					t.Fatalf("%s, %d: the rules look back on %d days", day, n, a.Value)
				}
			}
		}
	}
}

// A row of before there was a day in it is read as it was meant, and the day costs three bytes.
//
// Control: rowUnasked not readable ("this is no packed row of facts"); the day read of it too (the same).
func TestARowOfBeforeIsRead(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 11, 28)
	h := core.Household{On: today, County: "371426", Shocks: &[]core.Shock{}, ShocksAsked: today - 400, Members: []core.Member{{Ref: "a"}}}
	row, err := Pack(nil, &h, []core.Date{0})
	if err != nil {
		t.Fatal(err)
	}
	var v Vector
	if err := NewReader(today).Unpack(row, &v); err != nil || !v.Silent || v.Asked != today-400 {
		t.Fatalf("now: %v, silent %v, asked %s", err, v.Silent, v.Asked)
	}
	h.ShocksAsked = 0
	undated, err := Pack(nil, &h, []core.Date{0})
	if err != nil {
		t.Fatal(err)
	}
	if more := len(row) - len(undated) + 1; more > 3 {
		t.Errorf("the day takes %d bytes", more)
	}
	at := len(undated) - 2 // the day; then the empty mask of the member
	before := append([]byte{rowUnasked}, append(undated[1:at:at], undated[at+1:]...)...)
	if err := NewReader(today).Unpack(before, &v); err != nil {
		t.Fatal(err)
	}
	if days, known := v.Get(policy.ShockDays); v.Silent || !known || days != policy.NoShock {
		t.Errorf("before: silent %v, known %v", v.Silent, known)
	}
	if _, _, err := Spot(before); err != nil {
		t.Errorf("where it is: %v", err)
	}
}
