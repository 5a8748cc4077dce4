package matching

// finish turns what lies in the scratch into the result's own. Each reason is written once,
// with its sentences cut from one string, and shared by the findings it carries; all lists of
// a kind are cut from one: the memory a result takes is most of what an explanation costs.
func (e *explainer) finish(r *Result) {
	all := e.reasons(r)
	for i := range r.Statuses {
		r.Statuses[i].Reasons = e.spans[i].of(all)
	}
	for i := range r.Findings {
		r.Findings[i].Reasons = e.spans[len(r.Statuses)+i].of(all)
	}
	e.verdicts(r, all)
	e.lacking(r)
	e.offered(r)
	e.firsts(r)
}

// of cuts a span out of a list; what is added to it does not reach the next one.
func (s span) of(all []*Reason) []*Reason { return all[s.from:s.to:s.to] }

// reasons writes them as they were picked.
func (e *explainer) reasons(r *Result) []*Reason {
	text := string(e.text)
	whole := make([]Reason, len(e.proto))
	for i := range e.proto {
		p, one := &e.proto[i], &whole[i]
		*one = Reason{Ground: p.ground, Text: p.fixed, Value: p.value.of(text), Limit: p.said}
		if p.fixed == "" {
			one.Text = p.text.of(text)
		}
		if p.limit.to > p.limit.from {
			one.Limit = p.limit.of(text)
		}
	}
	all := make([]*Reason, len(e.picked))
	for i, id := range e.picked {
		all[i] = &whole[id]
	}
	return all
}

// verdicts says of the items about a person how they stand for each member.
func (e *explainer) verdicts(r *Result, all []*Reason) {
	each, n := make([]Verdict, len(e.each)), len(e.h.Members)
	for i, v := range e.each {
		each[i] = Verdict{Stand: &e.cast[i%n].stands[v.outcome], Reasons: v.of(all)}
	}
	for i := range r.Findings {
		if e.m.book.Items[i].Person != nil {
			r.Findings[i].Members, each = each[:n:n], each[n:]
		}
	}
}

// lacking writes the paths of what is missing.
func (e *explainer) lacking(r *Result) {
	total := 0
	for _, s := range e.lacks {
		total += s.to - s.from
	}
	paths := make([]string, 0, total)
	for i, s := range e.lacks {
		from := len(paths)
		for _, o := range e.opens[s.from:s.to] {
			paths = append(paths, e.path(o.fact, o.member))
		}
		if r.Findings[i].Outcome == Unknown {
			r.Findings[i].Missing = paths[from:len(paths):len(paths)]
		}
	}
}

// offered gives the eligible findings their offers, and all others one that is empty.
func (e *explainer) offered(r *Result) {
	n := 1
	for i := range r.Findings {
		n += int(truth(r.Findings[i].Outcome == Eligible))
	}
	offers := make([]Offer, n)
	none := &offers[0]
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Outcome != Eligible {
			f.Offer = none
			continue
		}
		offers = offers[1:]
		offers[0], *f.Offer = *f.Offer, Offer{}
		f.Offer = &offers[0]
	}
}

// firsts begins the reasons of what waits for another item with that item.
func (e *explainer) firsts(r *Result) {
	n := 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.After != "" {
			n += 1 + len(f.Reasons)
		}
	}
	with := make([]*Reason, 0, n)
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.After == "" {
			continue
		}
		from := len(with)
		with = append(append(with, e.m.firsts[f.After]), f.Reasons...)
		f.Reasons = with[from:len(with):len(with)]
	}
}
