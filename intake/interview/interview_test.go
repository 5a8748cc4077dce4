package interview

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"lianou/core"
)

func TestBasicIsComplete(t *testing.T) {
	t.Parallel()
	f, err := Basic()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Pages {
		if p.Key != "sign" && len(f.On(p.Key)) == 0 {
			t.Errorf("page %s asks nothing", p.Key)
		}
	}
	for _, purpose := range []string{"process", "means_check", "co_apply"} {
		if _, err := f.Consent(purpose); err != nil {
			t.Errorf("consent %s: %v", purpose, err)
		}
	}
	if _, err := f.Consent("nothing"); core.KindOf(err) != core.KindNotFound {
		t.Errorf("unknown consent: %v", err)
	}
}

// Every question fills a fact that the vocabulary has, with words it takes.
func TestQuestionsFillKnownFacts(t *testing.T) {
	t.Parallel()
	f, err := Whole()
	if err != nil {
		t.Fatal(err)
	}
	sample := map[Type]string{TypeMoney: "1", TypeNumber: "1", TypeYesNo: "true"}
	for _, q := range f.Questions {
		if q.Type == TypeText || q.Type == TypeFamily {
			continue // free words become a fact by somebody's hand
		}
		values := []string{sample[q.Type]}
		if form, closed := map[Type]string{
			TypeChoice: `%q`, TypeMany: `[%q]`, TypeParents: `[%q,"alive"]`,
			TypeShocks: `[{"kind":%q,"date":"2024-02-01"}]`, TypeDisability: `{"kind":%q,"grade":2}`,
		}[q.Type]; closed {
			values = nil
			for _, o := range q.Options {
				values = append(values, fmt.Sprintf(form, o.Value))
			}
		}
		if q.Round != nil {
			values = append(values, string(q.Round.Others))
		}
		for _, v := range values {
			doc := ""
			if fact, ok := q.Member(); ok {
				extra := `"age":40,`
				if fact == "age" {
					extra = ""
				}
				doc = `{"on":"2024-03-01","county":"371426","members":[{"ref":"m1",` + extra + `"` + fact + `":` + v + `}]}`
			} else if fact, ok := q.Household(); ok {
				doc = `{"on":"2024-03-01","county":"371426","` + fact + `":` + v + `,"members":[{"ref":"m1","age":40}]}`
			} else {
				continue
			}
			if _, err := core.DecodeHousehold([]byte(doc)); err != nil {
				t.Errorf("%s = %s: %v", q.Key, v, err)
			}
		}
	}
}

func TestWordsAreShort(t *testing.T) {
	t.Parallel()
	f, _ := Basic()
	for _, q := range f.Questions {
		for _, text := range []string{q.Ask, q.Why, q.Help} {
			for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("。?!", r) }) {
				if n := utf8.RuneCountInString(sentence); n > 40 {
					t.Errorf("%s: a sentence of %d characters", q.Key, n)
				}
			}
		}
	}
}

func TestNextAsksOnlyWhatMatters(t *testing.T) {
	t.Parallel()
	f, _ := Basic()
	got := f.Next([]string{"medical_12m", "members/m2/illness", "members/m1/illness", "not_in_the_form"})
	if len(got) != 2 || got[0].Key != "medical_12m" || got[1].Key != "members/*/illness" {
		t.Errorf("Next = %+v", got)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"unknown field":  `{"version":"1","pagez":[]}`,
		"second value":   `{"version":"1"} {}`,
		"no such page":   `{"questions":[{"key":"a","ask":"b","why":"c","type":"text","page":"p"}]}`,
		"choice of none": `{"pages":[{"key":"p"}],"questions":[{"key":"a","ask":"b","why":"c","type":"choice","page":"p"}]}`,
	} {
		if _, err := parse([]byte(raw)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
