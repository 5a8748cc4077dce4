package wording

// Status is one of the closed set of status words a citizen and an officer both
// see. The value is stable and goes into databases and APIs.
type Status string

// The status words, in the order a request usually meets them.
const (
	StatusReceived  Status = "received"
	StatusRouted    Status = "routed"   // detail: the township
	StatusAccepted  Status = "accepted" // legal time limits run from this day
	StatusReviewing Status = "reviewing"
	StatusAskOne    Status = "ask_one"
	StatusPapersIn  Status = "papers_in" // what was asked for came, and nobody has looked at it
	StatusVisitSet  Status = "visit_set"
	StatusVisited   Status = "visited"
	StatusPublished Status = "published"
	StatusApproved  Status = "approved"
	StatusRefused   Status = "refused" // detail: the reason
	StatusSent      Status = "money_sent"
	StatusPaid      Status = "money_paid"
	StatusRunning   Status = "running"        // paid every month from here on
	StatusReturned  Status = "money_returned" // bring the card to the township
	StatusReferred  Status = "referred"       // detail: the body it went to
	StatusChanged   Status = "changed"        // detail: the reason
	StatusWithdrawn Status = "withdrawn"
	StatusClosed    Status = "closed"
)

// Statuses lists every status in the order of the constants.
func Statuses() []Status {
	return []Status{
		StatusReceived, StatusRouted, StatusAccepted, StatusReviewing, StatusAskOne, StatusPapersIn,
		StatusVisitSet, StatusVisited, StatusPublished, StatusApproved, StatusRefused, StatusSent, StatusPaid, StatusRunning,
		StatusReturned, StatusReferred, StatusChanged, StatusWithdrawn, StatusClosed,
	}
}

// Word is the bare status word, or "" for what is no Status.
func (s Status) Word() string {
	switch s {
	case StatusReceived:
		return "已收到"
	case StatusRouted:
		return "已派到"
	case StatusAccepted:
		return "已受理"
	case StatusReviewing:
		return "有人在看"
	case StatusAskOne:
		return "要补一样"
	case StatusPapersIn:
		return "材料已到"
	case StatusVisitSet:
		return "约好上门"
	case StatusVisited:
		return "已上门"
	case StatusPublished:
		return "公示中"
	case StatusApproved:
		return "已批准"
	case StatusRefused:
		return "没办成"
	case StatusSent:
		return "钱已发出"
	case StatusPaid:
		return "钱已到账"
	case StatusRunning:
		return "每月发着"
	case StatusReturned:
		return "没发成功"
	case StatusReferred:
		return "已转给"
	case StatusChanged:
		return "已调整或停发"
	case StatusWithdrawn:
		return "已撤回"
	case StatusClosed:
		return "已结束"
	}
	return ""
}

// Say is the status with what belongs in its brackets: the township after 已派到,
// the body after 已转给, the reason after 没办成 and 已调整或停发. Other statuses take
// no detail and leave it out; 已受理, 材料已到 and 没发成功 always carry their own.
func (s Status) Say(detail string) string {
	switch s {
	case StatusAccepted:
		return s.Word() + "(从这天算期限)"
	case StatusPapersIn:
		return s.Word() + ",等镇里看"
	case StatusReturned:
		return s.Word() + "(带卡到镇上核对)"
	case StatusRouted, StatusReferred:
		return s.Word() + detail
	case StatusRefused, StatusChanged:
		if detail != "" {
			return s.Word() + "(" + detail + ")"
		}
	}
	return s.Word()
}

// Formal is the word letters add in brackets, or "" where there is none.
func (s Status) Formal() string {
	switch s {
	case StatusApproved:
		return "确认同意"
	case StatusRefused:
		return "不予确认"
	case StatusChanged:
		return "停发"
	}
	return ""
}
