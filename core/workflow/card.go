package workflow

import (
	"context"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/wording"
)

// ProposeCard is another card for a household's money, as somebody saw it.
type ProposeCard struct {
	Case    core.CaseID
	Account core.BankAccount
	Holder  string // name on the card
	How     string // how it was checked, such as 看了卡和身份证
}

// Errors of cards.
var (
	// ErrCardOpen is the answer to approving money while another card waits.
	ErrCardOpen = core.E(core.KindConflict, "card_open", "登记了新卡,还没人核对。看过新卡旧卡,打上钩再定。")
	// ErrPayerConfirms is the answer to a township that confirms a card after the bank sent money back.
	ErrPayerConfirms = core.E(core.KindConflict, "payer_confirms", "银行退回过的,由发钱的人核对确认。")
	// ErrNotRung is the answer to who would put a card in force after the bank sent money back,
	// without a look at the number to ring since it was proposed: nobody has asked the household.
	ErrNotRung = core.E(core.KindConflict, "card_not_rung", "先看家里原来的号码,打电话问过本人,再点。")
)

// ProposeCard writes down the card a household brought. Nothing is paid to it until
// a second person has confirmed it.
func (f *Flow) ProposeCard(ctx context.Context, actor casefile.Actor, in ProposeCard) error {
	on := target{name: casefile.ActProposeCard, trace: "card.proposed", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) (err error) {
		a.detail, err = a.proposeCard(ctx, in)
		return err
	})
}

// proposeCard gives what the audit log is to keep of it.
func (a *act) proposeCard(ctx context.Context, in ProposeCard) (map[string]any, error) {
	if in.Account.IsZero() {
		return nil, core.Invalid("bank_account", "请填卡号。")
	}
	if err := checkText("how", in.How, "请写明怎么核对的,例如:看了卡和身份证。"); err != nil {
		return nil, err
	}
	may, err := a.f.Cases.MayHold(ctx, a.tx, a.c, in.Holder)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, casefile.ErrHolder
	}
	to := payout.Correction{Account: in.Account, Holder: trim(in.Holder), Evidence: trim(in.How)}
	if err := a.f.Payout.Mends(ctx, a.tx, a.c.ID, to); err != nil {
		return nil, err
	}
	_, old, err := a.cardOnRecord(ctx)
	if err != nil {
		return nil, err
	}
	card, err := a.f.Cases.ProposeCard(ctx, a.tx, a.c, casefile.NewCard{Account: in.Account, Holder: trim(in.Holder), Old: old, How: trim(in.How), By: a.actor.Staff})
	if err != nil {
		return nil, err
	}
	citizen := "领钱的卡要换成尾号 " + card.Last4 + ",等第二个人核对。"
	if err := a.event(ctx, "card.proposed", citizen, "登记新卡:"+cardWords(card)+",等第二人核对。"+card.How); err != nil {
		return nil, err
	}
	return cardDetail(card), a.tellCard(ctx, fmt.Sprintf("card/%d", card.ID), wording.CardProposed(old.Last4, card.Last4))
}

// tellCard tells of a card whoever speaks for the case, and whoever spoke first for
// the household where that is another contact: one who took over the telephone in one
// act shall not have the next one in silence.
func (a *act) tellCard(ctx context.Context, key string, words wording.Notice) error {
	if err := a.f.tell(ctx, a.tx, a.c, 0, key, words); err != nil {
		return err
	}
	first, err := a.f.Cases.First(ctx, a.tx, a.c)
	if err != nil {
		return err
	}
	now, err := a.f.Cases.Speaking(ctx, a.tx, a.c)
	if err != nil || first == now {
		return err
	}
	who, err := a.f.Cases.Speaker(ctx, a.tx, a.c, first)
	if err != nil {
		return err
	}
	_, err = a.f.Outbox.Enqueue(ctx, a.tx, noticeTo(who, a.c, notify.Notice{Key: key + "/first", Application: first, Text: words}))
	return err
}

// cardOnRecord is the card the household's money would go to now.
func (a *act) cardOnRecord(ctx context.Context) (core.BankAccount, casefile.OnRecord, error) {
	person, err := a.f.Cases.OpenPerson(ctx, a.tx, a.c)
	if err != nil {
		return core.BankAccount{}, casefile.OnRecord{}, err
	}
	account := person.Account
	if account.IsZero() && a.c.Person != 0 {
		account, err = a.f.Registry.AccountOf(ctx, a.tx, because("card", a.c.ID, a.c.Application), a.c.Person)
		if err != nil && core.KindOf(err) != core.KindNotFound {
			return core.BankAccount{}, casefile.OnRecord{}, err
		}
	}
	if account.IsZero() {
		return account, casefile.OnRecord{}, nil
	}
	return account, casefile.OnRecord{Holder: person.Holder, Last4: account.Last4()}, nil
}

// seenCard proposes the card that visitors were shown; the one on record is none.
func (a *act) seenCard(ctx context.Context, in RecordVisit) error {
	if in.Account.IsZero() {
		return nil
	}
	holder := trim(in.Holder)
	if holder == "" {
		holder = a.c.Applicant
	}
	account, old, err := a.cardOnRecord(ctx)
	if err != nil || account == in.Account && old.Holder == holder {
		return err
	}
	detail, err := a.proposeCard(ctx, ProposeCard{Case: in.Case, Account: in.Account, Holder: holder, How: "入户时看了卡"})
	a.also("card.proposed", detail)
	return err
}

// ConfirmCard puts a proposed card in force. card is the proposal that the person
// has seen: another one under the same case is ErrCardMoved.
func (f *Flow) ConfirmCard(ctx context.Context, actor casefile.Actor, id core.CaseID, card int64) error {
	on := target{name: casefile.ActConfirmCard, trace: "card.confirmed", id: id}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) (err error) {
		a.detail, err = a.confirmCard(ctx, card)
		return err
	})
}

func (a *act) confirmCard(ctx context.Context, seen int64) (map[string]any, error) {
	// 1. What was seen is what is proposed, and whoever saw it is somebody else.
	if a.all.Card == nil || a.all.Card.ID != seen {
		return nil, casefile.ErrCardMoved
	}
	card := *a.all.Card
	if slices.Contains(a.all.Visitors, a.actor.Staff) {
		return nil, casefile.ErrSamePerson
	}
	returned, err := a.f.Payout.ReturnedOf(ctx, a.tx, a.c.ID)
	if err != nil {
		return nil, err
	}
	if len(returned) > 0 {
		if err := a.rang(ctx, card); err != nil {
			return nil, err
		}
	}
	// 2. The case has it, and all money that is still to come.
	account, err := a.f.Cases.ConfirmCard(ctx, a.tx, a.c, card, a.actor.Staff)
	if err != nil {
		return nil, err
	}
	mended, err := a.f.Payout.ChangeCard(ctx, a.tx, payout.CardChange{Case: a.c.ID, Proposer: card.By, Confirmer: a.actor.Staff,
		New: payout.Correction{Account: account, Holder: card.Holder, Evidence: card.How}})
	if err != nil {
		return nil, err
	}
	if mended > 0 {
		if err := a.f.Cases.MeetEach(ctx, a.tx, a.c.ID, casefile.DeadlineCard); err != nil {
			return nil, err
		}
	}
	// 3. Whoever had the old card is told, at the number they gave at first too.
	staff := "新卡核对过了:" + cardWords(card)
	if mended > 0 {
		staff += fmt.Sprintf(",退回的 %d 笔排进下一批", mended)
	}
	if err := a.event(ctx, "card.confirmed", "领钱的卡换成了尾号 "+card.Last4+"。", staff); err != nil {
		return nil, err
	}
	detail := cardDetail(card)
	detail["mended"] = mended
	return detail, a.tellCard(ctx, fmt.Sprintf("card/%d/done", card.ID), wording.CardChanged(card.Old.Last4, card.Last4))
}

// rang holds the card of money that came back to a payer who has looked at the number that
// the household gave, at whichever door.
func (a *act) rang(ctx context.Context, card casefile.Card) error {
	if !a.actor.Has(casefile.RolePayer) {
		return ErrPayerConfirms
	}
	looked, err := a.f.Audit.Looked(ctx, a.tx, a.actor.Audit().ID, a.c.ID, card.At)
	if err == nil && !looked {
		return ErrNotRung
	}
	return err
}

// RejectCard ends a wrong proposal; the card on record stays.
func (f *Flow) RejectCard(ctx context.Context, actor casefile.Actor, in RejectCard) error {
	on := target{name: casefile.ActRejectCard, trace: "card.rejected", id: in.Case}
	return f.do(ctx, actor, on, func(ctx context.Context, a *act) error {
		if err := checkText("reason", in.Reason, "请写一句为什么退回。"); err != nil {
			return err
		}
		if a.all.Card.ID != in.Card {
			return casefile.ErrCardMoved
		}
		card := *a.all.Card
		if err := f.Cases.RejectCard(ctx, a.tx, card, actor.Staff, trim(in.Reason)); err != nil {
			return err
		}
		a.detail = cardDetail(card)
		a.detail["reason"] = in.Reason
		if err := a.event(ctx, "card.rejected", "领钱的卡没换。", "新卡退回,不换:"+trim(in.Reason)); err != nil {
			return err
		}
		return a.tellCard(ctx, fmt.Sprintf("card/%d/done", card.ID), wording.CardKept(card.Old.Last4, a.c.Town))
	})
}

// RejectCard is a proposal that somebody has seen and does not believe.
type RejectCard struct {
	Case   core.CaseID
	Card   int64
	Reason string
}

// oneCard holds an approval of money to one card: while another is proposed, whoever
// decides says that they have seen both.
func (a *act) oneCard(ctx context.Context, in Decide) error {
	switch {
	case in.Outcome != casefile.Approved || !a.claim.Cash || a.all.Card == nil && in.Card == 0:
		return nil
	case in.Card == 0:
		return ErrCardOpen
	}
	detail, err := a.confirmCard(ctx, in.Card)
	a.also("card.confirmed", detail)
	return err
}

// cardWords says both cards to colleagues.
func cardWords(c casefile.Card) string {
	words := c.Holder + " 尾号 " + c.Last4
	if c.Old.Last4 == "" {
		return words + "(原来没有卡)"
	}
	return c.Old.Holder + " 尾号 " + c.Old.Last4 + " 换成 " + words
}

func cardDetail(c casefile.Card) map[string]any {
	return map[string]any{"card": c.ID, "last4": c.Last4, "holder": c.Holder, "old_last4": c.Old.Last4, "old_holder": c.Old.Holder, "how": c.How, "proposer": c.By}
}

// also adds an entry of its own to the trace of an act that did two things.
func (a *act) also(name string, detail map[string]any) {
	a.more = append(a.more, audit.Entry{Actor: a.actor.Audit(), Act: name, Case: a.c.ID, Application: a.c.Application, Region: a.c.Region,
		Purpose: "casework", Detail: detail})
}
