// Package interview is the one definition of what a person is asked, in which
// words, with which answers, and why. Every door renders it: a web form, a chat, a
// voice menu, an agent's script.
//
// The definition is data (form.json). This package must not render, keep answers or
// judge them; which unknown facts still matter is matching's to say.
package interview

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"lianou/core"
)

//go:embed form.json
var embedded []byte

// further are questions that only a person asks a person: too many for a form that
// somebody fills alone, and each settles an item.
//
//go:embed further.json
var further []byte

// Type is how a question is answered.
type Type string

// The types of answers.
const (
	TypeChoice  Type = "choice"  // one of Options
	TypeMoney   Type = "money"   // yuan, at most two decimals
	TypeNumber  Type = "number"  // a whole number
	TypeYesNo   Type = "yes_no"  // true or false
	TypeText    Type = "text"    // free words
	TypeRegion  Type = "region"  // a division code
	TypePhone   Type = "phone"   //
	TypeID      Type = "id"      // citizen identity number
	TypeAccount Type = "account" // bank card

	// Of these a form makes a line of free words; a conversation reads them.
	TypeFamily     Type = "family"     // who else lives in the household
	TypeMany       Type = "many"       // some of Options, or none
	TypeShocks     Type = "shocks"     // what happened, with its day
	TypeDisability Type = "disability" // the kind and grade of a certificate
	TypeParents    Type = "parents"    // how each of two parents is
)

// Question is one thing that is asked. "不清楚" is always an answer and is not
// listed in Options.
type Question struct {
	Key     string   `json:"key"`               // the fact or form field it fills: "income_12m", "members/*/age", "form/live.region"
	Ask     string   `json:"ask"`               // the words, Chinese
	Voice   string   `json:"voice,omitempty"`   // the words on the telephone, where Ask does not do
	Other   string   `json:"other,omitempty"`   // the words when somebody speaks for another
	Again   string   `json:"again,omitempty"`   // the words where the answer was about something else
	Why     string   `json:"why"`               // why it is asked, one short line
	Help    string   `json:"help,omitempty"`    // how to answer
	Type    Type     `json:"type"`              //
	Options []Option `json:"options,omitempty"` // of a closed answer
	Page    string   `json:"page"`              // the Page it stands on
	Round   *Round   `json:"round,omitempty"`   // how it is asked of all members at once

	// After is a fact without which this one is not asked: of a car of which nobody knows
	// whether there is one, nobody knows what it is worth.
	After string `json:"after,omitempty"`

	// Under is the age of the applicant, in whole years, below which it is asked; of an age
	// that nobody said it is not. 0 is every age.
	Under int `json:"under,omitempty"`

	// When is the answer to another question without which this one is not asked.
	When *When `json:"when,omitempty"`

	// Parts are the questions of the parts of a sum, asked one by one where nobody knows
	// the sum.
	Parts []string `json:"parts,omitempty"`

	// Yes and No are what people say for it, of TypeYesNo, beside a plain yes or no.
	Yes []string `json:"yes,omitempty"`
	No  []string `json:"no,omitempty"`

	// By are the capacities that may answer it (domain.md 7.3); empty is anybody who may
	// apply.
	By []core.Capacity `json:"by,omitempty"`
}

// Round asks all members at once whom a question concerns, so that a family of six is
// not asked six times what is so of one of them.
type Round struct {
	Ask    string          `json:"ask"`
	Others json.RawMessage `json:"others"`          // the answer for everybody who is not named
	Named  bool            `json:"named,omitempty"` // being named is the answer: true
}

// When is an answer to a field of the form.
type When struct {
	Key string `json:"key"`
	Is  string `json:"is"`
}

// Option is one offered answer.
type Option struct {
	Value string   `json:"value"`
	Say   string   `json:"say"`
	Words []string `json:"words,omitempty"` // what else people say for it
}

// Page groups questions that are asked together.
type Page struct {
	Key   string `json:"key"`
	Title string `json:"title"`
}

// Consent is one text a person is asked to agree to. Changing Text needs a new
// Version: what was agreed to must stay findable.
type Consent struct {
	Purpose  string `json:"purpose"`
	Version  string `json:"version"`
	Text     string `json:"text"`
	Required bool   `json:"required"`
}

// Form is the whole definition.
type Form struct {
	Version   string     `json:"version"`
	Pages     []Page     `json:"pages"`
	Questions []Question `json:"questions"`
	Consents  []Consent  `json:"consents"`
}

// Basic is the form that every door begins with. It is read from the program
// itself; an error is a defect of the build.
func Basic() (Form, error) { return parse(embedded) }

func parse(raw []byte) (Form, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var f Form
	if err := d.Decode(&f); err != nil {
		return Form{}, fmt.Errorf("read the form: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Form{}, errors.New("read the form: more than one value")
	}
	return f, f.check()
}

// Whole is the form of people who talk with people: Basic and a question for every
// other fact that an item may turn on.
func Whole() (Form, error) {
	f, err := Basic()
	if err != nil {
		return Form{}, err
	}
	d := json.NewDecoder(bytes.NewReader(further))
	d.DisallowUnknownFields()
	var more []Question
	if err := d.Decode(&more); err != nil {
		return Form{}, fmt.Errorf("read the further questions: %w", err)
	}
	f.Questions = append(f.Questions, more...)
	return f, f.check()
}

func (f Form) check() error {
	pages, keys := map[string]bool{}, map[string]bool{}
	for _, p := range f.Pages {
		pages[p.Key] = true
	}
	for _, q := range f.Questions {
		choice := q.Type.closed()
		if q.Key == "" || q.Ask == "" || q.Why == "" || !pages[q.Page] || keys[q.Key] || choice != (len(q.Options) > 0) {
			return fmt.Errorf("question %q of the form is not complete", q.Key)
		}
		keys[q.Key] = true
	}
	for _, q := range f.Questions {
		if q.When != nil && !f.question(q.When.Key).offers(q.When.Is) {
			return fmt.Errorf("question %q waits for an answer that nobody can give", q.Key)
		}
		for _, part := range q.Parts {
			if !keys[part] {
				return fmt.Errorf("question %q has a part %q that nobody asks", q.Key, part)
			}
		}
	}
	for _, c := range f.Consents {
		if c.Purpose == "" || c.Version == "" || c.Text == "" {
			return fmt.Errorf("consent %q of the form is not complete", c.Purpose)
		}
	}
	return nil
}

// offers reports whether a value is one of the options; no question offers anything.
func (q *Question) offers(value string) bool {
	return q != nil && slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value })
}

// closed reports whether an answer is made of a question's options.
func (t Type) closed() bool {
	return t == TypeChoice || t == TypeMany || t == TypeShocks || t == TypeDisability || t == TypeParents
}

// question finds a question by its key.
func (f Form) question(key string) *Question {
	for i := range f.Questions {
		if f.Questions[i].Key == key {
			return &f.Questions[i]
		}
	}
	return nil
}

// On lists the questions of one page, in order.
func (f Form) On(page string) []Question {
	var out []Question
	for _, q := range f.Questions {
		if q.Page == page {
			out = append(out, q)
		}
	}
	return out
}

// Household and Member say whether a question is about the household's facts or
// about one member's, and which.
func (q Question) Household() (fact string, ok bool) {
	return q.Key, !strings.Contains(q.Key, "/")
}

// Member is the member's fact the question fills.
func (q Question) Member() (fact string, ok bool) { return strings.CutPrefix(q.Key, "members/*/") }

// Next orders the questions by what is still worth asking: missing is matching's
// list of unknown facts that can change an outcome, most telling first. Questions
// that can change nothing are left out.
func (f Form) Next(missing []string) []Question {
	var out []Question
	taken := map[string]bool{}
	for _, fact := range missing {
		key := Generic(fact)
		for _, q := range f.Questions {
			if q.Key == key && !taken[key] {
				taken[key] = true
				out = append(out, q)
			}
		}
	}
	return out
}

// Generic is the path of a fact as a question names it: "members/*/age" of
// "members/m1/age".
func Generic(fact string) string {
	parts := strings.Split(fact, "/")
	if len(parts) == 3 && parts[0] == "members" {
		parts[1] = "*"
	}
	return strings.Join(parts, "/")
}

// Consent finds the current text for a purpose.
func (f Form) Consent(purpose string) (Consent, error) {
	for _, c := range f.Consents {
		if c.Purpose == purpose {
			return c, nil
		}
	}
	return Consent{}, core.E(core.KindNotFound, "consent_unknown", "")
}
