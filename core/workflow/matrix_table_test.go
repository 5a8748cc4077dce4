package workflow_test

import (
	"slices"
	"strings"
)

// duty is one row of the one table of who may do what in casework (security.md P16, 谁审批谁负责):
// an act, the roles that may do it, the situations it may be done in, and whom it may not follow
// or is kept for. Words are set apart by spaces. What no row names is refused.
type duty struct {
	act    string
	roles  string
	when   string // of situations(): names, "calm", "asked" and "any", and what is taken off with a minus
	cases  string // states of the case
	claims string // states of the claim, "" for whatever they are
	not    string // who did one of these steps before may not
	only   string // nobody else may
}

// duties is the table. The order is that of a case's life.
func duties() []duty {
	// Groups of states, written out here on purpose: what somebody adds to a rule is to stand in two
	// places. apart are those who do not decide: who wrote it down, proposed it, or went to see.
	const (
		atWork  = "accepted visiting paid_pending_papers"
		running = atWork + " supplement_asked conference"
		after   = running + " settled"
		early   = "open supplement_asked accepted visiting"
		whole   = "open returned " + after
		everand = whole + " withdrawn"
		decided = "approved refused referred paying delivering told closed"
		open    = "proposed agreed reviewed noticed objected"
		desk    = "officer approver county"
		hands   = "officer assistant"
		all5    = "officer assistant clerk approver county"
		apart   = "entered proposer recorder visitor"
	)
	return []duty{
		{act: "accept", roles: "officer", when: "any -accepted", cases: "open supplement_asked"},
		{act: "add_item", roles: "officer clerk", when: "any", cases: early + " paid_pending_papers"},
		{act: "ask_supplement", roles: "officer", when: "any", cases: early},
		{act: "resume", roles: "officer", when: "any", cases: "supplement_asked"},
		{act: "return", roles: "officer", when: "any -bounced", cases: "open"},
		{act: "relocate", roles: "county city", when: "any", cases: "open returned"},
		{act: "withdraw", roles: "officer clerk", when: "calm -doubt -undone -climbed -topmost", cases: early + " returned", claims: "proposed agreed withdrawn"},
		{act: "emergency", roles: "officer", when: "any -doubt", cases: "open accepted visiting", claims: "proposed agreed", not: "barred"},
		{act: "drop_item", roles: "officer clerk", when: "calm", cases: running, claims: "proposed agreed"},
		{act: "drop_item", roles: desk + " clerk", when: "asked", cases: running, claims: "proposed agreed", not: "barred back"},

		{act: "plan_visit", roles: "officer", when: "any", cases: atWork},
		{act: "plan_visit", roles: "county", when: "moved", cases: atWork},
		{act: "record_visit", roles: hands, when: "any", cases: atWork, only: "recorder visitor"},
		{act: "confirm_visit", roles: hands, when: "recorded", cases: atWork, only: "visitor"},
		{act: "means_word", roles: hands + " clerk", when: "any", cases: "open " + after},
		{act: "means_withdraw", roles: hands + " clerk", when: "any", cases: everand},
		{act: "means_check", roles: hands, when: "any -doubt", cases: after, only: "recorder visitor"},

		{act: "propose", roles: "officer", when: "calm -doubt -recorded -unseen -appraise", cases: atWork, claims: "agreed"},
		{act: "propose", roles: "officer county", when: "asked", cases: atWork, claims: "agreed", not: "barred"},
		{act: "appraise", roles: "officer", when: "appraise", cases: running, claims: "agreed objected"},
		{act: "publish_notice", roles: "officer", when: "any -doubt -refuse -refer", cases: running, claims: "reviewed"},
		{act: "publish_notice", roles: "approver", when: "twice", cases: running, claims: "noticed", not: apart},
		{act: "object", roles: desk + " clerk agent", when: "any", cases: running, claims: "noticed objected"},
		{act: "answer_objection", roles: "officer county", when: "any", cases: running, claims: "objected", not: "proposer took barred"},

		{act: "decide", roles: "approver", when: "calm -doubt -recorded -county -twice", cases: running, claims: "noticed", not: apart + " answered"},
		{act: "decide", roles: "approver", when: "refuse refer", cases: running, claims: "reviewed", not: apart + " answered"},
		{act: "decide", roles: "county", when: "county", cases: running, claims: "noticed", not: apart + " answered"},
		{act: "decide", roles: "approver county", when: "again", cases: running, claims: "noticed", not: apart + " answered earlier barred"},
		{act: "decide", roles: "county", when: "third", cases: running, claims: "noticed", not: apart + " answered earlier barred"},
		{act: "decide", roles: "approver", when: "asked -again -third", cases: running, claims: "noticed", not: apart + " answered barred"},
		{act: "send_back", roles: "approver", when: "calm -county", cases: running, claims: "reviewed noticed", not: apart},
		{act: "send_back", roles: "county", when: "county", cases: running, claims: "reviewed noticed", not: apart},
		{act: "send_back", roles: "approver county", when: "again", cases: running, claims: "reviewed noticed", not: apart + " earlier barred"},
		{act: "send_back", roles: "county", when: "third", cases: running, claims: "reviewed noticed", not: apart + " earlier barred"},
		{act: "send_back", roles: "approver", when: "asked -again -third", cases: running, claims: "reviewed noticed", not: apart + " barred"},

		{act: "deliver", roles: hands, when: "any -doubt -handed", cases: running, claims: "delivering"},
		{act: "confirm_delivery", roles: all5, when: "handed", cases: running, claims: "delivering", not: "handed"},
		{act: "not_arrived", roles: all5, when: "handed", cases: after, claims: "delivering told closed"},
		{act: "refer_result", roles: "officer", when: "refer", cases: after, claims: "referred told closed"},

		{act: "appeal", roles: "officer clerk assistant agent county", when: "calm", cases: after, claims: decided},
		{act: "appeal", roles: "officer clerk assistant agent county", when: "back", cases: after, claims: "agreed " + decided},
		{act: "review_appeal", roles: "officer county", when: "grant", cases: after, claims: decided, not: "barred"},
		{act: "decide_appeal", roles: "approver county", when: "answer", cases: after, claims: decided, not: "entered recorder visitor reviewer barred"},
		{act: "decide_appeal", roles: "county", when: "above", cases: after, claims: decided, not: "entered recorder visitor reviewer barred"},
		{act: "change_benefit", roles: "officer", when: "calm -refuse -refer -change -more", cases: after, claims: "paying told closed"},
		{act: "change_benefit", roles: "officer county", when: "asked -stop", cases: after, claims: "paying told closed"},
		{act: "decide_change", roles: "approver", when: "change", cases: after, claims: "paying told closed", not: "entered recorder visitor changer"},
		{act: "decide_change", roles: "county", when: "more", cases: after, claims: "paying told closed", not: "entered recorder visitor changer"},
		{act: "decide_change", roles: "approver county", when: "stop", cases: after, claims: "paying told closed", not: "entered recorder visitor changer"},

		{act: "unsolved", roles: "officer clerk assistant agent county", when: "any -undone -climbed -topmost", cases: after, claims: decided},
		{act: "answer_unsolved", roles: "officer approver", when: "undone", cases: after, not: "replied noted"},
		{act: "answer_unsolved", roles: "county", when: "climbed", cases: after, not: "replied noted"},
		{act: "answer_unsolved", roles: "city", when: "topmost", cases: after, not: "noted"},

		{act: "conference", roles: desk, when: "any", cases: atWork, claims: open, not: "barred"},
		{act: "conference_invite", roles: desk, when: "meeting", cases: "conference"},
		{act: "conference_minutes", roles: desk, when: "meeting minuted unread beyond off", cases: "conference", only: "writer was reader"},
		{act: "conference_read", roles: desk, when: "unread", cases: "conference", only: "reader"},
		{act: "conference_end", roles: "approver county", when: "minuted off", cases: "conference", only: "was reader"},
		{act: "conference_end", roles: "approver county", when: "unread", cases: "conference", only: "reader"},
		{act: "conference_end", roles: "county", when: "beyond", cases: "conference", only: "was reader"},
		{act: "conference_off", roles: "county", when: "meeting minuted unread beyond", cases: "conference"},
		{act: "conference_off", roles: "approver county", when: "off", cases: "conference", not: "asker"},

		{act: "periodic_review", roles: "officer county", when: "due", cases: after, claims: "paying told closed"},
		{act: "looked_up", roles: "officer", when: "looks", cases: "open " + running},
		{act: "weigh", roles: "officer county", when: "doubt", cases: whole},
		{act: "look_papers", roles: "officer", when: "any", cases: everand},
		{act: "end_mandate", roles: "officer", when: "any", cases: everand},
		{act: "hand_over", roles: "approver county city", when: "any", cases: "open returned " + running},
		{act: "hand_back", roles: hands + " approver county city", when: "any", cases: "open returned " + running},
		{act: "assign", roles: "approver county", when: "any", cases: "open " + running},
		{act: "propose_card", roles: "officer", when: "any", cases: "open " + after},
		{act: "confirm_card", roles: "approver county payer", when: "any", cases: "open " + after, not: "card recorder visitor"},
		{act: "reject_card", roles: "approver county payer", when: "any", cases: "open " + after, not: "card recorder visitor"},
	}
}

// cell is one question to the table.
type cell struct {
	act, situation, state, claim string
	asked                        bool
	roles                        []string
	did                          []string // steps that this person did before; "kin", "elsewhere" and "revoked" bar from everything
}

// may answers it.
func (c cell) may(table []duty) bool { return allowed(c.rows(table), c.roles, c.did) }

// rows are those of the table that speak of the act as the case stands, whoever does it.
func (c cell) rows(table []duty) (list []duty) {
	for _, d := range table {
		if d.act == c.act && d.holds(c.situation, c.asked) && names(d.cases, c.state) && (d.claims == "" || names(d.claims, c.claim)) {
			list = append(list, d)
		}
	}
	return list
}

// allowed says whether one of the rows lets somebody.
func allowed(rows []duty, roles, did []string) bool {
	if slices.ContainsFunc(did, func(step string) bool { return names("kin elsewhere revoked machine", step) }) {
		return false
	}
	return slices.ContainsFunc(rows, func(d duty) bool {
		return slices.ContainsFunc(roles, func(r string) bool { return names(d.roles, r) }) &&
			!slices.ContainsFunc(did, func(step string) bool { return names(d.not, step) }) &&
			(d.only == "" || slices.ContainsFunc(did, func(step string) bool { return names(d.only, step) }))
	})
}

func (d duty) holds(situation string, asked bool) bool {
	group := "calm"
	if asked {
		group = "asked"
	}
	return (names(d.when, "any") || names(d.when, group) || names(d.when, situation)) && !names(d.when, "-"+situation)
}

// names reports whether a word stands in a list of words.
func names(list, word string) bool {
	for list != "" {
		one, rest, _ := strings.Cut(list, " ")
		if one == word {
			return true
		}
		list = rest
	}
	return false
}
