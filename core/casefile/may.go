package casefile

import (
	"slices"

	"lianou/core"
	"lianou/core/mandate"
)

// mayAccept: once, because the statutory days run from it.
func mayAccept(s Situation, _ Claim, _ Actor) error {
	if !s.Case.Accepted.IsZero() {
		return ErrMovedOn
	}
	return routed(s)
}

func routed(s Situation) error {
	if s.Case.Routed.IsZero() {
		return errNotNow("not_routed", "还没派到镇上。")
	}
	return nil
}

// mayWeigh: at any time. Whoever files against a case that was accepted long ago
// would hold it up for ever otherwise. The county may too: of two records of a visit neither
// writer says which counts, and a township may have no other officer.
func mayWeigh(s Situation, _ Claim, _ Actor) error {
	if s.Doubts == 0 {
		return ErrMovedOn
	}
	return routed(s)
}

func mayLookPapers(s Situation, _ Claim, _ Actor) error {
	if s.Papers == 0 {
		return ErrMovedOn
	}
	return nil
}

// mayEndMandate: as long as somebody may act, also after the household's last word, for
// what they may see stays open to them.
func mayEndMandate(s Situation, _ Claim, _ Actor) error {
	if s.Agents == 0 {
		return mandate.ErrEnded
	}
	return nil
}

func mayReturn(s Situation, _ Claim, _ Actor) error {
	if s.Case.Returns >= MaxBounces {
		return ErrSettledBefore
	}
	return nil
}

// The items that may be given before their papers, and without a notice: temporary
// assistance in an emergency (急难型临时救助, 国发〔2014〕47号) and emergency relief after
// a disaster (自然灾害救助条例第14条). RushItem is what an urgent call asks for.
const (
	RushItem   core.ItemCode = "MZ-03"
	reliefItem core.ItemCode = "YJ-01"
)

func mayRush(s Situation, c Claim, a Actor) error {
	if c.Item != RushItem && c.Item != reliefItem {
		return ErrMovedOn
	}
	return anew(s, c, a)
}

func mayRecord(s Situation, _ Claim, a Actor) error {
	if s.Planned == nil {
		return ErrMovedOn
	}
	if a.Staff != s.Planned.First && a.Staff != s.Planned.Second {
		return core.E(core.KindForbidden, "not_visitor", "入户记录由去的两个人来写。")
	}
	return nil
}

var errUnseconded = errNotNow("visit_unseconded", "等第二人确认:另一位入户的人自己登录,看过记录再点确认。")

// maySecondVisit: what one visitor wrote down counts once the other has read it.
func maySecondVisit(s Situation, _ Claim, a Actor) error {
	v := s.Unseconded
	switch {
	case v == nil:
		return ErrMovedOn
	case a.Staff == v.RecordedBy:
		return errUnseconded
	case a.Staff != v.First && a.Staff != v.Second:
		return ErrNotYours
	}
	return nil
}

// mayPropose: the township's officer; after an appeal one who had no part before, and where
// the township has nobody else, the county.
func mayPropose(s Situation, c Claim, a Actor) error {
	_, again := s.OpenAppeal(c.ID)
	switch {
	case !again && !a.Has(RoleOfficer):
		return ErrNotYours
	case anew(s, c, a) != nil:
		return ErrSamePerson
	case s.Unseconded != nil:
		return errUnseconded
	case !s.Visited:
		return errNotNow("not_visited", "先入户,再提意见。")
	case c.Terms.Appraisal == appraiseAlways && !s.Appraised[c.ID]:
		return errNotNow("appraise_first", "先开会评议,再提意见。受理那天的办法这样定。")
	}
	return nil
}

// mayPublish: the officer hangs the notice of an opinion. Where the law of the claim's
// day asks for another one (再次公示), it is for whoever will decide, once the first is over.
func mayPublish(s Situation, c Claim, a Actor) error {
	if c.NoticeDays == 0 || c.Proposal != ProposeApprove || c.Emergency {
		return ErrMovedOn
	}
	if c.State == ClaimReviewed {
		if !a.Has(RoleOfficer) {
			return ErrNotYours
		}
		return nil
	}
	till := s.NoticeTill[c.ID]
	if !c.Terms.Twice() || c.NoticeNth != 1 || !c.NoticeOver || till.IsZero() || s.Today <= till {
		return ErrMovedOn
	}
	return maySecond(s, c, a)
}

// mayDecide holds the second person to level, notice and distance.
func mayDecide(s Situation, c Claim, a Actor) error {
	if err := maySecond(s, c, a); err != nil {
		return err
	}
	if slices.Contains(s.Heard[c.ID].Answered, a.Staff) {
		return ErrSamePerson
	}
	if s.Unseconded != nil {
		return errUnseconded
	}
	if parent := s.Waits(c); parent.ID != 0 && c.Proposal == ProposeApprove {
		return errNotNow("parent_first", "要等「"+parent.Everyday+"」先定。")
	}
	needsNotice := c.NoticeDays > 0 && c.Proposal == ProposeApprove && !c.Emergency
	if !needsNotice {
		return nil
	}
	if c.State == ClaimReviewed {
		return errNotNow("notice_first", "这一项要先公示,还没贴出去。")
	}
	if till := s.NoticeTill[c.ID]; till.IsZero() || s.Today <= till {
		return errNotNow("notice_runs", "公示到"+till.Say()+",第二天才能定。")
	}
	if c.Terms.Twice() && c.NoticeNth < 2 {
		return errNotNow("notice_again", "镇上公示完了,定之前还要再公示一次。受理那天的办法这样定。")
	}
	return nil
}

// Waits gives the claim that c follows while that is still to be decided; the zero
// Claim when there is none.
func (s Situation) Waits(c Claim) Claim {
	for _, parent := range s.Claims {
		if parent.Item != s.Parent[c.Item] || parent.Granted() {
			continue
		}
		switch parent.State {
		case ClaimProposed, ClaimRefused, ClaimTold, ClaimClosed, ClaimWithdrawn:
		default:
			return parent
		}
	}
	return Claim{}
}

// Follows reports whether an approval of c would hang on a grant that is not there
// (从属事项): what it follows was refused, dropped or never asked for.
func (s Situation) Follows(c Claim) bool {
	first, follows := s.Parent[c.Item]
	return follows && !slices.ContainsFunc(s.Claims, func(p Claim) bool { return p.Item == first && p.Granted() })
}

// mayAnswer: a different opinion is looked into by somebody who did not propose what hangs
// there, did not write the opinion down, and is not barred by an appeal.
func mayAnswer(s Situation, c Claim, a Actor) error {
	if a.Staff == c.Proposer || slices.Contains(s.Heard[c.ID].Took, a.Staff) {
		return ErrSamePerson
	}
	return anew(s, c, a)
}

// maySecond: decided at the item's level, by nobody who wrote the application
// down, visited, proposed or decided before. After an appeal the county may decide
// too: a township may have no other approver.
func maySecond(s Situation, c Claim, a Actor) error {
	if s.Lifted(c.ID) {
		c.Decides = "county"
	}
	if err := apart(s, c, a); err != nil {
		return err
	}
	return anew(s, c, a)
}

// apart is maySecond as if no appeal were open.
func apart(s Situation, c Claim, a Actor) error {
	level := RoleApprover
	if c.Decides == "county" {
		level = RoleCounty
	}
	if !a.Has(level) && (len(s.Decided[c.ID]) == 0 || !a.Has(RoleCounty)) {
		return ErrNotYours
	}
	if a.Staff == c.Proposer || slices.Contains(s.Decided[c.ID], a.Staff) || a.Staff == s.Case.EnteredBy || slices.Contains(s.Visitors, a.Staff) {
		return ErrSamePerson
	}
	return nil
}

func mayResult(_ Situation, c Claim, _ Actor) error {
	if c.Proposal != ProposeRefer || c.Result != "" {
		return ErrMovedOn
	}
	return nil
}

// mayWithdraw: not over an appeal, which two people take back on its item first, nor over what the
// household says is not solved.
func mayWithdraw(s Situation, _ Claim, _ Actor) error {
	if _, open := s.OpenUnsolved(); open {
		return errNotNow("unsolved_open_first", "本人说没有解决的还没答复,先答复。")
	}
	if s.Asks() {
		return errNotNow("appeal_open", "有一项本人说不对,正在重新看。真不要了,先由两位没经手过的同志在那一项上点“家里不办”。")
	}
	for _, c := range s.Claims {
		switch c.State {
		case ClaimProposed, ClaimAgreed, ClaimWithdrawn:
		default:
			return ErrMovedOn
		}
	}
	return nil
}
