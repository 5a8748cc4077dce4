package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/registry"
	"lianou/core/registry/change"
)

// seenSure is the confidence of what two visitors stand behind: under a department's
// certificate, over anybody's word.
const seenSure = 90

// fact is one fact of a household, 0, or of a person of it.
type fact struct {
	person core.PersonID
	key    string
}

// shared is what the register was told of a visit.
type shared struct {
	learned int // facts that the visit vouches for there now
	asked   int // facts of a department that another person compares with what was seen
}

// words says it to the officers of the case, after what was done.
func (s shared) words() string {
	out := ""
	if s.learned > 0 {
		out += fmt.Sprintf(",看到的 %d 项记进了登记", s.learned)
	}
	if s.asked > 0 {
		out += fmt.Sprintf(",%d 项和部门登记的不一样,等另一位同事核对", s.asked)
	}
	return out
}

// share gives the register what both visitors of a record stand behind, so that the case
// and the register do not tell two stories of one household. What a department vouches
// for, or two people decided, is not overwritten: it is asked for, and a third person
// compares (security.md P23; core/registry/change).
func (a *act) share(ctx context.Context, visit casefile.Visit) (shared, error) {
	var out shared
	if a.c.Household == 0 {
		return out, nil
	}
	seen, err := a.seen(ctx, visit)
	if err != nil || len(seen) == 0 {
		return out, err
	}
	why := registry.Purpose{Actor: a.actor.Audit(), Why: "visit.seconded", Case: a.c.ID, Application: a.c.Application}
	stands, err := a.stands(ctx, why)
	if errors.Is(err, registry.ErrNoHousehold) {
		return out, nil // moved out of this area meanwhile
	}
	if err != nil {
		return out, err
	}
	sheets := map[core.PersonID]map[string]json.RawMessage{}
	for at, value := range seen {
		if f, known := stands[at]; known && guarded(f) && !registry.SameValue(f.Value, value) {
			out.asked++
			if err := a.askChange(ctx, why, visit, at, f, value); err != nil {
				return out, err
			}
			continue
		}
		if sheets[at.person] == nil {
			sheets[at.person] = map[string]json.RawMessage{}
		}
		sheets[at.person][at.key] = value
		out.learned++
	}
	return out, a.teach(ctx, why, visit, sheets)
}

// seen is what the two confirmed or found otherwise at this visit and no other, of the
// household and of those of its people whom the register knows.
func (a *act) seen(ctx context.Context, visit casefile.Visit) (map[fact]json.RawMessage, error) {
	after, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, visit.FactsVersion)
	if err != nil {
		return nil, err
	}
	before, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, visit.FactsVersion-1)
	if err != nil {
		return nil, err
	}
	persons, err := a.persons(ctx)
	if err != nil {
		return nil, err
	}
	top, members, _, err := split(after.Household)
	if err != nil {
		return nil, err
	}
	out := map[fact]json.RawMessage{}
	for path, from := range after.Provenance {
		if from.Said != "visit" || before.Provenance[path] == from {
			continue
		}
		at, of := fact{key: path}, top
		if rest, ok := strings.CutPrefix(path, "members/"); ok {
			var ref string
			ref, at.key, _ = strings.Cut(rest, "/")
			if at.person, of = persons[core.MemberRef(ref)], members[ref]; at.person == 0 {
				continue // the register counts nobody here: a birth or a move, which is told as one
			}
		}
		if value, ok := of[at.key]; ok && string(value) != "null" && !registry.Fixed(at.key, at.person != 0) {
			out[at] = value
		}
	}
	return out, nil
}

// persons are those of the case whom the register knows, by their refs in it.
func (a *act) persons(ctx context.Context) (map[core.MemberRef]core.PersonID, error) {
	people, err := a.f.Cases.People(ctx, a.tx, a.c.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[core.MemberRef]core.PersonID, len(people))
	for _, m := range people {
		out[m.Ref] = m.Person
	}
	return out, nil
}

// stands is what the register says today of the household and its people.
func (a *act) stands(ctx context.Context, why registry.Purpose) (map[fact]registry.Fact, error) {
	d, err := a.f.Registry.Dossier(ctx, a.tx, why, a.c.Household, registry.AsOf{On: a.tx.Today(), Known: a.tx.Now()})
	if err != nil {
		return nil, err
	}
	out := make(map[fact]registry.Fact, len(d.Facts))
	for _, f := range d.Facts {
		out[fact{f.Person, f.Path[strings.LastIndex(f.Path, "/")+1:]}] = f
	}
	return out, nil
}

// guarded reports whether a visit alone does not speak over a fact. A later visit does
// over an earlier one, and over what is out of date.
func guarded(f registry.Fact) bool {
	return registry.Verified(f.Source) && f.Standing != registry.StandingStale && registry.Kind(f.Source) != "visit"
}

func (a *act) askChange(ctx context.Context, why registry.Purpose, visit casefile.Visit, at fact, f registry.Fact, value json.RawMessage) error {
	_, err := a.f.Changes.Again(ctx, a.tx, why, change.Change{Household: a.c.Household, Person: at.person, Path: at.key, Was: f.Value, Becomes: value,
		ValidFrom: visitedOn(visit), Origin: change.FromVisit, Seconder: visit.RecordedBy,
		Reason: fmt.Sprintf("%s入户,两个人当面看到的和登记的不一样。入户记录在第 %d 号案。", visitedOn(visit).SayWhole(), a.c.ID)})
	return err
}

// teach writes what was seen, a sheet for the household and one for each person. Somebody
// who is another township's by now is told of there.
func (a *act) teach(ctx context.Context, why registry.Purpose, visit casefile.Visit, sheets map[core.PersonID]map[string]json.RawMessage) error {
	for _, person := range slices.Sorted(maps.Keys(sheets)) {
		facts, err := json.Marshal(sheets[person])
		if err != nil {
			return err
		}
		err = a.f.Registry.Learn(ctx, a.tx, why, a.c.Household, person,
			registry.Sheet{Source: "visit:" + formatID(visit.ID), ValidFrom: visitedOn(visit), Confidence: seenSure, Facts: facts})
		if err != nil && !errors.Is(err, registry.ErrUnknown) {
			return err
		}
	}
	return nil
}

// visitedOn is the day on which the two were there.
func visitedOn(visit casefile.Visit) core.Date { return core.DateOf(visit.Done) }
