package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"lianou/core/wording"
)

// question is one fact of the family as the phone's form asks it: a question in the
// product's own words, with the place in the JSON it goes to.
type question struct {
	Path    string // "income_12m", "members.0.disability.grade"
	Kind    string // word, number, bool, or list, which is shown and not asked
	Value   string
	Say     string // the value in words, for what is shown only
	Words   wording.Fact
	Options []wording.Option
}

// questionCard is a card of questions: the household, what happened, one member each.
type questionCard struct {
	Title string
	List  []question
}

// unasked are what the form fills by itself.
var unasked = []string{"ref", "sex"}

// firstAsked is what somebody without a story is asked: where and from what the
// household lives, and about the person alone.
const firstAsked = `{"area":"","hukou":"","income_12m":null,"financial_assets_per_capita":null,"houses":null,
	"members":[{"ref":"m1","relation":"applicant","age":null,"work_ability":"","employment":""}]}`

// questionsOf lays out the household of a sample form, or an empty one.
func questionsOf(form json.RawMessage) ([]questionCard, error) {
	var in struct {
		Household json.RawMessage `json:"household"`
		People    []struct {
			Name string `json:"name"`
		} `json:"people"`
	}
	if len(form) > 0 {
		if err := json.Unmarshal(form, &in); err != nil {
			return nil, fmt.Errorf("read the sample answers: %w", err)
		}
	}
	if len(in.Household) == 0 {
		in.Household = json.RawMessage(firstAsked)
	}
	facts := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(in.Household))
	d.UseNumber()
	if err := d.Decode(&facts); err != nil {
		return nil, fmt.Errorf("read the sample household: %w", err)
	}
	home := questionCard{Title: "家里"}
	var event, members []questionCard
	for _, key := range sorted(facts) {
		switch list := facts[key].(type) {
		case []any:
			switch key {
			case "shocks":
				for i, one := range list {
					event = append(event, questionCard{"出了什么事", within(one, "shocks."+strconv.Itoa(i)+".", "shocks.", wording.HouseholdFact)})
				}
			case "members":
				for i, one := range list {
					title := "本人"
					if i < len(in.People) {
						title = in.People[i].Name
					}
					members = append(members, questionCard{title, within(one, "members."+strconv.Itoa(i)+".", "", wording.MemberFact)})
				}
			default:
				home.List = append(home.List, one(key, key, list, wording.HouseholdFact))
			}
		default:
			home.List = append(home.List, one(key, key, list, wording.HouseholdFact))
		}
	}
	return slices.Concat([]questionCard{home}, event, members), nil
}

// within lays out one object: its own facts, and those of an object inside it.
func within(v any, at, name string, named func(string) (wording.Fact, bool)) []question {
	facts, _ := v.(map[string]any)
	var out []question
	for _, key := range sorted(facts) {
		if slices.Contains(unasked, key) {
			continue
		}
		if inner, ok := facts[key].(map[string]any); ok {
			out = append(out, within(inner, at+key+".", name+key+".", named)...)
			continue
		}
		out = append(out, one(at+key, name+key, facts[key], named))
	}
	return out
}

func one(path, name string, value any, named func(string) (wording.Fact, bool)) question {
	fact, _ := named(name)
	a := question{Path: path, Words: fact, Options: fact.Options, Kind: "number"}
	switch v := value.(type) {
	case bool:
		a.Kind, a.Value = "bool", strconv.FormatBool(v)
	case json.Number:
		a.Value = v.String()
	case string:
		a.Kind, a.Value = "word", v
	case []any:
		a.Kind = "list"
		for i, word := range v {
			if i > 0 {
				a.Say += "、"
			}
			a.Say += fact.Word(fmt.Sprint(word))
		}
		if len(v) == 0 {
			a.Say = "没有"
		}
	}
	return a
}

func sorted(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
