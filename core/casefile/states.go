package casefile

import "lianou/core"

// CaseState is where a case stands (design.md 5).
type CaseState string

// The states of a case.
const (
	CaseOpen       CaseState = "open"
	CaseAccepted   CaseState = "accepted"
	CaseReturned   CaseState = "returned"
	CaseSupplement CaseState = "supplement_asked"
	CaseVisiting   CaseState = "visiting"
	CasePaidFirst  CaseState = "paid_pending_papers" // emergency: paid, the papers follow
	CaseConference CaseState = "conference"          // 一事一议
	CaseSettled    CaseState = "settled"
	CaseWithdrawn  CaseState = "withdrawn"
)

// Closed reports whether the household may have another open case.
func (s CaseState) Closed() bool { return s == CaseSettled || s == CaseWithdrawn }

// ClaimState is where one item of a case stands.
type ClaimState string

// The states of a claim. Approved and Refused are the two decisions.
const (
	ClaimProposed   ClaimState = "proposed"
	ClaimAgreed     ClaimState = "agreed"
	ClaimReviewed   ClaimState = "reviewed"
	ClaimNoticed    ClaimState = "noticed"
	ClaimObjected   ClaimState = "objected"
	ClaimApproved   ClaimState = "approved"
	ClaimRefused    ClaimState = "refused"
	ClaimPaying     ClaimState = "paying"
	ClaimDelivering ClaimState = "delivering"
	ClaimReferred   ClaimState = "referred"
	ClaimAppealed   ClaimState = "appealed"
	ClaimTold       ClaimState = "told"
	ClaimClosed     ClaimState = "closed"
	ClaimWithdrawn  ClaimState = "withdrawn"
)

// Granted reports whether the claim was approved, however far its money or thing is.
func (c Claim) Granted() bool {
	switch c.State {
	case ClaimApproved, ClaimPaying, ClaimDelivering, ClaimTold, ClaimClosed:
		return c.Proposal == ProposeApprove
	}
	return false
}

// Done reports whether nothing more is to be done for the claim.
func (s ClaimState) Done() bool { return s == ClaimClosed || s == ClaimWithdrawn }

// ApplicationState is where one request stands on its way to the township.
type ApplicationState string

// The states of an application. Linked means that it joined a case that was
// already open; its receipt stays valid (F32).
const (
	ApplicationReceived        ApplicationState = "received"
	ApplicationIdentityPending ApplicationState = "identity_pending"
	ApplicationIdentified      ApplicationState = "identified"
	ApplicationAssessed        ApplicationState = "assessed"
	ApplicationRouted          ApplicationState = "routed"
	ApplicationLinked          ApplicationState = "linked"
	ApplicationContested       ApplicationState = "contested" // beside a case, until a person has looked at both
	ApplicationSetAside        ApplicationState = "set_aside" // not the household's own, said a person
)

// Identity is the answer of the real-name check as the case carries it; the
// checks themselves are core/realname's.
type Identity string

// The four outcomes of design.md 4, and the time before the first of them.
const (
	IdentityPending     Identity = "pending"
	IdentityMatch       Identity = "match"
	IdentityMismatch    Identity = "mismatch"
	IdentityNotFound    Identity = "not_found"
	IdentityUnavailable Identity = "unavailable"
)

// edges maps a state to the states that may follow; "" is birth.
type edges map[string][]string

// The graphs are the same rows as table case_transition; a test holds the
// two equal. Here they give a person a sentence instead of a database error.
func caseEdges() edges {
	return edges{
		"":                    {"open"},
		"open":                {"accepted", "returned", "supplement_asked", "withdrawn"},
		"returned":            {"open", "withdrawn"},
		"supplement_asked":    {"open", "accepted", "visiting", "withdrawn"},
		"accepted":            {"visiting", "supplement_asked", "paid_pending_papers", "conference", "settled", "withdrawn"},
		"visiting":            {"supplement_asked", "paid_pending_papers", "conference", "settled", "withdrawn"},
		"paid_pending_papers": {"visiting", "conference"},
		"conference":          {"visiting", "settled"},
		"settled":             {"visiting"},
		"withdrawn":           {"open"}, // it lay with another case of the same person, and they are two
	}
}

func claimEdges() edges {
	return edges{
		"":           {"proposed"},
		"proposed":   {"agreed", "withdrawn"},
		"agreed":     {"reviewed", "withdrawn"},
		"reviewed":   {"agreed", "noticed", "approved", "refused", "referred"},
		"noticed":    {"objected", "agreed", "approved", "refused", "referred"},
		"objected":   {"noticed", "agreed"},
		"approved":   {"paying", "delivering"},
		"paying":     {"told"},
		"delivering": {"told"},
		"referred":   {"told", "appealed"},
		"refused":    {"told", "appealed"},
		"told":       {"closed", "appealed", "delivering"}, // it did not arrive
		"closed":     {"appealed", "delivering"},
		"appealed":   {"agreed", "told"},
		"withdrawn":  {"proposed"}, // asked for after all
	}
}

func applicationEdges() edges {
	return edges{
		"":                 {"received"},
		"received":         {"identity_pending", "identified", "linked", "contested"},
		"identity_pending": {"identified", "assessed"},
		"identified":       {"assessed"},
		"assessed":         {"routed"},
		"routed":           {"set_aside", "linked", "contested"}, // the register found two rows to be one person
		"linked":           {"set_aside", "routed"},
		"contested":        {"linked", "set_aside", "received", "routed"},
		"set_aside":        {},
	}
}

func appealEdges() edges {
	return edges{
		"":          {"open"},
		"open":      {"proposed", "answered", "withdrawn"},
		"proposed":  {"open", "answered", "withdrawn"},
		"answered":  {},
		"withdrawn": {},
	}
}

// allows reports whether the graph has the step.
func (e edges) allows(from, to string) bool {
	for _, next := range e[from] {
		if next == to {
			return true
		}
	}
	return false
}

// ErrMovedOn is the answer to an act that the present state does not allow: most
// often a colleague was faster.
var ErrMovedOn = core.E(core.KindConflict, "case_moved_on", "这件事已经有人往前办了,请刷新后再看。")

// ErrConflictOfInterest is the answer to a member of staff who is kin of the
// household (F60).
var ErrConflictOfInterest = core.E(core.KindForbidden, "kin", "您和这户人家有亲属登记,这件事要由别人办。")

// ErrSamePerson is the answer to somebody who would approve what they proposed,
// wrote down or went to see.
var ErrSamePerson = core.E(core.KindForbidden, "same_person", "这件事您经手过,要由另一位同事来定。")

// ErrNotYours is the answer to somebody whose role or area does not reach.
var ErrNotYours = core.E(core.KindForbidden, "not_yours", "这件事不归您办。")
