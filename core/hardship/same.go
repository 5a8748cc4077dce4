package hardship

// Same reports whether s and o give every household of a place the same index: county is
// the last two digits of its code, area by the order of policy.Areas. Whatever a Scorer
// learns of a Book is compared, by its value: a field added to it cannot be forgotten here.
func (s *Scorer) Same(o *Scorer, county, area int) bool {
	a, b := *s, *o
	a.standards, b.standards = [100][areas]standard{}, [100][areas]standard{}
	return a == b && s.standards[county][area] == o.standards[county][area]
}
