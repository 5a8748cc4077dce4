package channels

import (
	"context"
	"net/http"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// WayBody is by which way an account wants to be told first; "" as it comes.
type WayBody struct {
	Way core.ChannelName `json:"way"`
}

// WayAnswer is what was wished, and what comes of it.
type WayAnswer struct {
	Way core.ChannelName `json:"way"`
	Say string           `json:"say"`
}

func wayAnswer(way core.ChannelName) WayAnswer { return WayAnswer{way, wording.ToldFirst(way)} }

var errNoWishes = core.E(core.KindUnavailable, "no_wishes", "")

// Way reads what somebody wishes. Errors: KindUnavailable where this door cannot know.
func (d *CitizenDoor) Way(ctx context.Context, who citizen.Citizen) (WayAnswer, error) {
	if d.env.Wishes == nil {
		return WayAnswer{}, errNoWishes
	}
	wish, err := d.env.Wishes.Of(ctx, who.ID)
	return wayAnswer(wish.Channel), err
}

// SetWay writes a wish down: it orders the ways, and nobody is left out by it. Errors:
// KindInvalid for a way that is none, KindUnavailable.
func (d *CitizenDoor) SetWay(ctx context.Context, who citizen.Citizen, way core.ChannelName) (WayAnswer, error) {
	if d.env.Wishes == nil {
		return WayAnswer{}, errNoWishes
	}
	return wayAnswer(way), d.env.Wishes.Set(ctx, who.ID, way)
}

// ServeWay tells who asks what they wish.
func (d *CitizenDoor) ServeWay(w http.ResponseWriter, r *http.Request) {
	d.serveWay(w, r, func(who citizen.Citizen) (WayAnswer, error) { return d.Way(r.Context(), who) })
}

// ServeSetWay writes down what they wish.
func (d *CitizenDoor) ServeSetWay(w http.ResponseWriter, r *http.Request) {
	d.serveWay(w, r, func(who citizen.Citizen) (WayAnswer, error) {
		in, err := ReadJSON[WayBody](r)
		if err != nil {
			return WayAnswer{}, err
		}
		return d.SetWay(r.Context(), who, in.Way)
	})
}

func (d *CitizenDoor) serveWay(w http.ResponseWriter, r *http.Request, way func(citizen.Citizen) (WayAnswer, error)) {
	who, err := d.Citizen(r)
	var answer WayAnswer
	if err == nil {
		answer, err = way(who)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, answer)
}
