package workflow

import (
	"context"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
)

// parting is one link that ends.
type parting struct {
	link casefile.Joined
	by   core.StaffID
	over int64 // the doubt that is being weighed, whose end its officer writes; 0 for none
}

// part takes two linked cases apart, by the word of a member of staff who found that two
// rows, or two applications, are two people's after all.
func (f *Flow) part(ctx context.Context, tx *pg.Tx, p parting) error {
	link := p.link
	elder, err := f.Cases.Lock(ctx, tx, link.Elder)
	if err != nil {
		return err
	}
	younger, err := f.Cases.Lock(ctx, tx, link.Younger)
	if err != nil {
		return err
	}
	if err := f.Cases.EndJoined(ctx, tx, link, p.by); err != nil {
		return err
	}
	if link.Application == "" {
		return f.partDoubts(ctx, tx, elder, younger, p)
	}
	app, _, err := f.take(ctx, tx, link.Application)
	if err != nil {
		return err
	}
	switch err := f.Cases.Detach(ctx, tx, elder, younger, &app); {
	case core.Known(err).Is(casefile.ErrMovedOn): // an officer has set it aside, or the elder went to another township
		if err := f.doubtPerson(ctx, tx, elder, younger, "登记的合并撤销了:是两个人。回执 "+string(app.Receipt)+" 那件已经并到这里,请看要不要分开"); err != nil {
			return err
		}
		return f.tracePair(ctx, tx, "case.parted", elder, younger, map[string]any{"left": true})
	case err != nil:
		return err
	}
	if err := f.takeBack(ctx, tx, elder, younger, link); err != nil {
		return err
	}
	if err := f.partDoubts(ctx, tx, elder, younger, p); err != nil {
		return err
	}
	return f.sayParted(ctx, tx, elder, younger)
}

// takeBack lets the elder be judged by its own facts again. What somebody has frozen since
// holds the other's as well: a person looks.
func (f *Flow) takeBack(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case, link casefile.Joined) error {
	only, err := f.onlyAsked(ctx, tx, elder, link.Asked)
	if err != nil {
		return err
	}
	if err := f.Cases.Unask(ctx, tx, elder.ID, only); err != nil {
		return err
	}
	if err := f.unpropose(ctx, tx, elder, only); err != nil || link.FactsAfter == link.FactsBefore {
		return err
	}
	if elder.FactsVersion != link.FactsAfter {
		return f.doubtPerson(ctx, tx, elder, younger, "回执 "+string(younger.Receipt)+" 那件分出去了,是另一个人。这里的情况有一部分是那件说的,请重新核实")
	}
	facts, err := f.Cases.Facts(ctx, tx, elder.ID, link.FactsBefore)
	if err != nil {
		return err
	}
	if facts, err = f.Cases.AddFacts(ctx, tx, elder.ID, facts); err != nil {
		return err
	}
	now, err := f.Cases.Get(ctx, tx, elder.ID)
	if err != nil {
		return err
	}
	return f.judge(ctx, tx, now, facts, nil)
}

// onlyAsked leaves of what an application asked for that was taken away what none of those asks for
// that lie with the case still: one that came after it asked for no news then.
func (f *Flow) onlyAsked(ctx context.Context, tx *pg.Tx, elder casefile.Case, items []core.ItemCode) ([]core.ItemCode, error) {
	if len(items) == 0 {
		return nil, nil
	}
	left, err := f.Cases.Joined(ctx, tx, elder.ID)
	if err != nil {
		return nil, err
	}
	only := slices.Clone(items)
	for _, id := range append(left, elder.Application) {
		app, _, err := f.take(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		only = slices.DeleteFunc(only, func(item core.ItemCode) bool { return slices.Contains(app.Items, item) })
	}
	return only, nil
}

// unpropose takes back what was proposed for the sake of the other's application, as far
// as nobody took it up.
func (f *Flow) unpropose(ctx context.Context, tx *pg.Tx, c casefile.Case, items []core.ItemCode) error {
	claims, err := f.Cases.Claims(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, claim := range claims {
		if claim.State == casefile.ClaimProposed && slices.Contains(items, claim.Item) {
			if err := f.Cases.MoveClaim(ctx, tx, claim, casefile.ClaimWithdrawn); err != nil {
				return err
			}
		}
	}
	return nil
}

// partDoubts ends what officers were asked only because the two were one.
func (f *Flow) partDoubts(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case, p parting) error {
	for _, pair := range [2][2]casefile.Case{{elder, younger}, {younger, elder}} {
		list, err := f.Cases.Doubts(ctx, tx, pair[0].ID)
		if err != nil {
			return err
		}
		for _, d := range list {
			about := d.Other == pair[1].ID && (d.Kind == casefile.DoubtPerson || d.Kind == casefile.DoubtElsewhere)
			beside := d.Kind.Beside() && d.Application == pair[1].Application
			if d.Verdict != "" || d.ID == p.over || !about && !beside {
				continue
			}
			if d.Verdict, d.Reason, d.By = casefile.VerdictLooked, "登记的合并撤销了,是两个人", p.by; beside {
				d.Verdict = casefile.VerdictApart
			}
			if err := f.Cases.EndDoubt(ctx, tx, d); err != nil {
				return err
			}
		}
	}
	return f.tracePair(ctx, tx, "case.parted", elder, younger, map[string]any{})
}

func (f *Flow) sayParted(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case) error {
	for _, one := range []struct {
		of    casefile.Case
		event casefile.Event
	}{
		{elder, casefile.Event{Staff: "登记核对是两个人,回执 " + string(younger.Receipt) + " 那件分出去了"}},
		{younger, casefile.Event{Citizen: "镇上又核对了登记:这件和另一件不是同一个人,单独办。", Staff: "登记核对是两个人,这件从回执 " + string(elder.Receipt) + " 那件里分出来,接着办"}},
	} {
		one.event.Case, one.event.Kind, one.event.Actor = one.of.ID, "case.parted", casefile.JobActor()
		if err := f.Cases.AddEvent(ctx, tx, one.event); err != nil {
			return err
		}
		if err := f.Cases.PublishStatus(ctx, tx, one.of.ID); err != nil {
			return err
		}
	}
	return nil
}
