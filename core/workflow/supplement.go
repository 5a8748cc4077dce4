package workflow

import (
	"context"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/intake/papers"
)

// papersScope: what was sent to one township is laid where the case is now.
const papersScope = "papers follow their case, wherever it was sent meanwhile"

// PapersSent lays what somebody handed in after they applied into their case, where an
// officer looks at it. It moves nothing: whether it is enough is a person's to say.
// Running it again changes nothing; while the case is not open yet it fails and is tried
// again.
func (f *Flow) PapersSent(ctx context.Context, job jobs.PapersSent) error {
	var c casefile.Case
	err := f.DB.Tx(ctx, pg.City(papersScope), func(ctx context.Context, tx *pg.Tx) error {
		c = casefile.Case{}
		in, err := papers.Take(ctx, tx, f.Opener, job.Papers)
		if err != nil || in.Taken {
			return err
		}
		at, receipt, counts, err := f.Cases.CaseOf(ctx, tx, in.Application)
		if core.KindOf(err) == core.KindNotFound {
			return core.E(core.KindUnavailable, "case_not_open", "")
		}
		if err != nil {
			return err
		}
		for _, file := range []func(context.Context, *pg.Tx, casefile.Case, papers.Handed, bool) (bool, error){f.appealSent, f.unsolvedSent} {
			if filed, err := file(ctx, tx, at, in, counts); err != nil || filed {
				c = at
				return err
			}
		}
		p := casefile.Supplement{ID: in.ID, Application: in.Application, Receipt: receipt, Papers: in.Papers, Note: f.noteOf(in), At: in.At}
		if err := f.Cases.AddSupplement(ctx, tx, at, p); err != nil {
			return err
		}
		if err := papers.Taken(ctx, tx, in.ID, at.Region); err != nil {
			return err
		}
		what := papers.What(len(in.Papers))
		line := casefile.Event{Case: at.ID, Kind: "papers.received", Actor: casefile.JobActor(), Citizen: "您补的" + spaced(what) + "收到了。", Staff: "从网上补来" + spaced(what) + ",等人看"}
		if !counts { // what is not known to be the household's is nothing to tell it of
			line.Citizen, line.Staff = "", line.Staff+"(回执 "+string(receipt)+",还没核对是不是本户的)"
		}
		if err := f.Cases.AddEvent(ctx, tx, line); err != nil {
			return err
		}
		if err := f.Cases.PublishStatus(ctx, tx, at.ID); err != nil {
			return err
		}
		c = at
		e := entry("papers.received", at, map[string]any{"papers": len(in.Papers), "note": in.Note != "", "counts": counts})
		e.Application = in.Application
		return f.Audit.Write(ctx, tx, e)
	})
	if err == nil && c.ID != 0 {
		f.ring(ctx, c.Region, "papers.received", c.ID)
	}
	return err
}

// noteOf is what somebody wrote, with the item that they said is wrong or not solved: nothing was filed
// against it, and an officer reads what they meant.
func (f *Flow) noteOf(in papers.Handed) string {
	if in.Item == "" {
		return in.Note
	}
	name := string(in.Item)
	if book, err := f.Books.On(core.DateOf(in.At)); err == nil {
		if item, ok := book.Item(in.Item); ok {
			name = item.Everyday
		}
	}
	if in.Unsolved {
		return "说" + name + "没有解决:" + in.Note
	}
	return "说" + name + "不对:" + in.Note
}

// spaced sets a number apart from the characters before it.
func spaced(what string) string {
	if what != "" && what[0] >= '0' && what[0] <= '9' {
		return " " + what
	}
	return what
}

// LookPapers records that an officer has looked at what came in, of which their page showed
// saw, where nothing was asked for or nothing is to be said about it. Errors:
// casefile.ErrMovedOn where all of it was looked at before.
func (f *Flow) LookPapers(ctx context.Context, actor casefile.Actor, id core.CaseID, saw []int64) error {
	on := target{name: casefile.ActLookPapers, trace: "papers.looked", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		n, err := f.Cases.LookedAt(ctx, a.tx, id, actor.Staff, saw)
		if err != nil {
			return err
		}
		if n == 0 { // nobody is told that somebody looked at what they sent meanwhile
			return casefile.ErrMovedOn
		}
		return a.event(ctx, "papers.looked", "经办的同志看过您补的了。", "看过补来的材料")
	})
}
