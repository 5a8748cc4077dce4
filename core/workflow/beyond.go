package workflow

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
)

// LookBeyond asks whether the person of a new case has one in another township.
type LookBeyond struct {
	Application core.ApplicationID `json:"application" river:"unique"`
	Region      core.RegionCode    `json:"region"`
}

// Kind is the stable name.
func (LookBeyond) Kind() string { return "look_beyond" }

// Of is its township.
func (j LookBeyond) Of() core.RegionCode { return j.Region }

// InsertOpts makes the job unique by application.
func (LookBeyond) InsertOpts() river.InsertOpts { return once() }

// beyondScope: no township sees another one's cases, and one person may ask in two.
func beyondScope() pg.Scope { return pg.City("the open cases of one person in every township") }

// LookBeyond links the cases of one person over township borders: each of them says so to
// its own officers, with no more of the other than they need to ask there. It joins
// nothing and refuses nobody; both stay open until officers have looked.
func (f *Flow) LookBeyond(ctx context.Context, job LookBeyond) error {
	var linked []casefile.Case
	err := f.DB.Tx(ctx, beyondScope(), func(ctx context.Context, tx *pg.Tx) error {
		linked = linked[:0]
		c, err := f.Cases.ByApplication(ctx, tx, job.Application)
		if err != nil || c.State.Closed() {
			return err
		}
		// 1. Who else, by the number's fingerprint or the register's household.
		household, err := f.householdOf(ctx, tx, c)
		if err != nil {
			return err
		}
		others, err := f.Cases.OfSamePerson(ctx, tx, c, household)
		if err != nil || len(others) == 0 {
			return err
		}
		if c, err = f.Cases.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		// 2. Both sides, each in its own words.
		for _, other := range others {
			for _, pair := range [2][2]casefile.Case{{c, other}, {other, c}} {
				fresh, err := f.doubled(ctx, tx, pair[0], pair[1])
				if err != nil {
					return err
				}
				if fresh {
					linked = append(linked, pair[0])
				}
			}
		}
		return nil
	})
	if err == nil {
		for _, c := range linked {
			f.ring(ctx, c.Region, "case.doubled", c.ID)
		}
	}
	return err
}

// householdOf is the register's household of the applicant, 0 for none: a case that was
// opened apart from the household's own does not hold its place.
func (f *Flow) householdOf(ctx context.Context, tx *pg.Tx, c casefile.Case) (core.HouseholdID, error) {
	if c.Household != 0 || c.Person == 0 {
		return c.Household, nil
	}
	id, err := f.Registry.HouseholdOf(ctx, tx, c.Person)
	if errors.Is(err, registry.ErrNoHousehold) {
		return 0, nil
	}
	return id, err
}

// doubled writes what one case is to know of the other, once.
func (f *Flow) doubled(ctx context.Context, tx *pg.Tx, c, other casefile.Case) (bool, error) {
	fresh, err := f.Cases.Doubled(ctx, tx, c, other)
	if err != nil || !fresh {
		return false, err
	}
	where, tail := f.townOf(other), string(other.Receipt[max(0, len(other.Receipt)-4):])
	e := casefile.Event{Case: c.ID, Kind: "case.doubled", Actor: casefile.JobActor(),
		Staff: "同一个人在" + where + "也有一件在办(回执尾号 " + tail + "," + core.DateOf(other.FirstContact).Say() + "报的)。两件都留着,等两边核对"}
	same, err := f.sameSender(ctx, tx, c, other)
	if err != nil {
		return false, err
	}
	if same {
		e.Citizen = "您在" + where + "也报了一件,回执尾号 " + tail + "。两件都收着,两边会一起核对,同一样钱只发一份。"
	}
	if err := f.Cases.AddEvent(ctx, tx, e); err != nil {
		return false, err
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return false, err
	}
	return true, f.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "job", ID: "workflow"}, Act: "case.doubled", Case: c.ID,
		Application: c.Application, Region: c.Region, Purpose: "casework", Detail: map[string]any{"other": other.ID}})
}

// townOf is the town of a case as people of another one know it.
func (f *Flow) townOf(c casefile.Case) string {
	if c.Town != "" {
		return c.Town
	}
	return f.countyOf(c)
}

// sameSender reports whether one account sent both, in one name: only then does the person
// read of the other one. A number that somebody else typed opens nothing of anybody's.
func (f *Flow) sameSender(ctx context.Context, tx *pg.Tx, c, other casefile.Case) (bool, error) {
	mine, err := f.Cases.Sender(ctx, tx, c)
	if err != nil {
		return false, err
	}
	theirs, err := f.Cases.Sender(ctx, tx, other)
	return mine != "" && mine == theirs && c.Applicant == other.Applicant, err
}
