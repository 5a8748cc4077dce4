package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"text/tabwriter"

	"lianou/core"
	"lianou/core/policy"
	"lianou/core/rulebook"
)

// quiet is no log: the tool speaks to who runs it.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (r rules) list() error {
	editions, err := r.store.Editions(r.ctx)
	if err != nil {
		return err
	}
	drafts, err := r.store.Drafts(r.ctx)
	if err != nil {
		return err
	}
	var ids []core.StaffID
	for _, e := range editions {
		ids = append(ids, e.Author, e.Publisher)
	}
	for _, d := range drafts {
		ids = append(ids, d.Author)
	}
	names, err := r.staff.Names(r.ctx, ids...)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(r.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "EDITION\tFROM\tPUBLISHED\tDRAFTED BY\tPUBLISHED BY\tFILES\tWHY")
	for _, e := range editions {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Number, e.From, core.DateOf(e.Published), names[e.Author], names[e.Publisher], e.Source, e.Why)
	}
	if len(editions) == 0 {
		fmt.Fprintln(w, "none: the programs' own rules hold until the platform has started")
	}
	if len(drafts) > 0 {
		fmt.Fprintln(w, "\nDRAFT\tOF EDITION\tSTATE\tDRAFTED BY\tBEGUN\tFILES\tWHY")
	}
	for _, d := range drafts {
		fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.Base, d.State, names[d.Author], core.DateOf(d.Made), d.Digest, d.Why)
	}
	return w.Flush()
}

// draft begins a draft that makes the newest edition the same as a folder. A folder that is
// the same already makes none.
func (r rules) draft(who core.StaffID, folder, why string) error {
	fsys, err := fs.FS(os.DirFS(folder)), error(nil)
	if folder == "" {
		if fsys, err = policy.Shipped(); err != nil {
			return err
		}
	}
	want, err := rulebook.ReadSources(fsys)
	if err != nil {
		return err
	}
	editions, err := r.store.Editions(r.ctx)
	if err != nil {
		return err
	}
	if len(editions) == 0 {
		return rulebook.ErrNoEdition
	}
	have, err := r.store.Sources(r.ctx, editions[0].Number)
	if err != nil {
		return err
	}
	files := have.Changes(want)
	if len(files) == 0 {
		fmt.Fprintf(r.out, "the folder is edition %d as it stands; no draft was made\n", editions[0].Number)
		return nil
	}
	if err := r.takesBack(want); err != nil {
		return r.faults(err)
	}
	id, err := r.store.Begin(r.ctx, who, why, rulebook.Step{Op: rulebook.Op{Files: files}, Why: why})
	if err != nil {
		return r.faults(err)
	}
	return r.shown(id)
}

// shown prints where a draft stands and what comes next.
func (r rules) shown(id int64) error {
	f, err := r.store.Draft(r.ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "draft %d of edition %d, %s, files %s\n", f.ID, f.Base, f.State, f.Digest)
	read, err := r.store.Read(r.ctx, &f, r.county, func() error { return nil })
	if err != nil {
		return err
	}
	undone := rulebook.Undone(f.Changes)
	for _, c := range f.Changes {
		mark := ""
		if undone[c.N] {
			mark = ", taken back"
		}
		fmt.Fprintf(r.out, "  %d. %s (%s)%s\n", c.N, read.Step(c), c.Why, mark)
		if one := read.Steps[c.N]; one != nil {
			r.lines(*one)
		}
	}
	if read.Net != nil {
		fmt.Fprintln(r.out, "  all steps together:")
		r.lines(*read.Net)
	}
	if read.Untold != nil {
		fmt.Fprintf(r.out, "CANNOT BE SIGNED: %v\n", read.Untold)
	}
	return nil
}

func (r rules) lines(told rulebook.Told) {
	for _, line := range told.Lines {
		fmt.Fprintf(r.out, "     %s\n", line)
	}
	for _, line := range told.Gone {
		fmt.Fprintf(r.out, "     days gone by: %s\n", line)
	}
	for _, line := range told.Rest {
		fmt.Fprintf(r.out, "     also: %s\n", line)
	}
}

// takesBack warns of files that were written out before others published.
func (r rules) takesBack(set rulebook.Sources) error {
	back, err := r.store.TakenBack(r.ctx, set, r.county)
	if err != nil || back.Count() == 0 {
		return err
	}
	fmt.Fprintf(r.out, "WARNING: these files take back what edition %d, the one published last, says (count: %d); begin from lianou policy export %d if that is not meant\n",
		back.Edition, back.Count(), back.Edition)
	r.lines(back.Told)
	return nil
}

func (r rules) county(code core.RegionCode) string {
	if r.regions == nil {
		return ""
	}
	p, _ := r.regions.Place(code)
	return p.Name
}

// warned gives who signs a draft what stands apart in it, and the warning of one that replaces
// whole files.
func (r rules) warned(id int64) error {
	f, err := r.store.Draft(r.ctx, id)
	if err != nil {
		return err
	}
	apart, err := r.store.Apart(r.ctx, id, r.county)
	if err != nil {
		return r.faults(err)
	}
	remind(r.out, apart)
	if !f.ByFiles() {
		return nil
	}
	return r.takesBack(f.Files)
}

// sign and publish take the whole digest of the files that were read: of a part of it an
// author can find two sets, have one read and the other published.
func (r rules) sign(who core.StaffID, g rulebook.Signature) error {
	if err := r.warned(g.Draft); err != nil {
		return err
	}
	if err := r.store.Sign(r.ctx, who, g); err != nil {
		return err
	}
	return r.shown(g.Draft)
}

func (r rules) publish(who core.StaffID, p rulebook.Publication) error {
	if err := r.warned(p.Draft); err != nil {
		return err
	}
	number, err := r.store.Publish(r.ctx, who, p)
	if errors.Is(err, rulebook.ErrNotSensed) { // the sentence is for a desk, which has no commands
		fmt.Fprintln(r.out, "lianou index sensitivity --weights FILE makes the report; FILE holds the seven weights of the draft as JSON (docs/index-guide.md)")
	}
	if err != nil {
		return r.faults(err)
	}
	fmt.Fprintf(r.out, "edition %d is published and holds from %s\n", number, p.From)
	return nil
}

func (r rules) export(what, folder string) error {
	set, err := r.set(what)
	if err != nil {
		return err
	}
	return set.Write(folder)
}
