package rulebook

import (
	"slices"
	"strconv"

	"lianou/core"
	"lianou/core/policy"
)

// Tell says what differs between this set and another that both load: every standard with
// what it was and becomes, where and from what day, then the items, conditions, packs and
// the calendar; what holds on days before today only, on its own. Errors are those of Load.
func (s Sources) Tell(to Sources, today core.Date, names Names) (Told, error) {
	old, err := s.Load()
	if err != nil {
		return Told{}, faulty(err)
	}
	new, err := to.Load()
	if err != nil {
		return Told{}, faulty(err)
	}
	return tellOf(old, new, today, names), nil
}

func tellOf(old, new *policy.Library, today core.Date, names Names) Told {
	t := teller{names: names, today: today}
	var last *policy.Diff
	for _, s := range spans(today, old, new) {
		last = policy.Compare(old.OrEmpty(s.from), new.OrEmpty(s.from))
		t.tell(s, last, all)
	}
	t.calendar(last, all)
	return t.told(false)
}

// mostTold is how many steps of whole files are told of one draft, each by itself. Those
// beyond are told with all the others: Reading.Net.
const mostTold = 8

// ErrUntold: nobody signs what the page cannot say. It says which step.
var ErrUntold = core.E(core.KindConflict, "rulebook_untold", untold("其中一步"))

// untold says who has to look. A desk has no command line; what to do is in the guides.
func untold(which string) string {
	return "这份草案" + which + "换上的文件读不出来,说不出它改了什么,所以不能签署、不能发布。请管系统的人看一看这一步;等不及的,就撤回,重新起草。"
}

// Tell says of every step of whole files what it does to the set that the steps before it
// made of the draft's base, by the step's number. A step that the base has already is left
// out. With an error it gives what it told so far. Errors: ErrUntold with the step's own in it.
func (f Folder) Tell(base Sources, today core.Date, names Names) (map[int]*Told, error) {
	return f.tell(base, today, names, Sources.Load)
}

type loads func(Sources) (*policy.Library, error)

func (f Folder) tell(base Sources, today core.Date, names Names, load loads) (map[int]*Told, error) {
	out := map[int]*Told{}
	var lib *policy.Library // of base, where it was loaded
	for _, c := range f.Standing() {
		next, err := c.Op.apply(base)
		if err != nil {
			return out, stepUntold(c.N, err)
		}
		var loaded *policy.Library
		switch {
		case c.Op.Files == nil || next.Equal(base):
		case len(out) >= mostTold:
			out[c.N] = &Told{Skipped: true}
		default:
			if loaded, err = load(next); err == nil && lib == nil {
				lib, err = load(base)
			}
			if err != nil {
				return out, stepUntold(c.N, err)
			}
			told := tellOf(lib, loaded, today, names)
			out[c.N] = &told
		}
		base, lib = next, loaded
	}
	return out, nil
}

func stepUntold(n int, err error) error {
	return core.E(ErrUntold.Kind, ErrUntold.Code, untold("的第 "+strconv.Itoa(n)+" 步")).Wrap(err)
}

// ByFiles reports whether a step of the draft that holds replaces whole files.
func (f Folder) ByFiles() bool {
	return slices.ContainsFunc(f.Standing(), func(c Change) bool { return c.Op.Files != nil })
}
