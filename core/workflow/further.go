package workflow

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// remarks is what a person has to look at after a further request: facts that it
// tells otherwise than somebody vouched for, people whom the case does not know.
type remarks struct{ differs, strangers []string }

// joined lets a further request of the household count: the case is urgent when it
// is, the facts become a new version and are judged, what it names is proposed, and
// the officer reads what is new. Before the first was assessed, Assess takes both.
func (f *Flow) joined(ctx context.Context, tx *pg.Tx, c casefile.Case, app *core.Application) error {
	if err := f.Cases.Ask(ctx, tx, c.ID, app.Urgent, app.Items...); err != nil {
		return err
	}
	if c.FactsVersion == 0 {
		return nil
	}
	old, err := f.Cases.Facts(ctx, tx, c.ID, c.FactsVersion)
	if err != nil {
		return err
	}
	facts, notes, err := f.overlay(ctx, tx, c, old, app)
	if err != nil {
		return err
	}
	if facts, err = f.Cases.AddFacts(ctx, tx, c.ID, facts); err != nil {
		return err
	}
	if err := f.judge(ctx, tx, c, facts, wanted(app.Items, app.Urgent)); err != nil {
		return err
	}
	return f.remark(ctx, tx, c, app, notes)
}

// wanted is what a claim is proposed for by request. Who is hit now may be paid
// first, so that claim stands ready for the officer.
func wanted(items []core.ItemCode, urgent bool) []core.ItemCode {
	if urgent {
		return append(slices.Clone(items), casefile.RushItem)
	}
	return items
}

// overlay lays one further request over the facts of the case.
func (f *Flow) overlay(ctx context.Context, tx *pg.Tx, c casefile.Case, old casefile.Facts, app *core.Application) (casefile.Facts, remarks, error) {
	known, err := f.recognise(ctx, tx, app)
	if err != nil {
		return old, remarks{}, err
	}
	people, err := f.Cases.People(ctx, tx, c.ID)
	if err != nil {
		return old, remarks{}, err
	}
	refs, strangers := tieAgain(app, known, people)
	said := stated{household: app.Household, sources: app.Sources, channel: app.Channel, at: app.At}
	h, sources, differs, err := saidAgain(old, said, refs, tx.Today())
	return casefile.Facts{Household: h, Provenance: sources, Cause: "application"}, remarks{differs, strangers}, err
}

// tieAgain finds the people of a further request among those of the case: by the
// register, or by their name. Nobody is added by it: a misheard name would make a
// household larger.
func tieAgain(app *core.Application, known recognised, people []casefile.Member) (map[core.MemberRef]core.MemberRef, []string) {
	refs, strangers := map[core.MemberRef]core.MemberRef{}, []string(nil)
	names := map[core.MemberRef]string{}
	for _, p := range named(app) {
		names[p.Ref] = p.Name
	}
	for _, m := range app.Household.Members {
		at := slices.IndexFunc(people, func(p casefile.Member) bool {
			person := known.persons[m.Ref]
			return person != 0 && p.Person == person || person == 0 && p.Name != "" && p.Name == names[m.Ref]
		})
		switch {
		case at >= 0:
			refs[m.Ref] = people[at].Ref
		case names[m.Ref] != "":
			strangers = append(strangers, names[m.Ref])
		default:
			strangers = append(strangers, "没说名字的一口人")
		}
	}
	return refs, strangers
}

// saidAgain lays what was said later over the frozen facts: what a register, a visit
// or a decision vouches for stays and is named where it differs, anything else is as
// it was said last, and what happened is added to what happened before. It is pure.
func saidAgain(old casefile.Facts, said stated, refs map[core.MemberRef]core.MemberRef, on core.Date) (core.Household, map[string]core.Provenance, []string, error) {
	top, members, order, err := split(old.Household)
	if err != nil {
		return core.Household{}, nil, nil, err
	}
	over, others, _, err := split(said.household)
	if err != nil {
		return core.Household{}, nil, nil, err
	}
	l := later{said: said, sources: maps.Clone(old.Provenance)}
	events := over[core.ShocksPath]
	delete(over, core.ShocksPath)
	l.lay(top, over, "", "")
	if err := happened(side{top, l.sources, ""}, events, l.source(core.ShocksPath), on); err != nil {
		return core.Household{}, nil, nil, err
	}
	for from, to := range refs {
		if members[string(to)] != nil {
			l.lay(members[string(to)], others[string(from)], "members/"+string(from)+"/", "members/"+string(to)+"/")
		}
	}
	slices.Sort(l.differs)
	h, err := join(top, members, order, on)
	return h, l.sources, l.differs, err
}

// later is what was said later, on its way over what was known.
type later struct {
	said    stated
	sources map[string]core.Provenance
	differs []string
}

func (l *later) lay(into, over map[string]json.RawMessage, from, to string) {
	for key, value := range over {
		if len(value) == 0 || string(value) == "null" || key == "on" || key == "county" || key == "relation" || string(into[key]) == string(value) {
			continue
		}
		if vouched(l.sources[to+key]) {
			if key != "age" {
				l.differs = append(l.differs, to+key)
			}
			continue
		}
		into[key], l.sources[to+key] = value, l.source(from+key)
	}
}

// source is who said a fact of the later request.
func (l *later) source(path string) core.Provenance {
	if from, ok := l.said.sources[path]; ok {
		return from
	}
	return core.Provenance{Said: "citizen", By: l.said.channel, At: l.said.at}
}

// vouched reports whether somebody stands behind a fact other than who told it. A record
// that came with an application, by a door, was right when the conversation had it: it is
// shown as what it is, and stands over nothing that is said later.
func vouched(p core.Provenance) bool {
	from, _, _ := strings.Cut(p.Said, ":")
	return from == "registry" && p.By == "" || from == "visit" || from == "supplement" || from == "decision"
}

// joinShocks adds what happened to what happened before, each once. When there are too many
// what was there before stays, and the latest of what is added.
func joinShocks(old, more json.RawMessage) (json.RawMessage, error) {
	if len(more) == 0 || string(more) == "null" {
		return more, nil
	}
	var all, added []json.RawMessage
	if len(old) > 0 {
		if err := json.Unmarshal(old, &all); err != nil {
			return nil, errFacts.Wrap(err)
		}
	}
	if err := json.Unmarshal(more, &added); err != nil {
		return nil, errFacts.Wrap(err)
	}
	before := len(all)
	for _, one := range added {
		if !slices.ContainsFunc(all, func(s json.RawMessage) bool { return string(s) == string(one) }) {
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return more, nil
	}
	if over := len(all) - core.MaxShocks; over > 0 {
		all = slices.Delete(all, before, before+min(over, len(all)-before))
		all = all[max(0, len(all)-core.MaxShocks):]
	}
	whole, err := json.Marshal(all)
	if err != nil {
		return nil, errFacts.Wrap(err)
	}
	return whole, nil
}

// remark tells the officer what a further request brings.
func (f *Flow) remark(ctx context.Context, tx *pg.Tx, c casefile.Case, app *core.Application, notes remarks) error {
	var says []string
	if app.Urgent {
		says = append(says, "说是急难,先看要不要先救")
	}
	if len(app.Items) > 0 {
		book, err := f.Books.On(tx.Today())
		if err != nil {
			return err
		}
		var titles []string
		for _, item := range app.Items {
			titles = append(titles, book.Title(item))
		}
		says = append(says, "点名要办"+strings.Join(titles, "、"))
	}
	if len(notes.differs) > 0 {
		var labels []string
		for _, path := range notes.differs {
			labels = append(labels, wording.FactLabel(path))
		}
		says = append(says, "和核实过的不一样:"+strings.Join(slices.Compact(labels), "、")+",请再看")
	}
	if len(notes.strangers) > 0 {
		says = append(says, "本案没有这个人,请核:"+strings.Join(notes.strangers, "、"))
	}
	if len(says) == 0 {
		return nil
	}
	return f.Cases.AddEvent(ctx, tx, casefile.Event{Case: c.ID, Kind: "application.said", Actor: casefile.JobActor(),
		Staff: "这次说的,回执 " + string(app.Receipt) + ":" + strings.Join(says, ";")})
}
