package facts

import (
	"testing"

	"lianou/core"
	"lianou/core/policy"
)

// A house is rebuilt after a disaster of the last year; one that was hit long ago says
// nothing of a harmless one now, and an old one of which nobody said leaves nothing open.
// Control: damaged of every disaster there ever was ("yes").
func TestOnlyAHouseHitLately(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 11, 28)
	long, lately := core.NewDate(2018, 8, 1), core.NewDate(2026, 8, 1)
	for name, c := range map[string]struct {
		shocks []Shock
		want   int64
		known  bool
	}{
		"long ago":                {[]Shock{{Date: long, Disaster: true, home: yes}}, 0, true},
		"lately":                  {[]Shock{{Date: lately, Disaster: true, home: yes}}, 1, true},
		"long ago, harmless now":  {[]Shock{{Date: long, Disaster: true, home: yes}, {Date: lately, Disaster: true, home: no}}, 0, true},
		"nobody said, long ago":   {[]Shock{{Date: long, Disaster: true, home: open}, {Date: lately, Disaster: true, home: no}}, 0, true},
		"nobody said, lately":     {[]Shock{{Date: lately, Disaster: true, home: open}}, 0, false},
		"none":                    {nil, 0, true},
		"an accident with a fire": {[]Shock{{Date: lately, home: yes}}, 0, true},
	} {
		v := Vector{On: today, Shocks: c.shocks}
		v.deriveShocks()
		if got, known := v.Get(policy.DisasterHome); known != c.known || known && got != c.want {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, known, c.want, c.known)
		}
	}
}
