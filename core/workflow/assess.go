package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/hardship"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Assess freezes what is known and said of a household, judges it against every
// item and computes the index. Nothing is granted and nobody refused by it.
func (f *Flow) Assess(ctx context.Context, job Assess) error {
	var c casefile.Case
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		state, err := f.Cases.ApplicationState(ctx, tx, job.Application)
		if err != nil || state == casefile.ApplicationAssessed || state == casefile.ApplicationRouted {
			return err // done by an earlier run
		}
		if c, err = f.Cases.ByApplication(ctx, tx, job.Application); err != nil {
			return err
		}
		if c, err = f.Cases.Lock(ctx, tx, c.ID); err != nil {
			return err
		}
		// 1. Freeze: the register's facts over what was said.
		app, _, err := f.take(ctx, tx, job.Application)
		if err != nil {
			return err
		}
		facts, err := f.gather(ctx, tx, c, &app)
		if err != nil {
			return err
		}
		// What the household has said again meanwhile counts too.
		said, err := f.meanwhile(ctx, tx, c, &facts)
		if err != nil {
			return err
		}
		if facts, err = f.Cases.AddFacts(ctx, tx, c.ID, facts); err != nil {
			return err
		}
		// 2. Judge, and propose what fits and what was asked for.
		if err := f.judge(ctx, tx, c, facts, wanted(c.Asked, c.Urgent)); err != nil {
			return err
		}
		for _, again := range said {
			if err := f.remark(ctx, tx, c, again.app, again.notes); err != nil {
				return err
			}
		}
		if err := f.Cases.MoveApplication(ctx, tx, job.Application, casefile.ApplicationAssessed); err != nil {
			return err
		}
		// 3. Next: to the township.
		if err := f.jobs.Insert(ctx, tx, Route{Application: job.Application, Region: c.Region}); err != nil {
			return err
		}
		return f.Audit.Write(ctx, tx, entry("case.assessed", c, map[string]any{"facts": facts.Digest, "version": facts.Version}))
	})
	return err
}

// again is one further request that came before the first was assessed.
type again struct {
	app   *core.Application
	notes remarks
}

// meanwhile lays the requests that joined the case over the facts of its first.
func (f *Flow) meanwhile(ctx context.Context, tx *pg.Tx, c casefile.Case, facts *casefile.Facts) ([]again, error) {
	joined, err := f.Cases.Joined(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	var list []again
	for _, id := range joined {
		app, _, err := f.take(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		one := again{app: &app}
		if *facts, one.notes, err = f.overlay(ctx, tx, c, *facts, &app); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// gather merges the two sources into one frozen version.
func (f *Flow) gather(ctx context.Context, tx *pg.Tx, c casefile.Case, app *core.Application) (casefile.Facts, error) {
	said := stated{household: app.Household, sources: app.Sources, channel: app.Channel, at: app.At}
	var r *registered
	if c.Household != 0 {
		known, err := f.recognise(ctx, tx, app)
		if err != nil {
			return casefile.Facts{}, err
		}
		h, sources, err := f.Registry.Facts(ctx, tx, because("case.assess", c.ID, app.ID), c.Household, tx.Today())
		switch {
		case errors.Is(err, registry.ErrNoHousehold):
		case err != nil:
			return casefile.Facts{}, err
		default:
			r = &registered{household: h, sources: sources, refs: known.refs}
		}
	}
	h, sources, err := freeze(said, r, tx.Today())
	return casefile.Facts{Household: h, Provenance: sources, Cause: "application"}, err
}

// judgement is what was found of one version of the facts, and what it rests on.
type judgement struct {
	facts    *casefile.Facts
	held     *matching.Held
	findings []casefile.Finding
}

// keep stores a judgement with its index and its trace.
func (f *Flow) keep(ctx context.Context, tx *pg.Tx, id core.CaseID, m *matching.Matcher, j judgement) error {
	trace, err := m.Trace(&j.facts.Household, j.held, j.facts.Provenance)
	if err != nil {
		return err
	}
	held, err := json.Marshal(j.held)
	if err != nil {
		return errFacts.Wrap(err)
	}
	index := hardship.Score(&j.facts.Household, m.Book())
	return f.Cases.SaveAssessment(ctx, tx, id, casefile.Assessment{Version: j.facts.Version, Book: m.Book().Digest,
		Findings: j.findings, Index: indexOf(index), Held: held, Trace: trace})
}

// judge stores findings and index of one version, and proposes a claim for each
// item of the bundle and each item asked for by name: whoever asks may file it,
// whatever the finding (domain.md 1.3), also what was not wanted before.
func (f *Flow) judge(ctx context.Context, tx *pg.Tx, c casefile.Case, facts casefile.Facts, asked []core.ItemCode) error {
	book, err := f.Books.On(tx.Today())
	if err != nil {
		return err
	}
	m, err := f.matcher(book)
	if err != nil {
		return err
	}
	held, err := f.held(ctx, tx, c)
	if err != nil {
		return err
	}
	findings := found(m, &facts.Household, held)
	if err := f.keep(ctx, tx, c.ID, m, judgement{facts: &facts, held: &held, findings: findings}); err != nil {
		return err
	}
	for _, finding := range findings {
		if !finding.Bundled && !slices.Contains(asked, finding.Item) {
			continue
		}
		if claim, ok := newClaim(book, finding); ok {
			if err := f.Cases.AddClaim(ctx, tx, c.ID, claim); err != nil {
				return err
			}
		}
		if slices.Contains(asked, finding.Item) {
			if err := f.Cases.Revive(ctx, tx, c.ID, finding.Item); err != nil {
				return err
			}
		}
	}
	return nil
}
