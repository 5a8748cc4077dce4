package book

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/staff"
)

type draftPage struct {
	Said string
	rulebook.Folder
	rulebook.Speaker
	By, EndedName string
	Diff          []rulebook.Line
	Told          map[int]*rulebook.Told // of the steps of whole files, by their number
	Back          rulebook.Back
	rulebook.Outline
	Counties                 []registry.Place
	CriterionFs, ItemFs      []string
	Weights                  []weightLine
	Order                    rulebook.Weighed // of the index, and the report that a change of weights needs
	Sensing                  sensing
	Today                    core.Date
	Stale                    bool // a newer edition was published meanwhile
	Mine, Second, Changeable bool
	Simulation               simulation
	Looks                    []lookLine // at these files, on real households
	Looked                   bool       // whoever reads the page did
	MayLook                  bool
	Live                     bool // open or signed
}

// lookLine is somebody's look at the draft as it stands.
type lookLine struct {
	rulebook.Look
	By string
}

// draft shows what a draft changes, its steps, and to who may, the forms.
func (b *Room) draft(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	p := draftPage{Said: desk.Said(w, r), Counties: b.d.Regions.Counties(), CriterionFs: rulebook.CriterionFields(), ItemFs: rulebook.ItemFields()}
	if p.Folder, err = b.d.Rules.Draft(r.Context(), id); err != nil {
		return err
	}
	base, err := b.d.Rules.Sources(r.Context(), p.Base)
	if err != nil {
		return err
	}
	p.Diff = base.Diff(p.Files)
	if err := b.told(r.Context(), &p, base); err != nil {
		return err
	}
	if p.Outline, err = p.Files.Outline(); err != nil {
		return err
	}
	if p.Weights, err = weightsNow(p.Files); err != nil {
		return err
	}
	if p.Order, err = b.d.Rules.Weighed(r.Context(), base, p.Files); err != nil {
		return err
	}
	editions, err := b.d.Rules.Editions(r.Context())
	if err != nil {
		return err
	}
	if err := b.named(r.Context(), &p, at.Staff.ID); err != nil {
		return err
	}
	if p.Today, err = b.today(r.Context()); err != nil {
		return err
	}
	live := p.State == rulebook.Open || p.State == rulebook.SignedOff
	p.Stale = live && p.Base != editions[0].Number
	p.Mine = live && at.Has(staff.City) && at.Staff.ID == p.Author
	p.Second = live && at.Has(staff.City) && at.Staff.ID != p.Author
	p.Changeable = p.Mine && p.State == rulebook.Open
	if p.Simulation, err = b.simulation(r.Context(), &p.Folder.Draft); err != nil {
		return err
	}
	p.Live = live
	p.Simulation.May = live && at.Has(staff.City) && len(p.Diff) > 0 && !p.Order.Alone // weights order households and change no finding
	if p.Sensing, err = b.sensing(r.Context(), &p.Folder, &p.Order, at); err != nil {
		return err
	}
	p.MayLook = p.Simulation.May
	p.Today = max(p.Today, editions[0].From) // the first day that can be chosen
	slices.SortStableFunc(p.Items, func(x, y rulebook.FieldLine) int { return int(x.From - y.From) })
	slices.SortStableFunc(p.Items, func(x, y rulebook.FieldLine) int { return strings.Compare(x.Name, y.Name) })
	return at.Page.Show(w, at, desk.View{Room: "book", Name: "draft", Title: "政策草案"}, p)
}

// named puts names to who wrote, ended and looked at a draft.
func (b *Room) named(ctx context.Context, p *draftPage, reader core.StaffID) error {
	looks, err := b.d.Rules.Looks(ctx, &p.Folder.Draft)
	if err != nil {
		return err
	}
	ids := []core.StaffID{p.Author, p.EndedBy}
	for _, l := range looks {
		ids = append(ids, l.By)
	}
	names, err := b.d.Staff.Names(ctx, ids...)
	if err != nil {
		return err
	}
	for _, l := range looks {
		p.Looks, p.Looked = append(p.Looks, lookLine{l, names[l.By]}), p.Looked || l.By == reader
	}
	p.By, p.EndedName = names[p.Author], names[p.EndedBy]
	return nil
}

// told puts into words what the steps do, and what those of whole files take back of what
// was published last.
func (b *Room) told(ctx context.Context, p *draftPage, base rulebook.Sources) (err error) {
	if p.Speaker, err = p.Files.Speaker(b.county); err != nil {
		return err
	}
	if !p.ByFiles() {
		return nil
	}
	if p.Told, err = p.Folder.Tell(base, b.county); err != nil {
		return err
	}
	if p.State == rulebook.Open || p.State == rulebook.SignedOff {
		p.Back, err = b.d.Rules.TakenBack(ctx, p.Files, b.county)
	}
	return err
}

func (b *Room) county(code core.RegionCode) string {
	p, _ := b.d.Regions.Place(code)
	return p.Name
}
