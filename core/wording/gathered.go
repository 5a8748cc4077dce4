package wording

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// named is how many items a gathered notice names; the rest are counted, and the
// progress page has them all.
const named = 5

// Referral is an item that another body has now.
type Referral struct {
	Item string // everyday name
	Body string
	Days int // working days until it answers
}

// Decided says in one message what was decided together: what was granted, by
// whom, and what was passed on. One item alone is said by Approved or Referred.
// The field "amount" is the sum of what is granted, a month's money once.
func Decided(grants []Grant, referrals []Referral) Notice {
	switch {
	case len(grants) == 1 && len(referrals) == 0:
		return Approved(grants[0])
	case len(grants) == 0 && len(referrals) == 1:
		return Referred(referrals[0].Item, referrals[0].Body, referrals[0].Days)
	case len(grants) == 0:
		return Notice{KindReferred, passedOn(referrals), []Field{{"item", short(names(referrals, func(r Referral) string { return r.Item }), false)},
			{"body", bodies(referrals)}, {"days", fmt.Sprint(longest(referrals))}}}
	}
	var by []string
	var sum core.Fen
	sample := false
	for _, g := range grants {
		sum, sample = sum+g.Amount, sample || g.Sample
		if !slices.Contains(by, g.By) {
			by = append(by, g.By)
		}
	}
	who, what := strings.Join(by, "、"), several(len(grants))
	if len(grants) == 1 {
		what = grants[0].Item
	}
	words := granted(what, grants) + "这是" + who + "定的。钱直接打到卡上。" + passedOn(referrals) + Help + Promise
	return Notice{KindApproved, words, []Field{{"item", short(names(grants, func(g Grant) string { return g.Item }), sample)},
		{"amount", sum.Short()}, {"by", who}}}
}

// granted lists grants with their amounts and says from when the monthly ones run.
func granted(what string, grants []Grant) string {
	head := what + "批准了(确认同意)。"
	if len(grants) == 1 {
		return head + how(grants[0])
	}
	var parts []string
	var from []core.Date
	for _, g := range grants {
		if g.Per == "month" && !slices.Contains(from, g.From) {
			from = append(from, g.From)
		}
	}
	for _, g := range grants {
		part := g.Item + "一次 "
		switch {
		case g.Per == "month" && len(from) > 1:
			part = fmt.Sprintf("%s %d 月起每月 ", g.Item, g.From.Time().Month())
		case g.Per == "month":
			part = g.Item + "每月 "
		}
		parts = append(parts, part+Money(g.Amount, g.Sample))
	}
	head += sentences(parts)
	if len(from) == 1 {
		head += fmt.Sprintf("按月发的,从 %d 月起算。", from[0].Time().Month())
	}
	return head
}

// passedOn names the body of each referral, those of one body together.
func passedOn(list []Referral) string {
	if len(list) == 0 {
		return ""
	}
	items := map[string][]string{}
	var order []string
	for _, r := range list[:min(len(list), named)] {
		if items[r.Body] == nil {
			order = append(order, r.Body)
		}
		items[r.Body] = append(items[r.Body], r.Item)
	}
	var b strings.Builder
	for _, body := range order {
		end := "已转给" + body
		b.WriteString(each(items[body], end))
	}
	if rest := len(list) - named; rest > 0 {
		fmt.Fprintf(&b, "还有 %d 项也转出去了。", rest)
	}
	latest := "最晚 "
	if len(list) == 1 {
		latest = ""
	}
	fmt.Fprintf(&b, "%s%d 个工作日内给您回话。有了结果我们告诉您。", latest, longest(list))
	return b.String()
}

func longest(list []Referral) int {
	return slices.MaxFunc(list, func(a, b Referral) int { return a.Days - b.Days }).Days
}

func bodies(list []Referral) string {
	for _, r := range list {
		if r.Body != list[0].Body {
			return "几个单位"
		}
	}
	return list[0].Body
}

// Payment is one month's money of one item.
type Payment struct {
	Item   string // everyday name
	Month  int
	Amount core.Fen
	Sample bool // the amount is a sample figure and must be shown as one
}

// PaidTogether is the payout notice of several payments to one card: how many,
// month, total, last four of the card, then each item with its amount. One payment
// alone is said by Paid.
func PaidTogether(list []Payment, last4 string) Notice {
	var total core.Fen
	sample, month := false, list[len(list)-1].Month
	same := !slices.ContainsFunc(list, func(p Payment) bool { return p.Month != month })
	parts := make([]string, len(list))
	for i, p := range list {
		total, sample = total+p.Amount, sample || p.Sample
		when := " "
		if !same {
			when = fmt.Sprintf(" %d 月 ", p.Month)
		}
		parts[i] = p.Item + when + Money(p.Amount, p.Sample)
	}
	head, what := "", several(len(list))
	if same {
		head = fmt.Sprintf("%d 月 ", month)
	}
	return Notice{KindPaid,
		fmt.Sprintf("%s%s共 %s,已打到尾号 %s 的卡。%s%s%s", head, what, Money(total, sample), last4, sentences(parts), Help, Promise),
		[]Field{{"item", short(names(list, paidItem), sample)}, {"month", fmt.Sprint(month)}, {"amount", total.Short()}, {"last4", last4}, {"hotline", Hotline}}}
}

func paidItem(p Payment) string { return p.Item }

// ReturnedTogether says that the money of several items did not reach one card.
func ReturnedTogether(list []Payment, last4, township string) Notice {
	items := names(list, paidItem)
	what, month := several(len(list)), list[len(list)-1].Month
	return Notice{KindReturned,
		fmt.Sprintf("%s的钱没发成功,尾号 %s 的卡要核对。%s请带卡到%s核对一下。钱还在,核对好就重发。%s%s",
			what, last4, sentences(items), township, Help, Promise),
		[]Field{{"item", short(items, false)}, {"month", fmt.Sprint(month)}, {"last4", last4}, {"township", township}}}
}

// Posting is an item on the village board and the last day it hangs there.
type Posting struct {
	Item  string // everyday name
	Until core.Date
}

// PublishedTogether says that items are on the village board, those of one last
// day together. One item alone is said by Published.
func PublishedTogether(list []Posting) Notice {
	if len(list) == 1 {
		return Published(list[0].Item, list[0].Until)
	}
	items := map[core.Date][]string{}
	for _, p := range list[:min(len(list), named)] {
		items[p.Until] = append(items[p.Until], p.Item)
	}
	var b strings.Builder
	b.WriteString(several(len(list)) + "正在公示。")
	for _, day := range slices.Sorted(maps.Keys(items)) {
		b.WriteString(each(items[day], "到"+day.Say()+"为止"))
	}
	if rest := len(list) - named; rest > 0 {
		fmt.Fprintf(&b, "还有 %d 项也在公示。", rest)
	}
	b.WriteString("公示不写身份证号和电话。没人有意见,就往下办。")
	last := slices.MaxFunc(list, func(a, b Posting) int { return int(a.Until - b.Until) }).Until
	return Notice{KindPublished, b.String(), []Field{{"item", short(names(list, func(p Posting) string { return p.Item }), false)}, {"until", last.Say()}}}
}

// each says the same of items, in as many short sentences as they need.
func each(items []string, same string) string {
	return strings.Join(pack(items, MaxSentenceMean-length(same)), same+"。") + same + "。"
}

func several(n int) string { return fmt.Sprintf("%d 项救助", n) }

func names[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = name(v)
	}
	return out
}

// shortest is what the narrowest field of a template takes: WeChat's thing.
const shortest = 20

// short names what a message is about in one field. It carries the mark of a sample
// figure, because a field for an amount takes nothing but digits; of a name that is too
// long the name loses its end, never the mark.
func short(items []string, sample bool) string {
	items = slices.Clone(items)
	first := items[0]
	slices.Sort(items)
	end := ""
	if n := len(slices.Compact(items)); n > 1 {
		end = fmt.Sprintf("等%d项", n)
	}
	if sample {
		end += "(样本)"
	}
	name, room := []rune(first), shortest-utf8.RuneCountInString(end)
	if len(name) > room {
		first = string(name[:room-1]) + "…"
	}
	return first + end
}

// sentences says the first parts in short sentences and counts the rest.
func sentences(parts []string) string {
	if n := len(parts); n > named {
		parts = append(slices.Clone(parts[:named-1]), fmt.Sprintf("%s等 %d 项", parts[named-1], n))
	}
	return strings.Join(pack(parts, MaxSentenceMean), "。") + "。"
}

// pack joins parts with 、 into pieces of at most `room` characters; a part that is
// longer stands alone.
func pack(parts []string, room int) []string {
	var out []string
	for _, p := range parts {
		if n := len(out); n > 0 && length(out[n-1])+1+length(p) <= room {
			out[n-1] += "、" + p
		} else {
			out = append(out, p)
		}
	}
	return out
}
