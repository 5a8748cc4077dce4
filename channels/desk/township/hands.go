package township

import (
	"context"
	"slices"
	"strings"
	"time"

	"lianou/core/casefile"
	"lianou/intake/talks"
)

// talkedBefore is how long before an application its conversation may have begun: so long
// is one kept that nobody goes on with.
const talkedBefore = 30 * 24 * time.Hour

// walked is the timeline as staff read it: what happened to the case, and when the
// conversations that its applications came from were with an agent.
func (t *Room) walked(ctx context.Context, v casefile.View) ([]casefile.Event, error) {
	events := slices.Clone(v.Events)
	if t.d.Chats == nil {
		return events, nil
	}
	for _, of := range conversations(v) {
		steps, err := t.d.Chats.Hands(ctx, of)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			e := casefile.Event{At: s.At, Staff: s.Says}
			if !slices.ContainsFunc(events, func(o casefile.Event) bool { return o.At.Equal(e.At) && o.Staff == e.Staff }) {
				events = append(events, e)
			}
		}
	}
	slices.SortStableFunc(events, func(a, b casefile.Event) int { return a.At.Compare(b.At) })
	return events, nil
}

// conversations are where the hand-overs of a case are looked for. What an account asked an
// agent before its last application belongs to that one. An application that is not known to
// be the household's brings nothing of its sender's.
func conversations(v casefile.View) []talks.HandsOf {
	var out []talks.HandsOf
	last := map[string]time.Time{}
	for _, a := range v.Applications {
		if a.State == casefile.ApplicationContested || a.State == casefile.ApplicationSetAside || a.Sender == "" {
			continue
		}
		from := a.At.Add(-talkedBefore)
		if before := last[a.Sender]; before.After(from) {
			from = before
		}
		out = append(out, talks.HandsOf{Citizen: a.Sender, From: from, Until: a.At})
		last[a.Sender] = a.At
	}
	if strings.HasPrefix(v.CallID, casefile.ChatCall) {
		out = append(out, talks.HandsOf{Call: v.CallID})
	}
	return out
}
