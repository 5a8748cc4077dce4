package people

import (
	"net/http"
	"strconv"

	"lianou/core"
	"lianou/core/registry"
)

// Beyond these years hardly anybody has a child; what the register holds is then more often a
// wrong relation, or a wrong day. It happens, and is asked about and not refused.
const (
	oldestMother   = 55
	youngestParent = 15
)

// unlikely asks about a child of a household's first two whose mother would have been too old
// when it was born, or one of whom too young; and about a parent who comes, by the age at which
// they would have had the one the household is called after. "" where nothing is to be asked:
// of a grandchild nobody knows the mother, and whose birth or sex is not known is not doubted.
func unlikely(family []registry.Member, as core.Relation, who registry.Person) string {
	for _, m := range family {
		parent, child := m.Person, who
		switch {
		case as == "child" && (m.Relation == "applicant" || m.Relation == "spouse"):
		case as == "parent" && m.Relation == "applicant":
			parent, child = who, m.Person
		default:
			continue
		}
		if parent.Birth.IsZero() || child.Birth.IsZero() {
			continue
		}
		years := parent.Birth.Age(child.Birth)
		if years < youngestParent || years > oldestMother && parent.Sex == "female" {
			return parent.Name + "生" + child.Name + "的时候 " + strconv.Itoa(max(years, 0)) + " 岁。确定是亲生的,不是孙子女、收养的,日子也没写错?"
		}
	}
	return ""
}

// asksAge keeps what was asked about an age, and wants a tick before it is registered. Errors:
// KindInvalid without one.
func (page *lifePage) asksAge(r *http.Request, as core.Relation, who registry.Person) error {
	page.Unlikely = unlikely(page.family, as, who)
	if page.Unlikely != "" && !page.Sure && r.PostFormValue("certain") == "" {
		return core.Invalid("certain", "先问清楚,打上钩,再登记。")
	}
	return nil
}
