package matching

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"lianou/core"
	"lianou/core/policy"
)

// Trace writes down one judgement so that a stranger can check it without us (F42): the
// facts used with where they came from, every number and condition of the Book that bears
// on it, every tree with the outcome of each node, the amounts and the bundle. It holds no
// names. The bytes are sealed by a digest over the body, which shows accidents; a lie is
// shown by deriving everything anew (cmd/internal/replay).
//
// held is nil for a household that has nothing; sources may be nil.
func (m *Matcher) Trace(h *core.Household, held *Held, sources map[string]core.Provenance) ([]byte, error) {
	e := &explainer{m: m, vars: map[string]any{}}
	r, b := e.whole(h, held)
	t := tracer{e: e, r: &r, b: &b, sources: sources}
	body, err := json.Marshal(t.body())
	if err != nil {
		return nil, fmt.Errorf("write trace: %w", err)
	}
	sum := sha256.Sum256(body)
	return fmt.Appendf(nil, `{"trace":%d,"body":%s,"sha256":"%s"}`+"\n", m.version, body, hex.EncodeToString(sum[:])), nil
}

type traceBody struct {
	Book     traceBook     `json:"book"`
	On       core.Date     `json:"on"`
	County   string        `json:"county"`
	Members  []string      `json:"members"`
	Sources  []traceSource `json:"sources"`
	Facts    []traceFact   `json:"facts"`
	Params   []traceParam  `json:"params"`
	Tests    []traceTest   `json:"tests"`
	Statuses []traceStatus `json:"statuses"`
	Items    []traceItem   `json:"items"`
	Rules    []traceRule   `json:"rules"`
	Bundle   traceBundle   `json:"bundle"`
}

type traceBook struct {
	Digest string    `json:"digest"`
	From   core.Date `json:"from"`
}

type traceSource struct {
	ID   string `json:"id"`
	Said string `json:"said"`
	By   string `json:"by,omitempty"`
	At   string `json:"at,omitempty"`
}

type traceFact struct {
	Fact    string   `json:"fact"`
	Member  string   `json:"member,omitempty"`
	Path    string   `json:"path"`
	Unit    string   `json:"unit"`
	Value   int64    `json:"value"`
	Word    string   `json:"word,omitempty"` // of an enum
	Sources []string `json:"sources,omitempty"`
}

// traceParam is a number of the Book at this place; one that is not known here is left out.
type traceParam struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Value  int64  `json:"value"`
	Sample bool   `json:"sample"`
	Source string `json:"source"`
}

type traceTest struct {
	Name  string   `json:"name"`
	Fact  string   `json:"fact"`
	Op    string   `json:"op"`
	Low   *int64   `json:"low,omitempty"` // inclusive, of a constant limit
	High  *int64   `json:"high,omitempty"`
	Words []string `json:"words,omitempty"`
	Param string   `json:"param,omitempty"` // what the fact is compared with,
	Other string   `json:"other,omitempty"` // or the other fact
	By    string   `json:"by,omitempty"`    // times this ratio in thousandths
	Times int64    `json:"times,omitempty"`
	Law   string   `json:"law"`
}

// traceNode is one node of a tree. Is has one outcome, or one per member where the node
// asks about members.
type traceNode struct {
	Kind   string       `json:"kind"`
	Test   string       `json:"test,omitempty"`
	Status string       `json:"status,omitempty"`
	N      int          `json:"n,omitempty"`
	Kids   []*traceNode `json:"kids,omitempty"`
	Is     []Outcome    `json:"is"`
}

type traceStatus struct {
	Key        string     `json:"key"`
	Recognised string     `json:"recognised"`
	GrantedBy  string     `json:"granted_by,omitempty"`
	When       *traceNode `json:"when,omitempty"`
	Is         Outcome    `json:"is"`
	Law        string     `json:"law"`
}

type traceItem struct {
	Code    string     `json:"code"`
	Is      Outcome    `json:"is"`
	When    *traceNode `json:"when,omitempty"`
	Person  *traceNode `json:"person,omitempty"`
	For     []string   `json:"for,omitempty"`
	After   string     `json:"after,omitempty"`
	Outside bool       `json:"outside,omitempty"` // another body decides: its money is not deducted yet
	Per     string     `json:"per,omitempty"`
	Each    bool       `json:"each,omitempty"`
	Formula string     `json:"formula,omitempty"`
	Shares  []*int64   `json:"shares,omitempty"` // the household's, then each member's; null where not told
}

type traceRule struct {
	A      string `json:"a"`
	B      string `json:"b"`
	Kind   string `json:"kind"`
	Person bool   `json:"person,omitempty"`
	AtMost string `json:"at_most,omitempty"`
	Part   string `json:"part,omitempty"`
	Law    string `json:"law"`
}

type traceBundle struct {
	Claims []traceClaim  `json:"claims"`
	Acts   []traceAct    `json:"acts"` // the rules that act between two claims
	Value  int64         `json:"value"`
	Items  []traceAmount `json:"items"`
}

// traceClaim is one item for one member or the household.
type traceClaim struct {
	Item   string `json:"item"`
	Member string `json:"member,omitempty"`
	Fen    *int64 `json:"fen"` // null where not told
	Per    string `json:"per,omitempty"`
	Value  int64  `json:"value"` // of one year, at least 1
	Held   bool   `json:"held,omitempty"`
	Fixed  bool   `json:"fixed,omitempty"`
	Barred bool   `json:"barred,omitempty"`
	Filed  bool   `json:"filed,omitempty"`
	Taken  bool   `json:"taken,omitempty"`
}

// traceAct is a rule between two claims, all by their places in their lists.
type traceAct struct {
	Rule   int   `json:"rule"`
	A      int   `json:"a"`
	B      int   `json:"b"`
	Deduct int64 `json:"deduct,omitempty"` // yearly, of an overlap
}

// traceAmount is what is proposed.
type traceAmount struct {
	Item string   `json:"item"`
	Fen  int64    `json:"fen"` // 0 for no money and for what cannot be told
	For  []string `json:"for,omitempty"`
}

// tracer writes one judgement.
type tracer struct {
	e       *explainer
	r       *Result
	b       *bundler
	sources map[string]core.Provenance
	ids     []traceSource
}

func (t *tracer) body() *traceBody {
	book := t.e.m.book
	out := &traceBody{Book: traceBook{book.Digest, book.From}, On: t.e.h.On, County: string(t.e.h.County),
		Members: []string{}, Sources: []traceSource{}, Facts: []traceFact{}, Rules: []traceRule{}}
	for i := range t.e.h.Members {
		out.Members = append(out.Members, string(t.e.h.Members[i].Ref))
	}
	for id := range book.Params {
		if v := t.e.place.values[id]; t.e.place.has[id] {
			out.Params = append(out.Params, traceParam{book.Params[id].Name, string(book.Params[id].Unit), v.Value, v.Sample, v.Source})
		}
	}
	for _, c := range book.Tests {
		out.Tests = append(out.Tests, t.test(c))
	}
	for i := range book.Statuses {
		s := &book.Statuses[i]
		out.Statuses = append(out.Statuses, traceStatus{s.Key, s.Recognised.Of().Key, string(s.GrantedBy), t.tree(s.When, false), t.e.st[i], s.Law})
	}
	for i := range book.Items {
		out.Items = append(out.Items, t.item(i))
	}
	for i := range book.Rules {
		out.Rules = append(out.Rules, t.rule(&book.Rules[i]))
	}
	for _, f := range policy.Facts() {
		out.Facts = append(out.Facts, t.facts(f)...)
	}
	out.Bundle = t.bundle()
	out.Sources = append(out.Sources, t.ids...)
	return out
}
