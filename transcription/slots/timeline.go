package slots

// timeline turns spans of the joined text into moments of the recording. Inside
// one utterance time is taken as even: engines give words no times of their own.
type timeline struct {
	list []Segment
	at   []Span
}

func newTimeline(list []Segment) *timeline {
	t := &timeline{list: list}
	at := 0
	for _, g := range list {
		n := len([]rune(g.Text))
		t.at = append(t.at, Span{at, at + n})
		at += n + 1
	}
	return t
}

func (t *timeline) moments(spans []Span) []Moment {
	var out []Moment
	for _, s := range spans {
		for i, a := range t.at {
			from, to := max(s.Start, a.Start), min(s.End, a.End)
			if from >= to {
				continue
			}
			g := t.list[i]
			length, n := max(g.EndMS-g.StartMS, 0), int64(a.End-a.Start)
			out = append(out, Moment{g.Channel, g.StartMS + length*int64(from-a.Start)/n, g.StartMS + length*int64(to-a.Start)/n})
		}
	}
	return out
}

func (t *timeline) stamp(p *Proposal) {
	p.Name.At = t.moments(p.Name.Spans)
	p.OnBehalfOf.At = t.moments(p.OnBehalfOf.Spans)
	p.IDNumber.At = t.moments(p.IDNumber.Spans)
	p.Phone.At = t.moments(p.Phone.Spans)
	p.County.At = t.moments(p.County.Spans)
	p.Township.At = t.moments(p.Township.Spans)
	p.Village.At = t.moments(p.Village.Spans)
	for i := range p.Needs {
		p.Needs[i].At = t.moments(p.Needs[i].Spans)
	}
}
