package intake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/wording"
)

// household reads the stated facts. The day and the county are ours to fill:
// which Book applies must not depend on a telephone's clock.
func (p *strict) household() {
	raw := p.sub.Household
	if len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		raw = p.barest()
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		p.bad("household", "家庭情况没有收完整,请再填一次。")
		return
	}
	for k := range keys {
		if strings.EqualFold(k, "on") || strings.EqualFold(k, "county") {
			p.fail(core.Invalid("household."+strings.ToLower(k), "这一项由我们填,请去掉。"))
			return
		}
	}
	// Ours stand last: of two that read alike the last one counts.
	whole := bytes.TrimSuffix(bytes.TrimSpace(raw), []byte("}"))
	if len(keys) > 0 {
		whole = append(slices.Clip(whole), ',')
	}
	whole = fmt.Appendf(slices.Clip(whole), `"on":%q,"county":%q}`, p.today, p.app.Live.Region.County())
	h, err := core.DecodeHousehold(whole)
	p.fail(under(named(err), "household."))
	p.app.Household = h
}

// named says in words which fact was refused: "one of them is wrong" sends somebody
// through forty fields. The answer itself is not repeated.
func named(err error) error {
	if err == nil {
		return nil
	}
	known := *core.Known(err)
	if known.Code == core.ErrTwoHeads.Code {
		return err
	}
	if known.Code == "unknown_fact" {
		return err // the key is what is wrong with it, and the field names it
	}
	f, ok := wording.HouseholdFact(known.Field)
	if key, inside := strings.CutPrefix(known.Field, "members."); inside {
		f, ok = wording.MemberFact(key)
	}
	switch {
	case known.Field == "members":
		known.Say = fmt.Sprintf("家里人要写上,至少有申请人自己,最多 %d 口。", core.MaxMembers)
	case ok:
		known.Say = "“" + f.Label + "”填得不对,请看一下再交。"
	}
	return &known
}

// barest is the household of which nothing is known but who is in it: a call
// that ended early is still an application.
func (p *strict) barest() json.RawMessage {
	type member struct {
		Ref string `json:"ref"`
		Age *int   `json:"age"`
	}
	var list []member
	for _, m := range p.sub.People {
		list = append(list, member{Ref: m.Ref})
	}
	if len(list) == 0 {
		list = []member{{Ref: "m1"}}
	}
	raw, _ := json.Marshal(map[string]any{"members": list})
	return raw
}

// people ties names to the members, and finds which member the applicant is.
func (p *strict) people() {
	if p.err != nil {
		return
	}
	p.app.Applicant.Ref = applicantRef(p.app.Household.Members)
	seen := map[core.MemberRef]bool{}
	for _, in := range p.sub.People {
		ref := core.MemberRef(in.Ref)
		place := slices.IndexFunc(p.app.Household.Members, func(m core.Member) bool { return m.Ref == ref })
		if seen[ref] || place < 0 {
			p.bad("people.ref", "家里人的名单对不上,请再核对一遍。")
			return
		}
		seen[ref] = true
		p.app.People = append(p.app.People, core.NamedMember{
			Ref: ref, Name: p.person("people.name", in.Name), ID: p.id("people.id_number", fmt.Sprintf("第 %d 口人的", place+1), in.IDNumber),
		})
	}
	p.applicantAmongPeople(seen)
}

func (p *strict) applicantAmongPeople(seen map[core.MemberRef]bool) {
	who := &p.app.Applicant
	if !seen[who.Ref] {
		p.app.People = append([]core.NamedMember{{Ref: who.Ref, Name: who.Name, ID: who.ID}}, p.app.People...)
		return
	}
	for i := range p.app.People {
		m := &p.app.People[i]
		if m.Ref != who.Ref {
			continue
		}
		if m.ID.IsZero() {
			m.ID = who.ID
		}
		if who.ID.IsZero() {
			who.ID = m.ID
		}
		if m.ID != who.ID || m.Name != who.Name {
			p.bad("people", "申请人的姓名或身份证号,前后写得不一样,请核对。")
		}
	}
}

func applicantRef(list []core.Member) core.MemberRef {
	for _, m := range list {
		if m.Relation == "applicant" {
			return m.Ref
		}
	}
	return list[0].Ref
}

func member(list []core.Member, ref core.MemberRef) *core.Member {
	for i := range list {
		if list[i].Ref == ref {
			return &list[i]
		}
	}
	return nil
}

// fill adds what an ID number already says, so that nobody is asked for it, and
// says that this is where it came from. An age that was said otherwise gives way: an old
// person counts the year of birth in, and a typing mistake must not find a pension due.
func (p *strict) fill() {
	for _, who := range p.app.People {
		m := member(p.app.Household.Members, who.Ref)
		if m == nil || who.ID.IsZero() {
			continue
		}
		from := core.Provenance{Said: "id_number", By: p.app.Channel, At: p.at, Staff: p.app.Contact.Staff}
		if age := who.ID.Birth().Age(p.today); m.Age == nil || *m.Age != age {
			m.Age = &age
			p.app.Sources["members/"+string(who.Ref)+"/age"] = from
		}
		if m.Sex == nil {
			sex := core.Sex("female")
			if who.ID.Male() {
				sex = "male"
			}
			m.Sex = &sex
			p.app.Sources["members/"+string(who.Ref)+"/sex"] = from
		}
	}
}

// sources gives every stated fact its provenance: who said it, by which door,
// when, and, for a call, the seconds of audio.
func sources(s *Submission, h *core.Household, at time.Time) map[string]core.Provenance {
	base := core.Provenance{Said: said(s), By: s.Channel, At: at, Staff: s.Staff}
	if s.Call != nil && s.Staff != 0 { // what its caller said afterwards was not said in the call
		base.CallID = s.Call.ID
	}
	out := map[string]core.Provenance{}
	for _, path := range stated(h) {
		p := base
		if told, ok := s.Sources[path]; ok {
			p = told
			if recorded(p) {
				p.By = s.Channel // that it came this way keeps it apart from what the platform reads itself
			}
		}
		if span, ok := s.Heard[path]; ok {
			p.FromMS, p.ToMS, p.Unrecorded = span.FromMS, span.ToMS, span.Unrecorded
		}
		out[path] = p
	}
	return out
}

func said(s *Submission) string {
	if s.Contact.Capacity != "" && s.Contact.Capacity != string(core.CapacitySelf) {
		return "contact"
	}
	return "citizen"
}

// Stated lists the paths of the facts a household states, for doors that say of each who
// said it.
func Stated(h *core.Household) []string { return stated(h) }

// stated lists the paths of the facts a household states: "income_12m",
// "members/m1/age".
func stated(h *core.Household) []string {
	paths := known(nil, "", householdFacts, reflect.ValueOf(h).Elem())
	for i := range h.Members {
		m := &h.Members[i]
		paths = known(paths, "members/"+string(m.Ref)+"/", memberFacts, reflect.ValueOf(m).Elem())
	}
	return paths
}

// A fact is one field of the vocabulary, by its name in JSON.
type fact struct {
	name  string
	field int
}

// The facts of a household and of a member; what is ours to fill, and what only
// names or holds others, is none.
var (
	householdFacts = factsOf(reflect.TypeFor[core.Household](), "on", "county", "members", "-")
	memberFacts    = factsOf(reflect.TypeFor[core.Member](), "ref")
)

func factsOf(t reflect.Type, except ...string) []fact {
	var list []fact
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if !slices.Contains(except, name) {
			list = append(list, fact{name, i})
		}
	}
	return list
}

// known adds the paths of the facts that have a value: nil is "not known".
func known(paths []string, head string, facts []fact, of reflect.Value) []string {
	for _, f := range facts {
		if !of.Field(f.field).IsZero() {
			paths = append(paths, head+f.name)
		}
	}
	return paths
}

func under(err error, prefix string) error {
	if err == nil {
		return nil
	}
	e := *core.Known(err)
	e.Field = prefix + e.Field
	return &e
}
