package wording

import (
	"strings"
	"testing"

	"lianou/core"
)

// Whoever speaks is named with the number that notices go to, masked, in every capacity, and
// who leaves no number hears that somebody comes.
//
// Control: the capacity of a guardian left out (`no 监护人`).
func TestWhoIsTold(t *testing.T) {
	t.Parallel()
	phone, err := core.ParsePhone("13905340022")
	if err != nil {
		t.Fatal(err)
	}
	for capacity, who := range map[core.Capacity]string{core.CapacitySelf: "本人", "": "本人", core.CapacityMember: "家里人王小明", core.CapacityGuardian: "监护人王小明",
		core.CapacityEntrusted: "受托的王小明", core.CapacityCommittee: "村(居)委会王小明", core.CapacityOfficial: "上门登记的王小明"} {
		said, without := WhoIsTold(capacity, "王小明", phone), WhoIsTold(capacity, "王小明", core.Phone{})
		if !strings.Contains(said, "告诉"+who+",发到 139****0022。") || strings.Contains(said, phone.Reveal()) {
			t.Errorf("%s: no %s in %s", capacity, who, said)
		}
		if !strings.Contains(without, "告诉"+who) || !strings.Contains(without, "上门说") {
			t.Errorf("%s without a number: %s", capacity, without)
		}
		for _, text := range []string{said, without} {
			for _, fault := range Lint(text) {
				t.Errorf("%s in %s", fault, text)
			}
		}
	}
}
