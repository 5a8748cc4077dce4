package interview

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"lianou/core"
)

// KnownOf is what a household says, as something that nobody need be asked: its members
// under refs of this package's own, the applicant first. sources is by path, as out's is;
// refs gives the new name of each member. A household that names no applicant has one
// put before its members, of whom nothing is known.
func KnownOf(h *core.Household, applicant core.MemberRef, sources map[string]core.Provenance) (out Known, refs map[core.MemberRef]core.MemberRef) {
	out = Known{Facts: map[string]json.RawMessage{}, Sources: map[string]core.Provenance{}, Members: []core.MemberRef{"m1"}}
	refs = map[core.MemberRef]core.MemberRef{applicant: "m1"}
	members := slices.Clone(h.Members)
	slices.SortStableFunc(members, func(a, b core.Member) int { return rank(a, applicant) - rank(b, applicant) })
	take := func(from, to string, v any) {
		for key, raw := range keysOf(v) {
			out.Facts[to+key] = raw
			if src, ok := sources[from+key]; ok {
				out.Sources[to+key] = src
			}
		}
	}
	top := *h
	top.Members = nil
	take("", "", top)
	for i := range members {
		m := &members[i]
		if m.Ref != applicant {
			refs[m.Ref] = core.MemberRef("m" + strconv.Itoa(len(out.Members)+1))
			out.Members = append(out.Members, refs[m.Ref])
		}
		take("members/"+string(m.Ref)+"/", "members/"+string(refs[m.Ref])+"/", *m)
	}
	return out, refs
}

func rank(m core.Member, applicant core.MemberRef) int {
	if m.Ref == applicant {
		return 0
	}
	return 1
}

// keysOf are the facts of a value by their keys, without those that are not known.
func keysOf(v any) map[string]json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return nil
	}
	maps.DeleteFunc(keys, func(key string, raw json.RawMessage) bool {
		return string(raw) == "null" || slices.Contains([]string{"on", "county", "members", "ref"}, key)
	})
	return keys
}

// Learn adds what is known from elsewhere to a conversation that has begun. What the
// person answered, and what was known before, stays as it is; of a family that was named
// already nobody can tell who is who, so only what is of the applicant and of all is
// taken.
func (c *Conversation) Learn(k Known) {
	own := &c.Known
	named := len(own.Members) > 1 || c.Answered("members")
	if !named {
		own.Members = k.Members
	}
	if own.Fields == nil {
		own.Fields = map[string]string{}
	}
	if own.Facts == nil {
		own.Facts = map[string]json.RawMessage{}
	}
	if own.Sources == nil {
		own.Sources = map[string]core.Provenance{}
	}
	for key, v := range k.Fields {
		if _, known := own.Fields[key]; !known && !c.Answered(key) {
			own.Fields[key], own.Sources[key] = v, k.Sources[key]
		}
	}
	for path, raw := range k.Facts {
		of := memberOf(path)
		if _, known := own.Facts[path]; known || named && of != "" && of != "m1" {
			continue
		}
		own.Facts[path], own.Sources[path] = raw, k.Sources[path]
	}
}
