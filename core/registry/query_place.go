package registry

import (
	"cmp"
	"slices"
	"strings"

	"lianou/core"
)

// aPlace takes a part of a query that is a place: one that ends like a place and is one, or
// one without its class word where that is how the query is meant.
func (r *Registry) aPlace(q *terms, s string) bool {
	short := r.regions.Short(s)
	switch {
	case endsLikePlace(s) && len(r.regions.Find(s)) > 0:
		q.where = append(q.where, s)
		return true
	case len(short) > 0 && q.shorts:
		q.short = append(q.short, short...)
		return true
	}
	q.hid = q.hid || len(short) > 0
	return false
}

// address turns the places of a query into codes. Several are one address, whatever their
// order: 东街村 王庙镇 is the village of that township and no other of its name. Where a
// name stands for a village and a township, people of the village's township are found too.
func (r *Registry) address(q *terms) {
	if len(q.where)+len(q.short) == 0 {
		return
	}
	q.by = append(q.by, "place")
	slices.SortStableFunc(q.where, func(a, b string) int {
		return cmp.Compare(len(r.regions.Find(a)[0]), len(r.regions.Find(b)[0]))
	})
	codes := r.regions.Find(strings.Join(q.where, ""))
	if len(q.where) == 0 {
		codes = q.short
	} else if len(q.short) > 0 {
		codes = slices.DeleteFunc(slices.Clone(q.short), func(c core.RegionCode) bool {
			return !slices.ContainsFunc(codes, func(of core.RegionCode) bool { return of.Contains(c) })
		})
	}
	larger := slices.ContainsFunc(codes, func(c core.RegionCode) bool { return len(c) < 12 })
	for _, code := range codes {
		if !larger {
			q.villages = append(q.villages, string(code))
		}
	}
	for _, town := range r.regions.Expand(codes...) {
		q.towns = append(q.towns, string(town))
	}
	if len(q.towns) == 0 {
		q.towns = []string{""} // two places of which none lies in the other: nobody lives there
	}
}

func endsLikePlace(s string) bool {
	return slices.ContainsFunc([]string{"村", "社区", "镇", "乡", "街道", "县", "市", "区"}, func(w string) bool {
		return strings.HasSuffix(s, w)
	})
}
