package people

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/wording"
)

// claim is one fact that somebody may ask to have corrected, or written down where nobody has
// said it yet.
type claim struct {
	Key   string // the schema key, without the member
	Home  bool   // about the whole household
	Label string
	Value string // as it stands, in words
	Unit  string
	Since core.Date
	Open  []wording.Option // the closed answers, none where a number is asked for
	List  bool             // one of what stands is taken away: each is an answer, by its place
	Waits *changeRow       // what waits for a second person about it, nil for nothing
	New   bool             // nobody has said it yet
	Paper string           // what vouches for it, "" where words do
	Named bool             // by its number and its day, whoever asks (change.Certified)

	was    json.RawMessage
	turned []registry.Turn // who came or left since it was said
}

// Again reports whether the value that stands may be confirmed for the people of now.
func (c claim) Again() bool { return len(c.turned) > 0 }

// errSoonerThanTurn keeps out what would be marked as told for another family at once.
var errSoonerThanTurn = core.Invalid("from", "数没变的,从哪天起写家里人变了那天,或者以后的一天:那天以前的人数不是现在的。")

// anew reports whether a value is the one that stands, confirmed for the people of now. Errors:
// KindInvalid for a day before the last of them came or left.
func (c claim) anew(becomes json.RawMessage, from core.Date) (bool, error) {
	if !c.Again() || desk.SayFact(c.Home, c.Key, from, becomes) != desk.SayFact(c.Home, c.Key, from, c.was) {
		return false, nil
	}
	for _, t := range c.turned {
		if !t.Back && from < t.Day { // nothing happened on the day of what was taken back
			return false, errSoonerThanTurn
		}
	}
	return true, nil
}

// About is the word by which the address tells the household's facts from the person's.
func (c claim) About() string {
	if c.Home {
		return "home"
	}
	return "person"
}

// composed are facts that are told in several parts or follow from others; they are
// corrected where they are told.
var composed = []string{"relation", "age", "sex"}

// lists are facts of which every source says its own part: files only add to them, so what
// is wrong in one is taken out here, by two people.
var lists = []string{"shocks", "statuses"}

// correctable reports whether somebody may ask to have a fact corrected, whoever said it. Of an
// empty list there is nothing to take away, and of one that nobody looked at nothing to correct.
func correctable(f registry.Fact, key string) bool {
	if slices.Contains(lists, key) {
		return registry.Verified(f.Source) && len(parts(f.Value)) > 0
	}
	return statable(key, f.Person == 0)
}

func parts(list json.RawMessage) (out []json.RawMessage) {
	if json.Unmarshal(list, &out) != nil {
		return nil
	}
	return out
}

// takenAway gives an answer for each part of a list.
func takenAway(f registry.Fact, key string) []wording.Option {
	var out []wording.Option
	for i, part := range parts(f.Value) {
		out = append(out, wording.Option{Value: strconv.Itoa(i), Word: desk.SayFact(true, key, f.ValidFrom, slices.Concat(json.RawMessage("["), part, json.RawMessage("]")))})
	}
	return out
}

// claimsOf lists what of a dossier can be asked to be corrected on the page of a person:
// the facts of theirs and of their household.
func claimsOf(d registry.Dossier, p core.PersonID) []claim {
	said := wording.Facts(d.Household)
	var out []claim
	for _, f := range d.Facts {
		key := f.Path[strings.LastIndex(f.Path, "/")+1:]
		if !correctable(f, key) || f.Person != 0 && f.Person != p {
			continue
		}
		words, known := answersTo(key, f.Person == 0)
		value, shown := said[f.Path]
		if !known || !shown {
			continue
		}
		c := claim{Key: key, Home: f.Person == 0, Label: words.Label, Value: value, Unit: words.Unit, Since: f.ValidFrom, Open: words.Options, Paper: papers[key], Named: change.Certified(key), was: f.Value, turned: f.Turned}
		if slices.Contains(lists, key) {
			c.List, c.Open = true, takenAway(f, key)
		}
		out = append(out, c)
	}
	return out
}

// answersTo names a fact with its closed answers. A certificate is one answer of kind and
// grade together: half of one is none.
func answersTo(key string, home bool) (wording.Fact, bool) {
	switch {
	case home:
		return wording.HouseholdFact(key)
	case key != "disability":
		return wording.MemberFact(key)
	}
	f, known := wording.MemberFact(key)
	kind, _ := wording.MemberFact("disability.kind")
	grade, _ := wording.MemberFact("disability.grade")
	f.Options = []wording.Option{{Value: "none", Word: "没有残疾证"}}
	for _, k := range kind.Options {
		for _, g := range grade.Options {
			f.Options = append(f.Options, wording.Option{Value: k.Value + ":" + g.Value, Word: k.Word + g.Word})
		}
	}
	return f, known
}

var errClaim = core.Invalid("becomes", "新的内容没写对。有选项的选一个;数目写数字,最多两位小数。")

// amount is what a number may look like: leading zeros are no JSON.
var amount = regexp.MustCompile(`^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$`)

// grouped is a number whose thousands are set apart, as the pages show it.
var grouped = regexp.MustCompile(`^[1-9][0-9]{0,2}([,\x{ff0c}][0-9]{3})+(\.[0-9]{1,2})?$`)

// value reads what was typed or chosen into the words of the schema. Whether it fits the
// fact's own limits is the register's to say.
func (c claim) value(typed string) (json.RawMessage, error) {
	typed = strings.TrimSpace(typed)
	if len(c.Open) == 0 {
		if grouped.MatchString(typed) {
			typed = strings.NewReplacer(",", "", "\uff0c", "").Replace(typed)
		}
		if !amount.MatchString(typed) {
			return nil, errClaim
		}
		return json.RawMessage(typed), nil
	}
	if !slices.ContainsFunc(c.Open, func(o wording.Option) bool { return o.Value == typed }) {
		return nil, errClaim
	}
	if c.List {
		return without(c.was, typed), nil
	}
	if c.Key == "disability" {
		return certificate(typed), nil
	}
	if typed == "true" || typed == "false" {
		return json.RawMessage(typed), nil
	}
	return json.RawMessage(strconv.Quote(typed)), nil
}

// without is a list less one of takenAway's own answers, said as a whole.
func without(list json.RawMessage, typed string) json.RawMessage {
	rest := []json.RawMessage{}
	for i, part := range parts(list) {
		if strconv.Itoa(i) != typed {
			rest = append(rest, part)
		}
	}
	b, err := json.Marshal(rest)
	if err != nil { // parts read them
		return nil
	}
	return b
}

// certificate writes one of answersTo's own answers.
func certificate(typed string) json.RawMessage {
	kind, grade, some := strings.Cut(typed, ":")
	if !some {
		return json.RawMessage(`{}`)
	}
	return json.RawMessage(`{"kind":"` + kind + `","grade":` + grade + `}`)
}
