package book

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/discreet"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/staff"
)

type draftPage struct {
	Said string
	rulebook.Folder
	*rulebook.Reading
	By, EndedName            string
	Untold                   string // why a step of whole files is not told: then nobody signs
	Counties                 []registry.Place
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
	Live                     bool         // open or signed
	Undone                   map[int]bool // steps that were taken back
	Holds                    int          // how many steps were not
}

// lookLine is somebody's look at the draft as it stands.
type lookLine struct {
	rulebook.Look
	By           string
	Turned, Seen discreet.Count // of Read and Shown, which stand on a page for all
}

// draft shows what a draft changes, its steps, and to who may, the forms.
func (b *Room) draft(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	p := draftPage{Said: desk.Said(w, r), Counties: b.d.Regions.Counties()}
	if p.Folder, err = b.d.Rules.Draft(r.Context(), id); err != nil {
		return err
	}
	if p.Reading, err = b.read(r.Context(), &p.Folder, at); err != nil {
		return err
	}
	p.Undone, p.Holds = rulebook.Undone(p.Changes), len(p.Folder.Standing())
	p.Untold = sentence(p.Reading.Untold)
	p.Weights = weightLines(p.Reading.Weights)
	if p.Order, err = b.d.Rules.Weighed(r.Context(), p.Reading); err != nil {
		return err
	}
	if p.Today, err = b.today(r.Context()); err != nil {
		return err
	}
	editions, err := b.d.Rules.Editions(r.Context())
	if err != nil {
		return err
	}
	if err := b.named(r.Context(), &p, at.Staff.ID); err != nil {
		return err
	}
	live := p.Living()
	p.Stale = live && p.Base != editions[0].Number
	p.Mine = live && at.Has(staff.City) && at.Staff.ID == p.Author
	p.Second = live && at.Has(staff.City) && at.Staff.ID != p.Author
	p.Changeable = p.Mine && p.State == rulebook.Open
	if p.Simulation, err = b.simulation(r.Context(), &p.Folder.Draft); err != nil {
		return err
	}
	p.Live = live
	p.Simulation.May = live && at.Has(staff.City) && len(p.Diff) > 0 && !p.Order.Alone // weights order households and change no finding
	if p.Sensing, err = b.sensing(r.Context(), &p.Folder, p.Reading, &p.Order, at); err != nil {
		return err
	}
	p.MayLook = p.Simulation.May
	p.Today = max(p.Today, editions[0].From) // the first day that can be chosen
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
		p.Looks, p.Looked = append(p.Looks, lookLine{l, names[l.By], discreet.Alone(l.Read), discreet.Alone(l.Shown)}), p.Looked || l.By == reader
	}
	p.By, p.EndedName = names[p.Author], names[p.EndedBy]
	return nil
}

// readings bounds how many drafts and editions one member of staff may have read: each loads up
// to thirty sets of rules. What was read already does not count.
var readings = bell.Rate{Count: 240, Per: time.Hour}

var errReadings = core.E(core.KindTooMany, "drafts_exceeded", "这一小时看过的草案、改动和版本太多了。请过一会儿再看。")

// read gives what a draft says in words.
func (b *Room) read(ctx context.Context, f *rulebook.Folder, at desk.At) (*rulebook.Reading, error) {
	return b.d.Rules.Read(ctx, f, b.county, b.mayRead(ctx, at))
}

// mayRead asks whether somebody may have sets of rules loaded once more.
func (b *Room) mayRead(ctx context.Context, at desk.At) func() error {
	return func() error {
		if ok, _ := b.d.Bell.Allow(ctx, "draft:"+desk.ActorOf(at).ID, readings); !ok { // without Redis nobody is kept from work
			return errReadings
		}
		return nil
	}
}

// sentence is what an error says to people.
func sentence(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Say
	}
	return ""
}

func (b *Room) county(code core.RegionCode) string {
	p, _ := b.d.Regions.Place(code)
	return p.Name
}
