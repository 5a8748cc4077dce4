package app

import (
	"slices"
	"strings"
	"testing"

	"lianou/channels/channeltest"
)

// After the township the village is asked, from its own list, by name or by code; a village
// of elsewhere is refused with a sentence, and who does not know it goes on. What is chosen
// is in the summary, so that the village's assistant gets the case and not the township's hall.
//
// Controls: Take without inTown ("a village of elsewhere: 200"); place that leaves the
// township ("the summary does not say the village").
func TestVillageIsAsked(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	s := d.serve(t)
	a := d.begin(t, s)
	says := guilan()
	for n := 0; a.step("ref") != "form/live.village"; n++ {
		if n > 80 || a.step("kind") == "end" {
			t.Fatal("nobody asks for the village")
		}
		reply, ok := says[a.step("ref")]
		if !ok {
			reply = map[string]any{"dunno": true}
		}
		if status, out := a.answer(reply); status != 200 {
			t.Fatalf("%s: %d %v", a.step("ref"), status, out)
		}
	}
	options, _ := a.now["step"].(map[string]any)["options"].([]any)
	if len(options) < 2 {
		t.Fatalf("villages to choose from: %v", options)
	}
	var names []string
	for _, o := range options {
		code, _ := o.(map[string]any)["value"].(string)
		name, _ := o.(map[string]any)["say"].(string)
		if !strings.HasPrefix(code, channeltest.Town) || name == "" {
			t.Errorf("%q %q is offered in %s", code, name, channeltest.Town)
		}
		names = append(names, name)
	}
	for name, bad := range map[string]map[string]any{"a village of elsewhere": value("371402001001"), "a name that nobody has": {"said": "没有这个庄"}, "a number": value(7)} {
		if status, out := a.answer(bad); status != 422 || out["detail"] == "" {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	if status, out := a.answer(map[string]any{"said": "俺是" + names[1] + "的"}); status != 200 || a.step("ref") == "form/live.village" {
		t.Fatalf("by its name: %d %v", status, out)
	}
	rest := a.lead(says)
	if slices.Contains(rest, "form/live.village") {
		t.Error("asked twice")
	}
	sum := a.now["summary"].(map[string]any)
	lines, _ := sum["lines"].([]any)
	found := false
	for _, l := range lines {
		say, _ := l.(map[string]any)["say"].(string)
		found = found || strings.Contains(say, strings.TrimSuffix(names[1], "委会"))
	}
	if !found {
		t.Errorf("the summary does not say the village %s: %v", names[1], lines)
	}
}
