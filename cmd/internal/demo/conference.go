package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// sixHundredOver is story 5: by the rules it does not fit, so several bodies sit down over it (一事一议).
func (p *Player) sixHundredOver(ctx context.Context) error {
	f, t := justOver(), Township{"mengsi", "linyi"}
	if _, err := p.moveIn(ctx, f); err != nil {
		return err
	}
	receipt, err := p.atTheWindow(ctx, "linyi.clerk", f.window(p.cityDay()))
	if err != nil {
		return err
	}
	p.say("窗口登记,本人签字,点名要临时救助,回执 " + receipt)
	officer, err := p.LogIn(ctx, t.Town+".officer")
	if err != nil {
		return err
	}
	if err := p.notByTheRules(ctx, officer, t, receipt); err != nil {
		return err
	}
	if err := p.confer(ctx, officer, t); err != nil {
		return err
	}
	if err := p.Told(ctx, f.Letter, "可以帮您办", "手机收到短信:几家商量过了,可以帮;这还不是最后的决定"); err != nil {
		return err
	}
	if err := p.restsOnIt(ctx, officer, t); err != nil {
		return err
	}
	if err := p.Pay(ctx); err != nil {
		return err
	}
	return p.Told(ctx, f.Letter, "已打到尾号 "+f.tail(), "手机收到短信:钱打到尾号 "+f.tail()+" 的卡")
}

// notByTheRules accepts what was asked for by name, though it does not fit, and goes to see.
func (p *Player) notByTheRules(ctx context.Context, officer *Desk, t Township, receipt string) (err error) {
	if p.at, err = officer.FindCase(ctx, receipt); err != nil {
		return err
	}
	page, err := officer.Open(ctx, p.at)
	if err != nil {
		return err
	}
	if text := page.Text(); !strings.Contains(text, "平均每人存款 17,900 元") || !strings.Contains(text, "超过 17,280 元") {
		return fmt.Errorf("the page does not say by how much it misses the line: %s", text)
	}
	p.say("派到镇上。页上写着差在哪:平均每人存款 17,900 元,线是 17,280 元(样本),超 620 元")
	if _, err := officer.Act(ctx, p.at, "/accept", url.Values{"item": {"MZ-04"}, "agreed": {"phone"}}); err != nil {
		return err
	}
	if err := p.wait("1d"); err != nil {
		return err
	}
	if err := officer.visit(ctx, p.at); err != nil {
		return err
	}
	if err := p.second(ctx, t, p.at); err != nil {
		return err
	}
	p.say("点名的照样受理,两人入户:存折上的钱,下个月动手术要用")
	return nil
}

var claimOf = regexp.MustCompile(`/claim/(\d+)/propose$`)

// confer calls a conference, holds it the next day, and has its minutes read and signed by two.
func (p *Player) confer(ctx context.Context, officer *Desk, t Township) error {
	page, err := officer.Open(ctx, p.at)
	if err != nil {
		return err
	}
	claim := ""
	for _, action := range page.Actions() {
		if m := claimOf.FindStringSubmatch(action); m != nil {
			claim = m[1]
		}
	}
	form, err := page.Form("/conference")
	if err != nil {
		return err
	}
	people := append(form.Values["people"], form.Boxes["people"]...)
	_, err = officer.Send(ctx, form, url.Values{"ground": {"refused"}, "reason": {"存款超线六百二十元,是手术要用的。"}, "on": {p.dayAfter(1)}, "place": {"孟寺镇政府二楼"},
		"people": people, "outside": {"王大夫", "刘会计"}, "function": {"临邑县卫健局", "临邑县医保局"}, "unrelated": {"yes"}})
	if err != nil {
		return err
	}
	p.say(fmt.Sprintf("提请一事一议,请 %d 个人,两个是外单位的,都问过和这家没有亲属关系", len(people)+2))
	if err := p.wait("1d"); err != nil {
		return err
	}
	minutes := url.Values{"minutes": {"看了病历、票据和手术通知。王大夫说手术不能等;刘会计说医保报完还差一截。"}, "outcome": {"help"}, "help": {claim}, "amount": {"1800"},
		"until": {p.dayAfter(30)}, "reasons": {"存款多出的六百二十元,下个月手术要用"}}
	for nth := range len(people) + 2 {
		minutes.Set(fmt.Sprintf("vote%d", nth+1), "for")
	}
	minutes.Set(fmt.Sprintf("vote%d", len(people)+2), "against")
	if _, err := officer.Act(ctx, p.at, "/conference_minutes", minutes); err != nil {
		return err
	}
	p.say(fmt.Sprintf("开会,写记录:%d 个人到,%d 个赞成,1 个反对;可以帮,最多 1,800 元。写的人头一个签", len(people)+2, len(people)+1))
	return p.signMinutes(ctx, t)
}

// signMinutes has everybody of the staff who was there find the minutes right in a session of
// their own, and the county sign them second, which it cannot before.
func (p *Player) signMinutes(ctx context.Context, t Township) error {
	county, err := p.LogIn(ctx, t.County+".county")
	if err != nil {
		return err
	}
	page, err := county.Open(ctx, p.at)
	if err != nil {
		return err
	}
	if _, err := page.Form("/conference_end"); err == nil || !strings.Contains(page.Text(), "还有到会的同事没看过记录") {
		return fmt.Errorf("%s may sign minutes that somebody who was there has not read: %s", county.login, page.Text())
	}
	approver, err := p.LogIn(ctx, t.Town+".approver")
	if err != nil {
		return err
	}
	if _, err := approver.Act(ctx, p.at, "/conference_read", nil); err != nil {
		return err
	}
	p.say(county.login + " 来签,签不了:还有到会的人没看过。" + approver.login + " 自己登录,看过自己的表决")
	if _, err := county.Act(ctx, p.at, "/conference_end", nil); err != nil {
		return err
	}
	p.say(county.login + " 看过记录,第二个签:会才算开完")
	return nil
}

// restsOnIt proposes no more than was resolved, hangs the notice its days, and has it decided.
func (p *Player) restsOnIt(ctx context.Context, officer *Desk, t Township) error {
	opinion := url.Values{"outcome": {"approve"}, "amount": {"2000"}, "reason": {"一事一议定的:存款多出的钱手术要用。"}}
	if _, err := officer.Act(ctx, p.at, "/propose", opinion); err == nil || !strings.Contains(err.Error(), "比一事一议定的多") {
		return fmt.Errorf("more than was resolved is proposed, or refused in other words: %v", err)
	}
	opinion.Set("amount", "1800")
	if _, err := officer.Act(ctx, p.at, "/propose", opinion); err != nil {
		return err
	}
	if _, err := officer.each(ctx, p.at, "publish_notice", nil); err != nil {
		return err
	}
	p.say("经办提 2,000 元,系统不收:比会上定的多。改提 1,800 元,张贴公示")
	if err := p.wait("8d"); err != nil {
		return err
	}
	if err := p.decide(ctx, t, p.at); err != nil {
		return err
	}
	page, err := officer.Open(ctx, p.at)
	if err != nil {
		return err
	}
	for _, want := range []string{"可以帮", "最多 1,800 元", "摘要", "决定 · 支出型临时救助 确认同意"} {
		if !strings.Contains(page.Text(), want) {
			return fmt.Errorf("the case does not show %q: %s", want, page.Text())
		}
	}
	p.say("这家的页上,会议记录、表决、两个人的签和决定都在")
	return nil
}
