package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/wording"
)

// PlanVisit sends two people to a household, or changes who goes and when.
type PlanVisit struct {
	Case     core.CaseID
	Visitors [2]core.StaffID
	On       core.Date
	Part     string // "上午" or "下午"; defaults to 上午
}

// visitDays is how many working days after the planned day the record must be in.
const visitDays = 3

// PlanVisit plans a visit.
func (f *Flow) PlanVisit(ctx context.Context, actor casefile.Actor, in PlanVisit) error {
	on := target{name: casefile.ActPlanVisit, trace: "visit.planned", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error { return a.plan(ctx, in) })
}

func (a *act) plan(ctx context.Context, in PlanVisit) error {
	if err := a.mayBeOn(in.On); err != nil {
		return err
	}
	if in.Part != "下午" {
		in.Part = "上午"
	}
	// 1. Two colleagues of this place, neither of them kin.
	for _, id := range in.Visitors {
		p, err := a.f.Staff.Person(ctx, a.tx, id)
		if err != nil || !p.Covers(a.c.Region) || !p.Has(casefile.RoleOfficer, casefile.RoleAssistant, casefile.RoleClerk) {
			return casefile.ErrTwoVisitors
		}
	}
	if err := a.f.Cases.PlanVisit(ctx, a.tx, a.c, in.Visitors[0], in.Visitors[1], in.On); err != nil {
		return err
	}
	// 2. The case waits for them; one that was paid first keeps its state until the papers are in.
	if a.c.State == casefile.CaseAccepted {
		if err := a.f.Cases.Move(ctx, a.tx, a.c, casefile.CaseVisiting); err != nil {
			return err
		}
	}
	if err := a.visitBy(ctx, in.On); err != nil {
		return err
	}
	// 3. The household knows who comes, when, and that nothing is to be prepared.
	a.detail["visitors"], a.detail["on"] = in.Visitors, in.On.String()
	err := a.event(ctx, "visit.planned", in.On.Say()+in.Part+"有两个人到您家看看。", "派两人入户,"+in.On.Say()+in.Part)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("visit/%d/%s/%s", a.c.ID, in.On, in.Part)
	_, err = a.f.enqueue(ctx, a.tx, a.c, notify.Notice{Key: key, Text: wording.Visit(in.On, in.Part, a.c.Town),
		Haste: notify.HasteOfVisit(in.On, a.tx.Today(), in.Part == "上午")})
	return err
}

// RecordVisit is what two people bring back.
type RecordVisit struct {
	Case       core.CaseID
	Statement  string                     // what they saw, in their words
	Present    string                     // who of the household was there and signed
	Facts      map[string]json.RawMessage // found otherwise, or new, by fact path
	Same       []string                   // paths of facts that were looked at and are as before
	Shown      int                        // the version of the facts that the page showed; wanted with Same
	Signatures map[string]core.BlobDigest // "first", "second", "household"
	Recording  core.BlobDigest
	Photos     []core.BlobDigest
	Place      string           // "lon,lat" of the device
	Remote     string           // why by phone or video, in a major emergency only
	Account    core.BankAccount // that the family showed: a proposal until a second person confirms it
	Holder     string           // name on that card; defaults to who asks
}

// maxPhotos bounds one visit's pictures.
const maxPhotos = 30

// RecordVisit files the visit, freezes the facts as they were seen, and judges
// again on them.
func (f *Flow) RecordVisit(ctx context.Context, actor casefile.Actor, in RecordVisit) error {
	on := target{name: casefile.ActRecordVisit, trace: "visit.recorded", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error { return a.record(ctx, in) })
}

// whole holds a record to what can be said of it without its case.
func (in RecordVisit) whole() error {
	if err := checkText("statement", in.Statement, "请写下入户看到的情况。"); err != nil {
		return err
	}
	if len(in.Photos) > maxPhotos || len(in.Facts)+len(in.Same) > 400 || len(in.Place) > 60 || len(in.Remote) > maxText {
		return core.E(core.KindTooLarge, "visit_too_large", "一次入户的照片或事实太多了。")
	}
	if _, has := in.Facts[recognitions]; has {
		return errRecognitions
	}
	return casefile.Visit{Statement: in.Statement, Present: in.Present, Signatures: in.Signatures}.Whole()
}

func (a *act) record(ctx context.Context, in RecordVisit) error {
	f := a.f
	if err := in.whole(); err != nil {
		return err
	}
	// 1. Freeze what was seen.
	facts, err := a.learn(ctx, "visit", Seen{Facts: in.Facts, Same: in.Same, Shown: in.Shown})
	if err != nil {
		return err
	}
	// 2. File the record.
	visit, err := f.Cases.RecordVisit(ctx, a.tx, a.c, casefile.Visit{Statement: in.Statement, Present: in.Present, Remote: in.Remote,
		FactsVersion: facts.Version, RecordedBy: a.actor.Staff, Place: in.Place, Recording: in.Recording, Signatures: in.Signatures, Photos: in.Photos})
	if err != nil {
		return err
	}
	if err := a.seenCard(ctx, in); err != nil {
		return err
	}
	// 3. What was paid first comes back to the visit.
	if a.c.State != casefile.CaseVisiting {
		if err := f.Cases.Move(ctx, a.tx, a.c, casefile.CaseVisiting); err != nil {
			return err
		}
	}
	if err := a.begun(ctx); err != nil {
		return err
	}
	a.detail["visit"], a.detail["facts"] = visit, facts.Digest
	a.detail["visitors"], a.detail["signatures"] = [2]core.StaffID{a.all.Planned.First, a.all.Planned.Second}, in.Signatures
	early := ""
	if on := a.all.Planned.Planned; a.tx.Today() < on {
		early = ",比约的" + on.Say() + "早"
	}
	return a.event(ctx, "visit.recorded", "入户看过了。", "入户记录已交"+early+",事实第 "+strconv.Itoa(facts.Version)+" 版,等第二人确认")
}

// SecondVisit is the other visitor's word on one record, given in a session of their
// own: from then on the visit counts and its deadlines are met. Who saw it otherwise
// plans another one. ErrRecordChanged when another record waits by now.
func (f *Flow) SecondVisit(ctx context.Context, actor casefile.Actor, id core.CaseID, record int64) error {
	on := target{name: casefile.ActSecondVisit, trace: "visit.seconded", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		visit := *a.all.Unseconded
		if visit.ID != record {
			return casefile.ErrRecordChanged
		}
		for _, kind := range []casefile.DeadlineKind{casefile.DeadlineSurvey, casefile.DeadlineVisit, casefile.DeadlinePapers} {
			if err := f.Cases.MeetEach(ctx, a.tx, a.c.ID, kind); err != nil {
				return err
			}
		}
		if err := f.Cases.SecondVisit(ctx, a.tx, visit, actor.Staff); err != nil {
			return err
		}
		told, err := a.share(ctx, visit)
		if err != nil {
			return err
		}
		a.detail["visit"], a.detail["recorded_by"] = visit.ID, visit.RecordedBy
		a.detail["learned"], a.detail["asked"] = told.learned, told.asked
		if err := a.event(ctx, "visit.seconded", "", "第二个入户的人确认了记录"+told.words()); err != nil {
			return err
		}
		return f.settle(ctx, a.tx, a.c)
	})
}

// learn makes the new version of the facts, as a visit or the papers of a supplement
// show them, and judges it. Nothing seen differently still makes a version: people
// stand behind it now.
func (a *act) learn(ctx context.Context, cause string, seen Seen) (casefile.Facts, error) {
	return a.learnFrom(ctx, cause, cause, seen)
}

// learnFrom is learn with another source than the cause. What is known by it is not looked up any more.
func (a *act) learnFrom(ctx context.Context, cause, source string, seen Seen) (casefile.Facts, error) {
	old, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, a.c.FactsVersion)
	if err != nil {
		return old, err
	}
	if len(seen.Same) > 0 && seen.Shown != a.c.FactsVersion {
		return casefile.Facts{}, errFactsMoved
	}
	seen.Source = core.Provenance{Said: source, By: "desk", At: a.tx.Now().UTC(), Staff: a.actor.Staff}
	h, sources, err := confirm(old.Household, old.Provenance, seen)
	if err != nil {
		return old, err
	}
	facts, err := a.f.Cases.AddFacts(ctx, a.tx, a.c.ID, casefile.Facts{Household: h, Provenance: sources, Cause: cause, By: a.actor.Staff})
	if err != nil {
		return facts, err
	}
	if err := a.f.judge(ctx, a.tx, a.c, facts, nil); err != nil {
		return facts, err
	}
	known := a.c
	known.FactsVersion = facts.Version
	return facts, a.f.Cases.EndKnown(ctx, a.tx, known)
}
