package rulebook

import (
	"context"
	"slices"
	"sync"

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
// written out before others published does so, and says nothing of it. Errors are those of
// Load.
func (s *Store) TakenBack(ctx context.Context, set Sources, names Names) (back Back, err error) {
	return s.takenBack(ctx, set, names, s.loader())
}

func (s *Store) takenBack(ctx context.Context, set Sources, names Names, load loads) (back Back, err error) {
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
	var libs []*policy.Library
	for _, one := range slices.Insert(files, 1, set) {
		lib, err := load(one)
		if err != nil {
			return back, faulty(err)
		}
		libs = append(libs, lib)
	}
	back.Told = tellBack(libs, today, names)
	return back, nil
}

// tellBack tells what the second of the sets takes back of the first: of the newest edition
// and a set, and the editions before.
func tellBack(libs []*policy.Library, today core.Date, names Names) Told {
	t := teller{names: names, today: today}
	var last *policy.Diff
	for _, sp := range spans(today, libs...) {
		last = policy.Compare(libs[0].OrEmpty(sp.from), libs[1].OrEmpty(sp.from))
		t.tell(sp, last, said(libs[2:], sp.from, last))
	}
	t.calendar(last, said(libs[2:], libs[1].Books()[len(libs[1].Books())-1].From, last))
	return t.told(true)
}

// said keeps what one of the older sets says on a day as the new Book of the Diff does. The
// older ones are compared when something is asked.
func said(older []*policy.Library, day core.Date, d *policy.Diff) keeps {
	differs := sync.OnceValue(func() (out []keySet) {
		for _, lib := range older {
			if was, err := lib.On(day); err == nil {
				out = append(out, keysOf(policy.Compare(was, d.New)))
			}
		}
		return out
	})
	return func(k key) bool {
		return slices.ContainsFunc(differs(), func(keys keySet) bool { return !keys.has(k) })
	}
}
