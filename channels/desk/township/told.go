package township

import (
	"cmp"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
)

// teller turns what the rules say to a household ("您的儿子(31 岁)已满 16 岁") into what an
// officer reads of it ("周小山(31 岁)已满 16 岁"). Findings keep the household's voice, because
// their words go into letters; only pages of the desk ask for this one.
type teller struct {
	said map[core.MemberRef]string // as the household is told of a member
	name map[core.MemberRef]string // as an officer is; "" for one without a name
}

func tellerOf(v casefile.View) teller {
	t := teller{map[core.MemberRef]string{}, map[core.MemberRef]string{}}
	for _, m := range v.Members {
		t.name[m.Ref] = m.Name
	}
	for i := range v.Facts.Household.Members {
		m := &v.Facts.Household.Members[i]
		t.said[m.Ref] = matching.MemberSaid(m)
		if t.name[m.Ref] != "" && m.Age != nil && m.Relation != "applicant" {
			t.name[m.Ref] += "(" + strconv.Itoa(*m.Age) + " 岁)"
		}
	}
	return t
}

// ofThem are the household's words where no member's name takes their place.
var ofThem = strings.NewReplacer("您本人", "申请人", "您家", "这家", "您的", "申请人的", "您", "申请人")

// reason says one reason to an officer.
func (t teller) reason(r casefile.Reason) casefile.Reason {
	if said, name := t.said[r.Member], t.name[r.Member]; said != "" && name != "" {
		r.Text = strings.ReplaceAll(r.Text, said, name)
	}
	r.Text = desk.GradesIn(ofThem.Replace(r.Text))
	if strings.HasSuffix(r.Fact, "/disability") {
		r.Value, r.Limit = desk.Grades(r.Value), desk.Grades(r.Limit)
	}
	return r
}

// alone says whom alone of a household an item is for, "" for everybody.
func (t teller) alone(who []core.MemberRef) string {
	names := make([]string, 0, len(who))
	for _, ref := range who {
		names = append(names, cmp.Or(t.name[ref], ofThem.Replace(t.said[ref])))
	}
	return matching.AloneSaid(names, len(t.said))
}

func (t teller) reasons(list []casefile.Reason) []casefile.Reason {
	out := make([]casefile.Reason, len(list))
	for i, r := range list {
		out[i] = t.reason(r)
	}
	return out
}
