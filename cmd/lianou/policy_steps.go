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
	for _, c := range f.Changes {
		fmt.Fprintf(r.out, "  %d. %s (%s)\n", c.N, c.Op.Say(), c.Why)
	}
	return nil
}

// sign and publish take the whole digest of the files that were read: of a part of it an
// author can find two sets, have one read and the other published.
func (r rules) sign(who core.StaffID, id int64, digest string) error {
	if err := r.store.Sign(r.ctx, who, id, digest); err != nil {
		return err
	}
	return r.shown(id)
}

func (r rules) publish(who core.StaffID, id int64, digest string, from core.Date) error {
	number, err := r.store.Publish(r.ctx, who, rulebook.Publication{Draft: id, Digest: digest, From: from})
	if errors.Is(err, rulebook.ErrNotSensed) { // the sentence is for a desk, which has no commands
		fmt.Fprintln(r.out, "lianou index sensitivity --weights FILE makes the report; FILE holds the seven weights of the draft as JSON (docs/index-guide.md)")
	}
	if err != nil {
		return r.faults(err)
	}
	fmt.Fprintf(r.out, "edition %d is published and holds from %s\n", number, from)
	return nil
}

func (r rules) export(what, folder string) error {
	set, err := r.set(what)
	if err != nil {
		return err
	}
	return set.Write(folder)
}
