package township

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/workflow"
)

// doing is one act on its way from the page to workflow.
type doing struct {
	r     *http.Request
	actor casefile.Actor
	id    core.CaseID
	claim core.ClaimID
	said  *string // what the page says once it is done
}

func (d doing) get(name string) string { return strings.TrimSpace(d.r.FormValue(name)) }

// count is a number of people, -1 for what is none.
func (d doing) count(name string) int {
	n, err := strconv.Atoi(d.get(name))
	if err != nil {
		return -1
	}
	return n
}

func (d doing) reasons() []string {
	if s := d.get("reason"); s != "" {
		return []string{s}
	}
	return nil
}

func (d doing) items() []core.ItemCode {
	var out []core.ItemCode
	for _, item := range d.r.PostForm["item"] {
		out = append(out, core.ItemCode(item))
	}
	return out
}

func (d doing) visitors() ([2]core.StaffID, core.Date, error) {
	first, err1 := strconv.ParseInt(d.get("first"), 10, 64)
	second, err2 := strconv.ParseInt(d.get("second"), 10, 64)
	on, err := core.ParseDate(d.get("on"))
	if err1 != nil || err2 != nil {
		err = core.Invalid("visitor", "请选去的两个人。") // left empty: nobody tried anything
	}
	return [2]core.StaffID{core.StaffID(first), core.StaffID(second)}, on, err
}

// amount reads a sum of yuan; an empty field leaves the amount to the finding.
func (d doing) amount() (*core.Fen, error) {
	s := strings.ReplaceAll(d.get("amount"), ",", "")
	if s == "" {
		return nil, nil
	}
	v, err := core.ParseYuan(s)
	return &v, err
}

// act does what the path names. What a person may do, and when, is casefile's to
// say inside workflow's transaction; here a form becomes a call.
func (t *Room) act(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	if err := r.ParseMultipartForm(desk.MaxBody); err != nil && r.PostForm == nil {
		return core.Invalid("body", "表没有传完整,请再点一次。")
	}
	name := casefile.ActName(r.PathValue("act"))
	do, known := t.table()[name]
	if !known {
		return core.E(core.KindNotFound, "no_act", "没有这一步。")
	}
	said := "办好了:" + acts[name] + "。"
	d := doing{r: r, actor: casefile.As(at.Staff), id: id, said: &said}
	if text := r.PathValue("claim"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return core.E(core.KindNotFound, "not_found", "没有找到这件事。")
		}
		d.claim = core.ClaimID(n)
		if err := t.belongs(d); err != nil {
			return err
		}
	}
	if err := do(d); err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/township/case/"+strconv.FormatInt(int64(id), 10), said)
}

// belongs holds that a claim is the case's of the same address: a page whose two
// numbers do not fit is no page, whoever may act on either.
func (t *Room) belongs(d doing) error {
	return t.d.DB.Read(d.r.Context(), pg.Regions(d.actor.Regions...), func(ctx context.Context, tx *pg.Tx) error {
		return t.d.Cases.Belongs(ctx, tx, d.claim, d.id)
	})
}

// Acts lists every act that a path of the room may name, in order.
func Acts() []casefile.ActName { return slices.Sorted(maps.Keys(new(Room).table())) }

// table is every act the room offers and the call it makes.
func (t *Room) table() map[casefile.ActName]func(doing) error {
	f := t.d.Flow
	return map[casefile.ActName]func(doing) error{
		casefile.ActAccept:        t.accept,
		casefile.ActPlanVisit:     t.planVisit,
		casefile.ActRecordVisit:   t.recordVisit,
		casefile.ActSecondVisit:   t.secondVisit,
		casefile.ActProposeCard:   t.proposeCard,
		casefile.ActConfirmCard:   t.confirmCard,
		casefile.ActRejectCard:    t.rejectCard,
		casefile.ActPropose:       t.propose,
		casefile.ActDecide:        t.decide,
		casefile.ActEmergency:     t.emergency,
		casefile.ActReviewBenefit: t.reviewBenefit,
		casefile.ActChange:        t.change,
		casefile.ActChangeDecide:  t.decideChange,
		casefile.ActRelocate:      t.relocate,
		casefile.ActWeigh:         t.weigh,
		casefile.ActAddItem: func(d doing) error {
			return f.AddItems(d.r.Context(), d.actor, workflow.AddItems{Case: d.id, Items: d.items(), Agreed: d.agreed()})
		},
		casefile.ActAppraise: func(d doing) error {
			return f.Appraise(d.r.Context(), d.actor, workflow.Appraise{Claim: d.claim, Present: d.count("present"), Of: d.count("of"), For: d.count("for"), Minutes: d.get("reason")})
		},
		casefile.ActPublish: func(d doing) error { return f.PublishNotice(d.r.Context(), d.actor, d.claim) },
		casefile.ActObject:  func(d doing) error { return f.Object(d.r.Context(), d.actor, d.claim, d.get("reason")) },
		casefile.ActAnswer: func(d doing) error {
			return f.AnswerObjection(d.r.Context(), d.actor, workflow.AnswerObjection{Claim: d.claim, Saw: d.saw(), Heard: d.heard(), Founded: d.get("outcome") == "founded", Reasons: d.get("reason")})
		},
		casefile.ActSendBack:       func(d doing) error { return f.SendBack(d.r.Context(), d.actor, d.claim, d.get("reason")) },
		casefile.ActDeliver:        t.deliver,
		casefile.ActSecondDelivery: t.secondDelivery,
		casefile.ActTakeBack:       t.takeBack,
		casefile.ActReferResult:    func(d doing) error { return f.RecordResult(d.r.Context(), d.actor, d.claim, d.get("reason")) },
		casefile.ActAppeal:         func(d doing) error { return f.Appeal(d.r.Context(), d.actor, d.claim, d.get("reason")) },
		casefile.ActReview:         t.review,
		casefile.ActUnsolved:       t.unsolved,
		casefile.ActUnsolvedAnswer: t.answerUnsolved,
		casefile.ActReviewDecide:   t.decideReview,
		casefile.ActSupplement:     t.askSupplement,
		casefile.ActLookedUp:       t.lookedUp,
		casefile.ActResume:         t.resume,
		casefile.ActLookPapers:     func(d doing) error { return f.LookPapers(d.r.Context(), d.actor, d.id, d.saw()) },
		casefile.ActEndMandate:     t.endMandate,
		casefile.ActAuthorise:      t.meansWord,
		casefile.ActTakeWordBack:   t.takeMeansBack,
		casefile.ActCheckMeans:     func(d doing) error { return f.CheckMeans(d.r.Context(), d.actor, d.id) },
		casefile.ActDrop:           func(d doing) error { return f.Drop(d.r.Context(), d.actor, d.claim, d.get("reason")) },
		casefile.ActReturn: func(d doing) error {
			return f.Return(d.r.Context(), d.actor, workflow.Return{Case: d.id, Ground: casefile.Ground(d.get("ground")), Why: d.get("reason")})
		},
		casefile.ActConference:     t.confer,
		casefile.ActInvite:         t.invite,
		casefile.ActMinutes:        t.minute,
		casefile.ActConferenceRead: t.readMinutes,
		casefile.ActConferenceIn:   func(d doing) error { return f.EndConference(d.r.Context(), d.actor, d.id, d.get("digest")) },
		casefile.ActConferenceOff:  func(d doing) error { return f.CallOff(d.r.Context(), d.actor, d.id, d.get("reason"), d.get("off")) },
		casefile.ActWithdraw:       func(d doing) error { return f.Withdraw(d.r.Context(), d.actor, d.id, d.get("reason")) },
	}
}

func (t *Room) accept(d doing) error {
	visitors, on, err := d.visitors()
	if err != nil {
		return err
	}
	in := workflow.Accept{Case: d.id, Visitors: visitors, VisitOn: on, Left: d.get("left")}
	in.Items, in.Agreed = d.items(), d.agreed()
	return t.d.Flow.Accept(d.r.Context(), d.actor, in)
}

// agreed reads whose word it is, as the form offers it: "phone", or "family:m2". What is none of
// these is workflow's to refuse.
func (d doing) agreed() casefile.Consent {
	how, ref, _ := strings.Cut(d.get("agreed"), ":")
	return casefile.Consent{How: casefile.HowAgreed(how), Ref: ref}
}

func (t *Room) planVisit(d doing) error {
	visitors, on, err := d.visitors()
	if err != nil {
		return err
	}
	return t.d.Flow.PlanVisit(d.r.Context(), d.actor, workflow.PlanVisit{Case: d.id, Visitors: visitors, On: on})
}

func (t *Room) propose(d doing) error {
	amount, err := d.amount()
	if err != nil {
		return err
	}
	return t.d.Flow.Propose(d.r.Context(), d.actor, workflow.Propose{Claim: d.claim, Outcome: casefile.Outcome(d.get("outcome")), Amount: amount, Cash: d.inMoney(), Reasons: d.reasons()})
}

func (t *Room) decide(d doing) error {
	return t.d.Flow.Decide(d.r.Context(), d.actor, workflow.Decide{Claim: d.claim, Outcome: casefile.Outcome(d.get("outcome")), Reasons: d.reasons(), Card: d.card()})
}

func (t *Room) emergency(d doing) error {
	amount, err := d.amount()
	if err != nil {
		return err
	}
	if amount == nil {
		return casefile.ErrNoAmount
	}
	goods, err := d.goods()
	if err != nil {
		return err
	}
	return t.d.Flow.Emergency(d.r.Context(), d.actor, workflow.Emergency{Claim: d.claim, Amount: *amount, Goods: goods, Reasons: d.reasons()})
}

func (t *Room) relocate(d doing) error {
	to, err := core.ParseRegion(d.get("region"))
	if err != nil {
		return err
	}
	return t.d.Flow.Relocate(d.r.Context(), d.actor, workflow.Relocate{Case: d.id, To: to, Why: d.get("reason")})
}
