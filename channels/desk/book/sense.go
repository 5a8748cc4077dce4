package book

import (
	"context"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/rulebook"
	"lianou/core/staff"
	"lianou/core/watch"
)

// sensing is what a page shows of the report on a draft's weights.
type sensing struct {
	Draft int64
	May   bool // has the button
	Order rulebook.Weighed
	watch.Asked
}

// sensings bounds how often one member of staff may ask: each report reads the whole city.
var sensings = bell.Rate{Count: 12, Per: time.Hour}

var (
	// errUnmoved refuses a report on weights that stand already, or that nobody can publish.
	errUnmoved  = core.E(core.KindConflict, "draft_unmoved", "这份草案没有改权重,或者已经发布、撤回了,不用算。")
	errMade     = core.E(core.KindConflict, "draft_sensed", "这组权重算过了,不用再算。看过结果,再签署、发布。")
	errSensings = core.E(core.KindTooMany, "sensings_exceeded", "这一小时算得太多了。请过一会儿再算。")
)

// sense asks for the report on a draft's weights.
func (b *Room) sense(w http.ResponseWriter, r *http.Request, at desk.At) error {
	f, read, order, err := b.weighed(r, at)
	switch {
	case err != nil:
		return err
	case !f.Living() || !order.Moved:
		return errUnmoved
	case order.Sensed:
		return errMade
	}
	if ok, _ := b.d.Bell.Allow(r.Context(), "sense:"+desk.ActorOf(at).ID, sensings); !ok { // without Redis nobody is kept from work
		return errSensings
	}
	if _, err := b.d.Watch.AskSense(r.Context(), b.d.Jobs, read.Weights, desk.ActorOf(at)); err != nil {
		return err
	}
	return desk.Back(w, r, home(f.ID), "开始算这组权重了。算好以前也可以先看别的。")
}

// sensed is the part of the page that comes again while a report is made. When it is there
// the whole page is another: it can be published.
func (b *Room) sensed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	f, read, order, err := b.weighed(r, at)
	if err != nil {
		return err
	}
	p, err := b.sensing(r.Context(), &f, read, &order, at)
	if err != nil {
		return err
	}
	if !p.Running {
		w.Header().Set("HX-Refresh", "true")
	}
	return at.Page.Part(w, "book", "sensing", p)
}

// weighed reads the draft of a request, and what it does to the weights.
func (b *Room) weighed(r *http.Request, at desk.At) (f rulebook.Folder, read *rulebook.Reading, order rulebook.Weighed, err error) {
	id, err := number(r)
	if err != nil {
		return f, nil, order, err
	}
	if f, err = b.d.Rules.Draft(r.Context(), id); err != nil {
		return f, nil, order, err
	}
	if read, err = b.read(r.Context(), &f, at); err != nil {
		return f, nil, order, err
	}
	order, err = b.d.Rules.Weighed(r.Context(), read)
	return f, read, order, err
}

// sensing reads how far the report is; nothing for a draft that leaves the weights as they are.
func (b *Room) sensing(ctx context.Context, f *rulebook.Folder, read *rulebook.Reading, order *rulebook.Weighed, at desk.At) (p sensing, err error) {
	p = sensing{Draft: f.ID, Order: *order, May: f.Living() && at.Has(staff.City)}
	if !order.Moved || order.Sensed {
		return p, nil
	}
	err = b.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		p.Asked, err = b.d.Watch.Asked(ctx, tx, &read.Weights)
		return err
	})
	return p, err
}
