package casefile

import (
	"slices"

	"lianou/core"
)

// ActName names what a person may do with a case or one of its claims.
type ActName string

// The acts, in the order a desk offers them.
const (
	ActAccept         ActName = "accept"
	ActEmergency      ActName = "emergency" // claim: pay first, papers later
	ActAddItem        ActName = "add_item"  // the household asks for one more
	ActDrop           ActName = "drop_item" // claim: the household does not want it
	ActSupplement     ActName = "ask_supplement"
	ActResume         ActName = "resume" // what was asked for is here
	ActReturn         ActName = "return"
	ActRelocate       ActName = "relocate"
	ActPlanVisit      ActName = "plan_visit"
	ActRecordVisit    ActName = "record_visit"
	ActSecondVisit    ActName = "confirm_visit"  // the other visitor, in a session of their own
	ActPropose        ActName = "propose"        // claim
	ActPublish        ActName = "publish_notice" // claim
	ActObject         ActName = "object"         // claim
	ActAnswer         ActName = "answer_objection"
	ActAppraise       ActName = "appraise"         // claim: what a meeting of neighbours said
	ActDecide         ActName = "decide"           // claim
	ActSendBack       ActName = "send_back"        // claim
	ActDeliver        ActName = "deliver"          // claim
	ActSecondDelivery ActName = "confirm_delivery" // claim: nobody could sign, and a second person made sure
	ActTakeBack       ActName = "not_arrived"      // claim: the household says that it did not get it
	ActReferResult    ActName = "refer_result"
	ActAppeal         ActName = "appeal"             // claim
	ActReview         ActName = "review_appeal"      // claim: an answer to an appeal about what was granted
	ActReviewDecide   ActName = "decide_appeal"      // claim: the second person's word on it
	ActUnsolved       ActName = "unsolved"           // claim: the household was told of the end, and it is not solved
	ActUnsolvedAnswer ActName = "answer_unsolved"    // claim: the word of the unit where that lies
	ActConference     ActName = "conference"         // 一事一议: call it
	ActInvite         ActName = "conference_invite"  // one more, another day or place
	ActMinutes        ActName = "conference_minutes" // what was said, voted and resolved, with the first signature
	ActConferenceRead ActName = "conference_read"    // found right by another who was there
	ActConferenceIn   ActName = "conference_end"     // the second signature
	ActConferenceOff  ActName = "conference_off"     // the county calls it off
	ActWithdraw       ActName = "withdraw"
	ActWeigh          ActName = "weigh" // two applications, or a name and a number, looked at

	ActChange        ActName = "change_benefit"  // claim: stop or change monthly money
	ActChangeDecide  ActName = "decide_change"   // claim: the second person's word on it
	ActReviewBenefit ActName = "periodic_review" // claim: what a periodic re-check comes to
	ActProposeCard   ActName = "propose_card"
	ActConfirmCard   ActName = "confirm_card"
	ActRejectCard    ActName = "reject_card"
	ActLookPapers    ActName = "look_papers"    // what came in after the application
	ActLookedUp      ActName = "looked_up"      // what a register of the city answers
	ActEndMandate    ActName = "end_mandate"    // somebody no longer acts for the household
	ActAuthorise     ActName = "means_word"     // somebody lets their income and property be asked after, or says no
	ActTakeWordBack  ActName = "means_withdraw" // and does not any more
	ActCheckMeans    ActName = "means_check"    // departments are asked about what a visit saw
	ActHandOver      ActName = "hand_over"      // from who is away to who stands in; offered with the leave and not in the case
	ActHandBack      ActName = "hand_back"      // who was away is back, and nothing was done
	ActAssign        ActName = "assign"         // into somebody's hands, by whoever looks after the township; offered with the list of what waits
)

// Act is one thing the actor may do. Why is "" when it may be done now; otherwise
// it says what is still missing, and the desk shows the act greyed with it.
type Act struct {
	Name  ActName
	Claim core.ClaimID // 0: about the whole case
	Why   string
}

// Situation is everything legality depends on, read under the case's lock.
type Situation struct {
	Case       Case
	Claims     []Claim
	Today      core.Date
	Planned    *Visit // still to come
	Unseconded *Visit // written down by one of the two, waits for the other
	Visited    bool
	Held       *Visit                          // the newest one, where facts of it wait for somebody's word
	Means      []MeansPerson                   // read with Held only
	Card       *Card                           // proposed, waits for a second person
	Visitors   []core.StaffID                  // of every visit
	Decided    map[core.ClaimID][]core.StaffID // who had a part in what an appeal asks about
	Parent     map[core.ItemCode]core.ItemCode // items that follow once another is granted
	NoticeTill map[core.ClaimID]core.Date
	Appraised  map[core.ClaimID]bool
	Heard      map[core.ClaimID]Heard // of different opinions on what is decided now
	Appeals    []Appeal
	Barred     map[core.ClaimID][]core.StaffID // who may have no part in an open appeal
	Kin        []core.StaffID
	Handed     map[core.ClaimID]Delivery // was not taken back
	Conference *Conference               // called, and not ended yet
	Changes    []Change
	Reviews    []Review   // periodic re-checks of money that runs
	Unsolved   []Unsolved // what the household says is not solved, oldest first
	Doubts     int        // what nobody has looked at yet
	Papers     int        // came in after the application, and nobody has looked at it
	Looks      int        // what a register answers, and nobody has looked up
	Agents     int        // who may act for the household
}

// errNotNow carries a reason why an act that belongs to the actor must wait.
func errNotNow(code, say string) *core.Error { return core.E(core.KindConflict, code, say) }

const notNow = core.KindConflict

// rule is who may do an act, and in which states of the case and of the claim.
// Empty claims: the act is about the case.
type rule struct {
	roles  []Role
	cases  []CaseState
	claims []ClaimState
	also   func(Situation, Claim, Actor) error
}

// decidedStates are those of a claim that was decided.
func decidedStates() []ClaimState {
	return []ClaimState{ClaimApproved, ClaimRefused, ClaimReferred, ClaimPaying, ClaimDelivering, ClaimTold, ClaimClosed}
}

func rules() map[ActName]rule {
	officer := []Role{RoleOfficer}
	second, meet := []Role{RoleApprover, RoleCounty, RolePayer}, []Role{RoleOfficer, RoleApprover, RoleCounty}
	atWork := []CaseState{CaseAccepted, CaseVisiting, CasePaidFirst}
	running := []CaseState{CaseAccepted, CaseVisiting, CaseSupplement, CasePaidFirst, CaseConference}
	any := append([]CaseState{CaseSettled}, running...)
	decided := decidedStates()
	return map[ActName]rule{
		ActAccept:         {officer, []CaseState{CaseOpen, CaseSupplement}, nil, mayAccept},
		ActEmergency:      {officer, []CaseState{CaseOpen, CaseAccepted, CaseVisiting}, []ClaimState{ClaimProposed, ClaimAgreed}, mayRush},
		ActAddItem:        {[]Role{RoleOfficer, RoleClerk}, []CaseState{CaseOpen, CaseSupplement, CaseAccepted, CaseVisiting, CasePaidFirst}, nil, nil},
		ActDrop:           {[]Role{RoleOfficer, RoleClerk, RoleApprover, RoleCounty}, running, []ClaimState{ClaimProposed, ClaimAgreed}, mayDrop},
		ActSupplement:     {officer, []CaseState{CaseOpen, CaseSupplement, CaseAccepted, CaseVisiting}, nil, nil},
		ActResume:         {officer, []CaseState{CaseSupplement}, nil, nil},
		ActReturn:         {officer, []CaseState{CaseOpen}, nil, mayReturn},
		ActRelocate:       {[]Role{RoleCounty, RoleCity}, []CaseState{CaseOpen, CaseReturned}, nil, nil},
		ActPlanVisit:      {[]Role{RoleOfficer, RoleCounty}, atWork, nil, mayPlan},
		ActRecordVisit:    {[]Role{RoleOfficer, RoleAssistant}, atWork, nil, mayRecord},
		ActSecondVisit:    {[]Role{RoleOfficer, RoleAssistant}, atWork, nil, maySecondVisit},
		ActPropose:        {[]Role{RoleOfficer, RoleCounty}, atWork, []ClaimState{ClaimAgreed}, mayPropose},
		ActAppraise:       {officer, running, []ClaimState{ClaimAgreed, ClaimObjected}, mayAppraise},
		ActPublish:        {[]Role{RoleOfficer, RoleApprover, RoleCounty}, running, []ClaimState{ClaimReviewed, ClaimNoticed}, mayPublish},
		ActObject:         {[]Role{RoleOfficer, RoleClerk, RoleAgent, RoleApprover, RoleCounty}, running, []ClaimState{ClaimNoticed, ClaimObjected}, nil},
		ActAnswer:         {[]Role{RoleOfficer, RoleCounty}, running, []ClaimState{ClaimObjected}, mayAnswer},
		ActDecide:         {[]Role{RoleApprover, RoleCounty}, running, []ClaimState{ClaimReviewed, ClaimNoticed}, mayDecide},
		ActSendBack:       {[]Role{RoleApprover, RoleCounty}, running, []ClaimState{ClaimReviewed, ClaimNoticed}, maySecond},
		ActDeliver:        {[]Role{RoleOfficer, RoleAssistant}, running, []ClaimState{ClaimDelivering}, mayDeliver},
		ActSecondDelivery: {[]Role{RoleOfficer, RoleAssistant, RoleClerk, RoleApprover, RoleCounty}, running, []ClaimState{ClaimDelivering}, maySecondDelivery},
		ActTakeBack:       {[]Role{RoleOfficer, RoleAssistant, RoleClerk, RoleApprover, RoleCounty}, any, []ClaimState{ClaimDelivering, ClaimTold, ClaimClosed}, mayTakeBack},
		ActReferResult:    {officer, any, []ClaimState{ClaimReferred, ClaimTold, ClaimClosed}, mayResult},
		ActAppeal:         {[]Role{RoleOfficer, RoleClerk, RoleAssistant, RoleAgent, RoleCounty}, any, append([]ClaimState{ClaimAgreed}, decided...), mayAppeal},
		ActReview:         {[]Role{RoleOfficer, RoleCounty}, any, decided, mayReview},
		ActReviewDecide:   {[]Role{RoleApprover, RoleCounty}, any, decided, maySecondReview},
		ActUnsolved:       {[]Role{RoleOfficer, RoleClerk, RoleAssistant, RoleAgent, RoleCounty}, any, decided, mayUnsolved},
		ActUnsolvedAnswer: {[]Role{RoleOfficer, RoleApprover, RoleCounty, RoleCity}, any, append([]ClaimState{ClaimProposed, ClaimAgreed, ClaimReviewed, ClaimNoticed, ClaimObjected, ClaimAppealed, ClaimWithdrawn}, decided...), mayAnswerUnsolved},
		ActConference:     {meet, atWork, nil, mayConfer},
		ActInvite:         {meet, []CaseState{CaseConference}, nil, mayInvite},
		ActMinutes:        {meet, []CaseState{CaseConference}, nil, mayMinute},
		ActConferenceRead: {meet, []CaseState{CaseConference}, nil, mayRead},
		ActConferenceIn:   {[]Role{RoleApprover, RoleCounty}, []CaseState{CaseConference}, nil, mayEndConference},
		ActConferenceOff:  {[]Role{RoleApprover, RoleCounty}, []CaseState{CaseConference}, nil, mayCallOff},
		ActWithdraw:       {[]Role{RoleOfficer, RoleClerk}, []CaseState{CaseOpen, CaseReturned, CaseSupplement, CaseAccepted, CaseVisiting}, nil, mayWithdraw},
		ActChange:         {[]Role{RoleOfficer, RoleCounty}, any, []ClaimState{ClaimPaying, ClaimTold, ClaimClosed}, mayChange},
		ActReviewBenefit:  {[]Role{RoleOfficer, RoleCounty}, any, []ClaimState{ClaimPaying, ClaimTold, ClaimClosed}, mayReviewBenefit},
		ActChangeDecide:   {[]Role{RoleApprover, RoleCounty}, any, []ClaimState{ClaimPaying, ClaimTold, ClaimClosed}, maySecondChange},
		ActWeigh:          {[]Role{RoleOfficer, RoleCounty}, append([]CaseState{CaseOpen, CaseReturned}, any...), nil, mayWeigh},
		ActLookPapers:     {officer, append([]CaseState{CaseOpen, CaseReturned, CaseWithdrawn}, any...), nil, mayLookPapers},
		ActLookedUp:       {officer, append([]CaseState{CaseOpen}, running...), nil, mayLookUp},
		ActEndMandate:     {officer, append([]CaseState{CaseOpen, CaseReturned, CaseWithdrawn}, any...), nil, mayEndMandate},
		ActAuthorise:      {[]Role{RoleOfficer, RoleClerk, RoleAssistant}, append([]CaseState{CaseOpen}, any...), nil, nil},
		ActTakeWordBack:   {[]Role{RoleOfficer, RoleClerk, RoleAssistant}, append([]CaseState{CaseOpen, CaseReturned, CaseWithdrawn}, any...), nil, nil},
		ActCheckMeans:     {[]Role{RoleOfficer, RoleAssistant}, any, nil, mayCheckMeans},
		ActHandOver:       {[]Role{RoleApprover, RoleCounty, RoleCity}, append([]CaseState{CaseOpen, CaseReturned}, running...), nil, nil},
		ActHandBack:       {[]Role{RoleOfficer, RoleAssistant, RoleApprover, RoleCounty, RoleCity}, append([]CaseState{CaseOpen, CaseReturned}, running...), nil, nil},
		ActAssign:         {[]Role{RoleApprover, RoleCounty}, append([]CaseState{CaseOpen}, running...), nil, nil},
		ActProposeCard:    {officer, append([]CaseState{CaseOpen}, any...), nil, nil},
		ActConfirmCard:    {second, append([]CaseState{CaseOpen}, any...), nil, maySecondCard},
		ActRejectCard:     {second, append([]CaseState{CaseOpen}, any...), nil, maySecondCard},
	}
}

// waits lists what must not happen over an application that nobody has looked at.
func waits() []ActName {
	return []ActName{ActEmergency, ActCheckMeans, ActPropose, ActPublish, ActDecide, ActDeliver, ActSecondDelivery, ActWithdraw}
}

// order is how a desk lists acts.
func order() []ActName {
	return []ActName{ActWeigh, ActLookPapers, ActLookedUp, ActAccept, ActEmergency, ActRecordVisit, ActSecondVisit, ActCheckMeans, ActConfirmCard, ActAppraise, ActPropose, ActPublish, ActDecide, ActReviewDecide, ActChangeDecide, ActSendBack, ActSecondDelivery, ActDeliver,
		ActAnswer, ActUnsolvedAnswer, ActReview, ActPlanVisit, ActAddItem, ActDrop, ActSupplement, ActResume, ActObject, ActReferResult, ActConference, ActMinutes, ActConferenceIn, ActConferenceRead, ActInvite, ActConferenceOff, ActReviewBenefit, ActChange, ActTakeBack, ActUnsolved, ActAppeal,
		ActProposeCard, ActRejectCard, ActAuthorise, ActTakeWordBack, ActEndMandate, ActRelocate, ActReturn, ActWithdraw}
}

// Rules are who may do what, made once for many questions about it.
type Rules struct{ of map[ActName]rule }

// NewRules makes the rules of every act.
func NewRules() Rules { return Rules{rules()} }

// Check says whether the actor may do the act now: nil, ErrNotYours, ErrMovedOn,
// ErrConflictOfInterest, ErrSamePerson, or a conflict that says what is missing.
// claim is the zero Claim for acts about the case.
func Check(s Situation, a Actor, act ActName, claim Claim) error {
	return NewRules().Check(s, a, act, claim)
}

// Check is the function Check.
func (all Rules) Check(s Situation, a Actor, act ActName, claim Claim) error {
	r, known := all.of[act]
	switch {
	case !known || a.Kind != "staff" || a.Staff == 0:
		return ErrNotYours
	case !a.Has(r.roles...) || !a.Covers(s.Case.Region):
		return ErrNotYours
	case !slices.Contains(r.cases, s.Case.State):
		return ErrMovedOn
	case len(r.claims) > 0 && !slices.Contains(r.claims, claim.State):
		return ErrMovedOn
	case slices.Contains(s.Kin, a.Staff):
		return ErrConflictOfInterest
	case s.Doubts > 0 && slices.Contains(waits(), act):
		return ErrDoubt
	}
	if r.also == nil {
		return nil
	}
	return r.also(s, claim, a)
}

// Acts lists what the actor may do, and what must wait with the reason. What does
// not belong to the actor or the state is left out.
func Acts(s Situation, a Actor) []Act {
	all := NewRules()
	var list []Act
	add := func(name ActName, claim Claim) {
		err := all.Check(s, a, name, claim)
		known := core.Known(err)
		switch {
		case err == nil:
			list = append(list, Act{Name: name, Claim: claim.ID})
		case known.Is(ErrConflictOfInterest), known.Is(ErrSamePerson), known.Kind == notNow && !known.Is(ErrMovedOn):
			list = append(list, Act{Name: name, Claim: claim.ID, Why: known.Say})
		}
	}
	for _, name := range order() {
		if len(all.of[name].claims) == 0 {
			add(name, Claim{})
			continue
		}
		for _, c := range s.Claims {
			add(name, c)
		}
	}
	return list
}
