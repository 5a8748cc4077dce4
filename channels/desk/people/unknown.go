package people

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/matching"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/wording"
)

// openRow is a fact that nobody has said, with where its answer is written down.
type openRow struct {
	What  string
	Href  template.URL // the form; "" where it is answered elsewhere
	Where string       // who answers it, where no form here takes it
	Waits bool         // somebody wrote it down, and another one has to look
	Idle  bool         // nobody of that age is asked
	key   string
	home  bool
}

// elsewhere says who answers what nobody writes down here: what follows from a number, what an
// authority grants, what has several parts.
var elsewhere = map[string]string{
	"age":      "有了身份证号就知道。没有号码的,先到派出所登记户口,再由县里导入",
	"sex":      "有了身份证号就知道。没有号码的,先到派出所登记户口,再由县里导入",
	"relation": "在这一家的“登记变动”里登记",
	"members":  "在这一家的“登记变动”里登记",
	"statuses": "看民政局、农业农村局的名单,由县里导入。在这里批下来的,自动就有",
	"shocks":   "报急难的时候写,入户时两个人确认",
	"parents":  "办孩子的事时问,入户时两个人确认",
}

// atTheDoor is said of what is looked at where somebody is, and is no fact of the register.
const atTheDoor = "办这件事时当面问,当面看"

// papers are what vouches for a fact of which a person's word is not enough: who writes it down
// names it.
var papers = map[string]string{
	"disability": "残疾证。没有证的,先到县残联评", "house_grade": "住建局的房屋鉴定书。没鉴定过的,请镇上报住建局",
	"hukou": "户口簿或者居住证", "veteran": "退役军人证,或者退役军人局的记录", "orphan": "民政局认定孤儿的证明", "lost_only_child": "卫健部门的记录",
	"illness": "医院的诊断书", "insurance": "医保局的参保记录", "pension": "人社局的参保记录", "unemployed_months": "就业失业登记证,或者本人和村里的话",
}

// statable reports whether an officer may write down what a fact is: one value, a word of a
// list, a number, a certificate.
func statable(key string, home bool) bool {
	if slices.Contains(composed, key) || slices.Contains(lists, key) || key == "parents" || whole[key] {
		return false
	}
	household, member := desk.Asked()
	if home {
		return slices.Contains(household, key)
	}
	return slices.Contains(member, key)
}

// openAt names a fact that nobody has said, by its path, and says where its answer goes. Of the
// household it is written down beside whom the household is called after.
func openAt(path, what string, person, head core.PersonID, a asked, may bool) openRow {
	key, home := path[strings.LastIndex(path, "/")+1:], person == 0
	if !statable(key, home) {
		where, known := elsewhere[key]
		if !known {
			where = atTheDoor
		}
		return openRow{What: what, Where: where}
	}
	if !may || home && head == 0 {
		return openRow{What: what}
	}
	if home {
		person = head
	}
	return openRow{What: what, key: key, home: home, Href: template.URL("/desk/people/changes/ask/" + strconv.FormatInt(int64(person), 10) + "?" + string(a.Query()) +
		"&about=" + claim{Home: home}.About() + "&fact=" + key)} // numbers and words of lists
}

// unknowns lists what of a dossier nobody has said and somebody may write down: of a person and
// of the household.
func unknowns(d registry.Dossier, p core.PersonID) (out []claim) {
	said := wording.Facts(d.Household)
	add := func(prefix string, home bool, keys []string) {
		for _, key := range keys {
			if _, known := said[prefix+key]; known || !statable(key, home) {
				continue
			}
			words, known := answersTo(key, home)
			if !known {
				continue
			}
			out = append(out, claim{Key: key, Home: home, Label: words.Label, Value: desk.SayFact(home, key, 1, nil), Unit: words.Unit, Open: words.Options, New: true, Paper: papers[key], Named: change.Certified(key)})
		}
	}
	household, member := desk.Asked()
	if ref, is := d.Refs[p]; is {
		add("members/"+string(ref)+"/", false, member)
	}
	add("", true, household)
	return out
}

// idle reports whether a fact is not asked of a member of that age: nobody of seventy-seven is
// asked about school. Where it matters all the same, whoever it is about says so.
func idle(path string, h *core.Household) bool {
	rest, inside := strings.CutPrefix(path, "members/")
	if !inside {
		return false
	}
	ref, key, _ := strings.Cut(rest, "/")
	i := slices.IndexFunc(h.Members, func(m core.Member) bool { return string(m.Ref) == ref })
	return i >= 0 && matching.Unlikely(key, &h.Members[i])
}
