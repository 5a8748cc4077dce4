package replay

import (
	"fmt"
	"slices"
	"strings"
)

// The outcomes in a trace.
const (
	pass = "eligible"
	fail = "not_eligible"
	open = "unknown"
)

// Check derives a trace anew and gives what does not hold, nil when all of it does.
func Check(b []byte) []string {
	t, err := read(b)
	if err != nil {
		return []string{err.Error()}
	}
	r := &replayer{trace: t, facts: map[key]fact{}, params: map[string]int64{}, names: map[string][]fact{}, tests: map[string]test{}, stands: map[string]string{}, granted: map[string]string{}}
	if r.learn(); r.wrong != nil {
		return r.wrong
	}
	r.statuses()
	for i := range t.Items {
		r.item(&t.Items[i])
	}
	r.bundle()
	return r.wrong
}

// key names a fact: of a member, or with "" of the household.
type key struct{ fact, member string }

type replayer struct {
	*trace
	facts   map[key]fact
	params  map[string]int64
	names   map[string][]fact // by what formulas call them; parameters among them
	tests   map[string]test
	stands  map[string]string     // statuses decided so far
	granted map[string]string     // the same while those that items grant hold only when recognised
	only    func(key string) bool // of what items grant these alone hold unrecognised; nil for all
	needy   []bool                // by claim: what has to have another approved first
	wrong   []string
}

func (r *replayer) say(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// learn indexes what the trace states, and refuses what it states twice or out of thin air.
func (r *replayer) learn() {
	ids := map[string]bool{}
	for _, s := range r.Sources {
		ids[s.ID] = true
	}
	for _, f := range r.Facts {
		k := key{f.Fact, f.Member}
		if _, twice := r.facts[k]; twice || f.Member != "" && !slices.Contains(r.Members, f.Member) {
			r.say("fact %s of %q is stated twice or of nobody", f.Fact, f.Member)
		}
		for _, id := range f.Sources {
			if !ids[id] {
				r.say("fact %s has no source %s", f.Fact, id)
			}
		}
		r.facts[k] = f
		r.call(f)
	}
	for _, p := range r.Params {
		r.params[p.Name] = p.Value
		r.call(fact{Fact: p.Name, Unit: p.Unit, Value: p.Value})
	}
	for _, c := range r.Tests {
		if _, twice := r.tests[c.Name]; twice {
			r.say("condition %s is stated twice", c.Name)
		}
		r.tests[c.Name] = c
	}
	r.shape()
}

// call files a value under the name that formulas use.
func (r *replayer) call(f fact) {
	name := strings.ReplaceAll(f.Fact, ".", "_")
	r.names[name] = append(r.names[name], f)
}

// shape refuses what could not be derived at all: a tree without its branches, a claim on
// no item, a rule that is not there.
func (r *replayer) shape() {
	items := map[string]*item{}
	for i := range r.Items {
		it := &r.Items[i]
		items[it.Code] = it
		r.grown(it.When)
		r.grown(it.Person)
		if it.Shares != nil && len(it.Shares) != len(r.Members)+1 {
			r.say("%s has %d shares", it.Code, len(it.Shares))
		}
	}
	for _, s := range r.Statuses {
		r.grown(s.When)
	}
	claims := len(r.Bundle.Claims)
	for _, c := range r.Bundle.Claims {
		if items[c.Item] == nil || c.Member != "" && !slices.Contains(r.Members, c.Member) {
			r.say("a claim on %s for %q, which is not there", c.Item, c.Member)
		}
	}
	for _, a := range r.Bundle.Acts {
		if a.Rule < 0 || a.Rule >= len(r.Rules) || a.A < 0 || a.A >= claims || a.B < 0 || a.B >= claims {
			r.say("a rule acts that is not there: %v", a)
		}
	}
}

// grown refuses a tree that lacks a branch.
func (r *replayer) grown(n *node) {
	if n == nil {
		return
	}
	if one := n.Kind == "not" || n.Kind == "at_least" || n.Kind == "all_members"; one && len(n.Kids) != 1 {
		r.say("%s has %d branches", n.Kind, len(n.Kids))
	}
	for _, k := range n.Kids {
		if k == nil {
			r.say("%s has an empty branch", n.Kind)
		}
		r.grown(k)
	}
}

// lookup finds a fact of a member, or else of the household.
func (r *replayer) lookup(name, member string) (fact, bool) {
	if f, found := r.facts[key{name, member}]; found {
		return f, true
	}
	f, found := r.facts[key{name, ""}]
	return f, found
}

// statuses decides them in order: recognised, or else computed from those before.
func (r *replayer) statuses() {
	for _, s := range r.Statuses {
		recognised, computed := open, fail
		if f, found := r.facts[key{s.Recognised, ""}]; found {
			recognised = truth(f.Value == 1)
		}
		if s.When != nil {
			computed = r.node(s.When, "")
			r.check("status "+s.Key, s.When, false)
		}
		r.stands[s.Key] = or(recognised, computed)
		r.granted[s.Key] = r.stands[s.Key]
		if s.GrantedBy != "" {
			r.granted[s.Key] = recognised
		}
		if s.Is != r.stands[s.Key] {
			r.say("status %s is %s, the trace says %s", s.Key, r.stands[s.Key], s.Is)
		}
	}
}

// item derives one item: its outcome, whom it is for, what comes first, what it gives.
func (r *replayer) item(it *item) {
	if it.When != nil {
		r.check(it.Code, it.When, false)
	}
	if it.Person != nil {
		r.check(it.Code, it.Person, true)
	}
	is, who := r.outcome(it)
	if is != it.Is {
		r.say("%s is %s, the trace says %s", it.Code, is, it.Is)
	}
	if is != pass {
		who = nil
	}
	if !slices.Equal(who, it.For) {
		r.say("%s is for %v, the trace says %v", it.Code, who, it.For)
	}
	if after := r.after(it, is); after != it.After {
		r.say("%s comes after %q, the trace says %q", it.Code, after, it.After)
	}
	r.shares(it, who)
}

// outcome gives an item's outcome and the members who meet it.
func (r *replayer) outcome(it *item) (is string, who []string) {
	is = pass
	if it.When != nil {
		is = r.node(it.When, "")
	}
	if it.Person == nil {
		return is, nil
	}
	some := fail
	for _, m := range r.Members {
		o := r.node(it.Person, m)
		some = or(some, o)
		if o == pass {
			who = append(who, m)
		}
	}
	return and(is, some), who
}

// check compares the outcomes written at every node of a tree.
func (r *replayer) check(where string, n *node, each bool) {
	who := []string{""}
	if each {
		who = r.Members
	}
	var want []string
	for _, m := range who {
		want = append(want, r.node(n, m))
	}
	if !slices.Equal(want, n.Is) {
		r.say("%s: %s %s%s is %v, the trace says %v", where, n.Kind, n.Test, n.Status, want, n.Is)
	}
	for _, k := range n.Kids {
		r.check(where, k, each || n.Kind == "at_least" || n.Kind == "all_members")
	}
}

// node judges a tree for a member, or with "" for the household.
func (r *replayer) node(n *node, member string) string {
	switch n.Kind {
	case "test":
		return r.test(n.Test, member)
	case "status":
		if r.only != nil && !r.only(n.Status) {
			return r.granted[n.Status]
		}
		return r.stands[n.Status]
	case "not":
		return not(r.node(n.Kids[0], member))
	case "all":
		out := pass
		for _, k := range n.Kids {
			out = and(out, r.node(k, member))
		}
		return out
	case "any":
		out := fail
		for _, k := range n.Kids {
			out = or(out, r.node(k, member))
		}
		return out
	case "at_least", "all_members":
		need, met, may := n.N, 0, 0
		if n.Kind == "all_members" {
			need = len(r.Members)
		}
		for _, m := range r.Members {
			switch r.node(n.Kids[0], m) {
			case pass:
				met++
			case open:
				may++
			}
		}
		if met < need && met+may >= need {
			return open
		}
		return truth(met >= need)
	}
	r.say("there is no kind %q", n.Kind)
	return open
}

// test judges one condition.
func (r *replayer) test(name, member string) string {
	c, found := r.tests[name]
	f, known := r.lookup(c.Fact, member)
	switch {
	case !found:
		r.say("there is no condition %q", name)
		return open
	case !known:
		return open
	case c.Op == "is":
		return truth(f.Value == 1)
	case c.Op == "in":
		return truth(slices.Contains(c.Words, f.Word))
	case c.Param == "" && c.Other == "":
		return truth((c.Low == nil || *c.Low <= f.Value) && (c.High == nil || f.Value <= *c.High))
	}
	base, told := r.params[c.Param]
	if c.Other != "" {
		var other fact
		other, told = r.lookup(c.Other, member)
		base = other.Value
	}
	ratio := int64(1000)
	if c.By != "" {
		var there bool
		ratio, there = r.params[c.By]
		told = told && there
	}
	if !told {
		return open
	}
	x, line := f.Value*1000, base*c.Times*ratio
	switch c.Op {
	case "<":
		return truth(x < line)
	case "<=":
		return truth(x <= line)
	case ">":
		return truth(x > line)
	case ">=":
		return truth(x >= line)
	case "=":
		return truth(x == line)
	}
	r.say("there is no comparison %q", c.Op)
	return open
}

func truth(b bool) string {
	if b {
		return pass
	}
	return fail
}

func not(o string) string {
	switch o {
	case pass:
		return fail
	case fail:
		return pass
	}
	return open
}

func and(a, b string) string {
	switch {
	case a == fail || b == fail:
		return fail
	case a == open || b == open:
		return open
	}
	return pass
}

func or(a, b string) string { return not(and(not(a), not(b))) }
