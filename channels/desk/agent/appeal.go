package agent

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
	"lianou/intake/calls"
)

// pair is what a pair of receipt and number opens, with the pair: whoever goes on to say that
// a decision is wrong is asked by it again.
type pair struct {
	casefile.Status
	desk.Pair
	Said string // to be read out
}

// errWhose says that nobody confirmed whose application it is.
var errWhose = core.Invalid("receipt", "先问清他是谁:认过来电人,或者让他说回执号和身份证后四位。")

// appeal files that a caller says that a decision is wrong (F81). Who speaks is confirmed
// first, as for every look at a household: by the pair that they say, or because the agent
// confirmed in this call whose number it is. The agent reads out what comes of it.
func (a *Room) appeal(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return a.saysOf(w, r, at, taking{calls.WishAppeal, a.d.Flow.AppealFor})
}

// unsolved files that a caller says that an item is not solved (F82), as appeal does.
func (a *Room) unsolved(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return a.saysOf(w, r, at, taking{calls.WishUnsolved, a.d.Flow.UnsolvedFor})
}

// taking is what is taken down, and how.
type taking struct {
	kind calls.Wish
	file func(context.Context, casefile.Actor, workflow.AppealFor) (string, error)
}

// tookDown notes that it was from the call that is open beside the form, so that the call may end;
// nil for none.
func (a *Room) tookDown(r *http.Request, at desk.At, kind calls.Wish) calls.Also {
	from := r.FormValue("from")
	if from == "" {
		return nil
	}
	return a.d.Calls.TookDown(from, at.Staff.ID, kind)
}

func (a *Room) saysOf(w http.ResponseWriter, r *http.Request, at desk.At, t taking) error {
	found, err := a.whose(r, at)
	if err != nil {
		return err
	}
	in := workflow.AppealFor{Case: found.Case, Item: core.ItemCode(r.FormValue("item")), Says: r.FormValue("says"), Door: casefile.DoorHotline,
		Also: a.tookDown(r, at, t.kind)}
	if found.Said, err = t.file(r.Context(), casefile.As(at.Staff), in); err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "appealed", found.Said)
}

// whose is the application that who speaks has shown to be theirs.
func (a *Room) whose(r *http.Request, at desk.At) (pair, error) {
	p, ok := desk.PairOf(r)
	if !ok {
		return pair{}, errWrongPair
	}
	if id := r.FormValue("call"); id != "" {
		return a.confirmed(r, at, id, p.Number)
	}
	if p.Last4 == "" {
		return pair{}, errWhose
	}
	s, err := a.look(r.Context(), at, p)
	return pair{Status: s, Pair: p}, err
}

// confirmed is an application of the household whose member the agent said, in a call that
// they hold, is speaking.
func (a *Room) confirmed(r *http.Request, at desk.At, id string, number core.Receipt) (pair, error) {
	c, err := a.d.Calls.Get(r.Context(), id)
	if err != nil {
		return pair{}, err
	}
	if c.Agent != at.Staff.ID || !c.Done.IsZero() {
		return pair{}, errWhose
	}
	who, err := a.callersOf(r.Context(), at, c)
	if err != nil {
		return pair{}, err
	}
	if who.Sure != nil {
		for _, s := range who.Sure.Cases {
			if s.Receipt == number {
				return pair{Status: s, Pair: desk.Pair{Number: number}}, nil
			}
		}
	}
	return pair{}, errWhose
}
