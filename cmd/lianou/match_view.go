package main

import (
	"lianou/core/matching"
)

func matchView(f *matching.Finding) *matchFinding {
	out := &matchFinding{Outcome: f.Outcome, Missing: f.Missing, For: f.For, After: f.After, Reasons: matchReasons(f.Reasons)}
	if out.Missing == nil {
		out.Missing = []string{}
	}
	for _, v := range f.Members {
		out.Members = append(out.Members, matchVerdict{v.Member, v.Outcome, matchReasons(v.Reasons)})
	}
	if f.Outcome == matching.Eligible {
		b := matchBenefit{f.Benefit.Amount, f.Benefit.Per, f.Benefit.Sample, f.Benefit.Text, f.Benefit.For,
			f.Benefit.NothingSaid(), f.Benefit.Alone, f.Benefit.AloneSaid}
		out.Benefit = &b
	}
	return out
}

func matchReasons(list []*matching.Reason) []matchReason {
	out := make([]matchReason, len(list))
	for i, r := range list {
		out[i] = matchReason{r.Code, r.Outcome, r.Text, r.Member, r.Fact, r.Against, r.Value, r.Limit, r.Law}
	}
	return out
}

func nearestView(m *matching.Miss) *matchNearest {
	return &matchNearest{Text: m.Text, Steps: matchSteps(m.Steps), Reach: matchSteps(m.Reach)}
}

func matchSteps(list []matching.Step) []matchStep {
	var out []matchStep
	for i := range list {
		s := &list[i]
		one := matchStep{Code: s.Code, Fact: s.Fact, Member: s.Member, Now: s.Now, Need: s.Need, Limit: s.Limit, Gap: s.Gap, Can: s.Can, By: s.By}
		if !s.Late.IsZero() {
			one.Early, one.Late = s.Early.String(), s.Late.String()
		}
		out = append(out, one)
	}
	return out
}
