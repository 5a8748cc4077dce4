package trail

import (
	"errors"
	"fmt"
	"io"
)

// Print writes a trail as text, hop by hop, in the words of the auditor's room.
func (t Trail) Print(out io.Writer) error {
	var all error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(out, format+"\n", args...)
		all = errors.Join(all, err)
	}
	say("%s", t.Line)
	for i, h := range t.Hops {
		say("%d %s  %s", i+1, h.Stage.Title(), mark(h.Holds()))
		for _, p := range h.Points {
			say("    %s:%s", p.Label, t.Said(p))
		}
		for _, g := range h.Grounds {
			say("    · %s", g.Say())
		}
		for _, c := range h.Checks {
			say("    %s", c.Say())
		}
		if h.Entry != 0 {
			say("    日志第 %d 条", h.Entry)
		}
	}
	say("%s", t.Verdict())
	return all
}

func mark(holds bool) string {
	if holds {
		return "对得上"
	}
	return "对不上"
}

// Said is a point in words, a member of staff by name.
func (t Trail) Said(p Point) string {
	switch {
	case p.Who == 0 && p.Value == "":
		return "没有"
	case p.Who == 0:
		return p.Value
	case t.Names[p.Who] == "":
		return fmt.Sprintf("工号 %d", p.Who)
	}
	return t.Names[p.Who]
}

// Say is a ground in one line: the reason, the fact, its source and its seconds.
func (g Ground) Say() string {
	s := g.Text
	if g.Fact != "" {
		s += "(" + g.Fact
		if g.Source != "" {
			s += ":" + g.Source
		}
		s += ")"
	}
	if at := Seconds(g.FromMS, g.ToMS); at != "" {
		s += " " + at
	}
	return s
}

// Say is a check in one line.
func (c Check) Say() string {
	if c.Holds {
		return "✓ " + c.What
	}
	return "✗ " + c.What + ":" + c.Seen
}

// Verdict says of the whole whether it holds, and where it breaks.
func (t Trail) Verdict() string {
	at := t.Breaks()
	switch {
	case at == "":
		return "从头走到底,一步不断。"
	case at == t.Gap:
		return "走到「" + at.Title() + "」这一步断了:找不到。"
	}
	return "「" + at.Title() + "」这一步对不上。"
}
