package book

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/hardship"
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

// errUnmoved refuses a report on weights that stand already, or that nobody can publish.
var errUnmoved = core.E(core.KindConflict, "draft_unmoved", "这份草案没有改权重,或者已经发布、撤回了,不用算。")

// sense asks for the report on a draft's weights.
func (b *Room) sense(w http.ResponseWriter, r *http.Request, at desk.At) error {
	f, order, err := b.weighed(r, at)
	if err != nil {
		return err
	}
	if !open(&f) || !order.Moved {
		return errUnmoved
	}
	weights, err := weightsOf(&f)
	if err != nil {
		return err
	}
	if _, err := b.d.Watch.AskSense(r.Context(), b.d.Jobs, weights, desk.ActorOf(at)); err != nil {
		return err
	}
	return desk.Back(w, r, home(f.ID), "开始算这组权重了。算好以前也可以先看别的。")
}

// sensed is the part of the page that comes again while a report is made. When it is there
// the whole page is another: it can be published.
func (b *Room) sensed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	f, order, err := b.weighed(r, at)
	if err != nil {
		return err
	}
	p, err := b.sensing(r.Context(), &f, &order, at)
	if err != nil {
		return err
	}
	if !p.Running {
		w.Header().Set("HX-Refresh", "true")
	}
	return at.Page.Part(w, "book", "sensing", p)
}

// weighed reads the draft of a request, and what it does to the weights.
func (b *Room) weighed(r *http.Request, at desk.At) (f rulebook.Folder, order rulebook.Weighed, err error) {
	id, err := number(r)
	if err != nil {
		return f, order, err
	}
	if f, err = b.d.Rules.Draft(r.Context(), id); err != nil {
		return f, order, err
	}
	read, err := b.read(r.Context(), &f, at)
	if err != nil {
		return f, order, err
	}
	order, err = b.d.Rules.Weighed(r.Context(), read)
	return f, order, err
}

// sensing reads how far the report is; nothing for a draft that leaves the weights as they are.
func (b *Room) sensing(ctx context.Context, f *rulebook.Folder, order *rulebook.Weighed, at desk.At) (p sensing, err error) {
	p = sensing{Draft: f.ID, Order: *order, May: open(f) && at.Has(staff.City)}
	if !order.Moved || order.Sensed {
		return p, nil
	}
	weights, err := weightsOf(f)
	if err != nil {
		return p, err
	}
	err = b.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		p.Asked, err = b.d.Watch.Asked(ctx, tx, &weights)
		return err
	})
	return p, err
}

func open(f *rulebook.Folder) bool { return f.State == rulebook.Open || f.State == rulebook.SignedOff }

func weightsOf(f *rulebook.Folder) (hardship.Weights, error) {
	weights, _, err := f.Files.Weights()
	return weights, err
}
