package replay

import "slices"

// after names the item that has to be approved first, "" where there is none: without what
// items grant and nobody has recognised, this one would not stand.
//
// In a trace of version 1 that is whatever grants the first such status. From version 2 on
// it grants a status that would do alone; where no single one would, one that cannot be
// missed; where there is none of that kind either, any of them. Of these it is the first
// that is claimed, received or asked for already, and where none is, the first. From version
// 3 on nothing waits that stands with what is received.
func (r *replayer) after(it *item, is string) string {
	var could []status
	for _, s := range r.Statuses {
		if s.GrantedBy != "" && s.GrantedBy != it.Code && r.stands[s.Key] == pass && r.granted[s.Key] != pass {
			could = append(could, s)
		}
	}
	if is != pass || len(could) == 0 || r.holds(it, "", func(key string) bool { return r.version >= 3 && r.grants(key, func(c *claim) bool { return c.Held }) }) {
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
		if r.holds(it, "", func(key string) bool { return key == s.Key }) {
			alone = append(alone, s)
		}
		if !r.holds(it, "", func(key string) bool {
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

// grants reports whether some claim that is so is one on an item that grants a status.
func (r *replayer) grants(key string, so func(*claim) bool) bool {
	for _, s := range r.Statuses {
		for i := range r.Bundle.Claims {
			if c := &r.Bundle.Claims[i]; s.Key == key && s.GrantedBy == c.Item && so(c) {
				return true
			}
		}
	}
	return false
}

// holds derives an item, for a member or with "" for anybody, while of the statuses that
// items grant only some hold unrecognised.
func (r *replayer) holds(it *item, member string, only func(key string) bool) bool {
	r.only = only
	defer func() { r.only = nil }()
	is, who := r.outcome(it)
	return is == pass && (member == "" || it.Person == nil || slices.Contains(who, member))
}
