package township

import (
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// lackRow is one thing that is wanting, and what the officer has to know of it.
type lackRow struct {
	casefile.Lack
	Register string // who keeps the record, "" where nobody does
}

// FromFamily is what the household may be asked for.
func (p casePage) FromFamily() []lackRow { return p.lacking(false) }

// FromRegisters is what we look up ourselves and nobody has begun to.
func (p casePage) FromRegisters() (list []lackRow) {
	open := map[string]bool{}
	for _, l := range p.View.Looks {
		open[l.Key] = open[l.Key] || l.Open()
	}
	for _, l := range p.lacking(true) {
		if !open[l.Key] {
			list = append(list, l)
		}
	}
	return list
}

func (p casePage) lacking(ours bool) (list []lackRow) {
	for _, l := range p.View.Lacks {
		if l.Ours() == ours {
			list = append(list, lackRow{l, wording.KeeperOf(l.Keeper).Name})
		}
	}
	return list
}

// Asked is how often the household was asked.
func (p casePage) Asked() int { return len(p.View.Asks) }

// lookRow is one thing that we look up.
type lookRow struct {
	casefile.Lookup
	Word, Register string
	Due            core.Date
	Whose          core.StaffID // to look: whoever has the case in hand by now
	Fields         []confirm    // in which what was found is written, none where it is no fact
	Member         string       // whose fact it is, by ref
}

// Looking is what waits for somebody to look it up, and what came of the others.
func (p casePage) Looking() (list []lookRow) {
	words := map[string]string{}
	for _, l := range p.View.Lacks {
		words[l.Key] = l.Word
	}
	for _, l := range p.View.Looks {
		row := lookRow{Lookup: l, Word: words[l.Key], Register: wording.KeeperOf(l.Keeper).Name, Whose: l.Staff}
		if p.View.Officer != 0 {
			row.Whose = p.View.Officer
		}
		if row.Word == "" { // no longer wanting
			row.Word = wording.FactLabel(l.Key)
		}
		for _, d := range p.View.Deadlines {
			if d.Kind == casefile.DeadlineLookup && l.Open() {
				row.Due = d.Due
			}
		}
		row.Fields, row.Member = p.fields(l.Key)
		list = append(list, row)
	}
	return list
}

// fields are the inputs by which a form takes the fact at a path, and whose it is.
func (p casePage) fields(path string) (list []confirm, ref string) {
	path, _, _ = strings.Cut(path, ".")
	for _, group := range p.Confirm {
		at, prefix := "", "h."
		if group.Ref != "" {
			at, prefix = "members/"+group.Ref+"/", memberAt(core.MemberRef(group.Ref))
		}
		for _, row := range group.Rows {
			if key, _, _ := strings.Cut(strings.TrimPrefix(row.Name, prefix), "."); at+key == path {
				list, ref = append(list, row), group.Ref
			}
		}
	}
	return list, ref
}

func (t *Room) askSupplement(d doing) error {
	return t.d.Flow.AskSupplement(d.r.Context(), d.actor, workflow.AskSupplement{Case: d.id, Ticks: d.r.PostForm["tick"], What: d.get("reason"), How: d.get("how"),
		Late: d.get("late"), Kept: d.get("kept"), Saw: d.saw()})
}

func (t *Room) lookedUp(d doing) error {
	id, err := strconv.ParseInt(d.get("look"), 10, 64)
	if err != nil {
		return core.Invalid("look", "这一页没有传完整,请刷新再点一次。")
	}
	facts, err := changed(d)
	if err != nil {
		return err
	}
	in := workflow.LookedUp{Case: d.id, Look: id, Found: d.get("outcome") == "found", Words: d.get("reason")}
	if in.Found && len(facts) > 0 {
		in.Facts = facts
	}
	return t.d.Flow.LookedUp(d.r.Context(), d.actor, in)
}
