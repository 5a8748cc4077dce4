package workflow

import (
	"encoding/json"
	"strings"
	"time"

	"lianou/core"
)

// stated is what an application says of a household, and who said it.
type stated struct {
	household core.Household
	sources   map[string]core.Provenance
	channel   core.ChannelName
	at        time.Time
}

// registered is what the register knows of the same household.
type registered struct {
	household core.Household
	sources   map[string]core.Provenance
	refs      map[core.MemberRef]core.MemberRef // the register's ref to the application's
}

// freeze lays the register's facts over what was said: what an authority keeps
// wins, what only the person knows fills the rest, and every fact keeps its
// source. People whom the register counts and nobody named come in under their
// own refs, for the visit to settle. It is pure: the same input gives the same
// bytes.
func freeze(s stated, r *registered, on core.Date) (core.Household, map[string]core.Provenance, error) {
	top, members, order, err := split(s.household)
	if err != nil {
		return core.Household{}, nil, err
	}
	sources := map[string]core.Provenance{}
	for path := range known(top, members) {
		from, ok := s.sources[path]
		if !ok {
			from = core.Provenance{Said: "citizen", By: s.channel, At: s.at}
		}
		sources[path] = from
	}
	if r != nil {
		over, others, refs, err := split(r.household)
		if err != nil {
			return core.Household{}, nil, err
		}
		events, by := top[core.ShocksPath], sources[core.ShocksPath]
		lay(side{over, r.sources, ""}, side{top, sources, ""})
		if err := happened(side{top, sources, ""}, events, by, on); err != nil {
			return core.Household{}, nil, err
		}
		top["county"] = over["county"]
		for _, ref := range refs {
			to, tied := r.refs[core.MemberRef(ref)]
			if !tied {
				to = freeRef(core.MemberRef(ref), members)
			}
			if members[string(to)] == nil {
				members[string(to)], order = map[string]json.RawMessage{"age": json.RawMessage("null")}, append(order, string(to))
			} else {
				delete(others[ref], "relation") // the register counts from its head of household, people from who asks
			}
			lay(side{others[ref], r.sources, "members/" + ref + "/"}, side{members[string(to)], sources, "members/" + string(to) + "/"})
		}
	}
	h, err := join(top, members, order, on)
	return h, sources, err
}

// happened lays what the family itself said of events over what is on record: what happened is
// added to what happened before. Where that is nothing new the record stays whose it is, and is
// as new as their word that nothing else did: silence grows old (facts.Silence), and whoever asks
// has just been asked. What a door had from a record is no word of theirs.
func happened(at side, said json.RawMessage, by core.Provenance, on core.Date) error {
	recorded, known := at.sources[core.ShocksPath]
	if len(said) == 0 || string(said) == "null" || known && strings.HasPrefix(by.Said, "registry:") {
		return nil
	}
	before := string(at.facts[core.ShocksPath])
	all, err := joinShocks(at.facts[core.ShocksPath], said)
	if err != nil {
		return err
	}
	if known && string(all) == before {
		if !by.At.IsZero() {
			on = core.DateOf(by.At)
		}
		recorded.Since = max(recorded.Since, on)
		by = recorded
	}
	at.facts[core.ShocksPath], at.sources[core.ShocksPath] = all, by
	return nil
}

// side is the facts of a household or of one member, with the sources of all facts
// and the path under which these stand among them.
type side struct {
	facts   map[string]json.RawMessage
	sources map[string]core.Provenance
	path    string
}

// lay copies the facts that the register vouches for, with their sources.
func lay(from, to side) {
	for key, value := range from.facts {
		if source, ok := from.sources[from.path+key]; ok && string(value) != "null" {
			to.facts[key], to.sources[to.path+key] = value, source
		}
	}
}

// freeRef finds a ref that no member of the application has.
func freeRef(want core.MemberRef, taken map[string]map[string]json.RawMessage) core.MemberRef {
	ref := want
	for taken[string(ref)] != nil {
		ref = "r" + ref
	}
	return ref
}

// known lists the paths of all facts that are not null.
func known(top map[string]json.RawMessage, members map[string]map[string]json.RawMessage) map[string]bool {
	paths := map[string]bool{}
	for key, value := range top {
		if key != "on" && key != "county" && string(value) != "null" {
			paths[key] = true
		}
	}
	for ref, facts := range members {
		for key, value := range facts {
			if string(value) != "null" {
				paths["members/"+ref+"/"+key] = true
			}
		}
	}
	return paths
}

var errFacts = core.E(core.KindInternal, "facts_unreadable", "")

// split takes a household apart by fact; members by ref, in their order.
func split(h core.Household) (map[string]json.RawMessage, map[string]map[string]json.RawMessage, []string, error) {
	members := map[string]map[string]json.RawMessage{}
	order := make([]string, 0, len(h.Members))
	for _, m := range h.Members {
		facts, err := apart(m)
		if err != nil {
			return nil, nil, nil, err
		}
		delete(facts, "ref")
		members[string(m.Ref)], order = facts, append(order, string(m.Ref))
	}
	h.Members = nil
	top, err := apart(h)
	delete(top, "members")
	return top, members, order, err
}

func apart(v any) (map[string]json.RawMessage, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, errFacts.Wrap(err)
	}
	var facts map[string]json.RawMessage
	if err := json.Unmarshal(plain, &facts); err != nil {
		return nil, errFacts.Wrap(err)
	}
	return facts, nil
}

// join puts a household together again, as strictly as any that comes in.
func join(top map[string]json.RawMessage, members map[string]map[string]json.RawMessage, order []string, on core.Date) (core.Household, error) {
	list := make([]map[string]json.RawMessage, 0, len(order))
	for _, ref := range order {
		quoted, err := json.Marshal(ref)
		if err != nil {
			return core.Household{}, errFacts.Wrap(err)
		}
		members[ref]["ref"] = quoted
		list = append(list, members[ref])
	}
	all, err := json.Marshal(list)
	if err != nil {
		return core.Household{}, errFacts.Wrap(err)
	}
	top["members"], top["on"] = all, json.RawMessage(`"`+on.String()+`"`)
	whole, err := json.Marshal(top)
	if err != nil {
		return core.Household{}, errFacts.Wrap(err)
	}
	h, err := core.DecodeKept(whole)
	if err != nil {
		return core.Household{}, errFacts.Wrap(err)
	}
	return h, nil
}
