package desk

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/wording"
	"lianou/intake"
)

// MaxMembers is how many members the request form takes; a larger household is
// entered with the first twelve and completed at the visit.
const MaxMembers = 12

// Request reads the staff's request form: the same body that the app and the
// mini-program send as JSON, from HTML fields named by fact path (h.income_12m,
// m0.age). An empty field is "not known" and never zero.
func Request(v url.Values) (intake.Form, error) {
	f := intake.Form{
		Key:       v.Get("key"),
		Contact:   intake.ContactForm{Name: v.Get("contact.name"), Phone: v.Get("contact.phone"), Capacity: v.Get("contact.capacity"), IDNumber: v.Get("contact.id_number"), Way: v.Get("contact.way")},
		Applicant: intake.PersonForm{Name: v.Get("applicant.name"), IDNumber: v.Get("applicant.id_number")},
		Live:      intake.PlaceForm{Region: lastOf(v, "live.village", "live.township", "live.county"), Detail: v.Get("live.detail")},
		Items:     v["item"],
		Story:     v.Get("story"),
		Urgent:    v.Get("urgent") == "true",
		Account:   v.Get("account"),
	}
	for _, purpose := range v["consent"] {
		f.Consents = append(f.Consents, intake.ConsentForm{Purpose: purpose, Version: consentVersion, How: v.Get("consent.how")})
	}
	facts, people, err := householdOf(v)
	if err != nil {
		return f, err
	}
	f.People = people
	f.Household, err = json.Marshal(facts)
	return f, err
}

// lastOf gives the first of the named fields that is filled: the most exact place.
func lastOf(v url.Values, names ...string) string {
	for _, n := range names {
		if s := v.Get(n); s != "" {
			return s
		}
	}
	return ""
}

func householdOf(v url.Values) (map[string]any, []intake.MemberForm, error) {
	h, err := HouseholdFacts(v)
	if err != nil {
		return nil, nil, err
	}
	var members []any
	var people []intake.MemberForm
	for i := range MaxMembers {
		m, who, err := memberOf(v, i)
		if err != nil {
			return nil, nil, err
		}
		if m == nil {
			continue
		}
		members = append(members, m)
		if who.Name != "" || who.IDNumber != "" { // of a neighbour's child nobody knows the name
			people = append(people, who)
		}
	}
	if len(members) == 0 { // whoever asks is there, whatever else was not asked yet
		members = []any{map[string]any{"ref": "m1", "age": nil}}
	}
	h["members"] = members
	return h, people, nil
}

// HouseholdFacts reads the facts of a household from the fields of a form (h.cars).
func HouseholdFacts(v url.Values) (map[string]any, error) {
	h := map[string]any{}
	for name := range v {
		key, ok := strings.CutPrefix(name, "h.")
		if !ok || strings.HasPrefix(key, "shocks.") || key == "statuses" {
			continue
		}
		f, known := wording.HouseholdFact(key)
		if err := put(h, key, f, known, v.Get(name)); err != nil {
			return nil, err
		}
	}
	if looked := v["h.statuses"]; len(looked) > 0 {
		h["statuses"] = slices.DeleteFunc(slices.Clone(looked), func(s string) bool { return s == "none" })
	}
	return h, putShock(h, v)
}

// putShock reads the one sudden event the form asks for; "none" says that it was
// asked and there is none.
func putShock(h map[string]any, v url.Values) error {
	kind := v.Get("h.shocks.kind")
	switch kind {
	case "":
		return nil
	case "none":
		h["shocks"] = []any{}
		return nil
	}
	s := map[string]any{"kind": kind, "date": v.Get("h.shocks.date")}
	for _, key := range []string{"loss", "damaged_home"} {
		f, known := wording.HouseholdFact("shocks." + key)
		if err := put(s, key, f, known, v.Get("h.shocks."+key)); err != nil {
			return err
		}
	}
	h["shocks"] = []any{s}
	return nil
}

// memberOf reads member i, or nil when the row was left empty.
func memberOf(v url.Values, i int) (map[string]any, intake.MemberForm, error) {
	at := "m" + strconv.Itoa(i) + "."
	who := intake.MemberForm{Ref: "m" + strconv.Itoa(i+1), Name: strings.TrimSpace(v.Get(at + "name")), IDNumber: v.Get(at + "id_number")}
	if emptyRow(v, at) {
		return nil, who, nil
	}
	if v.Get(at+"relation") == "applicant" { // written once above: nobody has to type eighteen digits twice
		who.Name = cmp.Or(who.Name, strings.TrimSpace(v.Get("applicant.name")))
		who.IDNumber = cmp.Or(who.IDNumber, v.Get("applicant.id_number"))
	}
	m, err := MemberFacts(v, at)
	if err != nil {
		return nil, who, err
	}
	if m["ref"] = who.Ref; m["age"] == nil {
		m["age"] = nil // the schema wants it named
	}
	return m, who, nil
}

// emptyRow reports whether nothing at all was answered about a member; an illness
// without a name is somebody.
func emptyRow(v url.Values, at string) bool {
	for name, answers := range v {
		if strings.HasPrefix(name, at) && slices.ContainsFunc(answers, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			return false
		}
	}
	return true
}

// MemberFacts reads the facts of one member from the fields under a prefix (m0.age).
func MemberFacts(v url.Values, at string) (map[string]any, error) {
	m := map[string]any{}
	for name := range v {
		key, ok := strings.CutPrefix(name, at)
		if !ok || key == "name" || key == "id_number" || strings.HasPrefix(key, "disability") || key == "parents" {
			continue
		}
		f, known := wording.MemberFact(key)
		if err := put(m, key, f, known, v.Get(name)); err != nil {
			return nil, err
		}
	}
	switch kind := v.Get(at + "disability.kind"); kind {
	case "":
		if v.Get(at+"disability.grade") != "" {
			return nil, core.Invalid("members.disability.kind", "残疾类别没选,等级记不上。看残疾证,两样都选。")
		}
	case "none":
		m["disability"] = map[string]any{}
	default:
		grade, err := strconv.Atoi(v.Get(at + "disability.grade"))
		if err != nil {
			return nil, core.Invalid("members.disability.grade", "残疾等级没选。看残疾证号的最后一位。")
		}
		m["disability"] = map[string]any{"kind": kind, "grade": grade}
	}
	if said := slices.DeleteFunc(slices.Clone(v[at+"parents"]), func(s string) bool { return s == "" }); len(said) > 0 {
		m["parents"] = said
	}
	return m, nil
}

var numeral = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,2})?$`)

// put stores one answer under the type its fact has: a closed word, yes or no, or
// a number. An unknown field is refused like an unknown JSON key.
func put(into map[string]any, key string, f wording.Fact, known bool, answer string) error {
	answer = strings.ReplaceAll(strings.TrimSpace(answer), ",", "")
	switch {
	case !known:
		return core.E(core.KindInvalid, "unknown_fact", "表里有一格系统不认识。请刷新页面再填。") // the name is input
	case answer == "":
	case len(f.Options) > 0 && f.Options[0].Value == "true":
		into[key] = answer == "true"
		if answer != "true" && answer != "false" {
			return core.Invalid(key, f.Label+"没选对,请再选一次。")
		}
	case len(f.Options) > 0:
		into[key] = answer
	case numeral.MatchString(answer):
		into[key] = json.Number(answer)
	default:
		return core.Invalid(key, f.Label+"要填数字。")
	}
	return nil
}

// consentVersion is of the texts that staff read out and show (intake/interview).
const consentVersion = "2026-01"
