package replay

// needs finds the claims that have to have another item approved first, of which there are
// some from version 3 on: made now and not before, they do not stand by what is recognised
// alone, and would if all that is claimed were taken.
func (r *replayer) needs() {
	r.needy = make([]bool, len(r.Bundle.Claims))
	if r.version < 3 {
		return
	}
	for i, c := range r.Bundle.Claims {
		if !c.Held && !c.Filed {
			r.needy[i] = !r.dueWith(i, func(*claim) bool { return false }) && r.dueWith(i, func(*claim) bool { return true })
		}
	}
}

// lacks reports whether a claim needs what a set does not take.
func (r *replayer) lacks(i int, taken func(int) bool) bool {
	if !r.needy[i] {
		return false
	}
	in := map[*claim]bool{}
	for k := range r.Bundle.Claims {
		in[&r.Bundle.Claims[k]] = taken(k)
	}
	return !r.dueWith(i, func(c *claim) bool { return in[c] })
}

// dueWith reports whether the item of a claim holds for whom it is claimed, with the statuses
// that claims of a kind grant.
func (r *replayer) dueWith(i int, kind func(*claim) bool) bool {
	c := &r.Bundle.Claims[i]
	for k := range r.Items {
		if r.Items[k].Code == c.Item {
			return r.holds(&r.Items[k], c.Member, func(key string) bool { return r.grants(key, kind) })
		}
	}
	return false
}
