package wording

import (
	"cmp"
	"fmt"
	"strings"

	"lianou/core"
)

// Remedy says how to ask again against a decision; it depends on who decided
// (Administrative Reconsideration Law 2023; domain notes 3.10).
type Remedy string

// The remedies.
const (
	RemedyReview  Remedy = "review"  // administrative reconsideration, then court
	RemedyOwnBody Remedy = "recheck" // no administrative act: the body's own second look
	RemedyJustice Remedy = "justice" // legal aid: objection to the justice bureau first
)

// Refusal is a decision that a person took and that a letter must explain.
type Refusal struct {
	Item     string // official name
	Everyday string // name in the street
	Reason   string // whole sentences with the number and the line: 您家平均每人存款 15,000 元,线是每人 11,520 元(样本)。
	By       string // who decided, such as 王庙镇
	County   string // such as 平原县; its government hears the reconsideration
	Remedy   Remedy // "" is RemedyReview
	Else     []string
	Again    string // of Again, when this answers an appeal
	Near     string // what would have to be otherwise, in whole sentences of the household's own facts; "" says nothing of it
	Ask      string // how to ask again, as it was written down with the decision; "" says it from Remedy
}

// Refused is the notice of a refusal: the item, the reason, who decided, how and
// until when to ask again, and what else may fit.
func Refused(r Refusal) Notice {
	words := r.Again + r.Everyday + "这次没批(" + StatusRefused.Formal() + ")。" + stop(r.Reason) +
		"这是" + r.By + "定的。" + AskAgain(r.Remedy, r.By, r.County) + elsewhere(r.Else, "回这条,或打 ")
	return Notice{KindRefused, words, []Field{{"item", r.Everyday}, {"by", r.By}}}
}

// AskAgain is the sentences on how to have a decision looked at again.
func AskAgain(how Remedy, by, county string) string {
	const help = "不会写就打 " + Hotline + ",有人帮您。"
	switch how {
	case RemedyOwnBody:
		return "觉得不对,可请" + by + "再看一次。" + help
	case RemedyJustice:
		return "觉得不对,可先向" + county + "司法局提出异议。" + help
	default:
		return "收到信起 60 天内,可向" + county + "政府申请行政复议。也可在 6 个月内到法院起诉。" + help
	}
}

func elsewhere(items []string, by string) string {
	if len(items) == 0 {
		return ""
	}
	return "您家还可能合适:" + strings.Join(items, "、") + "。要办就" + by + Hotline + "。"
}

// Letter is a decision on paper: plain sentences, the formal word in brackets.
type Letter struct {
	Title      string
	To         string // printed name of the person it is for
	Paragraphs []string
	From       string
	On         core.Date
}

// Text joins the letter as it is printed.
func (l Letter) Text() string {
	return l.Title + "\n" + l.To + ":\n" + strings.Join(l.Paragraphs, "\n") + "\n" + l.From + "\n" +
		l.On.Time().Format("2006年1月2日") + "\n"
}

// Paper is what a letter needs beside the decision.
type Paper struct {
	To  string
	No  core.Receipt
	On  core.Date
	Law string // short name and article, such as 《最低生活保障审核确认办法》第二十二条
}

// GrantLetter is the letter of an approval; item is the official name.
func GrantLetter(p Paper, item string, g Grant) Letter {
	how := "一次发 " + Money(g.Amount, g.Sample) + "。"
	if g.Per == "month" {
		how = "每月 " + Money(g.Amount, g.Sample) + ",从" + g.From.Time().Format("2006年1月") + "起算。"
	}
	return Letter{Title: item + "确认同意告知书", To: p.To, From: g.By, On: p.On, Paragraphs: []string{
		"您的" + item + "批准了(确认同意)。回执号 " + GroupReceipt(p.No) + "。",
		how + "钱直接打到您的卡上。",
		ground(p.Law),
		"家里情况变了,请告诉我们。打 " + Hotline + " 就行。",
		Promise,
	}}
}

// ChangeLetter is the letter of a new sum for a benefit that runs; item is the
// official name, appeal the way to ask again that was written down with it.
func ChangeLetter(p Paper, item, by string, c Change, appeal string) Letter {
	return Letter{Title: item + "变更告知书", To: p.To, From: by, On: p.On, Paragraphs: []string{
		"您的" + item + "有变更。回执号 " + GroupReceipt(p.No) + "。",
		c.What + "。原来每月 " + c.Was.Short() + " 元。",
		"原因:" + stop(c.Reason),
		appeal,
	}}
}

// StopLetter is the letter of monthly money that ends; item and appeal as
// ChangeLetter's.
func StopLetter(p Paper, item, by string, c Change, appeal string) Letter {
	return Letter{Title: item + "停发告知书", To: p.To, From: by, On: p.On, Paragraphs: []string{
		"您的" + item + "不再发了(" + StatusChanged.Formal() + ")。回执号 " + GroupReceipt(p.No) + "。",
		c.What + "。原来每月 " + c.Was.Short() + " 元。在这以前的月份照发。",
		"原因:" + stop(c.Reason),
		appeal,
		"家里又有难处,打 " + Hotline + " 就能再申请。",
	}}
}

// RefusalLetter is the letter of a refusal, with reason, remedy and alternatives.
func RefusalLetter(p Paper, r Refusal) Letter {
	out := Letter{Title: r.Item + "不予确认告知书", To: p.To, From: r.By, On: p.On, Paragraphs: []string{
		"您的" + r.Item + "这次没批(不予确认)。回执号 " + GroupReceipt(p.No) + "。",
		"原因:" + stop(r.Reason),
		ground(p.Law),
		r.Near + Mistaken(),
		cmp.Or(r.Ask, AskAgain(r.Remedy, r.By, r.County)),
	}}
	if more := elsewhere(r.Else, "打 "); more != "" {
		out.Paragraphs = append(out.Paragraphs, more)
	}
	return out
}

// Mistaken says how a fact that was written down wrongly is put right.
func Mistaken() string {
	return "家里的情况,哪一样记错了,打 " + Hotline + " 说一声。改了重新看。"
}

func ground(law string) string {
	if law == "" {
		return "依据见窗口公布的办法。"
	}
	return "依据:" + law + "。"
}

// stop ends a text with one full stop.
func stop(s string) string { return strings.TrimRight(s, "。 ") + "。" }

// SayPaid is the payout notice as it is read on the phone: one thought a sentence,
// the number twice, the promise at the end.
func SayPaid(item string, month int, amount core.Fen, last4 string) string {
	a := SayAmount(amount)
	return fmt.Sprintf("您好,这里是德州社会救助。%s,%s月的钱到了。%s。%s。打到%s的卡。请您看一看卡。%s",
		item, SayNumber(int64(month)), a, a, SayTail(last4), Promise)
}
