package replay

import "slices"

// after names the item that has to be approved first, "" where there is none: without what
// items grant and nobody has recognised, this one would not stand.
//
// In a trace of version 1 that is whatever grants the first such status. From version 2 on
// it grants a status that would do alone; where no single one would, one that cannot be
// missed; where there is none of that kind either, any of them. Of these it is the first
// that is claimed, received or asked for already, and where none is, the first.
func (r *replayer) after(it *item, is string) string {
	var could []status
	for _, s := range r.Statuses {
		if s.GrantedBy != "" && s.GrantedBy != it.Code && r.stands[s.Key] == pass && r.granted[s.Key] != pass {
			could = append(could, s)
		}
	}
	if is != pass || len(could) == 0 || r.holds(it, func(string) bool { return false }) {
		return ""
	}
	if r.version == 1 {
		return could[0].GrantedBy
	}
	could = r.helpful(it, could)
	for _, s := range could {
		if slices.ContainsFunc(r.Bundle.Claims, func(c claim) bool { return c.Item == s.GrantedBy && c.Taken }) {
			return s.GrantedBy
		}
	}
	return could[0].GrantedBy
}

// helpful keeps the statuses that do alone, or else those that cannot be missed, or else all.
func (r *replayer) helpful(it *item, could []status) []status {
	var alone, vital []status
	for _, s := range could {
		if r.holds(it, func(key string) bool { return key == s.Key }) {
			alone = append(alone, s)
		}
		if !r.holds(it, func(key string) bool {
			return key != s.Key && slices.ContainsFunc(could, func(one status) bool { return one.Key == key })
		}) {
			vital = append(vital, s)
		}
	}
	if alone != nil {
		return alone
	}
	if vital != nil {
		return vital
	}
	return could
}

// holds derives an item while of the statuses that items grant only some hold unrecognised.
func (r *replayer) holds(it *item, only func(key string) bool) bool {
	r.only = only
	defer func() { r.only = nil }()
	is, _ := r.outcome(it)
	return is == pass
}
