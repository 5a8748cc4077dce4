package casefile

import (
	"slices"

	"lianou/core"
)

// An Asker is who reads how a household stands, as one of its members.
type Asker struct {
	Ref   core.MemberRef // "" where it is not clear which of them they are
	Alone bool           // nobody else belongs to the household
}

// An OwnFinding is what one member of a household may read of a finding: what is theirs, and what
// is of the household as a whole, its sums among it, which stand in its letters too. What is another
// member's (their illness, their work, where they are held) is theirs to tell (个人信息保护法第28、29条).
// Of such a finding only Item, Name, Outcome, Reasons and Near are filled.
type OwnFinding struct {
	Finding
	Others bool // something of it hangs on another member, and is left out
}

// NearSomebody stands in Finding.NearOf for a member whom the text tells of and does not name.
const NearSomebody core.MemberRef = "*"

// TellsOfSomebody reports whether a condition of the household, by its name and its fact, tells of one
// person of it all the same: that somebody is 特困, has a law suit, was beaten, has died, lives in the street.
func TellsOfSomebody(code, fact string) bool {
	return slices.Contains([]string{"status.tekun", "tekun_recognised"}, code) || slices.Contains([]string{"legal_matter", "death_in_family", "living_rough"}, fact)
}

// Withheld reports whether an item is left out whole: its yes alone says that somebody of the household
// has a law suit (domestic violence is free of the look at income), and no other reason goes with it.
func Withheld(item core.ItemCode) bool { return item == "SF-01" }

// Others takes from a judgement, in its order, what is of other members than the asker. An item about a
// person stands as it does for the asker, whatever it comes to for somebody else: that it fits one of
// the family would say what that one has. It says the same of others in every such case.
func Others(list []Finding, who Asker) []OwnFinding {
	out := make([]OwnFinding, 0, len(list))
	beside := !slices.ContainsFunc(list, func(f Finding) bool { return who.fitsAnother(f) })
	for _, f := range list {
		if Withheld(f.Item) {
			continue
		}
		if o, shown := who.own(f, beside); shown {
			out = append(out, o)
		}
	}
	return out
}

// fitsAnother reports whether an item about a person fits somebody else: what stands beside another item
// because of it would say so.
func (a Asker) fitsAnother(f Finding) bool {
	return slices.ContainsFunc(f.Members, func(s Standing) bool { return s.Member != a.Ref && s.Outcome == "eligible" })
}

// own gives what the asker may read of one finding; false for nothing. beside says that no item fits
// another member, so that what stands beside an item of the household is of the household.
func (a Asker) own(f Finding, beside bool) (OwnFinding, bool) {
	o := OwnFinding{Finding: Finding{Item: f.Item, Name: f.Name, Outcome: f.Outcome}}
	switch {
	case a.Alone:
		o.Reasons, o.Near = f.Reasons, f.Near
	case personal(f):
		i := slices.IndexFunc(f.Members, func(s Standing) bool { return s.Member == a.Ref })
		if i < 0 || a.Ref == "" {
			return OwnFinding{}, false
		}
		o.Outcome, o.Others = f.Members[i].Outcome, true
		o.Reasons = slices.DeleteFunc(slices.Clone(f.Members[i].Reasons), func(r Reason) bool { return !a.mayRead(r) })
	default:
		for _, r := range f.Reasons {
			switch {
			case r.Outcome == "swap", r.Outcome == "clash", r.Outcome == "dropped" && !beside:
			case a.mayRead(r):
				o.Reasons = append(o.Reasons, r)
			default: // what made a yes is not told, nor then that it was somebody else
				o.Others = o.Others || f.Outcome != "eligible" && r.Outcome == f.Outcome
			}
		}
		if f.NearOf != nil && !slices.ContainsFunc(f.NearOf, func(m core.MemberRef) bool { return m != "" && m != a.Ref }) {
			o.Near = f.Near
		}
	}
	return o, true
}

// personal reports whether an item is about a person. A judgement of before members were kept has none,
// and then it is one where every reason is a member's.
func personal(f Finding) bool {
	return len(f.Members) > 0 || len(f.Reasons) > 0 && !slices.ContainsFunc(f.Reasons, func(r Reason) bool { return r.Member == "" })
}

// mayRead reports whether a reason is the asker's own or the household's.
func (a Asker) mayRead(r Reason) bool {
	return (r.Member == "" || r.Member == a.Ref) && !TellsOfSomebody(r.Code, r.Fact)
}
