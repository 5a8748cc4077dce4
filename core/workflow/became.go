package workflow

import (
	"context"
	"maps"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry/twins"
)

// becameScope: the two rows of a person may stand in two townships, and so their cases.
func becameScope() pg.Scope {
	return pg.City("the cases of two rows that people found to be one person")
}

// Became draws for the cases what people decided about two rows of the register: what
// both asked for is one matter, or two again. A machine joins only what nobody has taken
// up yet; everything else is laid before the officers of both (security.md P20).
func (f *Flow) Became(ctx context.Context, job twins.Became) error {
	var bells []rung
	err := f.DB.Tx(ctx, becameScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		bells = nil
		// 1. How the rows stand now: a merge and its undo may be worked in any order.
		s, err := f.Registry.Aside(ctx, tx, job.Gone)
		if err != nil || (s.For == job.Kept) == job.Apart {
			return err
		}
		if job.Apart {
			bells, err = f.apart(ctx, tx, job)
			return err
		}
		// 2. Each open case of one with each of the other.
		kept, gone, err := f.Cases.OfPeople(ctx, tx, job.Kept, job.Gone)
		if err != nil {
			return err
		}
		for _, pair := range pairsOf(kept, gone) {
			rang, err := f.becameOne(ctx, tx, pair, job)
			if err != nil {
				return err
			}
			bells = append(bells, rang...)
		}
		return nil
	})
	f.ringAll(ctx, err, bells)
	return err
}

func rings(c casefile.Case, kind string) rung { return rung{region: c.Region, kind: kind, id: c.ID} }

// pairsOf pairs the cases of two people, the elder first: by the day on which the
// household first asked.
func pairsOf(kept, gone []casefile.Case) (pairs [][2]casefile.Case) {
	both := func(c casefile.Case, list []casefile.Case) bool {
		return slices.ContainsFunc(list, func(o casefile.Case) bool { return o.ID == c.ID })
	}
	for _, a := range kept {
		for _, b := range gone {
			if both(a, gone) || both(b, kept) {
				continue // one case counts them both: the visit sees who lives there
			}
			if b.FirstContact.Before(a.FirstContact) || b.FirstContact.Equal(a.FirstContact) && b.ID < a.ID {
				a, b = b, a
			}
			pairs = append(pairs, [2]casefile.Case{a, b})
		}
	}
	return pairs
}

// becameOne links two cases, as far as a machine may.
func (f *Flow) becameOne(ctx context.Context, tx *pg.Tx, pair [2]casefile.Case, job twins.Became) ([]rung, error) {
	elder, younger := pair[0], pair[1]
	// What an earlier pair moved is read anew.
	for i, c := range []*casefile.Case{&elder, &younger} {
		var err error
		if *c, err = f.Cases.Lock(ctx, tx, pair[i].ID); err != nil || c.State.Closed() {
			return nil, err
		}
	}
	may, err := f.mayJoin(ctx, tx, elder, younger, job)
	if err != nil {
		return nil, err
	}
	if may {
		return []rung{rings(elder, "case.linked"), rings(younger, "case.linked")}, f.join(ctx, tx, elder, younger, job)
	}
	return f.askBoth(ctx, tx, elder, younger, job)
}

// mayJoin: both are applications of the person, in one township; nobody has taken up the
// younger, and nothing of the elder is decided.
func (f *Flow) mayJoin(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case, job twins.Became) (bool, error) {
	ours := func(c casefile.Case) bool { return c.Person == job.Kept || c.Person == job.Gone }
	if elder.Region != younger.Region || !ours(elder) || !ours(younger) {
		return false, nil
	}
	if untouched, err := f.Cases.Untouched(ctx, tx, younger); err != nil || !untouched {
		return false, err
	}
	decided, err := f.Cases.Decided(ctx, tx, elder.ID)
	return !decided, err
}

// join lays the younger's application with the elder: both receipts lead there. From
// another account or telephone it is contested, as any second application is.
func (f *Flow) join(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case, job twins.Became) error {
	app, _, err := f.take(ctx, tx, younger.Application)
	if err != nil {
		return err
	}
	stale, err := f.mandates.Stale(ctx, tx, app.Contact.CitizenID, app.Applicant.Name)
	if err != nil {
		return err
	}
	// 1. Both timelines say so, the younger's while its receipt still shows it.
	if err := f.sayJoined(ctx, tx, elder, younger); err != nil {
		return err
	}
	// 2. The application moves. That the two names are one person's was decided by people.
	as := app
	as.Applicant.Name = elder.Applicant
	why, err := f.Cases.Attach(ctx, tx, elder, younger, casefile.NewCase{Application: as, Stale: stale})
	if err != nil {
		return err
	}
	if err := f.released(ctx, tx, younger, younger.Officer, younger.Assistant); err != nil {
		return err
	}
	link := casefile.Joined{Elder: elder.ID, Younger: younger.ID, Kept: job.Kept, Gone: job.Gone, Application: app.ID, FactsBefore: elder.FactsVersion, FactsAfter: elder.FactsVersion}
	for _, item := range app.Items {
		if !slices.Contains(elder.Asked, item) {
			link.Asked = append(link.Asked, item)
		}
	}
	// 3. What it says and asks for counts, where it is not contested.
	if why == "" {
		if err := f.joined(ctx, tx, elder, &app); err != nil {
			return err
		}
		now, err := f.Cases.Get(ctx, tx, elder.ID)
		if err != nil {
			return err
		}
		link.FactsAfter = now.FactsVersion
	}
	if err := f.Cases.AddJoined(ctx, tx, link); err != nil {
		return err
	}
	if err := f.Cases.PublishStatus(ctx, tx, elder.ID); err != nil {
		return err
	}
	return f.tracePair(ctx, tx, "case.joined", elder, younger, map[string]any{"contested": why != ""})
}

func (f *Flow) sayJoined(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case) error {
	for _, one := range []struct {
		of    casefile.Case
		event casefile.Event
	}{
		{younger, casefile.Event{Citizen: "镇上核对登记:这件和另一件说的是同一个人,并到一起办。回执号照旧能查。",
			Staff: "两条登记核对是同一个人,这件并到回执 " + string(elder.Receipt) + " 那件里办,这里不再往下走。撤销合并,这件就回来"}},
		{elder, casefile.Event{Staff: "两条登记核对是同一个人,回执 " + string(younger.Receipt) + " 那件并到这里。两个回执号都查得到这件"}},
	} {
		one.event.Case, one.event.Kind, one.event.Actor = one.of.ID, "case.joined", casefile.JobActor()
		if err := f.Cases.AddEvent(ctx, tx, one.event); err != nil {
			return err
		}
	}
	return f.Cases.PublishStatus(ctx, tx, younger.ID)
}

// askBoth opens a doubt on each of two cases that no machine joins.
func (f *Flow) askBoth(ctx context.Context, tx *pg.Tx, elder, younger casefile.Case, job twins.Became) ([]rung, error) {
	var bells []rung
	for _, pair := range [2][2]casefile.Case{{elder, younger}, {younger, elder}} {
		c, other := pair[0], pair[1]
		fresh := true
		var err error
		if c.Region != other.Region {
			fresh, err = f.doubled(ctx, tx, c, other) // a township reads no more of the other than this
		} else {
			err = f.doubtPerson(ctx, tx, c, other, "登记核对:这件里有人和回执 "+string(other.Receipt)+" 那件里的是同一个人。两件一起看过再往下办")
		}
		if err != nil {
			return nil, err
		}
		if fresh {
			bells = append(bells, rings(c, "case.doubled"))
		}
	}
	if len(bells) == 0 {
		return nil, nil
	}
	if err := f.Cases.AddJoined(ctx, tx, casefile.Joined{Elder: elder.ID, Younger: younger.ID, Kept: job.Kept, Gone: job.Gone}); err != nil {
		return nil, err
	}
	return bells, f.tracePair(ctx, tx, "case.doubted", elder, younger, map[string]any{})
}

func (f *Flow) doubtPerson(ctx context.Context, tx *pg.Tx, c, other casefile.Case, says string) error {
	err := f.Cases.AddDoubt(ctx, tx, casefile.Doubt{Case: c.ID, Application: c.Application, Kind: casefile.DoubtPerson, Other: other.ID})
	if err != nil {
		return err
	}
	return f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "case.doubted", Actor: casefile.JobActor(), Staff: says})
}

// tracePair writes one entry on each of two cases.
func (f *Flow) tracePair(ctx context.Context, tx *pg.Tx, act string, a, b casefile.Case, detail map[string]any) error {
	for _, pair := range [2][2]casefile.Case{{a, b}, {b, a}} {
		said := maps.Clone(detail)
		said["other"] = pair[1].ID
		if err := f.Audit.Write(ctx, tx, entry(act, pair[0], said)); err != nil {
			return err
		}
	}
	return nil
}

// apart undoes what two rows' being one person did to cases.
func (f *Flow) apart(ctx context.Context, tx *pg.Tx, job twins.Became) ([]rung, error) {
	links, err := f.Cases.JoinedBy(ctx, tx, job.Kept, job.Gone)
	if err != nil {
		return nil, err
	}
	var bells []rung
	for _, link := range links {
		if err := f.part(ctx, tx, parting{link: link, by: job.By}); err != nil {
			return nil, err
		}
		for _, id := range []core.CaseID{link.Elder, link.Younger} {
			c, err := f.Cases.Get(ctx, tx, id)
			if err != nil {
				return nil, err
			}
			bells = append(bells, rings(c, "case.parted"))
		}
	}
	return bells, nil
}
