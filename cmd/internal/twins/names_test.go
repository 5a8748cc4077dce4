package twins

import (
	"strconv"
	"testing"

	"lianou/core"
	"lianou/core/registry/seed"
	"lianou/intake/interview"
)

// A name is as it stands on the card, to the byte, whatever door it came through: characters
// of the supplementary planes, a zero that is a letter, the dot of other peoples' names.
//
// Control: intake.Name by one plane of Unicode; of letters alone ("李〇": 422).
func TestRareNamesAtEveryDoor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	form, err := interview.Whole()
	must(t, err)
	on := core.DateOf(w.desk.House.Env().Now())
	g, err := seed.NewGenerator(seed.Config{People: 4000, Today: on, Regions: w.desk.House.Regions})
	must(t, err)
	lives := newHome(t, g.Chunk(0)[0], on)
	for i, name := range []string{"欧𬭎", "张㛃", "𠮷野", "李〇", "阿依古丽·买买提"} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.t = t
			lives.Members[0].Name = name
			p := person{&w, core.ItemCode("name-" + strconv.Itoa(i)), lives, form}
			want := p.interview("app", false)
			got := map[string]core.Application{
				"the app's interview":          want,
				"the mini-program's interview": p.interview("wechat", true),
				"the app's form":               p.body("app", want),
				"the mini-program's form":      p.body("wechat", want),
				"an agent":                     p.typed("agent", want),
				"a window":                     p.typed("window", want),
			}
			for door, a := range got {
				if a.Applicant.Name != name || a.Contact.Name != name || len(a.People) == 0 || a.People[0].Name != name {
					t.Errorf("%s: %q %q %+v", door, a.Applicant.Name, a.Contact.Name, a.People)
				}
			}
		})
	}
}
