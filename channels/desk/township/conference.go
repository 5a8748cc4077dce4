package township

import (
	"fmt"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// people are those whom a form asks to a conference: accounts by their number, and others by name
// and function, in rows of two fields.
func (d doing) people() (list []casefile.Attendee, err error) {
	for _, text := range d.r.PostForm["people"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			return nil, core.Invalid("people", "请从名单里选同事。")
		}
		list = append(list, casefile.Attendee{Staff: core.StaffID(id)})
	}
	functions, others := d.r.PostForm["function"], 0
	for i, name := range d.r.PostForm["outside"] {
		function := ""
		if i < len(functions) {
			function = strings.TrimSpace(functions[i])
		}
		if name = strings.TrimSpace(name); name == "" && function == "" {
			continue
		}
		list, others = append(list, casefile.Attendee{Name: name, Function: function}), others+1
	}
	if others > 0 && d.get("unrelated") == "" {
		return nil, core.Invalid("unrelated", "请先问过外来的人,和这家没有亲属关系,再打钩。")
	}
	return list, nil
}

// when is the day of a conference.
func (d doing) when() (core.Date, error) {
	on, err := core.ParseDate(d.get("on"))
	if err != nil {
		return 0, core.Invalid("on", "请选哪天开会。")
	}
	return on, nil
}

func (t *Room) confer(d doing) error {
	on, err := d.when()
	if err != nil {
		return err
	}
	people, err := d.people()
	if err != nil {
		return err
	}
	return t.d.Flow.Conference(d.r.Context(), d.actor, workflow.Confer{Case: d.id, Ground: casefile.ConferenceGround(d.get("ground")), Why: d.get("reason"),
		On: on, Place: d.get("place"), People: people})
}

func (t *Room) invite(d doing) error {
	on, err := d.when()
	if err != nil {
		return err
	}
	more, err := d.people()
	if err != nil {
		return err
	}
	return t.d.Flow.Invite(d.r.Context(), d.actor, workflow.Invite{Case: d.id, On: on, Place: d.get("place"), More: more})
}

// minute files what a conference came to; what goes with another outcome than the one that was
// chosen is left out by workflow.
func (t *Room) minute(d doing) error {
	r := casefile.Resolution{Minutes: d.get("minutes"), Outcome: casefile.ConferenceOutcome(d.get("outcome")), Reasons: d.get("reasons"), Votes: map[int]casefile.Vote{}}
	for nth := 1; nth <= 31; nth++ {
		if v := d.get(fmt.Sprintf("vote%d", nth)); v != "" {
			r.Votes[nth] = casefile.Vote(v)
		}
	}
	if r.Outcome == casefile.ConferHelp {
		amount, err := d.amount()
		if err != nil {
			return err
		}
		if amount != nil {
			r.Amount = *amount
		}
		n, _ := strconv.ParseInt(d.get("help"), 10, 64) // nothing and nonsense are no claim
		r.Claim = core.ClaimID(n)
		if r.Until, err = core.ParseDate(d.get("until")); err != nil {
			return core.Invalid("until", "请写最晚哪天批。")
		}
	}
	return t.d.Flow.Minute(d.r.Context(), d.actor, workflow.Minutes{Case: d.id, Resolution: r})
}

// readMinutes is what one of the staff says of minutes that were shown to them.
func (t *Room) readMinutes(d doing) error {
	if d.get("outcome") == "deny" {
		return t.d.Flow.DenyAbsence(d.r.Context(), d.actor, d.id, d.get("digest"))
	}
	return t.d.Flow.FindRight(d.r.Context(), d.actor, d.id, d.get("digest"))
}

// conferrable are the claims that a conference may resolve something on.
func conferrable(v casefile.View) (list []casefile.Claim) {
	for _, c := range v.Claims {
		if c.Conferrable() {
			list = append(list, c)
		}
	}
	return list
}

// conferred says what a conference resolved, in a word.
func conferred(o casefile.ConferenceOutcome) string {
	return map[casefile.ConferenceOutcome]string{casefile.ConferHelp: "可以帮", casefile.ConferNot: "不另外帮", casefile.ConferLook: "再看情况"}[o]
}

// Conference is the one that the case waits for, nil when there is none.
func (p casePage) Conference() *casefile.Conference {
	for _, c := range p.View.Conferences {
		if !c.Ended() {
			return &c
		}
	}
	return nil
}

// minuted reports whether the conference that the case waits for has minutes: they are read and signed
// then, and seldom written anew.
func (p casePage) minuted() bool {
	c := p.Conference()
	return c != nil && c.Outcome != ""
}

// Bound is what the last conference on a claim resolved at most for what is proposed now, nil when
// there is none.
func (p casePage) Bound(id core.ClaimID) (last *casefile.Conference) {
	for _, c := range p.View.Conferences {
		if c.Claim == id && c.Binds(p.View.Decisions) {
			last = &c
		}
	}
	return last
}

// Mine is what the minutes say that somebody voted.
func (p casePage) Mine(c casefile.Conference) casefile.Vote {
	for _, one := range c.People {
		if one.Staff == p.Me && p.Me != 0 {
			return one.Vote
		}
	}
	return ""
}
