package rulebook

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/policy"
)

// Back is what a set takes back of the newest edition: it says, from a day on, what an
// edition before said and the newest does not.
type Back struct {
	Edition int // the newest
	Told
}

// mostOlder is how many sets before the newest are compared, the newest of them first; a
// folder that somebody kept is seldom older.
const mostOlder = 12

// TakenBack finds what a set takes back of what was published last: a folder that was
// written out before others published does so, and says nothing of it. What holds only on
// days gone by is left out. Errors are those of Load.
func (s *Store) TakenBack(ctx context.Context, set Sources, names Names) (back Back, err error) {
	var files []Sources // the newest first
	var today core.Date
	err = s.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		editions, err := editionsAfter(ctx, tx, 0)
		if err != nil || len(editions) == 0 {
			return err
		}
		files, today = nil, tx.Today()
		back.Edition = editions[len(editions)-1].Number
		var seen []string
		for _, e := range slices.Backward(editions) {
			if slices.Contains(seen, e.Source) || len(files) > mostOlder {
				continue
			}
			one, err := sourceOf(ctx, tx, e.Number)
			if err != nil {
				return err
			}
			seen, files = append(seen, e.Source), append(files, one)
		}
		return nil
	})
	if err != nil || len(files) < 2 {
		return back, err
	}
	back.Told, err = takenBack(files[0], files[1:], set, today, names)
	return back, err
}

func takenBack(newest Sources, older []Sources, set Sources, today core.Date, names Names) (Told, error) {
	var libs []*policy.Library
	for _, one := range append([]Sources{newest, set}, older...) {
		lib, err := one.Load()
		if err != nil {
			return Told{}, faulty(err)
		}
		libs = append(libs, lib)
	}
	t := teller{names: names}
	pairs := policy.Pairs(libs[0], libs[1])
	for i, p := range pairs {
		if i+1 < len(pairs) && pairs[i+1].From <= today {
			continue // gone by
		}
		d := policy.Compare(p.Old, p.New)
		var differs []map[string]bool
		for _, lib := range libs[2:] {
			if was, err := lib.On(p.From); err == nil {
				differs = append(differs, keysOf(policy.Compare(was, p.New)))
			}
		}
		t.tell(p.From, d, func(key string) bool {
			return slices.ContainsFunc(differs, func(keys map[string]bool) bool { return !keys[key] })
		})
	}
	return t.told(), nil
}

const indexKey = "index"

func placeKey(name string, p policy.Place) string {
	return "amount " + name + " " + string(p.County) + " " + string(p.Area)
}
func textKey(name string) string        { return "text " + name }
func itemKey(code core.ItemCode) string { return "item " + string(code) }
func testKey(name string) string        { return "test " + name }
func statusKey(key string) string       { return "status " + key }

// keysOf names everything that differs.
func keysOf(d *policy.Diff) map[string]bool {
	keys := map[string]bool{indexKey: d.Index}
	for i := range d.Params {
		c := &d.Params[i]
		keys[textKey(c.Name)] = true
		for _, at := range c.Places {
			keys[placeKey(c.Name, at.Place)] = true
		}
	}
	for i := range d.Items {
		keys[itemKey(d.Items[i].Code)] = ruled(&d.Items[i])
	}
	for _, c := range d.Tests {
		keys[testKey(c.Name)] = true
	}
	for _, c := range d.Statuses {
		keys[statusKey(c.Key)] = true
	}
	return keys
}
