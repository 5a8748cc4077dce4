package workflow

import (
	"cmp"
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
	learned int      // facts that the visit vouches for there now
	asked   int      // facts of a department that another person compares with what was seen
	left    int      // facts that something else was written about meanwhile
	held    []string // facts of income and property that wait for somebody's word
}

// words says it to the officers of the case, after what was done.
func (s shared) words() string {
	out := ""
	if s.learned > 0 {
		out += fmt.Sprintf(",看到的 %d 项记进了登记", s.learned)
	}
	if s.asked > 0 {
		out += fmt.Sprintf(",%d 项要部门的凭据,等没去的同事核对", s.asked)
	}
	if s.left > 0 {
		out += fmt.Sprintf(",%d 项登记刚变过,没有记", s.left)
	}
	if len(s.held) > 0 {
		out += fmt.Sprintf(",收入财产 %d 项等家里人都同意了再问部门", len(s.held))
	}
	return out
}

// share gives the register what both visitors of a record stand behind, so that the case
// and the register do not tell two stories of one household. What a department vouches
// for, or two people decided, is not overwritten and not confirmed over: what differs is
// asked for, and so is what only a certificate can say; a third person compares (security.md
// P23; core/registry/change). Income and property are asked after with the word of every adult:
// what differs there waits for it, and nothing else does. Nothing is shared of a visit by telephone:
// nobody was there.
func (a *act) share(ctx context.Context, visit casefile.Visit) (shared, error) {
	var out shared
	if a.c.Household == 0 || visit.Remote != "" {
		return out, nil
	}
	why := registry.Purpose{Actor: a.actor.Audit(), Why: "visit.seconded", Case: a.c.ID, Application: a.c.Application}
	seen, err := a.seen(ctx, why, visit)
	if err != nil || len(seen) == 0 {
		return out, err
	}
	stands, err := a.stands(ctx, why)
	if errors.Is(err, registry.ErrNoHousehold) {
		return out, nil // moved out of this area meanwhile
	}
	if err != nil {
		return out, err
	}
	lacking, err := a.meansLacking(ctx)
	if err != nil {
		return out, err
	}
	sheets := map[core.PersonID]map[string]json.RawMessage{}
	order := slices.SortedFunc(maps.Keys(seen), func(a, b fact) int { return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.key, b.key)) })
	for _, at := range order {
		value := seen[at]
		f := stands[at]
		same := registry.SameValue(f.Value, value)
		renews := same && at == fact{key: core.ShocksPath} && (!guarded(f) || string(value) == "[]") // nothing since: a record of what was is not newer by it, and stays whose it is
		if !renews && (guarded(f) || change.Certified(at.key)) {
			if same {
				continue // who vouches for it stays who they are
			}
			if lacking && isMeans(at) {
				out.held = append(out.held, at.key)
				continue
			}
			outcome, err := a.askChange(ctx, why, visit, at, f, value)
			if err != nil {
				return out, err
			}
			if outcome == askedFor {
				out.asked++
			} else {
				out.left++
			}
			continue
		}
		if sheets[at.person] == nil {
			sheets[at.person] = map[string]json.RawMessage{}
		}
		sheets[at.person][at.key] = value
		out.learned++
	}
	if len(out.held) > 0 {
		if err := a.f.Cases.HoldMeans(ctx, a.tx, visit.ID, out.held); err != nil {
			return out, err
		}
	}
	return out, a.teach(ctx, why, visit, sheets)
}

// seen is what the two confirmed or found otherwise at this visit and no other, of the
// household and of those of its people whom the register knows.
func (a *act) seen(ctx context.Context, why registry.Purpose, visit casefile.Visit) (map[fact]json.RawMessage, error) {
	after, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, visit.FactsVersion)
	if err != nil {
		return nil, err
	}
	before, err := a.f.Cases.Facts(ctx, a.tx, a.c.ID, visit.FactsVersion-1)
	if err != nil {
		return nil, err
	}
	persons, err := a.persons(ctx, why)
	if err != nil {
		return nil, err
	}
	top, members, _, err := split(after.Household)
	if err != nil {
		return nil, err
	}
	out := map[fact]json.RawMessage{}
	for path, from := range after.Provenance {
		if from.Said != "visit" || before.Provenance[path] == from || path == recognitions {
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

// persons are those of the case who live in its household by the register today, by their refs
// in it. A case names whom it likes: nobody of another household is written about.
func (a *act) persons(ctx context.Context, why registry.Purpose) (map[core.MemberRef]core.PersonID, error) {
	people, err := a.f.Cases.People(ctx, a.tx, a.c.ID)
	if err != nil {
		return nil, err
	}
	members, err := a.f.Registry.Members(ctx, a.tx, why, a.c.Household)
	if err != nil {
		return nil, err
	}
	out := make(map[core.MemberRef]core.PersonID, len(people))
	for _, m := range people {
		if slices.ContainsFunc(members, func(r registry.Member) bool { return r.Person.ID == m.Person }) {
			out[m.Ref] = m.Person
		}
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
	strong := func(source string) bool { return registry.Verified(source) && registry.Kind(source) != "visit" }
	return strong(f.Source) && f.Standing != registry.StandingStale || slices.ContainsFunc(f.Against, func(s registry.Said) bool { return strong(s.Source) })
}

// asking is what came of asking a third person about a fact that was seen.
type asking uint8

const (
	askedFor  asking = iota
	objected         // the household's own objection to it waits for its answer
	overtaken        // another word was written meanwhile
)

// askChange asks for what was seen, where it can; the visit is confirmed all the same.
func (a *act) askChange(ctx context.Context, why registry.Purpose, visit casefile.Visit, at fact, f registry.Fact, value json.RawMessage) (asking, error) {
	other := visit.First // the other one of the two who were there
	if other == a.actor.Staff {
		other = visit.Second
	}
	ch := change.Change{Household: a.c.Household, Person: at.person, Path: at.key, Was: f.Value, Becomes: value,
		ValidFrom: max(visitedOn(visit), f.ValidFrom), Origin: change.FromVisit, Seconder: other,
		Reason: visitedOn(visit).SayWhole() + "入户,两个人当面看到的和登记的不一样,或者登记里还没有。"}
	stands, err := a.f.Changes.Stands(ctx, a.tx, ch)
	if err != nil || !stands {
		return overtaken, err
	}
	_, err = a.f.Changes.Again(ctx, a.tx, why, ch)
	if errors.Is(err, change.ErrAsked) {
		return objected, nil
	}
	return askedFor, err
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
