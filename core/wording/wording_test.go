package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"lianou/core"
)

const longReason = "您家平均每人存款 15,000 元,线是每人 11,520 元(样本)"

// samples holds every citizen text, by the function that makes it, with the
// longest values that really occur.
func samples() map[string][]string {
	day, r := core.NewDate(2026, 12, 25), core.Receipt("1234567890")
	town := "德州运河经济技术开发区"
	paper := Paper{To: "李秀英", No: r, On: day, Law: "《最低生活保障审核确认办法》第二十二条"}
	grant := Grant{Item: "低保", Amount: 36000, Per: "month", From: day, Sample: true, By: "王庙镇"}
	once := Grant{Item: "临时救助", Amount: 1_234_567, Per: "once", From: day, By: town}
	no := Refusal{Item: "最低生活保障", Everyday: "低保", Reason: longReason, By: "王庙镇", County: "平原县", Else: []string{"临时救助", "残疾人两项补贴"}}
	own, law := no, no
	farAway := []Referral{{"困难退役军人援助", "退役军人事务局", 20}, {"找工作帮扶", "人力资源和社会保障局", 7}, {"养老保险代缴", "人力资源和社会保障局", 20},
		{"雨露计划", "扶贫开发办公室(乡村振兴局)", 20}, {"免费律师", "司法局", 3}, {"免费用电", "供电公司", 5}}
	postings := []Posting{{"低保", day}, {"临时救助(花费大)", day}, {"医疗救助", day.AddDate(0, 0, 3)}, {"家里无障碍改造", day}, {"慈善救助", day}, {"公租房", day}}
	payments := []Payment{{"低保", 12, 36000, true}, {"临时救助(花费大)", 12, 123_456_789, true}, {"残疾人护理补贴", 12, 12000, false},
		{"残疾人生活补贴", 12, 12050, true}, {"小学初中生活补助", 12, 62500, true}, {"取暖补助", 11, 50000, true}}
	stopped := Change{Item: "低保", What: WhatChanges(core.NewDate(2027, 12, 1), day, 0, true), Stopped: true, Less: true, Was: 36000, Reason: "您家上月人均收入 900 元,线是 800 元。", By: "王庙镇", County: "平原县"}
	less := stopped
	less.What, less.Stopped = WhatChanges(core.NewDate(2027, 12, 1), day, 20000, true), false
	own.Remedy, law.Remedy = RemedyOwnBody, RemedyJustice
	out := map[string][]string{
		"Received":          {Received(r, town).Words, Received(r, "").Words},
		"Renumbered":        {Renumbered(r, r).Words},
		"Routed":            {Routed("王庙镇", 3).Words},
		"Accepted":          {Accepted(town, day, day).Words},
		"AskOne":            {AskOne("您儿子在授权书上签字", "我们上门时签,不用跑", day).Words},
		"Visit":             {Visit(day, "上午", town).Words},
		"Published":         {Published("特困人员救助供养", day).Words},
		"Approved":          {Approved(grant).Words, Approved(once).Words},
		"Paid":              {Paid(Payment{Item: "最低生活保障", Month: 3, Amount: 36000}, "6217").Words},
		"Returned":          {Returned("困难残疾人生活补贴", 12, "6217", town).Words},
		"Referred":          {Referred("法律援助", "平原县司法局", 7).Words},
		"Changed":           {Changed(stopped).Words, Changed(less).Words},
		"WhatChanges":       {"低保" + less.What + "。", "低保" + stopped.What + "。"},
		"Decided":           {Decided([]Grant{grant, once}, nil).Words, Decided([]Grant{once}, farAway).Words, Decided(nil, farAway).Words},
		"PublishedTogether": {PublishedTogether(postings).Words, PublishedTogether(postings[:1]).Words, PublishedTogether(postings[1:3]).Words},
		"PaidTogether":      {PaidTogether(payments, "6217").Words, PaidTogether(payments[:2], "6217").Words},
		"ReturnedTogether":  {ReturnedTogether(payments, "6217", town).Words},
		"CardProposed":      {CardProposed("6217", "8812").Words, CardProposed("", "8812").Words},
		"CardChanged":       {CardChanged("6217", "8812").Words, CardChanged("", "8812").Words},
		"CardKept":          {CardKept("6217", town).Words, CardKept("", town).Words},
		"ConferenceKept": {ConferenceKept(Conferred{Outcome: "help", Item: "临时救助(急)", Amount: 500000, Sample: true, Period: "month", Until: day, Reason: "孩子的病要长期吃药", Town: town, County: "平原县"}).Words,
			ConferenceKept(Conferred{Outcome: "not", Reason: "同一场病已经救助过", Town: town, County: "平原县"}).Words},
		"Delivered":  {Delivered(Handed{Item: "取暖补助", What: "块煤", Amount: "1 吨", On: day}).Words},
		"SpeaksNow":  {SpeaksNow("0022").Words, SpeaksNow("").Words},
		"LoginCode":  {LoginCode("482910").Words},
		"Unfiled":    {Unfiled().Words},
		"Offered":    {Offered("公益性岗位", day).Words, Offered("公租房", day).Words},
		"Takes":      {Takes("公益性岗位").Words, Takes("公租房").Words},
		"Declined":   {Declined("公益性岗位").Words, Declined("公租房").Words},
		"Unreached":  {Unreached("公益性岗位", day).Words, Unreached("公租房", day).Words},
		"TakingBack": {TakingBack("公益性岗位").Words, TakingBack("公租房").Words},
		"TakenBack":  {TakenBack("公益性岗位").Words, TakenBack("公租房").Words},
		"Stands":     {Stands("公益性岗位").Words, Stands("公租房").Words},
		"Skipping":   {Skipping("公益性岗位", "您家已经有了只能选一样的另一项", true, 3).Words, Skipping("公租房", "您家已经解决了", false, 3).Words},
		"TurnStays":  {TurnStays("公益性岗位").Words, TurnStays("公租房").Words},
		"Refused":    {Refused(no).Words, Refused(own).Words, Refused(law).Words},
		"Answered":   {Answered(Answer{Item: "低保", Again: Again("李秀英", "王建国"), Stays: true, Reason: "存款查实了,还在线以上", By: "王庙镇", County: "平原县"}).Words, Answered(Answer{Item: "低保", Again: Again("", "王建国"), Reason: "存款是借的"}).Words},
		"BackSaid":   {BackSaid("低保").Words, BackSaid("困难残疾人生活补贴").Words},
		"GoesOn":     {GoesOn("低保")},
		"StopAsked":  {StopAsked()},
		"AskUs":      {AskUs()},
		"Looked":     {Looked("低保", day, day), Looked("低保", day, day+1)},
		"UnsolvedAnswered": {UnsolvedAnswered(UnsolvedAnswer{Item: "困难残疾人生活补贴", By: "王庙镇", Solved: true, Words: "卡号改对了,钱重新发", Above: "平原县"}).Words,
			UnsolvedAnswered(UnsolvedAnswer{Item: "低保", By: "平原县", Words: "存款查实了,还在线以上", Above: "德州市", Ask: AskAgain(RemedyReview, "王庙镇", "平原县")}).Words},
		"UnsolvedBy":       {UnsolvedBy(day, day), UnsolvedBy(day, day+1)},
		"UnsolvedTaken":    {UnsolvedTaken("低保", "王庙镇", day, day), UnsolvedTaken("低保", "平原县", day, day+1)},
		"UnsolvedSays":     {UnsolvedSays("镇上", day, day), UnsolvedSays("县里", day, day+1)},
		"UnsolvedSent":     {UnsolvedSent},
		"AskAgain":         {AskAgain(RemedyReview, "王庙镇", "平原县")},
		"GrantLetter":      {GrantLetter(paper, "最低生活保障", grant).Text(), GrantLetter(Paper{On: day}, "临时救助", once).Text()},
		"RefusalLetter":    {RefusalLetter(paper, no).Text()},
		"ChangeLetter":     {ChangeLetter(paper, "最低生活保障", "王庙镇人民政府", less, AskAgain(RemedyReview, "王庙镇", "平原县")).Text()},
		"StopLetter":       {StopLetter(paper, "最低生活保障", "王庙镇人民政府", stopped, AskAgain(RemedyReview, "王庙镇", "平原县")).Text()},
		"SayPaid":          {SayPaid("最低生活保障", 3, 36000, "6217")},
		"SavedOffline":     {SavedOffline()},
		"TakenNotYetFiled": {TakenNotYetFiled(r)},
		"ReceiptText":      {ReceiptText(r, town, day), ReceiptText(r, "", day)},
		"SayReceiptTwice":  {SayReceiptTwice(r)},
		"PhotoID":          {PhotoID()},
		"Money":            {Money(864_000, true) + "。", Money(1, false) + "。"},
		"CodeSent":         {CodeSent()},
		"Lacks":            {Lacks("户口本首页的照片")},
		"BestBefore":       {BestBefore(day)},
		"Bring":            {Bring("拍照就行", day), Bring("", day)},
		"ReviewSoon":       {ReviewSoon("低保", day).Words},
		"ReviewedSame":     {ReviewedSame("低保").Words},
		"PapersCame":       {PapersCame("户口本首页的照片")},
		"WrongPair":        {WrongPair()},
		"Mistaken":         {Mistaken()},

		"ObjectionAnswered": {ObjectionAnswered(true).Words, ObjectionAnswered(false).Words},
		"ObjectionTaken":    {ObjectionTaken("1234 5678 9012", "open", true), ObjectionTaken("1234 5678 9012", "open", false), ObjectionTaken("1234 5678 9012", "more", true)},
		"ObjectionSays":     {ObjectionSays("open"), ObjectionSays("more"), ObjectionSays("late"), ObjectionSays("founded"), ObjectionSays("unfounded"), ObjectionSays("over")},
		"WriteMoney":        {WriteMoney()},
		"WriteNumber":       {WriteNumber("辆"), WriteNumber("岁"), WriteNumber("平方米"), WriteNumber("")},
	}
	for k := core.KindInternal; k <= core.KindUnavailable; k++ {
		out["For"] = append(out["For"], For(k))
	}
	for _, s := range Statuses() {
		out["Say"] = append(out["Say"], s.Say("王庙镇"))
	}
	return out
}

// None of them asks for money, a code or a card, or sends a link.
//
// Controls: lengthen any sentence, or write 申请人 in one, and this turns red; so does 请报卡号.
func TestEveryCitizenTextKeepsTheVoice(t *testing.T) {
	t.Parallel()
	for name, texts := range samples() {
		for _, text := range texts {
			for _, fault := range Lint(text) {
				t.Errorf("%s: %s\n  in: %s", name, fault, text)
			}
		}
	}
}

// A change may begin a year ahead; the month of another year has its year.
//
// Control: say the month only, and March of next year reads as the one to come.
func TestAChangeNamesItsYear(t *testing.T) {
	t.Parallel()
	today := core.NewDate(2026, 4, 20)
	for want, from := range map[string]core.Date{"从 5 月起停发": core.NewDate(2026, 5, 1), "从 2027 年 4 月起停发": core.NewDate(2027, 4, 1)} {
		if got := WhatChanges(from, today, 0, false); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// A text that nobody listed in samples would escape the test above.
func TestSamplesCoverTheCatalogue(t *testing.T) {
	t.Parallel()
	listed := samples()
	for _, file := range []string{"notice.go", "gathered.go", "letter.go", "reply.go", "objection.go"} {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv == nil && f.Name.IsExported() && listed[f.Name.Name] == nil {
				t.Errorf("%s in %s is not among the samples", f.Name.Name, file)
			}
		}
	}
}

func TestLintNamesEachFault(t *testing.T) {
	t.Parallel()
	good := "您的申请到了王庙镇。3 个工作日内有人联系您。"
	if got := Lint(good); got != nil {
		t.Fatalf("a good text is refused: %v", got)
	}
	for name, bad := range map[string]string{
		"a forbidden word":       strings.Replace(good, "您的申请", "申请人的事", 1),
		"an exclamation mark":    strings.Replace(good, "王庙镇。", "王庙镇!", 1),
		"asking for money":       good + "请把手续费交到镇上。",
		"asking for a code":      "我们不收钱。" + "请把验证码报给我们。",
		"behind another clause":  good + "请不要担心,把验证码发来。",
		"in capitals":            good + "点 HTTPS 看结果。",
		"a link to money":        good + "点链接领钱。",
		"a link":                 good + "请点链接看结果。",
		"a card by telephone":    good + "请报卡号。",
		"a sentence of 41":       good + strings.Repeat("字", 41) + "。",
		"sentences of 26 at all": strings.Repeat("字", 26) + "。",
	} {
		if len(Lint(bad)) == 0 {
			t.Errorf("%s passes: %s", name, bad)
		}
	}
	if got := Lint(Promise); got != nil {
		t.Errorf("that we never ask is refused: %v", got)
	}
	if got := Lint(strings.Repeat("字", 25) + "。"); got != nil {
		t.Errorf("25 characters are refused: %v", got)
	}
}

func TestStatusWords(t *testing.T) {
	t.Parallel()
	want := []string{"已收到", "已派到王庙镇", "已受理(从这天算期限)", "有人在看", "要补一样", "材料已到,等镇里看", "约好上门", "已上门",
		"公示中", "已批准", "没办成(王庙镇)", "钱已发出", "钱已到账", "每月发着", "没发成功(带卡到镇上核对)", "已转给王庙镇",
		"已调整或停发(王庙镇)", "已撤回", "已结束"}
	for i, s := range Statuses() {
		if got := s.Say("王庙镇"); got != want[i] {
			t.Errorf("status %s says %q, want %q", s, got, want[i])
		}
	}
	if Status("else").Say("x") != "" {
		t.Error("an unknown status says something")
	}
}

func TestPayoutNoticeIsExactlyTheForm(t *testing.T) {
	t.Parallel()
	got := Paid(Payment{Item: "最低生活保障", Month: 3, Amount: 36000}, "6217").Words
	want := "最低生活保障 3 月 360 元,已打到尾号 6217 的卡。有问题打 12345,外地打 0534-12345。我们不收钱,不要验证码。"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRefusalHasAllItsParts(t *testing.T) {
	t.Parallel()
	got := Refused(Refusal{Item: "最低生活保障", Everyday: "低保", Reason: longReason + "。", By: "王庙镇", County: "平原县", Else: []string{"临时救助"}}).Words
	for _, part := range []string{"低保这次没批(不予确认)。", longReason + "。", "这是王庙镇定的。", "60 天内,可向平原县政府申请行政复议", "6 个月内到法院起诉", "12345", "临时救助"} {
		if !strings.Contains(got, part) {
			t.Errorf("missing %q in %s", part, got)
		}
	}
	if strings.Contains(got, "。。") {
		t.Errorf("doubled stop in %s", got)
	}
}
