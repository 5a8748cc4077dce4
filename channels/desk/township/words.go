package township

import (
	"fmt"
	"html/template"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/wording"
)

// Words are the formatting functions of this room's templates.
func (t *Room) Words() template.FuncMap {
	return template.FuncMap{
		"claimtone":    claimTone,
		"clockof":      clockOf,
		"appraisal":    func(when string) string { return appraisals[when] },
		"decides":      func(d string) string { return deciders[d] },
		"proposal":     func(o casefile.Outcome) string { return outcomes[o] },
		"outcome":      func(o casefile.Outcome) string { return outcomes[o] },
		"per":          func(p string) string { return periods[p] },
		"deadline":     func(k casefile.DeadlineKind) string { return deadlines[k] },
		"identity":     func(i casefile.Identity) string { return identities[i] },
		"actword":      func(n casefile.ActName) string { return acts[n] },
		"doubtword":    func(k casefile.DoubtKind) string { return doubtWords[k][0] },
		"month":        payout.SayMonth,
		"reviewed":     func(outcome string) string { return reviewOutcomes[outcome] },
		"changeword":   func(s casefile.ChangeState) string { return changeWords[s] },
		"changetone":   func(s casefile.ChangeState) string { return changeTones[s] },
		"claimname":    func(v casefile.View, id core.ClaimID) string { return claimIn(v, id).Name },
		"appealword":   appealWord,
		"unsolvedword": func(s casefile.UnsolvedState) string { return unsolvedWords[s] },
		"outcomeword":  func(o string) string { return appealOutcomes[o] },
		"claimsample":  func(v casefile.View, id core.ClaimID) bool { return claimIn(v, id).Sample },
		"town":         t.townOf,
		"casestate":    func(s casefile.CaseState) string { return caseWords[s] },
		"stack":        stack,
		"door":         doorOf, "agreed": agreedOf, "saidyes": saidYes,
		"conferred": conferred, "conferrable": conferrable, "few": few, "roundly": roundly, "seats": func() []int { return []int{1, 2, 3} },
		"lookat": lookAt, "receiver": receiver,
		"pictures": func(list []paper) (n int) {
			for _, p := range list {
				if p.Kind != "sound" {
					n++
				}
			}
			return n
		},
		"cause": func(c string) string { return causes[c] },
		"staff": func(names map[core.StaffID]string, id core.StaffID) string {
			if n := names[id]; n != "" {
				return n
			}
			return fmt.Sprintf("%d 号", id)
		},
	}
}

// claimIn is a claim of a case, the zero one for another case's.
func claimIn(v casefile.View, id core.ClaimID) casefile.Claim {
	for _, c := range v.Claims {
		if c.ID == id {
			return c
		}
	}
	return casefile.Claim{}
}

// clockOf is what fixes the day of a claim's decision.
func clockOf(v casefile.View, id core.ClaimID) string {
	for _, d := range v.Deadlines {
		if d.Claim == id && d.Kind == casefile.DeadlineDecide {
			return d.Due.Say() + "前," + d.Law
		}
	}
	return claimIn(v, id).Terms.Law
}

// AppraisedOf are the meetings on one claim.
func (p casePage) AppraisedOf(id core.ClaimID) (list []casefile.Appraisal) {
	for _, a := range p.View.Appraisals {
		if a.Claim == id {
			list = append(list, a)
		}
	}
	return list
}

var (
	appraisals = map[string]string{"always": "每一件都要", "disputed": "有争议的才要", "none": "不用"}
	deciders   = map[string]string{"township": "镇里定", "county": "县里定", "outside": "外单位定"}
	outcomes   = map[casefile.Outcome]string{
		casefile.ProposeApprove: "意见:同意", casefile.ProposeRefuse: "意见:不同意", casefile.ProposeRefer: "意见:转办",
		casefile.Approved: "确认同意", casefile.Refused: "不予确认", casefile.Referred: "已转办",
	}
	periods   = map[string]string{"month": "/月", "year": "/年", "term": "/学期", "season": "/季", "once": ",一次"}
	deadlines = map[casefile.DeadlineKind]string{casefile.DeadlineAccept: "受理", casefile.DeadlineSurvey: "调查", casefile.DeadlineVisit: "入户", casefile.DeadlineDecide: "作出决定",
		casefile.DeadlinePapers: "补齐材料", casefile.DeadlineSupplement: "补来材料", casefile.DeadlineDeliver: "交付",
		casefile.DeadlineTell: "当面告诉本人", casefile.DeadlineCard: "核对退回的钱的卡", casefile.DeadlineConference: "一事一议", casefile.DeadlineLookup: "查部门的记录", casefile.DeadlineReview: "定期复核", casefile.DeadlineUnsolved: "答复没有解决的", casefile.DeadlineAsk: "问钱到没到", casefile.DeadlineMatter: "查对不上的钱"}
	identities = map[casefile.Identity]string{casefile.IdentityPending: "还在核", casefile.IdentityMatch: "一致", casefile.IdentityMismatch: "不一致,请当面看证件",
		casefile.IdentityNotFound: "没有查到,请带户口本核", casefile.IdentityUnavailable: "对方系统暂时不通,不影响办理"}
	// causes are what made the newest version of the facts.
	causes = map[string]string{"application": "按申请和登记", "visit": "入户后", "supplement": "补材料后", "lookup": "查部门记录后", "decision": "批准后"}
	acts   = map[casefile.ActName]string{
		casefile.ActAccept: "受理", casefile.ActEmergency: "急难:先救后补", casefile.ActSupplement: "一次说清还缺什么", casefile.ActResume: "补齐了,接着办", casefile.ActLookPapers: "看过了", casefile.ActLookedUp: "登记查到的", casefile.ActEndMandate: "结束代办",
		casefile.ActAuthorise: "登记核对授权", casefile.ActTakeWordBack: "撤回核对授权", casefile.ActCheckMeans: "问部门核对收入财产",
		casefile.ActReturn: "退回县里(要写依据)", casefile.ActRelocate: "派到镇上", casefile.ActPlanVisit: "改入户的人或日子", casefile.ActAddItem: "本人还要报一项", casefile.ActDrop: "家里不办这一项", casefile.ActRecordVisit: "写入户记录",
		casefile.ActPropose: "提意见", casefile.ActPublish: "张贴公示", casefile.ActAppraise: "登记民主评议", casefile.ActObject: "登记不同意见", casefile.ActAnswer: "答复不同意见",
		casefile.ActDecide: "作出决定", casefile.ActSendBack: "退给经办再核", casefile.ActDeliver: "登记交付", casefile.ActSecondDelivery: "确认交付", casefile.ActTakeBack: "家里说没收到", casefile.ActReferResult: "登记对方答复",
		casefile.ActAppeal: "本人说不对,换人重新看", casefile.ActReview: "复核提答复", casefile.ActUnsolved: "本人说没有解决", casefile.ActUnsolvedAnswer: "答复没有解决的", casefile.ActReviewDecide: "定复核的答复", casefile.ActConference: "提请一事一议", casefile.ActInvite: "改会期、加人", casefile.ActMinutes: "写会议记录", casefile.ActConferenceRead: "核对会议记录", casefile.ActConferenceIn: "签会议记录", casefile.ActConferenceOff: "不开了", casefile.ActWithdraw: "本人撤回",
		casefile.ActChange: "变更或停发", casefile.ActReviewBenefit: "定期复核", casefile.ActChangeDecide: "定变更",
		casefile.ActWeigh:       "核对两份申请",
		casefile.ActSecondVisit: "确认入户记录", casefile.ActProposeCard: "登记新卡", casefile.ActConfirmCard: "核对新卡", casefile.ActRejectCard: "新卡不对,不换",
	}
	changeWords = map[casefile.ChangeState]string{casefile.ChangeProposed: "等第二人定", casefile.ChangeApproved: "已生效", casefile.ChangeRejected: "没有同意"}
	changeTones = map[casefile.ChangeState]string{casefile.ChangeProposed: "amber", casefile.ChangeApproved: "leaf"}
	// caseWords say to another township how far a case is, and nothing of what for.
	caseWords = map[casefile.CaseState]string{
		casefile.CaseOpen: "等受理", casefile.CaseReturned: "等改派", casefile.CaseSupplement: "等补材料", casefile.CaseAccepted: "正在办", casefile.CaseVisiting: "正在办",
		casefile.CasePaidFirst: "正在办", casefile.CaseConference: "正在办", casefile.CaseSettled: "已办完", casefile.CaseWithdrawn: "已撤回",
	}
	claimWords = map[casefile.ClaimState]string{
		casefile.ClaimProposed: "看来能办", casefile.ClaimAgreed: "已受理", casefile.ClaimReviewed: "等第二人定", casefile.ClaimNoticed: "公示中", casefile.ClaimObjected: "有不同意见",
		casefile.ClaimApproved: "已批准", casefile.ClaimRefused: "没办成", casefile.ClaimPaying: "等发钱", casefile.ClaimDelivering: "等交付", casefile.ClaimReferred: "已转给",
		casefile.ClaimAppealed: "在复核", casefile.ClaimTold: "已告诉本人", casefile.ClaimClosed: "已结束", casefile.ClaimWithdrawn: "已撤回",
	}
)

// townOf names the township of another case; at a county's sorting desk it is the county.
func (t *Room) townOf(b casefile.Beyond) string {
	if b.Town != "" {
		return b.Town
	}
	return t.d.Regions.FullName(b.Region.County())
}

// waitsForCounty reports whether a claim is proposed and the county's to decide.
func waitsForCounty(c casefile.Claim) bool {
	return c.Decides == "county" && (c.State == casefile.ClaimReviewed || c.State == casefile.ClaimNoticed)
}

// claimWord is the word for where a claim stands; for money it says how far.
func claimWord(c casefile.Claim) string {
	switch {
	case c.State == casefile.ClaimReviewed && c.NoticeDays > 0 && c.Proposal == casefile.ProposeApprove:
		return "等张贴公示"
	case c.State == casefile.ClaimReviewed && waitsForCounty(c):
		return "等县里定"
	case c.State == casefile.ClaimDelivering && !c.Delivered.IsZero():
		return "交到了,在告诉家里"
	case c.State == casefile.ClaimAgreed && c.Proposer != 0:
		return "退回来了,再提意见"
	}
	if c.State == casefile.ClaimPaying {
		switch c.Money {
		case casefile.MoneySent:
			return "钱已发出"
		case casefile.MoneyReturned:
			return "银行退回"
		case casefile.MoneyPaid:
			return "钱已到账"
		}
	}
	switch {
	case neverFiled(c):
		return "没报"
	case c.Runs():
		return wording.StatusRunning.Word()
	}
	return claimWords[c.State]
}

// neverFiled reports whether an item was offered and not asked for: nobody took it back.
func neverFiled(c casefile.Claim) bool { return c.State == casefile.ClaimWithdrawn && c.AgreedBy == 0 }

func claimTone(c casefile.Claim) string {
	if c.State == casefile.ClaimPaying && c.Money == casefile.MoneyReturned {
		return "red"
	}
	switch c.State {
	case casefile.ClaimApproved, casefile.ClaimPaying, casefile.ClaimTold, casefile.ClaimClosed, casefile.ClaimDelivering:
		return "leaf"
	case casefile.ClaimRefused, casefile.ClaimObjected:
		return "red"
	case casefile.ClaimReviewed:
		return "petal"
	case casefile.ClaimNoticed, casefile.ClaimAgreed, casefile.ClaimAppealed:
		return "amber"
	}
	return ""
}

// stack draws the index of a case.
func stack(i casefile.Index) []desk.IndexBar { return desk.StackIndex(i.Low, i.High, i.Parts) }
