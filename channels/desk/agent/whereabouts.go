package agent

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/intake/calls"
)

// goDays is how many working days somebody has for going to a door, as long as for a
// notice that did not arrive (workflow).
const goDays = 2

// whereabouts is what is known of a caller whom nobody could reach.
func (a *Room) whereabouts(r *http.Request, at desk.At, c calls.Call) (calls.Whereabouts, error) {
	typed, _, err := a.d.Desk.DraftOf(r, at, desk.Drafting{Place: placeOf(c.ID)})
	if err != nil {
		return calls.Whereabouts{}, err
	}
	t, err := a.talkOf(r, c)
	if err != nil {
		return calls.Whereabouts{}, err
	}
	found, err := a.callersOf(r.Context(), at, c)
	if err != nil {
		return calls.Whereabouts{}, err
	}
	where := whereOf(typed, found, t)
	where.Due = a.d.Desk.WorkDay(goDays)
	if where.Source == calls.SourceConfirmed && where.Detail == "" {
		where.Detail, err = a.address(r.Context(), at, found.Sure.found.Household)
	}
	return where, err
}

// whereOf chooses the surest place: what an agent wrote down in the call, the household
// that was confirmed in it, what was said in it, and last whom the register has under the
// number. Only one such person is a hint; of several somebody has to ask.
func whereOf(typed url.Values, found callers, t talk) calls.Whereabouts {
	w := calls.Whereabouts{Who: cmp.Or(typed.Get("applicant.name"), typed.Get("contact.name")), Detail: typed.Get("live.detail"), Told: typed.Get("story")}
	said := core.RegionCode("")
	for _, s := range t.Slots {
		if s.Field == "live" {
			said = core.RegionCode(s.Value)
		}
	}
	var known *registry.Person
	if len(found.Maybe) == 1 || len(found.Maybe) > 1 && found.Maybe[0].Before && !found.Maybe[1].Before {
		known = &found.Maybe[0].found
	}
	wrote := core.RegionCode(cmp.Or(typed.Get("live.village"), typed.Get("live.township"), typed.Get("live.county")))
	switch {
	case len(wrote) >= 9:
		w.Region, w.Source = wrote, calls.SourceForm
	case found.Sure != nil:
		w.Region, w.Source, w.Who = lowest(found.Sure.found), calls.SourceConfirmed, found.Sure.found.Name
	case len(said) >= 9:
		w.Region, w.Source = said, calls.SourceSaid
	case known != nil:
		w.Region, w.Source, w.Who = lowest(*known), calls.SourceNumber, cmp.Or(w.Who, known.Name)
	default:
		w.Region, w.Source = cmp.Or(wrote, said), "" // a county is a beginning for whoever asks
	}
	return w
}

func (a *Room) address(ctx context.Context, at desk.At, home core.HouseholdID) (where string, err error) {
	why := registry.Purpose{Actor: desk.ActorOf(at), Why: "回了三次没人接,请村里上门"}
	err = a.d.DB.Tx(ctx, pg.City("the address of whom an agent confirmed and nobody reaches"), func(ctx context.Context, tx *pg.Tx) error {
		where, err = a.d.Registry.Address(ctx, tx, why, home)
		return err
	})
	if core.KindOf(err) == core.KindNotFound {
		return "", nil
	}
	return where, err
}

// sourceSays tells how a place is known.
func sourceSays(s calls.Source) string {
	return map[calls.Source]string{calls.SourceForm: "坐席在表里记的", calls.SourceConfirmed: "本人登记的", calls.SourceSaid: "电话里说的,机器听写",
		calls.SourceNumber: "这个号码登记的,不一定是他", calls.SourceAsked: "坐席后来打听的"}[s]
}

// goes says where somebody will go.
func (a *Room) goes(w calls.Whereabouts) string {
	if len(w.Region) < 9 {
		return "还不知道住哪个镇,进「要打听住处的」,问清了再派。"
	}
	return "请协理员上门:" + a.d.Regions.FullName(w.Region) + "(" + sourceSays(w.Source) + ")。"
}
