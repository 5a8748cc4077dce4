package mandate

import (
	"slices"
	"time"

	"lianou/core"
)

// Scope is one thing an agent may do.
type Scope string

// The scopes. Money is never claimed, only stated on paper.
const (
	Apply      Scope = "apply"      // 申请
	Supplement Scope = "supplement" // 补材料
	Notices    Scope = "notices"    // 查进度、收通知
	Money      Scope = "money"      // 代领钱
)

// Document is what proves a kind.
type Document string

// Rule is what the law and domain.md 7.3 ask of one kind.
type Rule struct {
	Word     string         // as people say it
	Document Document       // what proves it
	Paper    core.PaperKind // what it is uploaded as
	Days     int            // how long a claim holds; a guardian's of a minor ends with the eighteenth birthday
}

var rules = map[core.Capacity]Rule{
	core.CapacityMember:    {"一起生活的家人", "hukou", core.PaperHukou, 365},
	core.CapacityGuardian:  {"监护人", "guardianship", core.PaperHukou, 365},
	core.CapacityEntrusted: {"受托的人", "entrustment", core.PaperOther, 365},
	core.CapacityCommittee: {"村(居)委会", "letter", core.PaperOther, 365},
	core.CapacityOfficial:  {"工作人员主动发现", "duty", "", 365},
}

// RuleOf gives the rule of a kind; false for who speaks for themselves.
func RuleOf(kind core.Capacity) (Rule, bool) { r, ok := rules[kind]; return r, ok }

// Mandate is the right of one person to act for another in one matter.
type Mandate struct {
	ID          int64
	Application core.ApplicationID
	Receipt     core.Receipt
	Kind        core.Capacity
	Principal   string // name of who is acted for
	Agent       string // name of who acts
	Scopes      []Scope
	Proved      bool // a paper came with it
	From, Until core.Date
	Revoked     time.Time // zero while it stands
}

// Errors of acting for others: both say whom it is about and what to do.
var (
	errOver    = core.E(core.KindForbidden, "mandate_expired", "")
	errRevoked = core.E(core.KindForbidden, "mandate_revoked", "")
	errScope   = core.E(core.KindForbidden, "mandate_scope", "")
)

// May answers nil when the mandate holds on a day for a scope, and otherwise a
// KindForbidden with the sentence the agent reads.
func (m Mandate) May(scope Scope, day core.Date) error {
	say := func(e *core.Error, words string) error {
		c := *e
		c.Say = words
		return &c
	}
	switch {
	case !m.Revoked.IsZero():
		return say(errRevoked, "您替"+m.Principal+"办事的授权,"+core.DateOf(m.Revoked).Say()+"收回了,不能再替着办。要接着办,请本人打 12345,或到村里、窗口重新说一声。")
	case day > m.Until || day < m.From:
		return say(errOver, "您替"+m.Principal+"办事的授权,"+m.Until.Say()+"到期了。要接着办,请本人打 12345,或到村里、窗口重新说一声。")
	case !slices.Contains(m.Scopes, scope):
		return say(errScope, "您替"+m.Principal+"办事的授权里没有这一项。请本人来办,或打 12345。")
	}
	return nil
}

// ends is the last day of a claim made on a day for somebody born then (zero: not known).
func (r Rule) ends(kind core.Capacity, on, born core.Date) core.Date {
	until := on.AddDate(0, 0, r.Days)
	if grown := born.AddDate(fullAge, 0, 0); kind == core.CapacityGuardian && !born.IsZero() && grown > on {
		return min(until, grown-1)
	}
	return until
}

const fullAge = 18 // 民法典 art. 17

// WantsGuardian reports whether an application has to wait for a guardian's word: it is
// for a minor, and who speaks is not said to be the guardian. Under eight a child has no
// capacity, from eight to seventeen a limited one (民法典 art. 19, 20); under fourteen the
// personal information law asks for the guardian's consent as well (PIPL art. 31).
func WantsGuardian(a *core.Application) bool {
	if a.Contact.Capacity == core.CapacityGuardian {
		return false
	}
	age, known := ageOf(a)
	return known && age < fullAge
}

// ageOf is the applicant's age: by their number, which does not err, else as it was said.
func ageOf(a *core.Application) (int, bool) {
	if !a.Applicant.ID.IsZero() {
		return a.Applicant.ID.Birth().Age(core.DateOf(a.At)), true
	}
	for _, m := range a.Household.Members {
		if m.Ref == a.Applicant.Ref && m.Age != nil {
			return *m.Age, true
		}
	}
	return 0, false
}
