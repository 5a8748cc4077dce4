package township

import (
	"testing"

	"lianou/core"
	"lianou/core/casefile"
)

// Who looks at a doubt about a child's guardian reads what was said of the guardian, in the
// words of who spoke, and of no other doubt's application.
//
// Control: doubtViews without Words, "the officer reads \"\"".
func TestGuardianDoubtSaysTheWords(t *testing.T) {
	t.Parallel()
	const one, two = core.ApplicationID("a1"), core.ApplicationID("a2")
	list := doubtViews(casefile.View{
		Applications: []casefile.Linked{{Application: one, Speaks: true, Story: "孩子没人管"}, {Application: two, Story: "监护人:奶奶李秀英"}},
		Doubts:       []casefile.Doubt{{ID: 1, Application: two, Kind: casefile.DoubtGuardian}, {ID: 2, Application: one, Kind: casefile.DoubtMismatch}},
	})
	if len(list) != 2 {
		t.Fatalf("%d doubts", len(list))
	}
	if got := list[0].Words; got != "监护人:奶奶李秀英" {
		t.Errorf("the officer reads %q", got)
	}
	if got := list[1].Words; got != "" {
		t.Errorf("another doubt shows %q", got)
	}
}
