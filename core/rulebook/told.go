package rulebook

import (
	"slices"

	"lianou/core"
)

// Told is what lies between two sets, in lines for people.
type Told struct {
	Lines []string // from today on; then what has no days of its own, or pays nothing, of days gone by
	Gone  []string // of days gone by, written otherwise than before: what was paid for them went by the edition of then
	Left  []Left   // what is beyond these, by kind
	Rest  []string // every line of it: what is hidden can be signed by nobody

	Idle    bool // nothing is another from today on
	Skipped bool // of a step: whole files were replaced so often that it is told with the others, as a whole
}

// Left is how many things of one kind are in Rest.
type Left struct {
	Kind string
	N    int
}

// Count is how many things are told, shown or not.
func (t Told) Count() int {
	n := len(t.Lines) + len(t.Gone)
	for _, l := range t.Left {
		n += l.N
	}
	return n
}

// The bounds of what is told.
const (
	mostLines    = 12
	mostGone     = 6
	mostCounties = 4 // of one line
)

// A kind is what a line is about.
type kind int

const (
	ofAmount kind = iota
	ofItem
	ofRule
	ofTest
	ofStatus
	ofPack
	ofRelation
	ofDay
	ofIndex
	kinds // how many there are
)

var kindWords = [kinds]string{"标准", "事项", "不能同时享受和抵扣的规定", "条件", "身份", "规则包", "标准之间的倍数", "放假和上班的日子", "权重"}

// told chooses the lines. Every kind has its share of them, so that a long list of amounts
// hides no formula, and within a kind what decides or pays stands before texts; with
// amountsLast amounts have what the others leave. What has no place is in Rest.
func (t *teller) told(amountsLast bool) (out Told) {
	var left [kinds]int
	choose := func(alarm bool, most int) (texts []string) {
		var byKind [kinds][]string
		for _, order := range []struct{ gone, light bool }{{false, false}, {false, true}, {true, false}, {true, true}} {
			for _, l := range t.lines {
				if l.alarms() == alarm && l.gone == order.gone && l.light == order.light {
					byKind[l.kind] = append(byKind[l.kind], l.say())
				}
			}
		}
		for k, n := range shares(&byKind, most, amountsLast) {
			texts = append(texts, byKind[k][:n]...)
			out.Rest = append(out.Rest, byKind[k][n:]...)
			left[k] += len(byKind[k]) - n
		}
		return texts
	}
	out.Idle = !slices.ContainsFunc(t.lines, func(l line) bool { return !l.gone })
	out.Lines, out.Gone = choose(false, mostLines), choose(true, mostGone)
	for k, n := range left {
		if n > 0 {
			out.Left = append(out.Left, Left{kindWords[k], n})
		}
	}
	return out
}

// shares is how many of each kind are among most lines: in turn one of each.
func shares(byKind *[kinds][]string, most int, amountsLast bool) (n [kinds]int) {
	turns := [][]kind{{ofAmount, ofItem, ofRule, ofTest, ofStatus, ofPack, ofRelation, ofDay, ofIndex}}
	if amountsLast {
		turns = [][]kind{turns[0][1:], turns[0][:1]}
	}
	for _, turn := range turns {
		for more := true; more && most > 0; {
			more = false
			for _, k := range turn {
				if most > 0 && n[k] < len(byKind[k]) {
					n[k]++
					most--
					more = true
				}
			}
		}
	}
	return n
}

// line is one difference, and on what days.
type line struct {
	kind        kind
	text        string
	kept        string    // what has amounts of its own there, which stay
	from, until core.Date // until zero for open
	gone        bool
	light       bool // texts only: nobody gets more, less or later by it
	dated       bool // it has days of its own, and pays
}

// alarms reports whether a line is of money of days gone by.
func (l *line) alarms() bool { return l.gone && l.dated }

func (l *line) say() string {
	switch {
	case l.kind == ofDay:
		return l.text
	case l.until.IsZero() && !l.gone:
		return l.text + ",从 " + l.from.String() + " 起" + l.kept
	}
	return l.text + ",从 " + l.from.String() + " 到 " + (l.until - 1).String() + l.kept
}

// names of both versions, where they are two.
func bothNames(old, new string) string {
	if old == new || old == "" {
		return new
	}
	if new == "" {
		return old
	}
	return new + "(原来叫 " + old + ")"
}
