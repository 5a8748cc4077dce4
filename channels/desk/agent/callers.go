package agent

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/intake/calls"
)

// callers are who may be speaking (来电弹屏): a number is a hint and never an identity
// (security.md E2), and a forged one finds the same people. So a name is masked, and their
// household's applications stand beside the form only once the agent has said in this
// call that it is theirs; what was said in earlier calls orders the list.
type callers struct {
	Call   string
	Sure   *known
	Maybe  []maybe
	Nobody bool // the number stands nowhere
}

// known is who an agent has confirmed.
type known struct {
	maybe
	Cases []casefile.Status
}

// maybe is somebody the register has under the number.
type maybe struct {
	Person core.PersonID
	Who    string // 周某某(女,65)
	Place  string
	Key    int  // confirmed by this key
	Before bool // they were the caller the last time, an agent said

	found registry.Person
}

// mostMaybe is how many are offered: who has more under one number is an institution.
const mostMaybe = 4

// callersOf looks in the register for whoever has the number of a call, and reads the
// applications of whom an agent confirmed. Both leave their entries.
func (a *Room) callersOf(ctx context.Context, at desk.At, c calls.Call) (callers, error) {
	out := callers{Call: c.ID}
	if c.Caller.IsZero() {
		return out, nil
	}
	said, err := a.d.Calls.Said(ctx, c.ID)
	if err != nil {
		return out, err
	}
	err = a.d.DB.Tx(ctx, pg.City("whose number a call came from, for the agent who took it"), func(ctx context.Context, tx *pg.Tx) error {
		out = callers{Call: c.ID}
		why := registry.Purpose{Actor: desk.ActorOf(at), Why: "接电话认来电人"}
		found, err := a.d.Registry.Search(ctx, tx, why, c.Caller.Reveal())
		if err != nil {
			return err
		}
		rank := func(p registry.Person) int { // who was it the last time first, who was not last
			switch word, heard := said[p.ID]; {
			case word.Theirs:
				return 0
			case heard:
				return 2
			}
			return 1
		}
		slices.SortStableFunc(found, func(a, b registry.Person) int { return rank(a) - rank(b) })
		for _, p := range found {
			if err := a.offer(ctx, tx, at, &out, p, said[p.ID]); err != nil {
				return err
			}
		}
		return nil
	})
	out.Nobody = out.Sure == nil && len(out.Maybe) == 0
	return out, err
}

func (a *Room) offer(ctx context.Context, tx *pg.Tx, at desk.At, out *callers, p registry.Person, word calls.Word) error {
	one := maybe{Person: p.ID, Who: whoIs(p, tx.Today()), Place: a.d.Regions.FullName(lowest(p)), Key: len(out.Maybe) + 1, Before: word.Theirs, found: p}
	switch {
	case word.Here && !word.Theirs:
		return nil
	case word.Here && out.Sure == nil:
		cases, err := a.d.Cases.OfHousehold(ctx, tx, p.Household)
		if err != nil {
			return err
		}
		out.Sure = &known{one, cases}
		return a.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "status.read", Region: p.Region,
			Subject: "person:" + strconv.FormatInt(int64(p.ID), 10), Purpose: "接电话看家里的申请"})
	case len(out.Maybe) < mostMaybe:
		out.Maybe = append(out.Maybe, one)
	}
	return nil
}

func lowest(p registry.Person) core.RegionCode {
	if p.Village != "" {
		return p.Village
	}
	return p.Region
}

func whoIs(p registry.Person, today core.Date) string {
	out := casefile.MaskName(p.Name)
	about := map[core.Sex]string{"male": "男", "female": "女"}[p.Sex]
	if age := p.Birth.Age(today); !p.Birth.IsZero() {
		about += "," + strconv.Itoa(age)
	}
	if about == "" {
		return out
	}
	return fmt.Sprintf("%s(%s)", out, about)
}

// said keeps the agent's word about whose number it is and shows what follows.
func (a *Room) said(w http.ResponseWriter, r *http.Request, at desk.At) error {
	c, err := a.held(r, at)
	if err != nil {
		return err
	}
	person, err := strconv.ParseInt(r.FormValue("person"), 10, 64)
	theirs := r.FormValue("theirs")
	if err != nil || theirs != "yes" && theirs != "no" {
		return core.Invalid("person", "没看清选的是谁,请再点一次。")
	}
	if err := a.mayConfirm(r.Context(), at, c, core.PersonID(person)); err != nil {
		return err
	}
	word := calls.Whose{Call: c.ID, Agent: at.Staff.ID, Person: core.PersonID(person), Theirs: theirs == "yes"}
	if err := a.d.Calls.Say(r.Context(), word); err != nil {
		return err
	}
	found, err := a.callersOf(r.Context(), at, c)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "agent", "callers", found)
}

// confirmed is how often in an hour one agent may say whose number it is: an agent takes
// a dozen calls in an hour, and whoever goes through numbers needs hundreds.
var confirmed = bell.Rate{Count: 40, Per: time.Hour}

// errNotOffered says that the number does not lead to that person.
var errNotOffered = core.Invalid("person", "这个人不在这个号码名下,请刷新再点。")

// mayConfirm takes a word only about somebody whom the number of the call led to.
func (a *Room) mayConfirm(ctx context.Context, at desk.At, c calls.Call, person core.PersonID) error {
	if ok, _ := a.d.Bell.Allow(ctx, "caller:staff:"+desk.ActorOf(at).ID, confirmed); !ok {
		return errTooMany
	}
	offered, err := a.callersOf(ctx, at, c)
	if err != nil {
		return err
	}
	if offered.Sure != nil && offered.Sure.Person == person || slices.ContainsFunc(offered.Maybe, func(m maybe) bool { return m.Person == person }) {
		return nil
	}
	return errNotOffered
}
