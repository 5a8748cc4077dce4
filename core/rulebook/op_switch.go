package rulebook

import (
	"strings"

	"lianou/core"
)

// A Switch stops an item from a day on, or takes it up again. A stopped item stays in the
// Book, so that whoever asks for it reads why nobody gets it.
type Switch struct {
	Code core.ItemCode `json:"code"`
	On   bool          `json:"on,omitempty"`
	From core.Date     `json:"from"`
}

// suspended is the condition that nobody meets, by which an item is stopped: a household
// always has somebody in it.
const suspended = "item_suspended"

// Why an item is not switched.
var (
	ErrSwitchDay = core.E(core.KindInvalid, "rulebook_switch_day", "停办或恢复的日期要在这一项现在这一版开始之后,而且它没有定下结束的日子。")
	ErrSwitched  = core.E(core.KindConflict, "rulebook_switched", "这一项已经是这个状态了。")
)

func (w *Switch) apply(s Sources) (Sources, error) {
	versions, err := versionsOf(s, w.Code)
	if err != nil {
		return Sources{}, err
	}
	last := versions[len(versions)-1]
	if w.From <= last.from || !last.until.IsZero() {
		return Sources{}, ErrSwitchDay
	}
	if last.off == !w.On {
		return Sources{}, ErrSwitched
	}
	like := last // whose words the new version has
	if w.On {
		if len(versions) == 1 || versions[len(versions)-2].off {
			return Sources{}, ErrNotThere
		}
		like = versions[len(versions)-2]
	}
	lines, err := like.again(w.From, !w.On)
	if err != nil {
		return Sources{}, err
	}
	// find opens a file once for each look, so that the copy has left no mark in it.
	p := last.page
	if err := p.end(last.node, w.From); err != nil {
		return Sources{}, err
	}
	if err := p.append(last.list, last.node, lines...); err != nil {
		return Sources{}, err
	}
	if s, err = p.close(s); err != nil || w.On {
		return s, err
	}
	return withSuspended(s)
}

// again is the text of a version, as lines of an element without its dash, for one that
// begins on another day and is open; stopped if asked.
func (v version) again(from core.Date, stop bool) ([]string, error) {
	first, last, dash, err := v.page.element(v.node)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(v.page.text[v.page.starts[first]:v.page.lineEnd(last)], "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
		lines[i] = lines[i][min(dash+2, len(lines[i])):]
	}
	alone, err := openPage(File{v.page.name, strings.Join(lines, "\n") + "\n"})
	if err != nil {
		return nil, err
	}
	if err := alone.set(alone.root, "from", from.String()); err != nil {
		return nil, err
	}
	if err := alone.drop(alone.root, "until"); err != nil {
		return nil, err
	}
	if stop {
		// What would be given to whom is no question of a stopped item.
		for _, key := range []string{"when", "person", "benefit", "ceiling"} {
			if err := alone.drop(alone.root, key); err != nil {
				return nil, err
			}
		}
		if err := alone.setAfter(alone.root, entry(alone.root, "from"), "when", suspended+"\nbenefit: {per: \"\", text: 这一项停办。}"); err != nil {
			return nil, err
		}
	}
	text, err := alone.done()
	return strings.Split(strings.TrimRight(text, "\n"), "\n"), err
}

// withSuspended gives the set with the condition that nobody meets.
func withSuspended(s Sources) (Sources, error) {
	if _, err := find(s, "criteria", "name", suspended); err == nil {
		return s, nil
	}
	for _, f := range s.files {
		p, err := openPage(f)
		if err != nil {
			return Sources{}, err
		}
		list := elements(value(p.root, "criteria"))
		if len(list) == 0 {
			continue
		}
		err = p.append(sequence(value(p.root, "criteria")), list[len(list)-1], "name: "+suspended, "fact: members.count", `op: "<"`, "value: 1", "unit: count",
			"pass: 这一项停办。", "fail: 这一项现在停办,恢复以后再看。", "unknown: 这一项现在停办。", "law: 市级公布的政策版本")
		if err != nil {
			return Sources{}, err
		}
		return p.close(s)
	}
	return Sources{}, ErrNotThere
}
