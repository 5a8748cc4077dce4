package casefile

import (
	"strings"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/wording"
)

// The word for a claim and for a case whose claims have ended. Controls: leave
// NoticeOver out of claimStatus, Runs' months out of endStatus.
func TestStatusAtTheEnd(t *testing.T) {
	t.Parallel()
	monthly := Claim{State: ClaimClosed, Proposal: ProposeApprove, Money: MoneyPaid, Period: "month"}
	once := Claim{State: ClaimClosed, Proposal: ProposeApprove, Money: MoneyPaid, Period: "once"}
	stopped, back := monthly, monthly
	stopped.Changed, back.Money = "搬走了", MoneyReturned
	for name, c := range map[string]struct {
		claims []Claim
		want   wording.Status
		runs   bool
	}{
		"money every month":        {[]Claim{once, monthly}, wording.StatusRunning, true},
		"money once":               {[]Claim{once}, wording.StatusClosed, false},
		"stopped":                  {[]Claim{stopped}, wording.StatusClosed, false},
		"a later month came back":  {[]Claim{monthly, back}, wording.StatusReturned, true},
		"refused beside the money": {[]Claim{{State: ClaimClosed, Proposal: ProposeRefuse}, monthly}, wording.StatusRunning, true},
	} {
		if got, _ := caseStatus(Case{State: CaseSettled}, c.claims, stage{}); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		runs := false
		for _, one := range c.claims {
			runs = runs || one.Runs()
		}
		if runs != c.runs {
			t.Errorf("%s: runs on: %v", name, runs)
		}
	}
	for papers, want := range map[bool]wording.Status{false: wording.StatusAskOne, true: wording.StatusPapersIn} {
		if got, _ := caseStatus(Case{State: CaseSupplement}, []Claim{once}, stage{papers: papers}); got != want {
			t.Errorf("asked for, papers here: %v: %s, want %s", papers, got, want)
		}
	}
	if got, _ := caseStatus(Case{State: CaseAccepted}, nil, stage{papers: true}); got != wording.StatusAccepted {
		t.Errorf("papers nobody asked for: %s", got)
	}
	hangs := Claim{State: ClaimNoticed}
	over := Claim{State: ClaimNoticed, NoticeOver: true}
	if got, _ := claimStatus(hangs); got != wording.StatusPublished {
		t.Errorf("a notice that hangs: %s", got)
	}
	if got, _ := claimStatus(over); got != wording.StatusReviewing {
		t.Errorf("a notice that has hung its days: %s", got)
	}
}

// What comes next promises a day that is still to come; where it has passed, that it is late.
// Control: nextStep without today ("12月2日前,镇上会联系您。" on the 3rd).
func TestNextPromisesNoDayThatHasPassed(t *testing.T) {
	t.Parallel()
	day := core.NewDate(2026, 12, 2)
	open := Case{State: CaseOpen, Routed: time.Now(), AcceptDue: day}
	filed := Case{State: CaseVisiting, DecideDue: day}
	for today, want := range map[core.Date]string{day: "12月2日", day + 1: "晚了"} {
		for name, got := range map[string]string{
			"contact": nextStep(open, nil, stage{today: today}),
			"visit":   nextStep(Case{State: CaseVisiting}, nil, stage{today: today, planned: day}),
			"answer":  nextStep(filed, []Claim{{State: ClaimAgreed}}, stage{today: today, done: true}),
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s on %s: %s", name, today, got)
			}
		}
	}
}
