package quota

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
)

// askedOf is the round that a form asks for.
func askedOf(r *http.Request) (a quota.Asked, err error) {
	day, err := core.ParseDate(r.FormValue("day"))
	hour, err2 := strconv.Atoi(r.FormValue("hour"))
	if err != nil || err2 != nil || hour < 0 || hour > 23 {
		return a, core.Invalid("day", "请选截止的日子和钟点。")
	}
	places, err := strconv.Atoi(r.FormValue("places"))
	if err != nil {
		return a, core.Invalid("places", "名额请填 1 到 2000。")
	}
	beside, _ := strconv.ParseInt(r.FormValue("beside"), 10, 64) // nothing: they have seen none
	y, m, d := day.Time().Date()
	return quota.Asked{Item: core.ItemCode(r.FormValue("item")), Area: core.RegionCode(r.FormValue("area")), Places: places,
		Cutoff: time.Date(y, m, d, hour, 0, 0, 0, core.China), Why: r.FormValue("why"), Beside: beside}, nil
}

// open begins a round. Where it stands already the page names that one and leads to it; beside one
// that is not over it is asked about first.
func (k *Room) open(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, err := askedOf(r)
	if err != nil {
		return err
	}
	id, err := k.d.Quota.Open(r.Context(), at.Staff, a)
	switch {
	case errors.Is(err, quota.ErrDouble):
		return k.doubled(w, r, at, a)
	case errors.Is(err, quota.ErrBeside):
		return k.beside(w, r, at, a)
	case err != nil:
		return err
	}
	return desk.Back(w, r, home(id), "开好了。过了截止时间,请另一个人核对、冻结名单。")
}

// standing is a round that stands already.
type standing struct {
	quota.Round
	OpenedBy string
	Theirs   bool // for who looks to open
}

// doubled says which round it is that was to be opened again. What was filled in stays as it was:
// nothing but the line above the form changes.
func (k *Room) doubled(w http.ResponseWriter, r *http.Request, at desk.At, a quota.Asked) error {
	list, err := k.standing(r, at, func(ctx context.Context, tx *pg.Tx) ([]quota.Round, error) {
		one, err := k.d.Quota.Same(ctx, tx, at.Staff, a)
		return []quota.Round{one}, err
	})
	if errors.Is(err, quota.ErrNone) { // withdrawn meanwhile
		return quota.ErrDouble
	}
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Retarget", "#say")
		w.Header().Set("HX-Reswap", "innerHTML")
		return at.Page.Part(w, "quota", "doubled-part", list[0])
	}
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "doubled", Title: "同样的一批已经有了"}, list[0])
}

// besidePage asks about a round of what is being shared out already.
type besidePage struct {
	Rounds []standing // the newest first
	Form   url.Values // as it was sent
}

// Newest is the newest round that who ticks has seen.
func (p besidePage) Newest() int64 { return p.Rounds[0].ID }

func (k *Room) beside(w http.ResponseWriter, r *http.Request, at desk.At, a quota.Asked) error {
	list, err := k.standing(r, at, func(ctx context.Context, tx *pg.Tx) ([]quota.Round, error) {
		return k.d.Quota.Running(ctx, tx, a)
	})
	if err != nil {
		return err
	}
	if len(list) == 0 { // over meanwhile
		return quota.ErrBeside
	}
	p := besidePage{list, r.PostForm}
	if r.Header.Get("HX-Request") != "" { // only what stands inside the page
		return at.Page.Part(w, "quota", "beside", p)
	}
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "beside", Title: "还有一批没分完"}, p)
}

// standing reads rounds with who opened them.
func (k *Room) standing(r *http.Request, at desk.At, read func(context.Context, *pg.Tx) ([]quota.Round, error)) (list []standing, err error) {
	var rounds []quota.Round
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx, _ registry.Purpose) (err error) {
		rounds, err = read(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var ids []core.StaffID
	for _, one := range rounds {
		ids = append(ids, one.Opener)
	}
	names, err := k.d.Staff.Names(r.Context(), ids...)
	for _, one := range rounds {
		list = append(list, standing{one, names[one.Opener], k.d.Quota.Holds(at.Staff, one.Area)})
	}
	return list, err
}
