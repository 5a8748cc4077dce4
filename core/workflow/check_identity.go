package workflow

import (
	"context"
	"fmt"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/realname"
)

// CheckIdentity asks the register and, when it cannot vouch, the outside service,
// and lets the case go on whatever the answer is (F28). The outside is asked
// between two transactions, never inside one.
func (f *Flow) CheckIdentity(ctx context.Context, job CheckIdentity) error {
	var c casefile.Case
	var person realname.Person
	var answer realname.Answer
	done, known := false, false
	err := f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) (err error) {
		// 1. What is known already? A job that runs again finds its own answer.
		c, err = f.Cases.ByApplication(ctx, tx, job.Application)
		if known = job.Try > 1 && core.KindOf(err) == core.KindNotFound; known {
			return nil // moved to another township meanwhile, whose people look at the papers
		}
		if err != nil {
			return err
		}
		last, tries, err := f.Realname.Last(ctx, tx, job.Application)
		if err != nil {
			return err
		}
		if known = tries >= job.Try || tries > 0 && last.Final(); known {
			return nil
		}
		// 2. Ask the city's register.
		plain, err := f.Cases.OpenPerson(ctx, tx, c)
		if err != nil {
			return err
		}
		person = realname.Person{Application: job.Application, Case: c.ID, Region: c.Region, Name: plain.Name, ID: plain.ID}
		answer, done, err = f.Realname.AskRegister(ctx, tx, because("identity.check", c.ID, job.Application), person)
		if err != nil || !done {
			return err
		}
		return f.identified(ctx, tx, job, person, answer)
	})
	if err != nil || known || done {
		return err
	}
	// 3. Ask the outside, without a transaction.
	answer = f.Realname.AskOutside(ctx, person)
	return f.DB.Tx(ctx, pg.Job(job.Region), func(ctx context.Context, tx *pg.Tx) error {
		return f.identified(ctx, tx, job, person, answer)
	})
}

// identified writes an answer and what follows from it.
func (f *Flow) identified(ctx context.Context, tx *pg.Tx, job CheckIdentity, p realname.Person, a realname.Answer) error {
	c, err := f.Cases.Lock(ctx, tx, p.Case)
	if err != nil {
		return err
	}
	if _, tries, err := f.Realname.Last(ctx, tx, job.Application); err != nil || tries >= job.Try {
		return err // another worker wrote this try
	}
	// 4. The answer stays with the case.
	p.Region = c.Region
	if err := f.Realname.Save(ctx, tx, p, a); err != nil {
		return err
	}
	if err := f.Cases.SetIdentity(ctx, tx, c.ID, casefile.Identity(a.Outcome)); err != nil {
		return err
	}
	to := casefile.ApplicationIdentityPending
	if a.Outcome == realname.Match {
		to = casefile.ApplicationIdentified
	}
	own := c.Application == job.Application // another one took the first one's place and was assessed when it did
	if job.Try == 1 && own {
		if err := f.Cases.MoveApplication(ctx, tx, job.Application, to); err != nil {
			return err
		}
	}
	wait, again := realname.Again(a, job.Try)
	if err := f.Cases.AddEvent(ctx, tx, identityEvent(c, a, again)); err != nil {
		return err
	}
	// 5. Unavailable is asked again later; the case does not wait for it.
	if again {
		next := CheckIdentity{Application: job.Application, Try: job.Try + 1, Region: c.Region}
		if err := f.jobs.InsertAt(ctx, tx, time.Now().Add(wait), next); err != nil {
			return fmt.Errorf("ask again for case %d: %w", c.ID, err)
		}
	}
	if a.Outcome == realname.Mismatch {
		// An officer sees it before anything is decided; it grants nothing.
		err := f.Cases.AddDoubt(ctx, tx, casefile.Doubt{Case: c.ID, Application: job.Application, Kind: casefile.DoubtMismatch})
		if err != nil {
			return err
		}
	}
	if job.Try == 1 && own {
		if err := f.jobs.Insert(ctx, tx, Assess{Application: job.Application, Region: c.Region}); err != nil {
			return err
		}
	}
	if err := f.Cases.PublishStatus(ctx, tx, c.ID); err != nil {
		return err
	}
	return f.Audit.Write(ctx, tx, entry("identity.checked", c, map[string]any{"outcome": a.Outcome, "by": a.By, "code": a.Code, "try": job.Try}))
}

// identityEvent tells staff the answer. The sender hears nothing of it: the answer would
// tell whoever bought a list which name and number belong together.
func identityEvent(c casefile.Case, a realname.Answer, again bool) casefile.Event {
	e := casefile.Event{Case: c.ID, Kind: "identity." + string(a.Outcome), Actor: casefile.JobActor()}
	switch a.Outcome {
	case realname.Match:
		e.Staff = "实名核验:一致"
	case realname.Mismatch:
		e.Staff = "实名核验:姓名和号码对不上,上门时看身份证和户口本"
	case realname.NotFound:
		e.Staff = "实名核验:没查到这个号码,上门时看户口本"
	default:
		e.Staff = "实名核验:暂时查不了,照常办,系统过后再查"
		switch {
		case a.Code == realname.CodeNoNumber:
			e.Staff = "实名核验:还没有身份证号,上门时看证件"
		case !again: // nobody is to wait for an answer that does not come
			e.Staff = "实名核验:一直查不了,系统不再查。照常办,上门时看身份证和户口本"
		}
	}
	if a.Outcome == realname.Match && a.By == "police" {
		e.Staff += "(公安)"
	}
	return e
}
