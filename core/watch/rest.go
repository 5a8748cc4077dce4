package watch

// longestRest is for how many rounds of a keeper what fails again and again is left alone:
// some four minutes.
const longestRest = 128

// rests let what failed be, longer after each failure, so that what cannot be read is not
// tried every two seconds of a night, nor told of each time. Time goes by rounds.
type rests struct {
	round int
	of    map[string]rest
}

type rest struct{ rounds, until int }

// A turn is a change of what can be done: it fails now, or works again.
type turn struct {
	what string
	err  error // nil: it works again
}

// try does something unless it rests, and gives the turn that this was, nil for none.
func (r *rests) try(what string, do func() error) *turn {
	was, failed := r.of[what]
	if failed && r.round < was.until {
		return nil
	}
	err := do()
	switch {
	case err == nil && !failed:
		return nil
	case err == nil:
		delete(r.of, what)
		return &turn{what, nil}
	}
	rounds := max(1, min(2*was.rounds, longestRest))
	r.of[what] = rest{rounds, r.round + rounds}
	if failed {
		return nil
	}
	return &turn{what, err}
}
